from __future__ import annotations

import numpy as np

from pipeline.imaging.ink_print import ACROSS, DOWN, ink_print
from pipeline.model import Box, Pixels

FRAME = Box(20, 30, 420, 590)


def inked(*boxes: tuple[int, int, int, int]) -> Pixels:
    ink = np.zeros((620, 440), np.uint8)
    for left, top, right, bottom in boxes:
        ink[top:bottom, left:right] = 255
    return ink


def test_a_print_has_one_digit_a_cell_and_nothing_where_there_is_no_ink() -> None:
    empty = ink_print(inked(), FRAME, ())
    assert empty == "0" * (ACROSS * DOWN)
    assert ink_print(inked((20, 30, 60, 70)), FRAME, ())[0] == "f"


def test_what_is_printed_does_not_count() -> None:
    label = Box(100, 100, 200, 120)
    assert ink_print(inked((100, 100, 200, 120)), FRAME, (label,)) == "0" * (ACROSS * DOWN)


def test_a_shift_of_a_millimetre_changes_little() -> None:
    """2 pixels of 440 are a millimetre of an A4 page."""
    here = [int(digit, 16) for digit in ink_print(inked((90, 200, 250, 212)), FRAME, ())]
    there = [int(digit, 16) for digit in ink_print(inked((92, 202, 252, 214)), FRAME, ())]
    elsewhere = [int(digit, 16) for digit in ink_print(inked((90, 300, 250, 312)), FRAME, ())]
    assert np.corrcoef(here, there)[0, 1] > 0.95
    assert np.corrcoef(here, elsewhere)[0, 1] < 0.2
