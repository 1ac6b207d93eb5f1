"""Every line of a blank has its place on the page."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.base.model import Box
from pipeline.declarations.schema import Form
from pipeline.layout.locate import field_lines as placing
from pipeline.layout.locate.component_owners import assign_components
from pipeline.layout.locate.field_lines import (
    FieldLine,
    find_signature_overlaps,
    find_touching_lines,
)
from pipeline.layout.locate.overflow import is_left_over, is_written_on, runs_past_end
from tests.layout.locate.field_lines import (
    FORM_IDS,
    NO_DOTS,
    components,
    fit_of,
    letters,
    long_strip,
    strips_of,
)
from tests.layout.locate.forms import PAGE_FORMS


@pytest.mark.parametrize("form", PAGE_FORMS, ids=FORM_IDS)
def test_every_blank_has_its_field_lines_in_reading_order(form: Form) -> None:
    strips = strips_of(form)
    names = [strip.piece.slot for strip in strips]
    wanted = [slot.name for slot in form.slots for _ in slot.pieces]
    assert names == wanted
    for strip in strips:
        assert strip.piece.box.top < strip.piece.baseline < strip.piece.box.bottom
        assert strip.piece.box.width > 20


@settings(max_examples=20, deadline=None)
@given(off=st.floats(-0.3, 0.3))
def test_a_line_is_where_the_dots_of_its_leader_are(off: float) -> None:
    form = PAGE_FORMS[0]
    plain = strips_of(form)
    number = long_strip(plain)
    box, level = plain[number].piece.box, plain[number].piece.baseline + off * plain[number].pitch
    dots = np.array([[x, level - 4, x + 4, level] for x in np.arange(box.left + 5, box.right - 5, 9)]).round()
    found = placing.place_field_lines(form, fit_of(form), dots.astype(np.int32))
    assert found[number].piece.baseline == pytest.approx(level, abs=1.5)


def owned(
    strips: tuple[FieldLine, ...],
    boxes: np.ndarray,
    barred: tuple[Box, ...] = (),
    colons: tuple[Box, ...] = (),
) -> NDArray[np.int64]:
    return assign_components(strips, boxes, barred, colons)


@pytest.mark.parametrize("form", PAGE_FORMS, ids=FORM_IDS)
@pytest.mark.parametrize("rise", [-0.12, 0.0, 0.12])
def test_letters_go_to_the_line_they_are_written_on(form: Form, rise: float) -> None:
    strips = strips_of(form)
    written = [letters(strip, strip.piece.box.left + 4, 3, rise) for strip in strips]
    owner = owned(strips, components(*written))
    wanted = np.repeat(np.arange(len(strips)), 3)
    assert (owner == wanted).mean() == 1.0


@pytest.mark.parametrize("form", PAGE_FORMS, ids=FORM_IDS)
def test_small_tone_marks_follow_their_letter(form: Form) -> None:
    strips = strips_of(form)
    number = long_strip(strips)
    strip = strips[number]
    p, left = strip.pitch, strip.piece.box.left + 40
    base = letters(strip, left, 4)
    above = [[b[0] + 0.1 * p, b[1] - 0.22 * p, b[0] + 0.22 * p, b[1] - 0.08 * p] for b in base]
    below = [[b[0] + 0.12 * p, b[3] + 0.06 * p, b[0] + 0.2 * p, b[3] + 0.13 * p] for b in base]
    owner = owned(strips, components(base, above, below))
    assert (owner == number).all()


def test_a_tone_mark_between_two_lines_goes_to_the_nearer_letter() -> None:
    form = PAGE_FORMS[0]
    strips = strips_of(form)
    pairs = [
        (a, b)
        for a, first in enumerate(strips)
        for b, second in enumerate(strips)
        if 0 < second.piece.baseline - first.piece.baseline < 1.3 * second.pitch
        and abs(first.piece.box.left - second.piece.box.left) < 60
    ]
    above, below = pairs[0]
    left = max(strips[above].piece.box.left, strips[below].piece.box.left) + 20
    upper, lower = letters(strips[above], left, 3), letters(strips[below], left, 3)
    p = strips[below].pitch
    top = lower[1][1]
    tone = [[lower[1][0] + 4, top - 0.16 * p, lower[1][0] + 12, top - 0.06 * p]]
    assert owned(strips, components(upper, lower, tone))[-1] == below


def test_a_speck_far_from_all_writing_belongs_to_no_line() -> None:
    strips = strips_of(PAGE_FORMS[0])
    strip = strips[long_strip(strips)]
    speck = [
        [
            strip.piece.box.right - 6,
            strip.piece.baseline - 6,
            strip.piece.box.right - 3,
            strip.piece.baseline - 3,
        ]
    ]
    assert owned(strips, components(letters(strip, strip.piece.box.left + 4, 2), speck))[-1] == -1


def test_a_dot_of_the_leader_above_is_none_of_the_letters_below_but_a_tone_thrown_as_high_is() -> None:
    strips = strips_of(PAGE_FORMS[0])
    number = long_strip(strips)
    strip = strips[number]
    p = strip.pitch
    base = letters(strip, strip.piece.box.left + 40, 4)
    left, bottom = base[1][0], base[1][1] - 0.35 * p
    dot = [[left, bottom - 0.1 * p, left + 0.1 * p, bottom]]
    tone = [[left, bottom - 0.18 * p, left + 0.24 * p, bottom]]
    assert owned(strips, components(base, dot)).tolist() == [number] * 4 + [-1]
    assert owned(strips, components(base, tone)).tolist() == [number] * 5


def test_what_is_too_pale_to_be_ink_goes_along_only_close_to_a_letter() -> None:
    strips = strips_of(PAGE_FORMS[0])
    number = long_strip(strips)
    strip = strips[number]
    p = strip.pitch
    base = letters(strip, strip.piece.box.left + 40, 4)
    left, top = base[1][0], base[1][1]
    far = [[left, top - 0.54 * p, left + 0.13 * p, top - 0.3 * p]]
    close = [[left, top - 0.2 * p, left + 0.13 * p, top - 0.06 * p]]
    boxes = components(base, far, close)
    faint = np.array([False] * 4 + [True] * 2)
    assert assign_components(strips, boxes, ()).tolist() == [number] * 6
    assert assign_components(strips, boxes, (), (), faint).tolist() == [number] * 4 + [-1, number]


def test_a_dot_of_a_leader_goes_with_the_letters_on_it_and_with_none_below() -> None:
    strips = strips_of(PAGE_FORMS[0])
    number = long_strip(strips)
    strip = strips[number]
    p = strip.pitch
    base = letters(strip, strip.piece.box.left + 40, 4)
    left, top, bottom = base[1][0], base[1][1], base[1][3]
    above = [[left, top - 0.2 * p, left + 0.11 * p, top - 0.09 * p]]
    beside = [[base[3][2] + 0.1 * p, bottom - 0.11 * p, base[3][2] + 0.15 * p, bottom]]
    boxes = components(base, above, beside)
    assert assign_components(strips, boxes, ()).tolist() == [number] * 6
    dots = np.array([False] * 4 + [True] * 2)
    assert assign_components(strips, boxes, (), (), None, dots).tolist() == [number] * 4 + [-1, number]


@pytest.mark.parametrize("form", PAGE_FORMS, ids=FORM_IDS)
def test_a_dash_between_wide_figures_stays_on_its_line(form: Form) -> None:
    strips = strips_of(form)
    upper, lower = neighbours(strips)
    number = strips.index(upper)
    p, left = upper.pitch, max(lower.piece.box.left, upper.piece.box.left) + 10
    y = upper.piece.baseline - 0.3 * p
    first, second = letters(upper, left, 1), letters(upper, left + 1.9 * p, 1)
    dash = [[left + 0.95 * p, y, left + 1.2 * p, y + 0.06 * p]]
    below = letters(lower, left, 6, rise=0.1)
    assert owned(strips, components(first, second, below, dash))[-1] == number


def test_a_dash_in_a_barred_box_has_no_line_though_figures_are_on_both_sides() -> None:
    strips = strips_of(PAGE_FORMS[0])
    number = long_strip(strips)
    p, left, y = strips[number].pitch, strips[number].piece.box.left + 40, strips[number].piece.baseline
    first, second = letters(strips[number], left, 1), letters(strips[number], left + 1.9 * p, 1)
    dash = [[left + 0.95 * p, y - 0.3 * p, left + 1.2 * p, y - 0.24 * p]]
    barred = Box(left + 0.9 * p, y - 0.5 * p, left + 1.3 * p, y - 0.1 * p)
    boxes = components(first, second, dash)
    assert owned(strips, boxes).tolist() == [number] * 3
    assert owned(strips, boxes, (barred,)).tolist() == [number, number, -1]


@pytest.mark.parametrize("form", PAGE_FORMS, ids=FORM_IDS)
def test_a_value_that_runs_over_the_end_of_its_blank_is_followed(form: Form) -> None:
    strips = strips_of(form)
    open_ones = [n for n, s in enumerate(strips) if s.open_right and s.piece.box.width > 200]
    number = open_ones[len(open_ones) // 2]
    strip = strips[number]
    run = letters(strip, strip.piece.box.right - 1.5 * strip.pitch, 7)
    run = [box for box in run if box[0] < strip.rule]
    assert run[-1][2] > strip.piece.box.right
    assert (owned(strips, components(run)) == number).all()


def test_writing_behind_the_next_rule_of_the_frame_belongs_to_another_blank() -> None:
    form = next(form for form in PAGE_FORMS if form.rules)
    strips = strips_of(form)
    number = next(n for n, s in enumerate(strips) if s.open_right and s.rule - s.piece.box.right < s.pitch)
    strip = strips[number]
    before = letters(strip, strip.rule - 1.1 * strip.pitch, 3)
    behind = letters(strip, strip.rule + 0.5 * strip.pitch, 3)
    assert before[-1][2] < strip.rule
    assert owned(strips, components(before, behind)).tolist() == [number] * 3 + [-1] * 3


@pytest.mark.parametrize(
    ("before", "behind", "short"), [(0.2, 0.3, True), (0.2, 2.0, False), (2.0, 0.3, False)]
)
def test_a_line_is_cut_short_where_a_word_behind_the_rule_is_next_to_it(
    before: float, behind: float, short: bool
) -> None:
    strips = strips_of(PAGE_FORMS[0])
    strip = strips[long_strip(strips)]
    p, end = strip.pitch, strip.piece.box.right
    own = letters(strip, end - (before + 1.74) * p, 5)
    boxes = components(own, letters(strip, end + behind * p, 3))
    line = Box(own[0][0], own[0][1], own[-1][2], own[-1][3])
    assert strip.open_right
    assert runs_past_end(strip, line.right, boxes, np.arange(5)) is short
    assert not runs_past_end(strip, line.right, boxes, np.arange(8))


def test_writing_well_beyond_the_end_is_not_taken_in() -> None:
    strips = strips_of(PAGE_FORMS[0])
    number = next(n for n, s in enumerate(strips) if s.open_right and s.piece.box.width > 200)
    strip = strips[number]
    inside = letters(strip, strip.piece.box.right - 1.0 * strip.pitch, 2)
    beyond = letters(strip, strip.piece.box.right + 1.5 * strip.pitch, 3)
    assert owned(strips, components(inside, beyond)).tolist() == [number] * 2 + [-1] * 3


def test_components_in_a_barred_box_have_no_line() -> None:
    strips = strips_of(PAGE_FORMS[0])
    strip = strips[long_strip(strips)]
    boxes = components(letters(strip, strip.piece.box.left + 40))
    assert (owned(strips, boxes, (strip.piece.box.grown(0, 40),)) == -1).all()


def test_words_connected_with_ink_of_the_area_behind_them_stay() -> None:
    strips = strips_of(PAGE_FORMS[0])
    number = long_strip(strips)
    strip = strips[number]
    right, p, y = strip.piece.box.right, strip.pitch, strip.piece.baseline
    notes = Box(right + 0.4 * p, y - 20 * p, right + 12 * p, y + 20 * p)
    word = [right - 5 * p, y - 0.7 * p, right + 3.5 * p, y + 0.2 * p]
    note = [right - 1.5 * p, y - 0.7 * p, right + 3.5 * p, y + 0.2 * p]
    assert owned(strips, components([word]), (notes,)).tolist() == [number]
    assert owned(strips, components([note]), (notes,)).tolist() == [-1]


def test_the_colon_behind_a_label_is_no_writing_but_a_letter_there_is() -> None:
    strips = strips_of(PAGE_FORMS[0])
    number = long_strip(strips)
    strip = strips[number]
    p, left, y = strip.pitch, strip.piece.box.left, strip.piece.baseline
    colon = Box(left - 2, y - 0.6 * p, left + 0.3 * p, y + 0.2 * p)
    dots = [[left + 3, y - 0.3 * p, left + 7, y - 0.22 * p], [left + 3, y - 0.08 * p, left + 7, y]]
    word = letters(strip, left + 0.5 * p, 4)
    assert owned(strips, components(dots, word), colons=(colon,)).tolist() == [-1, -1] + [number] * 4
    tall = letters(strip, left + 1, 1)
    assert owned(strips, components(tall), colons=(colon,)).tolist() == [number]


def test_without_components_there_is_nothing_to_assign() -> None:
    strips = strips_of(PAGE_FORMS[0])
    assert len(owned(strips, NO_DOTS)) == 0
    assert owned((), components([[1, 1, 9, 9]])).tolist() == [-1]


def neighbours(strips: tuple[FieldLine, ...]) -> tuple[FieldLine, FieldLine]:
    """A strip and the next one below it that has it above."""
    for upper in strips:
        below = [
            lower
            for lower in strips
            if 0.6 * lower.pitch < lower.piece.baseline - upper.piece.baseline < 1.6 * lower.pitch
            and min(lower.piece.box.right, upper.piece.box.right)
            > max(lower.piece.box.left, upper.piece.box.left) + 4 * upper.pitch
        ]
        if below:
            return upper, below[0]
    raise AssertionError("a form has lines below one another")


@pytest.mark.parametrize("form", PAGE_FORMS, ids=FORM_IDS)
def test_only_a_component_on_two_lines_is_cut_and_between_them(form: Form) -> None:
    strips = strips_of(form)
    upper, lower = neighbours(strips)
    left = max(lower.piece.box.left, upper.piece.box.left) + 10
    p, above, below = upper.pitch, upper.piece.baseline, lower.piece.baseline
    both = [left, above - 0.5 * p, left + 0.4 * p, below]
    tail = [left + p, above - 0.5 * p, left + 1.4 * p, above + 0.4 * p]
    head = [left + 2 * p, below - 0.95 * p, left + 2.4 * p, below]
    (cut,) = find_touching_lines(strips, components([both, tail, head]))
    assert cut[0] == 0
    floating = [left, above - 0.5 * p, left + 0.4 * p, below - 0.18 * lower.pitch]
    assert [one[0] for one in find_touching_lines(strips, components([floating]))] == [0]
    assert above < cut[1] < cut[2] <= below - 0.45 * lower.pitch


@pytest.mark.parametrize("form", PAGE_FORMS, ids=FORM_IDS)
def test_a_signature_that_runs_into_a_name_is_cut_off_above_it(form: Form) -> None:
    strips = strips_of(form)
    strip = strips[long_strip(strips)]
    p, baseline, left = strip.pitch, strip.piece.baseline, strip.piece.box.left + 10
    signature = Box(left, baseline - 4 * p, left + 6 * p, baseline - p)
    through = [left, baseline - 3 * p, left + 5 * p, baseline]
    cuts = list(find_signature_overlaps([strip], components([through]), [signature]))
    assert [cut[0] for cut in cuts] == [0]
    assert baseline - 1.05 * p < cuts[0][1] < cuts[0][2] < baseline - 0.4 * p
    assert not list(find_signature_overlaps([strip], components([through]), ()))


def test_writing_of_a_large_hand_on_close_lines_is_looked_for_above_them() -> None:
    strips = [replace(strip, pitch=0.7 * strip.pitch) for strip in strips_of(PAGE_FORMS[0])]
    written = [letters(strip, strip.piece.box.left + 4, 6, rise) for strip in strips for rise in (0.35,)]
    lift = placing.writing_lift(strips, components(*written))
    assert lift == pytest.approx(0.35, abs=0.06)
    lifted = [strip.lifted(lift) for strip in strips]
    for strip, plain in zip(lifted, strips, strict=True):
        assert strip.piece.baseline == pytest.approx(plain.piece.baseline - lift * plain.pitch)
        assert strip.piece.baseline + strip.lift == pytest.approx(plain.piece.baseline)
    usual = [letters(strip, strip.piece.box.left + 4, 6, 0.05) for strip in strips]
    assert placing.writing_lift(strips, components(*usual)) == 0.0
    assert placing.writing_lift(strips, components(*written[:2])) == 0.0


def test_a_line_without_a_label_is_where_a_press_put_its_leader() -> None:
    form = next(form for form in PAGE_FORMS if form.id == "marriage-2006")
    plain = strips_of(form)
    number = max(n for n, strip in enumerate(plain) if strip.piece.slot.startswith("signer"))
    upper, lower = plain[number - 1], plain[number]
    level = upper.piece.baseline + 0.55 * (lower.piece.baseline - upper.piece.baseline)
    assert lower.piece.baseline - level > 0.4 * lower.pitch
    x = np.arange(lower.piece.box.left + 5, lower.piece.box.right - 5, 9)
    dots = np.column_stack([x, np.full(len(x), level - 4), x + 4, np.full(len(x), level)]).round()
    found = placing.place_field_lines(form, fit_of(form), dots.astype(np.int32))[number]
    assert found.piece.baseline == pytest.approx(level, abs=1.5)
    assert found.pitch < lower.pitch


def closed_line(strips: tuple[FieldLine, ...]) -> int:
    """The number of a strip with a label behind its end."""
    return next(
        n for n, strip in enumerate(strips) if np.isfinite(strip.next_label) and strip.piece.box.width > 150
    )


def test_letters_between_the_end_of_a_blank_and_the_next_label_stay_with_their_value() -> None:
    strips = strips_of(PAGE_FORMS[0])
    number = closed_line(strips)
    p, y, end = strips[number].pitch, strips[number].piece.baseline, strips[number].piece.box.right
    strips = tuple(
        replace(strip, next_label=end + p) if n == number else strip for n, strip in enumerate(strips)
    )
    value = letters(strips[number], end - 1.1 * p, 3)
    beyond = [[end + 0.1 * p, y - 0.5 * p, end + 0.3 * p, y]]
    on_label = [[end + 1.2 * p, y - 0.5 * p, end + 1.4 * p, y]]
    owner = owned(strips, components(value, beyond, on_label))
    assert owner.tolist()[:4] == [number] * 4
    assert owner[4] != number


@pytest.mark.parametrize("onward", [True, False])
def test_writing_on_a_label_goes_to_the_value_that_it_continues_or_begins(onward: bool) -> None:
    strips = strips_of(PAGE_FORMS[0])
    number = closed_line(strips)
    box, p, y = strips[number].piece.box, strips[number].pitch, strips[number].piece.baseline
    left = box.right - 1.1 * p if onward else box.left + 0.05 * p
    value = letters(strips[number], left, 3)
    edge = strips[number].next_label + 0.2 * p if onward else box.left - 0.3 * p
    ends = box.right if onward else box.left
    bridge = [[min(edge, ends) + 0.02 * p, y - 0.5 * p, max(edge, ends) - 0.02 * p, y]]
    written = [[edge + 0.05 * p, y - 0.5 * p, edge + 0.25 * p, y]]
    boxes = components(value, bridge, written) if onward else components(value, written)
    on_print = np.zeros(len(boxes), bool)
    on_print[3:] = True
    owner = assign_components(strips, boxes, (), on_print=on_print)
    assert (owner == number).all()
    assert not (assign_components(strips, boxes, ())[-1:] == number).any()


def test_a_letter_on_a_line_that_no_line_has_is_left_over() -> None:
    strips = strips_of(PAGE_FORMS[0])
    line = strips[long_strip(strips)]
    p, x, y = line.pitch, line.piece.box.left + 80, line.piece.baseline
    boxes = components(letters(line, line.piece.box.left + 4, 2), [[x, y - 0.5 * p, x + 0.3 * p, y]])
    area = np.full(len(boxes), round(0.05 * p**2), np.int32)
    for owner, left_over in (([0, 0, 0], False), ([0, 0, -1], True)):
        found = is_left_over(line, np.array(owner), boxes, area, line.piece.box.left)
        assert found is left_over
    assert not is_left_over(line, np.array([0, 0, -1]), boxes, area // 10, line.piece.box.left)


@pytest.mark.parametrize(
    ("top", "bottom", "written"), [(0.9, 0.0, True), (1.1, 0.5, False), (0.0, -0.4, False)]
)
def test_writing_on_a_blank_counts_whatever_line_it_was_given_to(
    top: float, bottom: float, written: bool
) -> None:
    """Heads and tails of the lines below and above do not."""
    strips = strips_of(PAGE_FORMS[0])
    line = strips[long_strip(strips)]
    p, x, y = line.pitch, line.piece.box.left + 50, line.piece.baseline
    ink = np.zeros((2400, 1700), np.uint8)
    for number in range(3):
        left = round(x + 0.4 * number * p)
        ink[round(y - top * p) : round(y - bottom * p), left : left + round(0.1 * p)] = 255
    assert is_written_on(line, ink) is written
