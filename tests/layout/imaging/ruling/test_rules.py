"""The rule that should stand near a place is found however faint, and none is made up."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.base.model import Matrix, Pixels
from pipeline.layout.imaging.ruling.rules import erase_rules, find_rule_near, intersect_lines, trace_rule_near
from tests.layout.imaging.drawings import ink_of, paper, rule, typed

WIDTH, HEIGHT = 400, 900
START, END = np.array([200.0, 50.0]), np.array([200.0, 850.0])
REACH, THICK = 25.0, 8.0


def found(picture: Pixels) -> Matrix | None:
    return find_rule_near(picture, START, END, REACH, THICK)


def upright(top: float = 200.0, bottom: float | None = None, grey: int = 70, width: int = 2) -> Pixels:
    """A page with one upright rule that is at x = ``top`` above and x = ``bottom`` below."""
    picture = paper(WIDTH, HEIGHT)
    rule(picture, (top, START[1]), (top if bottom is None else bottom, END[1]), grey, width)
    return picture


@settings(max_examples=30, deadline=None)
@given(top=st.floats(184, 216), tilt=st.floats(-8, 8), grey=st.integers(40, 190))
def test_a_rule_is_found_where_it_runs(top: float, tilt: float, grey: int) -> None:
    rule = found(upright(top, top + tilt, grey))
    assert rule is not None
    assert rule[:, 0] == pytest.approx([top, top + tilt], abs=2.5)


def test_a_faint_rule_is_found() -> None:
    rule = found(upright(206, grey=205))
    assert rule is not None
    assert rule[:, 0] == pytest.approx(206, abs=1.5)


def test_a_broken_rule_is_found() -> None:
    picture = upright(193)
    for top in range(60, 850, 60):
        picture[top : top + 24] = 255
    rule = found(picture)
    assert rule is not None
    assert rule[:, 0] == pytest.approx(193, abs=1.5)


def test_writing_across_a_rule_does_not_lead_it_astray() -> None:
    picture = upright(195, grey=120)
    text = typed("mmmmmmm", "LiberationSerif-Regular.ttf", 40)
    for top in range(100, 800, 90):
        part = picture[top : top + text.shape[0], 120 : 120 + text.shape[1]]
        part[:] = np.minimum(part, text[:, : part.shape[1]])
    rule = found(picture)
    assert rule is not None
    assert rule[:, 0] == pytest.approx(195, abs=2)


def test_the_nearer_of_two_like_rules_is_taken() -> None:
    picture = np.minimum(upright(203), upright(184))
    rule = found(picture)
    assert rule is not None
    assert rule[:, 0] == pytest.approx(203, abs=1.5)


def test_there_is_no_rule_on_empty_paper() -> None:
    assert found(paper(WIDTH, HEIGHT)) is None


def test_a_rule_out_of_reach_is_none() -> None:
    assert found(upright(260)) is None


def test_a_short_piece_is_no_rule() -> None:
    picture = upright()
    picture[320:] = 255
    assert found(picture) is None


def test_a_dark_scan_edge_is_no_rule() -> None:
    picture = paper(WIDTH, HEIGHT)
    picture[:, 180:225] = 20
    assert found(picture) is None


def test_a_column_of_writing_is_no_rule() -> None:
    picture = paper(WIDTH, HEIGHT)
    text = typed("Nguyễn Văn", "LiberationSerif-Regular.ttf", 26)
    for top in range(60, 820, 55):
        picture[top : top + text.shape[0], 130 : 130 + text.shape[1]] = text
    assert found(picture) is None


def test_a_segment_too_short_to_measure_has_no_rule() -> None:
    assert find_rule_near(upright(), START, START + np.array([0.0, 30.0]), REACH, THICK) is None


def test_a_horizontal_rule_is_found_as_a_vertical_one_is() -> None:
    picture = np.ascontiguousarray(upright(207, 201).T)
    rule = find_rule_near(picture, START[::-1], END[::-1], REACH, THICK)
    assert rule is not None
    assert rule[:, 1] == pytest.approx([207, 201], abs=1.5)
    assert rule[:, 0] == pytest.approx([50, 850], abs=1)


def test_two_lines_cross_where_both_pass() -> None:
    first, second = np.array([[0.0, 0], [10, 10]]), np.array([[0.0, 10], [10, 0]])
    assert intersect_lines(first, second) == pytest.approx([5, 5])


def bowed(shift: float, bow: float, grey: int = 70) -> tuple[Pixels, Matrix]:
    """A page with an upright rule that stands ``shift`` beside the segment and bends by ``bow``, and its points."""
    y = np.linspace(START[1], END[1], 81)
    x = START[0] + shift + bow * np.sin(np.pi * (y - START[1]) / (END[1] - START[1]))
    picture = paper(WIDTH, HEIGHT)
    for first, second in pairwise(np.column_stack([x, y])):
        rule(picture, tuple(first), tuple(second), grey, 2)
    return picture, np.column_stack([x, y])


@settings(max_examples=30, deadline=None)
@given(shift=st.floats(-10, 10), bow=st.floats(-9, 9), grey=st.integers(40, 170))
def test_a_rule_that_bends_is_followed(shift: float, bow: float, grey: int) -> None:
    picture, points = bowed(shift, bow, grey)
    course = trace_rule_near(picture, START, END, REACH, THICK)
    assert np.interp(points[:, 1], course[:, 1], course[:, 0]) == pytest.approx(points[:, 0], abs=2.0)


def test_a_rule_that_bends_is_erased_and_a_stroke_across_it_stays() -> None:
    picture, _ = bowed(14, -8)
    stroke = paper(WIDTH, HEIGHT)
    cv2.line(stroke, (150, 380), (260, 480), 20, 7)
    page = np.minimum(picture, stroke)
    course = trace_rule_near(page, START, END, REACH, THICK)
    clean = erase_rules(ink_of(page), [course], 2.0)
    own = ink_of(stroke) > 0
    assert (clean[own] > 0).mean() > 0.98
    assert (clean[~own] > 0).sum() < 0.02 * (ink_of(picture) > 0).sum()


def test_without_a_rule_the_course_is_the_segment() -> None:
    assert trace_rule_near(paper(WIDTH, HEIGHT), START, END, REACH, THICK).tolist() == [[200, 50], [200, 850]]


def test_an_erased_rule_leaves_the_stroke_that_crosses_it_whole() -> None:
    picture = paper(300, 300)
    rule(picture, (20, 150), (280, 150), 40, 2)
    stroke = paper(300, 300)
    cv2.line(stroke, (120, 60), (180, 240), 20, 7)
    clean = erase_rules(ink_of(np.minimum(picture, stroke)), [np.array([[20.0, 150], [280, 150]])], 2.0)
    assert (clean[:, :100] == 0).all()
    own = ink_of(stroke) > 0
    assert (clean[own] > 0).mean() > 0.99


def test_a_stroke_along_a_thin_rule_stays() -> None:
    """The stem of a figure that is written right on the rule at the end of a line."""
    picture = paper(300, 400)
    rule(picture, (150, 20), (150, 380), 40, 2)
    stem = paper(300, 400)
    cv2.line(stem, (154, 170), (147, 230), 20, 6)
    course = np.array([[150.0, 20], [150, 380]])
    clean = erase_rules(ink_of(np.minimum(picture, stem)), [course], 3.0)
    own = ink_of(stem) > 0
    assert (clean[own] > 0).mean() > 0.9
    assert (clean[:150] == 0).all()
    assert (clean[250:] == 0).all()


@pytest.mark.parametrize("level", [False, True])
def test_a_rule_that_is_thicker_further_on_is_erased_all_along(level: bool) -> None:
    picture = paper(400, 1200)
    picture[:700, 200:202] = picture[700:, 199:203] = 40
    course = np.array([[200.5, 0], [200.5, 1199]])
    ink = ink_of(picture)
    clean = erase_rules(*((ink.T.copy(), [course[:, ::-1]]) if level else (ink, [course])), 2.4)
    assert not clean.any()


def test_without_a_rule_nothing_is_erased() -> None:
    """A frame that was not scanned whole: dashes and figures stand where its side would."""
    picture = paper(400, 1200)
    for top in range(100, 1100, 150):
        picture[top : top + 40, 199:203] = 20
    ink = ink_of(picture)
    assert (erase_rules(ink, [np.array([[200.5, 0], [200.5, 1199]])], 2.4) == ink).all()


def test_an_even_stroke_across_a_rule_loses_no_column() -> None:
    picture = paper(400, 400)
    picture[:, 200:202] = 40
    picture[150:156, 195:260] = 20
    ink = ink_of(picture)
    clean = erase_rules(ink, [np.array([[200.5, 0], [200.5, 399]])], 2.1)
    assert (clean[150:156] == ink[150:156]).all()
    assert not clean[:150].any()
