"""Handwriting goes to the reader of hands and to no other, type to the reader of print and to that of hands as a
witness."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import pairwise

import pytest

from pipeline.digitize import digitize_page
from pipeline.model import (
    Crop,
    Evidence,
    FieldStatus,
    Hypothesis,
    Ledger,
    LineReading,
    PageImage,
    PageRef,
    PageResult,
    Writing,
)
from pipeline.ocr import Engines
from tests.digitize.pages import DPI, SCHEMAS, DrawnPage, drawn, engines, readings

pytestmark = pytest.mark.tesseract

FORM = "birth-2006"
TOLD = (Hypothesis("x1", 0.6), Hypothesis("x7", 0.3))


@dataclass
class Listens:
    """A reader that says the same of every line and remembers what it was asked."""

    fingerprint: str = "listens-1"
    name: str = "listens"
    asked: list[Crop] = field(default_factory=list)

    def read(self, crops: Sequence[Crop]) -> tuple[LineReading, ...]:
        self.asked += crops
        evidence = Evidence(0.6, 0.3, 0.9, 0.8, 1.0, 0.0)
        return tuple(LineReading("x1", 0.6, self.name, (), TOLD, evidence) for _ in crops)


def listened(page: DrawnPage) -> tuple[PageResult, Listens, Listens]:
    """What comes of a page, what its reader of print was asked and what its reader of hands."""
    of_print, of_hands = Listens(name="print"), Listens(name="hand")
    chosen: Engines = replace(engines(), print=of_print, numerals=None, hand=of_hands)
    ledger = Ledger(page.form.id, "UBND xã Thử", "93611", f"01/{page.year}")
    image = PageImage(PageRef("0" * 64, 1), page.pixels, DPI)
    return digitize_page(image, page.form, ledger, SCHEMAS, chosen), of_print, of_hands


@cache
def page_by_hand() -> tuple[PageResult, Listens, Listens]:
    return listened(drawn(FORM, tilt=-4.0))


def test_a_page_by_hand_goes_to_the_reader_of_hands_but_for_what_the_press_and_stamps_set() -> None:
    page = drawn(FORM, tilt=-4.0)
    result, of_print, of_hands = page_by_hand()
    lines = sum(len(reading.lines) for reading in readings(result).values())
    assert len(of_print.asked) <= 3
    assert len(of_hands.asked) > 0.5 * lines
    pressed = {name for slot in page.form.slots if slot.printed or slot.stamped for name in slot.field_names}
    for (_, name), reading in readings(result).items():
        if reading.status is FieldStatus.READ and reading.engine.startswith("print"):
            assert name in pressed


def test_a_typed_page_is_read_by_the_reader_of_print_and_witnessed_by_that_of_hands() -> None:
    result, of_print, of_hands = listened(drawn(FORM, writing="typed", tilt=1.5))
    assert len(of_print.asked) > 10
    assert len(of_hands.asked) == pytest.approx(len(of_print.asked), rel=0.1)
    by = [reading.engine for reading in readings(result).values() if reading.status is FieldStatus.READ]
    assert sum(engine == "print+hand" for engine in by) >= 0.9 * sum(engine != "ledger" for engine in by)


def test_a_crop_says_what_its_field_may_hold() -> None:
    _, _, of_hands = page_by_hand()
    kinds = {crop.kind for crop in of_hands.asked}
    assert {"name", "place", "date", "choice"} <= kinds
    assert {"Kinh", "Nam"} <= {term for crop in of_hands.asked for term in crop.terms}
    assert all(bool(crop.terms) == (crop.kind == "choice") for crop in of_hands.asked)
    assert {"day", "month", "year"} <= {crop.part for crop in of_hands.asked}


def test_only_the_further_lines_of_a_value_follow_the_crop_before_them() -> None:
    result, _, of_hands = page_by_hand()
    by_hand = [reading for reading in readings(result).values() if reading.writing is Writing.HAND]
    follows = sum(crop.follows for crop in of_hands.asked)
    assert 0 < follows <= sum(len(reading.lines) - 1 for reading in by_hand if reading.lines)
    for before, crop in pairwise(of_hands.asked):
        assert not crop.follows or (crop.kind, crop.part) == (before.kind, before.part)


def test_fields_by_hand_carry_hypotheses_and_evidence_and_none_is_accepted_uncalibrated() -> None:
    result, _, _ = page_by_hand()
    found = [reading for reading in readings(result).values() if reading.writing is Writing.HAND]
    told = [reading for reading in found if reading.status is FieldStatus.READ]
    assert len(told) > 10
    for reading in told:
        assert reading.hypotheses[0].text == reading.text
        assert reading.evidence is not None
        assert reading.confidence == pytest.approx(reading.evidence.chance)
    assert not any(reading.accepted for reading in found)


def test_the_time_of_the_reader_of_hands_is_told_apart() -> None:
    result, _, _ = page_by_hand()
    assert {"recognise", "hand"} <= set(result.timings)
