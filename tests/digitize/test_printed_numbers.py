"""A printed number has the texts of both readers as hypotheses, and a longer one where figures stand beside it."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.base.model import Box, Crop, Hypothesis, KeptLine, KeptRegion, LineReading, Pixels, Writing
from pipeline.books.book_context.order_candidates import with_candidates
from pipeline.digitize.printed_numbers import MAX_CUT
from pipeline.digitize.witnesses import MAX_DISPUTED, read_print
from pipeline.layout.imaging.ink.figures_beside import crop_with_figures_beside
from pipeline.recognition.ocr import Engines
from pipeline.recognition.ocr.digits import DigitReader
from tests.digitize.test_witnesses import Says, first
from tests.recognition.ocr.lines import typed_crop

PAD = 10


def ink_box(pixels: Pixels, letters: int = 0) -> Box:
    """The box of the ink of a line, or of its last letters alone."""
    dark = pixels < 150
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    gaps = np.flatnonzero(np.diff(columns) > 1)
    left = columns[gaps[-letters] + 1] if letters else columns[0]
    rows = np.flatnonzero(dark[:, left:].any(axis=1))
    return Box(float(left), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1))


def page_with(text: str) -> Pixels:
    """A piece of a page with that print on it, and paper around it."""
    return np.pad(typed_crop(text, "number").pixels, 60, constant_values=255)


def read_alone(page: Pixels, box: Box, text: str, confidence: float = 0.96) -> LineReading:
    """What both readers make of the figures in a box; the first one says ``text``."""
    left, top, right, bottom = (round(side) for side in (box.left, box.top, box.right, box.bottom))
    cut = np.full((bottom - top + 2 * PAD, right - left + 2 * PAD), 255, np.uint8)
    cut[PAD:-PAD, PAD:-PAD] = page[top:bottom, left:right]
    crop = Crop(cut, 300, "number", beside=crop_with_figures_beside(page, box, PAD))
    reader = Says([first(text, confidence)])
    (found,) = read_print([crop], Engines(reader, reader, DigitReader()))
    return found


def chances(reading: LineReading) -> dict[str, float]:
    return {one.text: one.chance for one in reading.hypotheses}


def test_a_figure_that_was_cut_off_makes_the_longer_number_a_hypothesis() -> None:
    page = page_with("15")
    found = read_alone(page, ink_box(page, letters=1), "5")
    assert (found.text, found.confidence <= MAX_CUT) == ("5", True)
    assert chances(found)["15"] > 0.3
    assert sum(chances(found).values()) <= 1.0


@pytest.mark.parametrize("text", ["15", "Trang 15", "số: 15"])
def test_a_whole_number_beside_its_label_stays_as_sure_as_it_was(text: str) -> None:
    page = page_with(text)
    found = read_alone(page, ink_box(page, letters=2 if " " in text else 0), "15")
    assert found.text == "15"
    assert found.confidence > 0.9
    assert found.hypotheses[0].text == "15"


def test_where_the_readers_differ_both_texts_are_hypotheses() -> None:
    page = page_with("81")
    found = read_alone(page, ink_box(page), "31", 0.7)
    assert found.text == "81"
    assert found.confidence <= MAX_DISPUTED
    assert set(chances(found)) >= {"81", "31"}


def test_letters_are_no_hypothesis_of_a_number() -> None:
    page = page_with("81")
    found = read_alone(page, ink_box(page), "S1", 0.7)
    assert (found.text, found.confidence) == ("81", MAX_DISPUTED)
    assert all(text.isdecimal() for text in chances(found))


def test_the_ink_of_a_printed_number_is_kept_and_says_no_number_that_is_not_there() -> None:
    page = page_with("15")
    found = read_alone(page, ink_box(page), "15")
    assert found.emissions
    where = ink_box(page)
    region = KeptRegion("page_number", Writing.PRINT, where, (KeptLine(0, where, found),))
    assert with_candidates([Hypothesis("15", 0.9)], [95, 115], region) == (Hypothesis("15", 0.9),)


def test_nothing_is_beside_a_line_at_the_edge_of_the_page() -> None:
    page = typed_crop("7", "number").pixels
    assert crop_with_figures_beside(page, ink_box(page), PAD) is None
