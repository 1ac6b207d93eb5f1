"""The comparison of two revisions that read the same pages: the slower stage, the values with another reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.reading.read_in_pairs import PageCost, PageKey
from benchmarks.reading.speed_comparison import grown_stages, other_readings, stage_seconds
from pipeline.training.evaluation.truth import BookTruth, TrueEntry, TruePage

PAGE: PageKey = ("book", "a.pdf", 1)
TRUTH = BookTruth("trial", 2010, (TrueEntry({"NOI": "Huế"}, 0, 0),), (TruePage("a.pdf", 1, "entries"),))


def page(read: Sequence[Mapping[str, Any]] = (), **stages: float) -> PageCost:
    found = {(one["row"], one["field"]): one for one in read}
    return PageCost(sum(stages.values()), stages, 1.0, 500.0, 500.0, found)


def value(text: str, status: str = "read", accepted: bool = True) -> Mapping[str, Any]:
    return {"row": 0, "field": "place", "status": status, "text": text, "accepted": accepted}


def changed(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[tuple[str, str, str | None]]:
    found = other_readings({PAGE: page([before])}, {PAGE: page([now])}, TRUTH, {"place": "NOI"})
    return [(one.before["text"], one.now["text"], one.paper) for one in found]


def test_a_stage_that_grew_is_named() -> None:
    before = [page(hand=0.5, labels=0.9), page(hand=0.6, labels=0.8), page(hand=0.4, labels=1.0)]
    now = [page(hand=0.7, labels=0.9), page(hand=0.8, labels=0.7), page(hand=0.5, labels=1.0)]
    assert grown_stages(before, now) == ("hand",)
    assert grown_stages(now, before) == ()


def test_a_stage_that_was_not_there_has_grown() -> None:
    assert grown_stages([page(hand=0.5)], [page(hand=0.5, second_look=0.2)]) == ("second_look",)


def test_a_page_that_a_busy_machine_made_dear_is_no_stage_that_grew() -> None:
    before = [page(hand=0.5)] * 4
    assert grown_stages(before, [page(hand=0.5)] * 3 + [page(hand=1.5)]) == ()


def test_a_stage_that_costs_next_to_nothing_may_double() -> None:
    assert grown_stages([page(hand=1.0, rules=0.002)], [page(hand=1.0, rules=0.004)]) == ()


def test_the_cost_table_tells_the_mean_of_each_stage_the_dearest_first() -> None:
    told = stage_seconds([page(hand=0.5, labels=1.0), page(hand=0.7)])
    assert list(told.items()) == [("hand", 0.6), ("labels", 0.5)]


def test_a_value_that_reads_otherwise_is_listed_with_what_is_on_paper() -> None:
    assert changed(value("Hue"), value("Huế")) == [("Hue", "Huế", "Huế")]
    assert changed(value("Huế"), value("Huế")) == []


def test_a_value_that_is_no_longer_accepted_is_listed() -> None:
    assert changed(value("Huế"), value("Huế", accepted=False)) == [("Huế", "Huế", "Huế")]
