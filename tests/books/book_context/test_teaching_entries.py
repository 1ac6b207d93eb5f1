"""The entries from which the machine learns most come first: those whose values stand for most of what waits."""

from __future__ import annotations

from pipeline.base.model import PageResult
from pipeline.books.book_context.teaching_entries import STRETCHES, teaching_entries
from tests.registry.pages import SCHEMAS, entry, page, read

RECORD = SCHEMAS.record("birth")


def waiting(number: int, name: str, *, accepted: bool = False) -> PageResult:
    return page(entry(read("registrar_name", name, accepted=accepted)), page_no=number)


COMMON = [waiting(number, "Trần Văn Tuấn") for number in range(1, 21)]
RARE = [waiting(21, "Lê Thị Hạnh"), waiting(22, "Phạm Kim Oanh")]


def chosen(pages: list[PageResult], most: int = 4) -> list[int]:
    return [ref.page_no for ref, _ in teaching_entries(pages, RECORD, most)]


def test_what_many_entries_share_comes_before_what_one_says_alone() -> None:
    pages = [*RARE, *COMMON]
    assert not {21, 22} & set(chosen(pages))


def test_two_pages_of_a_cluster_are_enough() -> None:
    pages = [*COMMON, *(waiting(number, "Lê Thị Hạnh") for number in range(30, 34))]
    first = chosen(pages, 12)
    assert [sum(number < 21 for number in first), sum(number >= 30 for number in first)] == [2, 2]


def test_the_choice_is_spread_over_the_book_and_always_the_same() -> None:
    first = chosen(COMMON, 2)
    assert first[1] - first[0] >= len(COMMON) // STRETCHES
    assert first == chosen(COMMON, 2)


def test_a_small_book_and_one_in_which_nothing_waits_have_none() -> None:
    assert chosen(COMMON, 20) == []
    assert chosen([waiting(number, "Trần Văn Tuấn", accepted=True) for number in range(1, 21)]) == []
