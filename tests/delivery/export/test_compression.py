"""A page as a JPEG: as small as asked and no worse than allowed."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from pipeline.base.model import Box
from pipeline.delivery.export.compression import (
    A4_SQUARE_INCHES,
    QUALITIES,
    SCALES,
    CopyOptions,
    JpegCompressor,
    compress_page,
    encode_jpeg,
)
from pipeline.delivery.export.package_values import TextSpan
from tests.delivery.export.written_pages import written_page


def test_an_a4_page_takes_what_is_allowed_and_stays_in_colour() -> None:
    pixels = written_page()
    for kilobytes in (60.0, 96.0, 400.0):
        page = compress_page(pixels, 150.0, (), CopyOptions(kilobytes))
        allowed = 1000 * kilobytes * (1240 * 1754 / 150**2) / A4_SQUARE_INCHES
        shown = np.asarray(Image.open(io.BytesIO(page.jpeg)))
        assert len(page.jpeg) <= allowed or page.dpi == 96.0
        assert page.dpi >= 96.0
        dark = shown[shown.min(axis=2) < 140].mean(axis=0)
        assert dark[2] > dark[0] + 5, "blue ink stays blue"


def test_the_best_quality_that_fits_is_taken() -> None:
    pixels = written_page()[:400]
    sizes = [len(encode_jpeg(Image.fromarray(pixels), quality)) for quality in QUALITIES]
    for size in sizes:
        for allowed in (size, size + 500):
            page = compress_page(pixels, 150.0, (), CopyOptions((allowed + 0.5) / _share_of_a4(400) / 1000))
            assert len(page.jpeg) == next(size for size in sizes if size <= allowed)


def _share_of_a4(height: int) -> float:
    return 1240 * height / 150**2 / A4_SQUARE_INCHES


def test_what_was_compressed_before_does_not_show() -> None:
    dense, sparse = written_page()[:500], np.full((500, 1240, 3), 235, np.uint8)
    sparse[::9, ::5] = 60
    options = CopyOptions(60.0)
    fresh = [compress_page(pixels, 150.0, (), options).jpeg for pixels in (dense, sparse)]
    for order in ((0, 1, 0), (1, 0, 1), (0, 0, 1)):
        compressor = JpegCompressor()
        for which in order:
            page = compress_page((dense, sparse)[which], 150.0, (), options, compressor)
            assert page.jpeg == fresh[which]


def test_before_pixels_are_lost_a_progressive_picture_of_the_same_pixels_is_tried() -> None:
    pixels = written_page()[:400]
    lowest = encode_jpeg(Image.fromarray(pixels), QUALITIES[-1])
    compact = encode_jpeg(Image.fromarray(pixels), QUALITIES[-1], progressive=True)
    assert len(compact) < len(lowest)
    for allowed, wanted, dpi in (
        (len(lowest), lowest, SCALES[0]),
        (len(lowest) - 1, compact, SCALES[0]),
        (len(compact), compact, SCALES[0]),
        (len(compact) - 1, None, SCALES[1]),
    ):
        page = compress_page(pixels, SCALES[0], (), CopyOptions((allowed + 0.5) / _share_of_a4(400) / 1000))
        assert page.dpi == dpi
        assert wanted is None or page.jpeg == wanted
    shown, other = (np.asarray(Image.open(io.BytesIO(jpeg))) for jpeg in (lowest, compact))
    np.testing.assert_array_equal(shown, other)


def test_texts_move_with_the_picture() -> None:
    page = compress_page(written_page(), 150.0, [TextSpan("a", Box(100, 200, 300, 240))], CopyOptions(30.0))
    share = page.size[0] / 1240
    assert page.texts[0].box == Box(100 * share, 200 * share, 300 * share, 240 * share)
