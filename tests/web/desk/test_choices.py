"""The choices of a field: what differs in case or punctuation alone is one, but for what people wrote."""

from __future__ import annotations

from pipeline.base.model import FieldReading, FieldStatus, Hypothesis, Writing
from pipeline.declarations.review_policy import Way
from pipeline.registry import Verdict
from pipeline.registry.tasks.model import FieldWork
from pipeline.web.desk.field_view import choices


def work(text: str, *others: str, candidates: tuple[str, ...] = ()) -> FieldWork:
    hypotheses = tuple(Hypothesis(other, 0.4) for other in others)
    reading = FieldReading(
        "child_birth_place",
        FieldStatus.READ,
        text,
        text,
        0.5,
        Writing.HAND,
        "drawn",
        hypotheses=hypotheses,
    )
    said = tuple(Verdict("child_birth_place", FieldStatus.READ, one) for one in candidates)
    return FieldWork("child_birth_place", Way.CHECKED, blind=False, reading=reading, candidates=said)


def texts(given: FieldWork) -> list[str]:
    return [one.text for one in choices(given)]


def test_hypotheses_that_differ_in_case_or_punctuation_alone_are_one() -> None:
    assert texts(work("Xã Thử", "xã thử", "XÃ THỬ.", "Xã Thư", "Xã-Thư")) == ["Xã Thử", "Xã Thư"]


def test_figures_that_signs_divide_otherwise_stay_apart() -> None:
    assert texts(work("1/12/2008", "11/2/2008", "1-12-2008")) == ["1/12/2008", "11/2/2008"]


def test_what_people_wrote_is_shown_as_they_wrote_it() -> None:
    assert texts(work("Xã Thử", candidates=("XÃ THỬ", "xã thử"))) == ["XÃ THỬ", "xã thử", "Xã Thử"]
