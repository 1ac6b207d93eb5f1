"""Suggested links, and what people said of them: a word outlives every run that finds the same."""

from __future__ import annotations

import dataclasses

import pytest

from pipeline.base.errors import RegistryError
from pipeline.registry import Link, LinkVerdict, Registry
from tests.registry.pages import entry, page, read

CONFIRMED, REJECTED = LinkVerdict.CONFIRMED, LinkVerdict.REJECTED
ALIKE = {"name": "same", "born": "same day"}


@pytest.fixture
def link(registry: Registry, book: int) -> Link:
    """The first suggestion, of the two children of one page."""
    registry.save_page(
        book, page(entry(read("child_name", "Thử Một")), entry(read("child_name", "Thử Một"), row=1)), "f1"
    )
    one, two = registry.entries(book)
    found = Link("again", one, "child", two, "child", 0.97, ALIKE)
    registry.save_links([found])
    return found


def numbers(registry: Registry, *, rejected: bool = False) -> list[int]:
    return [one.link_id for one in registry.links(rejected=rejected)]


def test_suggested_links_stand_until_they_are_no_longer_suggested(registry: Registry, link: Link) -> None:
    assert registry.save_links([link]).raised == 0
    (standing,) = registry.links()
    assert (standing.link_id, standing.probability, standing.evidence) == (1, 0.97, ALIKE)
    assert (standing.suggested, standing.decision) == (True, None)
    assert (registry.links(kind="person"), registry.queue()) == ((), ())
    assert registry.save_links([]).cleared == 1
    assert registry.links() == ()


def test_a_rejected_pair_is_not_suggested_again_however_sure_a_run_is(registry: Registry, link: Link) -> None:
    registry.decide_link(1, REJECTED, author="an", reason="hai trẻ khác mẹ")
    assert numbers(registry) == []
    registry.save_links([dataclasses.replace(link, probability=0.999)])
    registry.save_links([])
    registry.save_links([link])
    assert numbers(registry) == []
    (shown,) = registry.links(rejected=True)
    assert shown.decision is not None
    assert (shown.decision.verdict, shown.decision.author) == (REJECTED, "an")
    assert (shown.decision.reason, shown.decision.outdated) == ("hai trẻ khác mẹ", False)


def test_a_rejected_pair_comes_back_when_its_evidence_changes(registry: Registry, link: Link) -> None:
    registry.decide_link(1, REJECTED, author="an", reason="hai trẻ khác mẹ")
    registry.save_links([dataclasses.replace(link, evidence={**ALIKE, "mother": "same"})])
    (shown,) = registry.links()
    assert shown.decision is not None
    assert (shown.link_id, shown.decision.verdict, shown.decision.outdated) == (2, REJECTED, True)


def test_a_confirmed_pair_stands_though_no_run_finds_it(registry: Registry, link: Link) -> None:
    registry.decide_link(1, CONFIRMED, author="an")
    registry.save_links([])
    (shown,) = registry.links()
    assert shown.decision is not None
    assert (shown.link_id, shown.suggested, shown.decision.verdict) == (1, False, CONFIRMED)
    assert registry.links(kind="person") == ()


def test_the_last_word_counts_and_the_words_before_it_stay(registry: Registry, link: Link) -> None:
    registry.decide_link(1, CONFIRMED, author="an")
    registry.save_links([])
    registry.decide_link(1, REJECTED, author="binh", reason="đã xem giấy")
    assert numbers(registry) == []
    registry.decide_link(1, CONFIRMED, author="an", reason="giấy khai sinh gốc")
    (shown,) = registry.links()
    assert shown.decision is not None
    assert shown.decision.reason == "giấy khai sinh gốc"


def test_what_nobody_has_decided_comes_first(registry: Registry, link: Link) -> None:
    other = dataclasses.replace(link, first_role="mother", second_role="mother", probability=0.91)
    registry.save_links([link, other])
    assert numbers(registry) == [1, 2]
    registry.decide_link(1, CONFIRMED, author="an")
    assert numbers(registry) == [2, 1]
    assert [one.link_id for one in registry.links(limit=1)] == [2]


def test_a_word_on_a_number_that_no_longer_stands_names_the_new_one(registry: Registry, link: Link) -> None:
    registry.save_links([dataclasses.replace(link, evidence={"name": "same"})])
    with pytest.raises(RegistryError, match="nay là số 2"):
        registry.decide_link(1, CONFIRMED, author="an")
    with pytest.raises(RegistryError, match="Không có gợi ý số 7"):
        registry.decide_link(7, CONFIRMED, author="an")


@pytest.mark.parametrize(
    ("verdict", "author", "reason", "said"),
    [(CONFIRMED, " ", "", "Thiếu tên người quyết định"), (REJECTED, "an", " ", "lý do bác")],
)
def test_somebody_answers_for_a_word_and_a_rejection_says_why(
    registry: Registry, link: Link, verdict: LinkVerdict, author: str, reason: str, said: str
) -> None:
    with pytest.raises(RegistryError, match=said):
        registry.decide_link(1, verdict, author=author, reason=reason)
    assert registry.links()[0].decision is None
