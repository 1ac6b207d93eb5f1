"""Of leader dots that touch writing the stroke stays and the rest goes."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from pipeline.base.model import Pixels
from pipeline.layout.imaging.ink.binarization import binarize
from pipeline.layout.imaging.ink.connected_components import find_components
from pipeline.layout.imaging.ruling.leader_removal import remove_overwritten_dots
from pipeline.layout.imaging.ruling.leaders import find_leaders
from tests.layout.imaging.drawings import dot, ink_of, paper, rule

LETTER = 40.0
PACE = 11.6
LEVEL = 80.0
GREY = 60
"""How dark the pen writes; a dot under it is darker than either."""


def at(number: int) -> float:
    """Where the dot of that number stands."""
    return 30 + PACE * number


def leader(*, without: range = range(0)) -> Pixels:
    picture = paper(800, 160)
    for number in range(64):
        if number not in without:
            dot(picture, at(number), LEVEL, 2.4)
    return picture


def over(picture: Pixels, writing: Pixels) -> Pixels:
    """Both inks on one paper, darker where they cross."""
    return (picture.astype(float) * writing / 255).astype(np.uint8)


def left_of(picture: Pixels) -> Pixels:
    """The ink of a scanned page without its leaders."""
    scan = np.asarray(cv2.GaussianBlur(picture, (0, 0), 0.7), np.uint8)
    ink, components = binarize(scan)
    found = remove_overwritten_dots(find_leaders(components, LETTER), ink, components, scan, LETTER)
    return np.where(found.mask > 0, 0, ink).astype(np.uint8)


def strokes(*ends: tuple[float, float, float, float], grey: int = GREY) -> Pixels:
    writing = paper(800, 160)
    for x0, y0, x1, y1 in ends:
        rule(writing, (x0, y0), (x1, y1), grey, 5)
    return writing


def kept(left: Pixels, writing: Pixels) -> float:
    return float((left[ink_of(writing) > 0] > 0).mean())


def beside(left: Pixels, writing: Pixels) -> int:
    soft = cv2.dilate(ink_of(writing), np.ones((3, 3), np.uint8))
    return int(((left > 0) & (soft == 0)).sum())


@pytest.mark.parametrize("off", [-5, -3, 0, 3, 5])
@pytest.mark.parametrize("grey", [GREY, 40])
def test_a_dot_that_a_stroke_touches_is_removed_and_the_stroke_stays(off: float, grey: int) -> None:
    writing = strokes(
        (at(20) + off, 20, at(20) + off, 130), (at(30) + off, 20, at(30) + off - 40, 130), grey=grey
    )
    left = left_of(over(leader(), writing))
    assert kept(left, writing) > 0.98
    assert beside(left, writing) < 8


def test_a_word_that_hides_the_beginning_of_a_leader_loses_its_dots() -> None:
    writing = strokes(*((at(n) + 4, 30, at(n), 100) for n in range(9)))
    left = left_of(over(leader(), writing))
    assert kept(left, writing) > 0.98
    assert beside(left, writing) < 20


def test_a_stroke_of_the_same_ink_along_the_leader_is_not_cut_to_pieces() -> None:
    writing = strokes((at(20) + 3, LEVEL, at(28) - 3, LEVEL), grey=40)
    picture = np.minimum(leader(), writing)
    assert len(find_components(left_of(picture)).area) == 1
    assert kept(left_of(picture), writing) > 0.97


@pytest.mark.parametrize("off", [3.0, 4.5, 6.0])
@pytest.mark.parametrize("radius", [2.4, 3.5])
def test_a_dot_below_a_letter_that_meets_a_leader_dot_stays_whole(off: float, radius: float) -> None:
    writing = paper(800, 160)
    dot(writing, at(20) + off, LEVEL + 2, radius, GREY)
    left = left_of(over(leader(), writing))
    assert kept(left, writing) > 0.97


def test_beyond_the_end_of_a_leader_nothing_is_removed() -> None:
    writing = strokes(*((at(n), 40, at(n), LEVEL + 1) for n in range(42, 60)))
    left = left_of(over(leader(without=range(40, 64)), writing))
    assert (left[ink_of(writing) > 0] > 0).all()


@pytest.mark.parametrize("off", [(0.0, 0.0), (0.5, -1.0), (0.5, -1.5), (1.5, -1.5), (0.0, -2.0)])
def test_a_dot_below_of_the_size_of_a_leader_dot_that_runs_into_one_is_left(off: tuple[float, float]) -> None:
    writing = paper(800, 160)
    dot(writing, at(20) + off[0], LEVEL + off[1], 2.4, GREY)
    assert kept(left_of(over(leader(), writing)), writing) > 0.6


def test_a_full_stop_that_meets_a_leader_dot_is_freed_of_it() -> None:
    writing = paper(800, 160)
    dot(writing, at(20) + 1, LEVEL - 4, 3.5, GREY)
    left = left_of(over(leader(), writing))
    assert kept(left, writing) > 0.9
    assert beside(left, writing) < 4


def test_a_leader_without_writing_is_removed_whole() -> None:
    assert not left_of(leader()).any()


def test_without_dots_in_step_nothing_is_removed() -> None:
    writing = strokes((100, LEVEL, 700, LEVEL))
    assert kept(left_of(writing), writing) == 1.0
