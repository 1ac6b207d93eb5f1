"""Ink between two empty columns that has no letter of the reading is unread."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.recognition.decoding import Emission
from pipeline.recognition.ocr.line_image import STRIDE, LineImage
from pipeline.recognition.ocr.unread_ink import has_unread_ink

LETTERS = "0249 ab"
STEPS = 30
PLACES = (4, 12, 20)
"""The steps of the figures."""


def figures(count: int, height: int = 20, width: int = 12) -> LineImage:
    """A picture with so many figures, drawn as blocks."""
    picture = np.zeros((40, STEPS * STRIDE), np.float32)
    for place in PLACES[:count]:
        middle = place * STRIDE
        picture[30 - height : 30, middle - width // 2 : middle + width // 2] = 1
    return picture


def seen(text: str) -> Emission:
    """What a network gives that is sure of these letters at the places of the figures."""
    chances = np.full((STEPS, len(LETTERS) + 1), 1e-4)
    chances[:, 0] = 1
    for place, letter in zip(PLACES, text, strict=False):
        chances[place] = 1e-4
        chances[place, LETTERS.index(letter) + 1] = 1
    return Emission(np.log(chances / chances.sum(axis=1, keepdims=True)).astype(np.float32), LETTERS)


def test_a_figure_without_a_letter_is_unread() -> None:
    assert has_unread_ink(figures(3), [seen("24")], "24")


@pytest.mark.parametrize(("text", "count"), [("240", 3), ("24", 2), ("2", 1)])
def test_a_figure_with_its_letter_is_read(text: str, count: int) -> None:
    assert not has_unread_ink(figures(count), [seen(text)], text)


def test_a_dot_without_a_letter_is_no_unread_ink() -> None:
    picture = figures(2)
    picture[26:30, 78:82] = 1
    assert not has_unread_ink(picture, [seen("24")], "24")


def test_emissions_of_another_picture_tell_nothing() -> None:
    wide = np.pad(figures(3), ((0, 0), (0, 40)))
    assert not has_unread_ink(wide, [seen("24")], "24")


def test_without_emissions_or_with_an_unknown_letter_nothing_is_unread() -> None:
    assert not has_unread_ink(figures(3), [], "24")
    assert not has_unread_ink(figures(3), [seen("24")], "2z")
