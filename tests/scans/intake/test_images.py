from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.intake.made_scans import encoded, multipage_tiff, picture
from pipeline.base.errors import BrokenScan, OversizedScan, UnknownFileType
from pipeline.base.model import PageImage
from pipeline.scans.intake import ScanLimits, page_count, page_of, scan_file

# How a camera stores the page under each EXIF orientation, told independently of the code under test.
STORED_AS = {
    1: lambda seen: seen,
    2: lambda seen: seen[:, ::-1],
    3: lambda seen: np.rot90(seen, 2),
    4: lambda seen: seen[::-1],
    5: lambda seen: seen.transpose(1, 0, 2),
    6: lambda seen: np.rot90(seen, 1),
    7: lambda seen: np.rot90(seen, 2).transpose(1, 0, 2),
    8: lambda seen: np.rot90(seen, 3),
}


def _only_page(path: Path, limits: ScanLimits | None = None) -> PageImage:
    return page_of(scan_file(path), 1, limits or ScanLimits())


@pytest.mark.parametrize("orientation", STORED_AS)
@pytest.mark.parametrize("kind", ["PNG", "TIFF", "JPEG"])
def test_a_page_stored_turned_or_mirrored_is_seen_upright(
    tmp_path: Path, kind: str, orientation: int
) -> None:
    seen = picture()
    exif = Image.Exif()
    exif[0x0112] = orientation
    options: dict[str, object] = {"exif": exif} | (
        {"quality": 100, "subsampling": 0} if kind == "JPEG" else {}
    )
    path = tmp_path / "page"
    path.write_bytes(encoded(np.ascontiguousarray(STORED_AS[orientation](seen)), kind, **options))
    found = _only_page(path).pixels
    assert found.shape == seen.shape
    assert np.abs(found.astype(int) - seen).mean() < 3


def test_each_page_of_a_tiff_is_its_own(tmp_path: Path) -> None:
    scan = scan_file(multipage_tiff(tmp_path / "so.tif", pages=4))
    assert page_count(scan) == 4
    for number in range(1, 5):
        page = page_of(scan, number)
        np.testing.assert_array_equal(page.pixels, picture(59 + number))
        assert page.ref.scan_sha256 == scan.sha256
        assert page.ref.page_no == number


def test_a_page_that_is_not_there_is_named(tmp_path: Path) -> None:
    scan = scan_file(multipage_tiff(tmp_path / "so.tif", pages=2))
    with pytest.raises(BrokenScan, match="không có trang 3"):
        page_of(scan, 3)


def test_a_thumbnail_in_a_tiff_is_no_page(tmp_path: Path) -> None:
    page, thumbnail = Image.fromarray(picture()), Image.fromarray(picture(12, 18))
    thumbnail.encoderinfo = {"tiffinfo": {254: 1}}
    page.save(tmp_path / "so.tif", save_all=True, append_images=[thumbnail])
    assert page_count(scan_file(tmp_path / "so.tif")) == 1


def test_a_tiff_with_too_many_pages_is_refused(tmp_path: Path) -> None:
    scan = scan_file(multipage_tiff(tmp_path / "so.tif", pages=4))
    with pytest.raises(OversizedScan, match="hơn 3 trang"):
        page_count(scan, ScanLimits(max_pages=3))


def test_transparency_lies_on_white_paper(tmp_path: Path) -> None:
    ink = np.zeros((20, 20, 4), dtype=np.uint8)
    ink[5:10, 5:10, 3] = 255
    for kind in ("PNG", "TIFF", "WEBP"):
        path = tmp_path / kind
        path.write_bytes(encoded(ink, kind, **({"lossless": True} if kind == "WEBP" else {})))
        pixels = _only_page(path).pixels
        assert (pixels[0, 0] == 255).all()
        assert (pixels[7, 7] == 0).all()


def test_a_palette_with_a_transparent_colour_lies_on_white_paper(tmp_path: Path) -> None:
    image = Image.fromarray(picture()).quantize(8)
    corner = image.getpixel((0, 0))
    image.save(tmp_path / "page.png", transparency=corner)
    assert (_only_page(tmp_path / "page.png").pixels[0, 0] == 255).all()


def test_sixteen_bits_of_grey_become_eight(tmp_path: Path) -> None:
    ramp = np.linspace(0, 65_535, 256).astype(np.uint16)[None, :].repeat(4, axis=0)
    for kind in ("PNG", "TIFF"):
        path = tmp_path / kind
        path.write_bytes(encoded(ramp, kind))  # type: ignore[arg-type]
        np.testing.assert_array_equal(_only_page(path).pixels[0, :, 0], np.arange(256))


def test_one_bit_and_cmyk_become_rgb(tmp_path: Path) -> None:
    stripes = np.tile(np.array([[0, 255]], dtype=np.uint8), (8, 8))
    Image.fromarray(stripes).convert("1").save(tmp_path / "fax.tif", compression="group4")
    np.testing.assert_array_equal(_only_page(tmp_path / "fax.tif").pixels[:, :, 1], stripes)
    Image.new("CMYK", (8, 8), (0, 255, 255, 0)).save(tmp_path / "ink.tif")
    assert tuple(_only_page(tmp_path / "ink.tif").pixels[0, 0]) == (255, 0, 0)


def test_samples_of_32_bits_are_refused_not_guessed(tmp_path: Path) -> None:
    Image.fromarray(np.ones((8, 8), dtype=np.float32)).save(tmp_path / "page.tif")
    with pytest.raises(UnknownFileType, match="32 bit"):
        _only_page(tmp_path / "page.tif")


@pytest.mark.parametrize(
    ("written", "believed"), [(300, 300), (200, 200), (72, 0), (96, 0), (5, 0), (9_600, 0)]
)
def test_a_dpi_is_believed_only_if_a_scanner_can_have_said_it(
    tmp_path: Path, written: int, believed: int
) -> None:
    path = tmp_path / "page.tif"
    path.write_bytes(encoded(picture(1_200, 1_800), "TIFF", dpi=(written, written)))
    assert _only_page(path).dpi == believed


def test_no_dpi_is_nothing(tmp_path: Path) -> None:
    (tmp_path / "page.png").write_bytes(encoded(picture(), "PNG"))
    assert _only_page(tmp_path / "page.png").dpi == 0


def test_a_page_scanned_coarser_one_way_gets_its_proportions_back(tmp_path: Path) -> None:
    path = tmp_path / "fax.tif"
    path.write_bytes(encoded(picture(600, 450), "TIFF", dpi=(200, 100)))
    page = _only_page(path)
    assert page.pixels.shape == (900, 600, 3)
    assert page.dpi == 200


def test_a_large_page_is_put_together_from_its_bands(tmp_path: Path) -> None:
    rows = np.arange(3_000, dtype=np.uint32) % 251
    tall = np.repeat(np.repeat(rows.astype(np.uint8)[:, None, None], 2_000, axis=1), 3, axis=2)
    (tmp_path / "page.png").write_bytes(encoded(tall, "PNG", compress_level=1))
    np.testing.assert_array_equal(_only_page(tmp_path / "page.png").pixels, tall)


def test_a_page_over_the_pixel_limit_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    (tmp_path / "page.png").write_bytes(encoded(picture(), "PNG"))
    with pytest.raises(OversizedScan, match="60 × 90 điểm ảnh"):
        _only_page(tmp_path / "page.png", ScanLimits(max_pixels=1_000))


def test_bad_exif_does_not_cost_the_page(tmp_path: Path) -> None:
    path = tmp_path / "page.jpg"
    path.write_bytes(encoded(picture(), "JPEG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff"))
    assert _only_page(path).pixels.shape == (90, 60, 3)


def test_a_damaged_png_is_an_error_and_no_half_page(tmp_path: Path) -> None:
    noise = np.random.default_rng(7).integers(0, 255, (300, 300, 3), dtype=np.uint8)
    data = bytearray(encoded(noise, "PNG"))
    data[len(data) // 2] ^= 0xFF
    (tmp_path / "page.png").write_bytes(data)
    with pytest.raises(BrokenScan, match="quét lại"):
        _only_page(tmp_path / "page.png")


def test_a_tiff_whose_chain_breaks_off_keeps_the_pages_before(tmp_path: Path) -> None:
    path = multipage_tiff(tmp_path / "so.tif", pages=3)
    with Image.open(path) as image:
        image.seek(2)
        third = image._frame_pos[2]  # type: ignore[attr-defined]
    path.write_bytes(path.read_bytes()[: third + 1])
    scan = scan_file(path)
    assert page_count(scan) == 3
    np.testing.assert_array_equal(page_of(scan, 1).pixels, picture(60))
    with pytest.raises(BrokenScan):
        page_of(scan, 3)
