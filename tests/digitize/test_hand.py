"""Handwriting goes to the reader of hands and to no other, type to the reader of print and to that of hands as a
witness."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import pairwise

import cv2
import numpy as np
import pytest

from pipeline.base.model import (
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
from pipeline.digitize import digitize_page
from pipeline.digitize.route import RoutingOptions
from pipeline.layout.imaging.geometry import warp
from pipeline.recognition.ocr import Engines
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
    chosen: Engines = replace(engines(), print=of_print, digits=None, hand=of_hands)
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


@dataclass
class Says(Listens):
    """A reader that says ``text`` of every line, and how likely it is."""

    text: str = "x1 y1"
    chance: float = 0.05

    def read(self, crops: Sequence[Crop]) -> tuple[LineReading, ...]:
        told = (Hypothesis(self.text, self.chance),)
        evidence = Evidence(self.chance, self.chance, self.chance, self.chance, 1.0, 0.0)
        return tuple(LineReading(self.text, self.chance, self.name, (), told, evidence) for _ in crops)


@pytest.mark.parametrize(
    ("text", "chance", "name"),
    [("x1 y1", 0.05, "x1 y1"), ("x1 y1", 0.6, "x1 y1 x1 y1"), ("x1", 0.05, "x1 x1")],
)
def test_a_signature_over_a_name_is_no_part_of_it_and_the_name_waits(
    text: str, chance: float, name: str
) -> None:
    page = drawn("birth-2016", 3)
    chosen: Engines = replace(engines(), hand=Says(text=text, chance=chance))
    ledger = Ledger(page.form.id, "UBND xã Thử", "93611", f"01/{page.year}")
    result = digitize_page(
        PageImage(PageRef("0" * 64, 1), page.pixels, DPI), page.form, ledger, SCHEMAS, chosen
    )
    found = readings(result)[0, "registrar_name"]
    assert len(found.lines) == 2
    assert found.text == name
    assert not found.accepted
    assert (found.evidence is None) == (name == "x1 y1")
    assert found.evidence is not None or found.confidence < RoutingOptions().min_confidence


def waiting(result: PageResult) -> set[str]:
    (entry,) = result.entries
    return {name for one in entry.findings if one.code == "INK-TOUCHES" for name in one.fields}


def stroked(page: DrawnPage, result: PageResult, x: float, top: float, bottom: float) -> DrawnPage:
    """The page with a stroke of a pen straight down, between those places of the page as it was straightened."""
    back = np.linalg.inv(result.matrix).astype(np.float64)
    ends = warp.transform_points(back, np.array([[x, top], [x, bottom]])).round().astype(int)
    pixels = page.pixels.copy()
    cv2.line(pixels, ends[0].tolist(), ends[1].tolist(), (20, 20, 60), 3)
    return replace(page, pixels=pixels)


@pytest.mark.parametrize("share", [0.02, 0.98])
def test_a_letter_that_the_signature_above_touches_stays_with_its_name_which_waits(share: float) -> None:
    page = drawn("birth-2016", 3)
    before, _, _ = listened(page)
    signature, name = readings(before)[0, "registrar_name"].lines
    x = name.left + share * name.width
    top = min(signature.centre[1], name.top - 0.05 * DPI)
    signed = stroked(page, before, x, top, name.centre[1])
    level = np.array([[signature.centre[0], top], [x, top]])
    ends = warp.transform_points(np.linalg.inv(before.matrix).astype(np.float64), level).round().astype(int)
    cv2.line(signed.pixels, ends[0].tolist(), ends[1].tolist(), (20, 20, 60), 3)
    after, _, _ = listened(signed)
    lines = readings(after)[0, "registrar_name"].lines
    assert abs(lines[-1].left - name.left) < 0.03 * DPI
    assert abs(lines[-1].right - name.right) < 0.03 * DPI
    assert "registrar_name" in waiting(after)


def test_of_two_values_that_one_stroke_runs_through_both_wait() -> None:
    page = drawn("birth-2016", 3)
    before, _, _ = listened(page)
    lines = {name: one.lines[0] for (_, name), one in readings(before).items() if len(one.lines) == 1}
    upper, lower = next(
        (over, under)
        for over, above in lines.items()
        for under, below in lines.items()
        if 0.2 * DPI < below.centre[1] - above.centre[1] < 0.37 * DPI
        and min(above.right, below.right) - max(above.left, below.left) > 0.14 * DPI
        and not {over, under} & waiting(before)
    )
    above, below = lines[upper], lines[lower]
    x = min(above.right, below.right) - 0.07 * DPI
    struck = stroked(page, before, x, above.centre[1], below.centre[1] + 0.03 * DPI)
    assert {upper, lower} <= waiting(listened(struck)[0])


def test_a_value_with_a_letter_that_runs_up_into_print_waits() -> None:
    page = drawn("birth-2016", 3)
    before, _, _ = listened(page)
    lines = {name: one.lines[0] for (_, name), one in readings(before).items() if len(one.lines) == 1}
    label, name, line = next(
        (label.box, name, line)
        for label in before.labels
        for name, line in lines.items()
        if 0.15 * DPI < line.centre[1] - label.box.bottom < 0.35 * DPI
        and min(label.box.right, line.right) - max(label.box.left, line.left) > 0.14 * DPI
        and name not in waiting(before)
    )
    x = min(label.right, line.right) - 0.07 * DPI
    struck = stroked(page, before, x, label.centre[1], line.centre[1])
    assert name in waiting(listened(struck)[0])
