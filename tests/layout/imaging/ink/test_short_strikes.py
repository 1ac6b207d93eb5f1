"""Strokes through a figure or two, and figures with bars."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from pipeline.base.model import Pixels
from pipeline.layout.imaging.ink.short_strikes import _longest_runs, may_be_struck
from pipeline.training.synthetic_pages.pen_fonts import PENS
from tests.layout.imaging.ink.test_strikethrough import PITCH, handwritten

HANDS = [pen.file for pen in PENS][::3]
STICKS_OUT = 8


def figures(file: str, text: str) -> Pixels:
    """The mask of a line, with paper around it."""
    return np.asarray(np.where(handwritten(file, text)[0] < 145, 255, 0), np.uint8)


def cut(mask: Pixels) -> Pixels:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def crossed(mask: Pixels, height: float, out: int, rise: int = 0) -> Pixels:
    """The mask with a stroke at that share of its height that sticks out so far on both sides."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    y = round(rows[0] + height * (rows[-1] - rows[0]))
    ends = (int(columns[0]) - out, y + rise), (int(columns[-1]) + out, y - rise)
    return np.asarray(cv2.line(mask.copy(), *ends, 255, 4), np.uint8)


@pytest.mark.parametrize("rise", [0, 3])
@pytest.mark.parametrize("text", ["1", "4", "6", "7", "8", "16"])
def test_a_stroke_that_sticks_out_of_figures_makes_them_doubtful(text: str, rise: int) -> None:
    found = [may_be_struck(cut(crossed(figures(file, text), 0.5, STICKS_OUT, rise)), PITCH) for file in HANDS]
    assert sum(found) >= 0.7 * len(found)


@pytest.mark.parametrize("text", ["1", "4", "7", "9", "27", "Nữ", "Đ", "t", "Tày", "mẹ"])
def test_figures_and_short_words_are_not_doubtful(text: str) -> None:
    assert [file for file in HANDS if may_be_struck(cut(figures(file, text)), PITCH)] == []


def test_an_underline_and_a_stroke_within_the_figure_strike_nothing_out() -> None:
    for file in HANDS:
        mask = figures(file, "8")
        assert not may_be_struck(cut(crossed(mask, 1.05, STICKS_OUT)), PITCH)
        assert not may_be_struck(cut(crossed(mask, 0.5, 0)), PITCH)


def test_the_longest_run_of_each_row_is_found_the_first_of_two_alike() -> None:
    rows = ("xx.xxx.xxx", "xxxxxxxxxx", "x.x.x.x.x.", "..........", "xxx....xxx")
    thick = np.array([[letter == "x" for letter in row] for row in rows], np.uint8)
    assert dict(_longest_runs(thick, 3)) == {0: (3, 6), 1: (0, 10), 4: (0, 3)}
    assert dict(_longest_runs(thick, 3.5)) == {1: (0, 10)}
