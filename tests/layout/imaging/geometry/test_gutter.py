"""Open books: the gutter, the direction of writing, the two halves and the canvas of both."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.books.open_books import FLAT, Binding, open_book
from pipeline.base.model import Pixels
from pipeline.declarations import schema
from pipeline.layout.imaging.geometry import warp
from pipeline.layout.imaging.geometry.gutter import (
    Gutter,
    find_gutter,
    has_horizontal_text,
    shared_homography,
    split_at_gutter,
)
from pipeline.layout.imaging.geometry.pyramid import Pyramid
from pipeline.layout.imaging.ink.binarization import ink_layer
from pipeline.training.synthetic_pages import SCANNER_LEVELS, SynthOptions, draw_book
from pipeline.training.synthetic_pages.synthesis_options import ScannerLevel
from tests.module_cache import module_cache

SCHEMAS = schema.load()
DPI = 100


@module_cache
def pages(form: str, entries: int = 2) -> tuple[Pixels, ...]:
    """Flat pages of a book."""
    options = SynthOptions(seed=5, entries=entries, dpi=DPI, cover=False, scanner="none")
    return tuple(drawing.page.sheet.pixels for drawing in draw_book(SCHEMAS.form(form), SCHEMAS, options))


@pytest.mark.parametrize("binding", [Binding(), Binding(shadow=0.15, rise=-1.0), FLAT])
@pytest.mark.parametrize("level", ["mild", "normal", "hard"])
@pytest.mark.parametrize("form", ["birth-2006", "marriage-2006", "death-2016"])
def test_the_gutter_of_an_open_book_is_found_within_a_hundredth_of_its_width(
    form: str, level: ScannerLevel, binding: Binding
) -> None:
    left, right = pages(form)
    book = open_book(left, right, DPI, SCANNER_LEVELS[level], np.random.default_rng(7), binding)
    pixels = book.scan.pixels
    height, width = pixels.shape[:2]
    found = find_gutter(ink_layer(pixels), 420.0)
    assert np.abs(found.at(book.gutter[:, 1], height) - book.gutter[:, 0]).max() <= 0.01 * width
    assert (found.shadow > 0) == (binding.shadow > 0)


@pytest.mark.parametrize("level", ["mild", "hard"])
@pytest.mark.parametrize("form", ["birth-2006", "marriage-2016", "birth-table"])
def test_text_is_horizontal_until_the_picture_is_laid_on_its_side(form: str, level: ScannerLevel) -> None:
    rows = 8 if form == "birth-table" else 1
    options = SynthOptions(seed=6, entries=rows, dpi=DPI, cover=False, scanner=level)
    grey = ink_layer(next(draw_book(SCHEMAS.form(form), SCHEMAS, options)).scan.pixels)
    assert has_horizontal_text(Pyramid(grey))
    assert not has_horizontal_text(Pyramid(np.ascontiguousarray(np.rot90(grey))))


def test_no_pixel_of_either_page_is_lost_and_none_of_the_other_is_kept() -> None:
    pixels = np.full((100, 200, 3), 240, np.uint8)
    across = np.arange(200)
    gutter = Gutter(90.0, 110.0, 0.3)
    line = np.rint(gutter.at(np.arange(100.0), 100)).astype(int)
    on_left = across[None] < line[:, None] - 2
    on_right = across[None] > line[:, None] + 2
    pixels[on_left] = (200, 0, 0)
    pixels[on_right] = (0, 0, 200)
    (left, begin), (right, start) = split_at_gutter(pixels, gutter)
    assert begin == 0
    assert (left[on_left[:, : left.shape[1]]] == (200, 0, 0)).all()
    assert (right[on_right[:, start:]] == (0, 0, 200)).all()
    assert not (left == (0, 0, 200)).all(axis=2).any()
    assert not (right == (200, 0, 0)).all(axis=2).any()


@pytest.mark.parametrize("shape", [(1, 1), (2, 300), (300, 2), (40, 50)])
@pytest.mark.parametrize("tone", [0, 255])
def test_pictures_on_which_there_is_nothing_are_no_error(shape: tuple[int, int], tone: int) -> None:
    grey = np.full(shape, tone, np.uint8)
    gutter = find_gutter(grey, 420.0)
    assert gutter.shadow == 0
    has_horizontal_text(Pyramid(grey))
    (left, _), (right, _) = split_at_gutter(np.repeat(grey[..., None], 3, 2), gutter)
    assert left.shape[0] == right.shape[0] == shape[0]


def test_the_canvas_of_both_pages_keeps_either_nearly_square() -> None:
    frame = np.array([[0, 0], [400, 0], [400, 560], [0, 560]], float)
    shift = np.array([430.0, 3.0])
    lean = warp.deskew_matrix(0.6, 0.6, (900, 600))[0]
    left, right = warp.transform_points(lean, frame), frame + shift
    matrix = shared_homography([left, right])
    for corners in (left, right):
        placed = warp.transform_points(matrix, corners)
        sides = np.array([placed[1] - placed[0], placed[2] - placed[3]])
        assert np.abs(sides[:, 1] / sides[:, 0]).max() < np.tan(np.radians(0.35))
