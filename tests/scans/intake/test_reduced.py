"""Pages for who needs no more than so many pixels an inch: JPEGs come smaller, everything else as it is."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from PIL import Image

from benchmarks.intake.made_scans import encoded, picture
from pipeline.base.errors import BrokenScan
from pipeline.base.model import PageImage, Pixels
from pipeline.scans.intake import page_of, scan_file

SEEN = picture(601, 902)
"""Odd in width: the last column of a half has one column of the whole."""


def coarser(path: Path, coarsest_dpi: float = 150.0) -> PageImage:
    return page_of(scan_file(path), 1, coarsest_dpi=coarsest_dpi)


def written(path: Path, kind: str = "JPEG", **options: object) -> Path:
    path.write_bytes(encoded(SEEN, kind, **({"dpi": (300, 300)} | options)))
    return path


def means(pixels: Pixels, side: int) -> Pixels:
    return np.asarray(Image.fromarray(pixels).reduce(side))


@pytest.mark.parametrize(
    ("dpi", "coarsest", "reduction"),
    [(299, 150, 1), (300, 150, 2), (400, 150, 2), (600, 150, 4), (600, 75, 8)],
)
def test_a_jpeg_is_as_small_as_asked_and_never_coarser(
    tmp_path: Path, dpi: int, coarsest: float, reduction: int
) -> None:
    path = written(tmp_path / "a.jpg", dpi=(dpi, dpi), quality=95, subsampling=0)
    page = coarser(path, coarsest)
    expected = means(SEEN, reduction)
    assert (page.reduction, page.dpi, page.pixels.shape) == (reduction, dpi / reduction, expected.shape)
    assert np.abs(page.pixels.astype(int) - expected).mean() < 3
    whole = page_of(scan_file(path), 1)
    assert (whole.reduction, whole.dpi, whole.pixels.shape) == (1, dpi, SEEN.shape)


def test_a_turned_jpeg_is_seen_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    stored = np.ascontiguousarray(np.rot90(SEEN, 1))
    (tmp_path / "a.jpg").write_bytes(encoded(stored, "JPEG", dpi=(300, 300), exif=exif, quality=95))
    page = coarser(tmp_path / "a.jpg")
    expected = means(SEEN, 2)
    assert page.pixels.shape == expected.shape
    assert np.abs(page.pixels.astype(int) - expected).mean() < 5


def test_what_is_no_jpeg_or_tells_no_resolution_comes_whole(tmp_path: Path) -> None:
    for path in (written(tmp_path / "a.png", "PNG"), written(tmp_path / "b.jpg", dpi=(72, 72))):
        page = coarser(path)
        assert (page.reduction, page.pixels.shape) == (1, SEEN.shape)


@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_that_is_cut_off_is_no_half_page(tmp_path: Path, progressive: bool) -> None:
    path = written(tmp_path / "a.jpg", progressive=progressive)
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(BrokenScan):
        coarser(path)


def test_the_jpeg_of_a_pdf_is_reduced_as_a_file_is(tmp_path: Path) -> None:
    jpeg = encoded(SEEN, "JPEG", quality=95)
    points = (601 * 72 / 300, 902 * 72 / 300)
    with pikepdf.new() as made:
        image = pikepdf.Stream(made, jpeg)
        image.stream_dict = pikepdf.Dictionary(
            Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=601, Height=902, BitsPerComponent=8,
            ColorSpace=pikepdf.Name.DeviceRGB, Filter=pikepdf.Name.DCTDecode,
        )  # fmt: skip
        content = f"q {points[0]} 0 0 {points[1]} 0 0 cm /Im0 Do Q".encode()
        made.pages.append(
            pikepdf.Page(
                pikepdf.Dictionary(
                    Type=pikepdf.Name.Page,
                    MediaBox=pikepdf.Array([0, 0, *points]),
                    Contents=pikepdf.Stream(made, content),
                    Resources=pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=image)),
                )
            )
        )
        made.save(tmp_path / "a.pdf")
    page = coarser(tmp_path / "a.pdf")
    expected = np.asarray(Image.open(io.BytesIO(jpeg)).reduce(2))
    assert (page.reduction, round(page.dpi), page.pixels.shape) == (2, 150, expected.shape)
    assert np.abs(page.pixels.astype(int) - expected).mean() < 3
