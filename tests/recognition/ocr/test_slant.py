"""Writing that leans: how far is told, and it is set upright without losing ink."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from pipeline.recognition.decoding import Emission
from pipeline.recognition.ocr.handwriting import LEANING, HandwritingReader
from pipeline.recognition.ocr.line_image import (
    HEIGHT,
    LEAST_WIDTH,
    STRIDE,
    WIDEST,
    LineImage,
    estimate_slant,
    shear_upright,
)

LEANINGS = st.floats(-0.8, 0.8)


def strokes(lean: float, count: int = 14, gap: int = 17) -> LineImage:
    """A picture with that many strokes, which run ``lean`` columns to the right a row upwards."""
    picture = Image.new("F", (60 + count * gap, HEIGHT))
    pen = ImageDraw.Draw(picture)
    for number in range(count):
        foot = 30 + number * gap
        pen.line((foot + lean * 12, 8, foot - lean * 12, 32), fill=1.0, width=3)
    return np.asarray(picture, np.float32)


@given(LEANINGS)
@settings(max_examples=30)
def test_the_slant_of_strokes_is_estimated(lean: float) -> None:
    assert estimate_slant(strokes(lean)) == pytest.approx(lean, abs=0.08)


@given(LEANINGS)
@settings(max_examples=30)
def test_a_sheared_line_is_upright_and_keeps_its_ink(lean: float) -> None:
    leaning = strokes(lean)
    upright = shear_upright(leaning, lean)
    assert estimate_slant(upright) == pytest.approx(0.0, abs=0.08)
    assert upright.sum() == pytest.approx(leaning.sum(), rel=0.02)
    assert (upright.min(), upright.shape[0]) == (0.0, HEIGHT)


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((HEIGHT, 400), np.float32),
        np.ones((HEIGHT, 400), np.float32),
        strokes(0.7, count=1)[:, : int(LEAST_WIDTH * HEIGHT) - 1],
    ],
    ids=["empty", "full", "one short stroke"],
)
def test_what_shows_no_slant_has_none(picture: LineImage) -> None:
    assert estimate_slant(picture) == pytest.approx(0.0, abs=0.01)


@dataclass(frozen=True)
class Looking:
    """A network that says nothing of the lines it is shown but how wide they are."""

    widths: list[int]
    letters: str = " 1"
    fingerprint: str = "looking"

    def log_chances(self, lines: NDArray[np.float32]) -> NDArray[np.float32]:
        inked = lines.sum(axis=(1, 2)) > 0
        self.widths.extend(int(np.flatnonzero(row).max()) + 1 for row in inked)
        return np.full((len(lines), lines.shape[3] // STRIDE, 3), np.log(1 / 3), np.float32)


def seen(pictures: list[LineImage], networks: int = 2) -> tuple[list[int], tuple[tuple[Emission, ...], ...]]:
    """The widths of ink that each network was shown, and what came of every line."""
    widths: list[int] = []
    reader = HandwritingReader(tuple(Looking(widths) for _ in range(networks)))
    lines = [np.asarray(255 - 220 * picture, np.uint8) for picture in pictures]
    return widths, reader.emissions(lines)


def test_only_a_line_that_leans_far_is_read_a_second_time_by_every_network() -> None:
    upright, leaning = strokes(0.5 * LEANING), strokes(3 * LEANING)
    widths, told = seen([upright, leaning, np.zeros_like(upright), upright])
    assert [len(said) for said in told] == [2, 4, 0, 2]
    assert len(widths) == 8


def test_a_line_that_would_be_too_wide_upright_is_looked_at_once() -> None:
    leaning = strokes(0.6, count=200, gap=14)
    assert leaning.shape[1] > WIDEST
    widths, told = seen([leaning])
    assert [len(said) for said in told] == [2]
    assert max(widths) <= WIDEST


def middles(picture: LineImage) -> NDArray[np.float64]:
    """How far the middle of the ink lies from that of the picture, in columns and in rows."""
    inked = [np.flatnonzero(picture.sum(axis=axis) > 0.5) for axis in (0, 1)]
    sides = picture.shape[::-1]
    return np.array([(at[0] + at[-1] + 1 - side) / 2 for at, side in zip(inked, sides, strict=True)])


@given(st.floats(0.8, 1.3))
@settings(max_examples=20)
def test_what_is_made_larger_grows_around_the_middle(size: float) -> None:
    line = strokes(0.0)
    larger = shear_upright(line, 0.0, size)
    assert larger.shape == (HEIGHT, pytest.approx(size * line.shape[1], abs=4))
    assert middles(larger) == pytest.approx(size * middles(line), abs=1.5)
