"""Drawn open books: where the places of both pages lie on the picture."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.books.open_books import FLAT, Binding, open_book
from pipeline.base.model import Pixels
from pipeline.training.synthetic_pages import SCANNER_LEVELS
from pipeline.training.synthetic_pages.synthesis_options import ScannerLevel

WIDE, HIGH = 420, 594


def marked(at: tuple[int, int]) -> Pixels:
    """A white page with a red square at x, y."""
    page = np.full((HIGH, WIDE, 3), 255, np.uint8)
    page[at[1] - 4 : at[1] + 5, at[0] - 4 : at[0] + 5] = (255, 0, 0)
    return page


@pytest.mark.parametrize("binding", [FLAT, Binding(), Binding(rise=-2.0, lost=4.0)])
@pytest.mark.parametrize("level", ["none", "mild", "hard"])
def test_ink_on_an_open_book_is_where_the_book_says(level: ScannerLevel, binding: Binding) -> None:
    places = {False: (400, 300), True: (30, 200)}
    book = open_book(
        marked(places[False]),
        marked(places[True]),
        51.0,
        SCANNER_LEVELS[level],
        np.random.default_rng(4),
        binding,
    )
    red = book.scan.pixels[:, :, 0].astype(int) - book.scan.pixels[:, :, 1]
    x_of_gutter = float(book.gutter[:, 0].mean())
    for right, place in places.items():
        mask = red > 100
        mask[:, : int(x_of_gutter)] &= not right
        mask[:, int(x_of_gutter) :] &= right
        y, x = (float(axis.mean()) for axis in np.nonzero(mask))
        assert book.places(np.array([place], float), right)[0] == pytest.approx((x, y), abs=1.5)


def test_the_gutter_is_dark_and_takes_paper_away() -> None:
    page = np.full((HIGH, WIDE, 3), 255, np.uint8)
    book = open_book(page, page, 51.0, SCANNER_LEVELS["none"], np.random.default_rng(1))
    x = int(book.gutter[0, 0])
    assert book.scan.pixels[:, x].mean() < 0.75 * book.scan.pixels[:, x - 60].mean()
    flat = open_book(page, page, 51.0, SCANNER_LEVELS["none"], np.random.default_rng(1), FLAT)
    assert flat.scan.pixels.shape == (HIGH, 2 * WIDE, 3)
    assert (flat.scan.pixels == 255).all()
