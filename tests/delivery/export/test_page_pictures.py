"""Pictures of entries: set straight, cut between rows, as small as asked and no worse than allowed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from pipeline.base.model import LEFT_PAGE, RIGHT_PAGE, Box, PageImage, PageRef
from pipeline.delivery.export.compression import CopyOptions
from pipeline.delivery.export.package_values import TextSpan
from pipeline.delivery.export.page_pictures import (
    EntryCopy,
    PagePart,
    PageRectification,
    crop_bands,
    crop_column,
    entry_pdfs,
    facing_columns,
    rectify_page,
    row_bands,
)
from pipeline.layout.imaging.geometry import warp
from tests.delivery.export.pdfs import MADE, pictures_of
from tests.delivery.export.written_pages import written_page

REF = PageRef("a" * 64, 1)


def test_a_turned_page_comes_out_upright_at_the_resolution_of_copies() -> None:
    pixels = np.full((600, 900, 3), 230, np.uint8)
    pixels[280:320, 10:50] = 0  # on the left of the lying page: on top once it is turned
    matrix, size = warp.quarter_turn(90, (900, 600))
    shown = rectify_page(PageImage(REF, pixels, 300.0), PageRectification(matrix, size))
    assert (shown.pixels.shape[:2], shown.dpi, shown.scale) == ((450, 300), 150.0, 0.5)
    rows, columns = np.nonzero(shown.pixels.min(axis=2) < 100)
    assert rows.max() < 40
    assert 130 < columns.mean() < 170


def test_a_page_that_was_decoded_smaller_comes_to_lie_where_the_whole_does() -> None:
    whole = written_page(1201, 1600)
    matrix, size = warp.deskew_matrix(1.5, 1.2, (1201, 1600))
    for rectification in (PageRectification(matrix, size), PageRectification(np.eye(3), (1201, 1600))):
        expected = rectify_page(PageImage(REF, whole, 300.0), rectification)
        half = PageImage(REF, np.asarray(Image.fromarray(whole).reduce(2)), 150.0, reduction=2)
        shown = rectify_page(half, rectification)
        assert (shown.dpi, shown.scale) == (expected.dpi, expected.scale)
        np.testing.assert_array_equal(shown.pixels, expected.pixels)
    unread = rectify_page(half, PageRectification(np.eye(3), (0, 0)))
    np.testing.assert_array_equal(unread.pixels, half.pixels)


def test_a_scan_without_a_resolution_is_as_large_as_its_form() -> None:
    page = PageImage(REF, np.full((1754, 1240, 3), 230, np.uint8), 0.0)
    shown = rectify_page(page, PageRectification(np.eye(3), (0, 0)))
    assert round(shown.dpi) == 150


def test_rows_are_cut_between_the_ink_of_neighbours() -> None:
    rows = {0: Box(0, 100, 900, 180), 1: Box(0, 190, 900, 270), 3: Box(0, 400, 900, 480)}
    bands = row_bands(rows)
    assert bands[0] == (80, 185)
    assert bands[1] == (185, 290)
    assert bands[3] == (380, 500)
    overlapping = row_bands({0: Box(0, 100, 900, 200), 1: Box(0, 190, 900, 270)})
    assert overlapping[0][1] == 200
    assert overlapping[1][0] == 190, "never through a row's own ink"


def test_a_cut_keeps_its_texts_and_leaves_those_of_others() -> None:
    pixels = np.zeros((500, 100, 3), np.uint8)
    texts = [TextSpan("mine", Box(10, 210, 50, 230)), TextSpan("other", Box(10, 310, 50, 330))]
    picture, kept = crop_bands(pixels, [(0, 50), (200, 280)], texts)
    assert picture.shape[0] == 130
    assert kept == (TextSpan("mine", Box(10, 60, 50, 80)),)


def test_an_entry_that_goes_on_is_one_file_and_a_page_is_decoded_once_for_its_rows() -> None:
    straight = PageRectification(np.eye(3), (300, 400))
    asked = []

    def part(page_no: int, *bands: tuple[float, float]) -> PagePart:
        return PagePart(Path(), "a" * 64, page_no, straight, (), bands)

    def decode(wanted: PagePart) -> PageImage:
        asked.append(wanted.page_no)
        return PageImage(PageRef("a" * 64, wanted.page_no), np.full((400, 300, 3), 200, np.uint8), 100.0)

    copies = [
        EntryCopy("1", (part(1, (0, 50), (100, 200)),)),
        EntryCopy("2", (part(1, (0, 50), (200, 300)), part(2))),
    ]
    first, second = entry_pdfs(copies, decode, CopyOptions(), MADE)
    assert asked == [1, 2]
    assert [picture.shape[:2] for picture in pictures_of(first)] == [(150, 300)]
    assert [picture.shape[:2] for picture in pictures_of(second)] == [(150, 300), (400, 300)]


def test_facing_pages_are_cut_between_them_and_rows_under_one_another_are_not() -> None:
    left, right = Box(100, 120, 900, 1200), Box(1100, 90, 1900, 1150)
    facing = {LEFT_PAGE: left, RIGHT_PAGE: right}
    assert facing_columns(facing) == {LEFT_PAGE: (0, 1000), RIGHT_PAGE: (1000, np.inf)}
    assert facing_columns({0: Box(100, 0, 900, 300), **facing}) == facing_columns(facing), (
        "what was read before has no say"
    )
    assert row_bands(facing) == row_bands({RIGHT_PAGE: right}) == {}, "never one below the other"
    assert facing_columns({LEFT_PAGE: left}) == {}
    assert facing_columns({0: left, 1: right}) == {}
    assert facing_columns({LEFT_PAGE: Box(0, 100, 900, 180), RIGHT_PAGE: Box(0, 190, 900, 270)}) == {}


def test_the_copy_of_a_facing_page_shows_it_and_nothing_of_the_other() -> None:
    pixels = np.full((300, 400, 3), 255, np.uint8)
    pixels[:, 200:] = (0, 0, 255)
    texts = [TextSpan("trái", Box(20, 10, 90, 30)), TextSpan("phải", Box(240, 10, 300, 30))]
    picture, kept = crop_column(pixels, (200, np.inf), texts)
    assert picture.shape == (300, 200, 3)
    assert (picture == (0, 0, 255)).all()
    assert kept == (TextSpan("phải", Box(40, 10, 100, 30)),)
    part = PagePart(Path(), "a" * 64, 1, PageRectification(np.eye(3), (0, 0)), tuple(texts), column=(0, 200))
    (file,) = entry_pdfs(
        [EntryCopy("01", (part,))],
        lambda _: PageImage(PageRef("a" * 64, 1), pixels, 150.0),
        CopyOptions(),
        MADE,
    )
    (shown,) = pictures_of(file)
    assert shown.shape == (300, 200, 3)
    assert shown.min() > 245
