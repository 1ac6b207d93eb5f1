"""A value written above the one that was struck out: whole, by itself, and nothing of it in the line above."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from pipeline.base.model import FieldStatus
from pipeline.declarations.schema import Form
from pipeline.digitize.regions import TextLine
from pipeline.digitize.struck_lines import (
    assign_inserted,
    find_cuts_above_strikes,
    find_strikes,
    lines_of,
    slots_above_struck,
)
from pipeline.layout.imaging.ink.connected_components import ConnectedComponents, find_components
from pipeline.layout.imaging.ink.touching_lines import cut_at_sparsest_row, split_touching_lines
from pipeline.layout.locate.component_owners import assign_components
from pipeline.layout.locate.field_lines import FieldLine, find_touching_lines, place_field_lines
from pipeline.layout.locate.form_fit import FormFit
from pipeline.training.synthetic_pages import SCANNER_LEVELS, SyntheticPage, SynthOptions, draw_book
from pipeline.training.synthetic_pages.form_printing import print_form
from pipeline.training.synthetic_pages.sheet import DrawnLine, PaperSheet
from tests.digitize.pages import DPI, SCHEMAS, DrawnPage, readings
from tests.digitize.test_hand import listened
from tests.digitize.test_residual_ink import looked_at
from tests.layout.locate.field_lines import NO_DOTS

FORMS = tuple(
    form
    for form in SCHEMAS.forms.values()
    if form.layout == "page" and form.record in ("birth", "marriage", "death")
)
"""The sheets of the other registers are so crowded that half of the words above struck ones reach another line."""
FLAT = SynthOptions(
    seed=502, entries=1, blank=0.0, struck=0.45, inserted=1.0, dpi=DPI, cover=False, scanner="none"
)


def drawing_of(form: Form, options: SynthOptions = FLAT) -> SyntheticPage:
    return next(draw_book(form, SCHEMAS, options))


def put_above(inks: Sequence[DrawnLine]) -> list[DrawnLine]:
    """What was written above something that is struck out in the same blank."""
    return [
        ink
        for ink in inks
        if not ink.struck
        and any(
            other.struck
            and other.fields == ink.fields
            and min(ink.box.right, other.box.right) > max(ink.box.left, other.box.left)
            for other in inks
        )
    ]


def flat_strips(form: Form) -> tuple[FieldLine, ...]:
    frame = PaperSheet.blank(form, DPI).frame
    placed = np.array([[frame.width, 0, frame.left], [0, frame.height, frame.top], [0, 0, 1.0]])
    return place_field_lines(form, FormFit(placed, (), (), 1.0), NO_DOTS)


def lines_by_field(drawing: SyntheticPage, form: Form) -> dict[str, list[TextLine]]:
    """The lines found in each blank of a flat page, by field; what is printed is left out."""
    blank = PaperSheet.blank(form, DPI)
    print_form(blank)
    written = np.abs(drawing.page.sheet.pixels.astype(np.int16) - blank.pixels).max(axis=2) > 50
    components = find_components(np.where(written, 255, 0).astype(np.uint8))
    strips = flat_strips(form)
    components, _ = split_touching_lines(components, find_touching_lines(strips, components.boxes))
    owner = assign_components(strips, components.boxes, ())
    strikes = find_strikes(strips, owner, components)
    components = cut_at_sparsest_row(components, find_cuts_above_strikes(strips, strikes, owner, components))
    between, owner, _ = assign_inserted(
        strips, strikes, assign_components(strips, components.boxes, ()), components
    )
    names = {slot.name: slot.field_names for slot in form.slots}
    lines: dict[str, list[TextLine]] = {}
    for number, strip in enumerate(strips):
        own = np.flatnonzero(owner == number)
        found = lines_of(strip, own, components, strikes.get(number), between.get(number)) if len(own) else ()
        for name in names[strip.piece.slot]:
            lines.setdefault(name, []).extend(found)
    return lines


def held(ink: DrawnLine, lines: Sequence[TextLine]) -> float:
    """The share of drawn ink that lies in the boxes of lines."""
    down, across = np.nonzero(ink.mask > 127)
    x, y = across + ink.box.left, down + ink.box.top
    inside = np.zeros(len(x), bool)
    for box in (line.box.grown(2, 2) for line in lines):
        inside |= (x >= box.left) & (x < box.right) & (y >= box.top) & (y < box.bottom)
    return float(inside.mean())


@cache
def found() -> tuple[tuple[bool, float, float], ...]:
    """Of every drawn line that stands: whether it was put above, which share of it lines that are not struck hold, and
    which share lies in the lines of another field."""
    result = []
    for form in FORMS:
        drawing = drawing_of(form)
        lines, inks = lines_by_field(drawing, form), drawing.page.sheet.inks
        above = put_above(inks)
        for ink in inks:
            own = [line for name in ink.fields for line in lines.get(name, ())]
            if ink.struck or not own:
                continue
            others = [held(ink, of) for name, of in lines.items() if name not in ink.fields]
            stands = held(ink, [line for line in own if not line.is_struck])
            result.append((ink in above, stands, max(others)))
    return tuple(result)


def test_most_words_above_struck_ones_are_whole_by_themselves_and_in_no_other_blank() -> None:
    above = [(own, other) for is_above, own, other in found() if is_above]
    assert len(above) >= 12
    assert sum(own >= 0.9 for own, _ in above) >= 0.7 * len(above)
    assert sum(other <= 0.5 for _, other in above) >= 0.7 * len(above)


def test_the_lines_above_and_all_others_keep_their_own_words() -> None:
    rest = [own for is_above, own, _ in found() if not is_above]
    assert min(rest) >= 0.9


@pytest.mark.tesseract
def test_what_was_struck_and_what_was_put_above_it_are_read_apart() -> None:
    form = SCHEMAS.form("birth-2016")
    drawing = drawing_of(form, replace(FLAT, seed=501, scanner=replace(SCANNER_LEVELS["mild"], skew=0.0)))
    result, _, _ = listened(DrawnPage(form, 2017, drawing, drawing.scan.pixels, drawing.scan.matrix))
    names = {name for ink in put_above(drawing.page.sheet.inks) for name in ink.fields}
    assert len(names) >= 3
    assert sum(readings(result)[0, name].struck != "" for name in names) >= 0.6 * len(names)


def sunk(strips: Sequence[FieldLine], deep: float, high: float) -> tuple[ConnectedComponents, int, int]:
    """Four letters on a line, four behind them that sank, and struck letters below those: the marks, the upper strip
    and the lower one."""
    upper = next(n for n, strip in enumerate(strips) if strip.piece.slot == "child_name")
    lower = next(n for n, strip in enumerate(strips) if strip.piece.slot == "child_born_on")
    p, left = strips[lower].pitch, max(strips[n].piece.box.left for n in (upper, lower)) + 20
    above, below = strips[upper].piece.baseline, strips[lower].piece.baseline
    shape = round(below + p), round(left + 6 * p)
    ink = np.zeros(shape, np.uint8)
    for first, count, feet, tall in (
        (0, 4, above, 0.4),
        (4, 4, above + deep * p, high),
        (4, 4, below, 0.4),
    ):
        for n in range(first, first + count):
            x = left + n * 0.36 * p
            ink[round(feet - tall * p) : round(feet), round(x) : round(x + 0.3 * p)] = 255
    return find_components(ink), upper, lower


@pytest.mark.parametrize(("deep", "high", "owned"), [(0.3, 0.45, True), (0.35, 0.3, False)])
def test_a_value_whose_end_may_have_gone_with_words_put_in_below_it_waits(
    deep: float, high: float, *, owned: bool
) -> None:
    strips = flat_strips(SCHEMAS.form("birth-2006"))
    components, upper, lower = sunk(strips, deep, high)
    given = assign_components(strips, components.boxes, ())
    assert (given == upper).sum() == (8 if owned else 4)
    start = float(components.boxes[given == lower, 0].min())
    between, owner, robbed = assign_inserted(strips, {lower: (start, start + 99)}, given, components)
    assert len(between[lower]) == 4
    assert (owner == upper).sum() == 4
    assert robbed == {"child_name"}


@pytest.mark.tesseract
def test_above_words_put_in_neither_a_value_nor_a_blank_is_accepted() -> None:
    form = SCHEMAS.form("birth-2006")
    drawing = drawing_of(
        form, replace(FLAT, seed=511, blank=0.35, scanner=replace(SCANNER_LEVELS["mild"], skew=0.0))
    )
    result = looked_at(DrawnPage(form, 2017, drawing, drawing.scan.pixels, drawing.scan.matrix))
    (entry,) = result.entries
    waiting = {name for finding in entry.findings if finding.code == "INK-TOUCHES" for name in finding.fields}
    assert "child_birth_place" in waiting
    assert readings(result)[0, "child_birth_place"].lines
    assert readings(result)[0, "child_born_on_words"].status is FieldStatus.UNREADABLE
    assert not readings(result)[0, "child_born_on_words"].lines


def test_where_nothing_is_found_instead_of_what_was_struck_the_line_above_waits() -> None:
    strips = flat_strips(SCHEMAS.form("birth-2006"))
    number = next(n for n, strip in enumerate(strips) if strip.piece.slot == "child_nationality")
    box = strips[number].piece.box
    over = slots_above_struck(strips, {number: (box.left, box.right)}, {"child_nationality"})
    assert over == {"child_birth_place"}
    assert not slots_above_struck(strips, {number: (box.left, box.right)}, set())
