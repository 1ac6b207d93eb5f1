from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from pdf2image import convert_from_path
from PIL import Image

from benchmarks.intake.made_scans import (
    A4_POINTS,
    add_page,
    encoded,
    full_page,
    image_stream,
    picture,
    raw_pdf,
    scanned_pdf,
)
from pipeline.base.errors import BrokenScan, OversizedScan, ScanTimeout
from pipeline.base.model import PageImage
from pipeline.scans.intake import ScanLimits, page_count, page_of, pdf, scan_file

# (right, down) of the picture on the unturned page as matrices over a 300 x 300 page.
PLACEMENTS = {
    "upright": "300 0 0 300 0 0",
    "mirrored": "-300 0 0 300 300 0",
    "upside down": "300 0 0 -300 0 300",
    "half turn": "-300 0 0 -300 300 300",
    "quarter turn": "0 300 -300 0 300 0",
    "three quarters": "0 -300 300 0 0 300",
    "transposed": "0 -300 -300 0 300 300",
    "other diagonal": "0 300 300 0 0 0",
}


def _saved(path: Path, document: pikepdf.Pdf) -> Path:
    document.save(path)
    document.close()
    return path


def _only_page(path: Path) -> PageImage:
    return page_of(scan_file(path), 1)


@pytest.fixture
def never_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        pytest.fail("the page was drawn though it is one picture")

    monkeypatch.setattr("pipeline.scans.intake.pdf.draw_page", refuse)


@pytest.fixture
def drawings(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The dpi of each drawing that is made."""
    made: list[float] = []
    draw = pdf.draw_page

    def noted(page: pikepdf.Page, name: str, page_no: int, limits: ScanLimits, dpi: float) -> object:
        made.append(dpi)
        return draw(page, name, page_no, limits, dpi)

    monkeypatch.setattr("pipeline.scans.intake.pdf.draw_page", noted)
    return made


@pytest.mark.usefixtures("never_drawn")
def test_a_scanned_page_is_its_picture_to_the_pixel(tmp_path: Path) -> None:
    scan = scan_file(scanned_pdf(tmp_path / "so.pdf", pages=3))
    assert page_count(scan) == 3
    page = page_of(scan, 2)
    np.testing.assert_array_equal(page.pixels, picture(61))


@pytest.mark.usefixtures("never_drawn")
@pytest.mark.parametrize("rotate", [0, 90, 180, 270, -90])
@pytest.mark.parametrize("placement", PLACEMENTS)
def test_a_picture_is_turned_as_poppler_would_show_it(tmp_path: Path, placement: str, rotate: int) -> None:
    with pikepdf.new() as document:
        image = image_stream(document, picture(60, 60))
        add_page(document, image, f"q {PLACEMENTS[placement]} cm /Im0 Do Q", size=(300, 300), rotate=rotate)
        path = _saved(tmp_path / "so.pdf", document)
    (shown,) = convert_from_path(path, size=(60, 60))
    difference = np.abs(_only_page(path).pixels.astype(int) - np.asarray(shown))
    assert (
        difference.mean() < 8
    )  # poppler's scaling shifts by part of a pixel; a wrong turn differs by 30 and more


@pytest.mark.usefixtures("never_drawn")
def test_the_dpi_comes_from_the_size_of_the_placement(tmp_path: Path) -> None:
    with pikepdf.new() as document:
        image = image_stream(document, picture(400, 600))
        add_page(document, image, full_page((144, 216)), size=(144, 216))
        path = _saved(tmp_path / "so.pdf", document)
    assert _only_page(path).dpi == pytest.approx(200)


@pytest.mark.usefixtures("never_drawn")
@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB"])
def test_pictures_of_every_scanner_codec_are_taken_as_they_are(tmp_path: Path, mode: str) -> None:
    picture_in_mode = Image.fromarray(picture(64, 96)).convert(mode)
    kinds = {"1": "TIFF", "L": "JPEG", "P": "PNG", "RGB": "JPEG"}
    buffer = io.BytesIO()
    if mode == "1":
        picture_in_mode.save(buffer, "TIFF", compression="group4")
    else:
        picture_in_mode.save(buffer, kinds[mode])
    with pikepdf.new() as document:
        add_page(document, _embedded(document, picture_in_mode, mode), full_page())
        path = _saved(tmp_path / "so.pdf", document)
    with Image.open(buffer if mode in ("L", "RGB") else io.BytesIO(encoded_png(picture_in_mode))) as expected:
        np.testing.assert_array_equal(_only_page(path).pixels, np.asarray(expected.convert("RGB")))


def encoded_png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def _embedded(document: pikepdf.Pdf, image: Image.Image, mode: str) -> pikepdf.Stream:
    stream = image_stream(document, picture(image.width, image.height))
    name = pikepdf.Name
    if mode == "P":
        palette = bytes(image.getpalette() or [])
        stream.ColorSpace = pikepdf.Array(
            [name.Indexed, name.DeviceRGB, len(palette) // 3 - 1, pikepdf.String(palette)]
        )
        stream.write(image.tobytes())
    elif mode == "1":
        stream.ColorSpace, stream.BitsPerComponent = name.DeviceGray, 1
        buffer = io.BytesIO()
        image.save(buffer, "TIFF", compression="group4")
        with Image.open(buffer) as stored:
            tags = stored.tag_v2  # type: ignore[attr-defined]
            strip = buffer.getvalue()[tags[273][0] : tags[273][0] + tags[279][0]]
            black_is_1 = tags[262] == 1
        parameters = pikepdf.Dictionary(K=-1, Columns=image.width, Rows=image.height, BlackIs1=black_is_1)
        stream.write(strip, filter=name.CCITTFaxDecode, decode_parms=parameters)
    else:
        stream.ColorSpace = name.DeviceGray if mode == "L" else name.DeviceRGB
        stream.write(encoded(np.asarray(image), "JPEG"), filter=name.DCTDecode)
    return stream


@pytest.mark.usefixtures("never_drawn")
@pytest.mark.parametrize(
    "content",
    [
        "q 0 0 595 842 re W n 595 0 0 842 0 0 cm /Im0 Do Q",
        "q 595 0 0 842 0 0 cm /Im0 Do Q BT 3 Tr /F1 9 Tf 10 10 Td (chu an) Tj ET",
        "1 1 1 rg 0 0 595 842 re f q 595 0 0 842 0 0 cm /Im0 Do Q",
        "q 595 0 0 842 0 0 cm q 1 0 0 1 0 0 cm /Im0 Do Q Q",
    ],
    ids=["clip to the page", "invisible text over it", "white ground under it", "nested"],
)
def test_what_scanners_write_around_the_picture_does_not_matter(tmp_path: Path, content: str) -> None:
    with pikepdf.new() as document:
        add_page(document, image_stream(document, picture()), content)
        path = _saved(tmp_path / "so.pdf", document)
    np.testing.assert_array_equal(_only_page(path).pixels, picture())


@pytest.mark.parametrize(
    ("content", "extra"),
    [
        (full_page() + " 1 0 0 RG 9 w 0 0 m 595 842 l S", {}),
        (full_page() + " q 100 0 0 100 0 0 cm /Im0 Do Q", {}),
        ("q 200 0 0 842 0 0 cm /Im0 Do Q", {}),
        ("q 590 40 -40 840 0 0 cm /Im0 Do Q", {}),
        ("q 0 0 300 842 re W n 595 0 0 842 0 0 cm /Im0 Do Q", {}),
        (full_page(), {"CropBox": [0, 0, 300, 842]}),
    ],
    ids=["a line over it", "two pictures", "a part of the page", "aslant", "clipped", "cropped"],
)
def test_a_page_that_is_more_or_less_than_one_picture_is_drawn(
    tmp_path: Path, drawings: list[float], content: str, extra: dict[str, list[int]]
) -> None:
    with pikepdf.new() as document:
        page = add_page(document, image_stream(document, picture()), content)
        for key, value in extra.items():
            page.obj[f"/{key}"] = pikepdf.Array(value)
        path = _saved(tmp_path / "so.pdf", document)
    drawn = _only_page(path)
    assert drawings == [300.0]
    assert drawn.dpi == 300
    width = 300 if "CropBox" in extra else A4_POINTS[0]
    assert drawn.pixels.shape[:2] == (round(842 / 72 * 300), round(width / 72 * 300))


@pytest.mark.parametrize("key", ["ImageMask", "SMask", "Decode"])
def test_a_picture_that_is_masked_or_remapped_is_drawn(
    tmp_path: Path, drawings: list[float], key: str
) -> None:
    with pikepdf.new() as document:
        image = image_stream(document, picture())
        if key == "SMask":
            image.SMask = image_stream(document, picture())
            image.SMask.ColorSpace = pikepdf.Name.DeviceGray
        elif key == "Decode":
            image.write(encoded(picture(), "JPEG"), filter=pikepdf.Name.DCTDecode)
            image.Decode = pikepdf.Array([1, 0] * 3)
        else:
            image.ImageMask, image.BitsPerComponent = True, 1
            del image.ColorSpace
        add_page(document, image, full_page())
        path = _saved(tmp_path / "so.pdf", document)
    _only_page(path)
    assert len(drawings) == 1


def test_a_page_inherits_from_the_tree_when_it_is_drawn(tmp_path: Path, drawings: list[float]) -> None:
    tree = b"<< /Type /Pages /Count 1 /Kids [4 0 R] /MediaBox [0 0 300 600] /Rotate 90 >>"
    raw_pdf(tmp_path / "so.pdf", tree, b"<< /Type /Page /Parent 2 0 R >>")
    assert _only_page(tmp_path / "so.pdf").pixels.shape == (1250, 2500, 3)
    assert len(drawings) == 1


def test_a_large_page_is_drawn_as_fine_as_the_pixels_allow(tmp_path: Path) -> None:
    with pikepdf.new() as document:
        add_page(document, None, "0 0 100 100 re f", size=(720, 720))
        path = _saved(tmp_path / "so.pdf", document)
    page = page_of(scan_file(path), 1, ScanLimits(max_pixels=4_000_000))
    assert page.pixels.shape == (2000, 2000, 3)
    assert page.dpi == pytest.approx(200)


def test_a_drawing_has_a_time_limit(tmp_path: Path) -> None:
    with pikepdf.new() as document:
        add_page(document, None, "0 0 600 800 re f " * 20_000)
        path = _saved(tmp_path / "so.pdf", document)
    with pytest.raises(ScanTimeout, match="quét lại"):
        page_of(scan_file(path), 1, ScanLimits(seconds=0.001))


def _with_a_bad_page(path: Path, pages: int, bad: int) -> Path:
    """A PDF in which the picture of one page was cut short."""
    with pikepdf.new() as document:
        for number in range(1, pages + 1):
            image = image_stream(document, picture(60 + number))
            if number == bad:
                image.write(encoded(picture(600, 900), "JPEG")[:2_000], filter=pikepdf.Name.DCTDecode)
            add_page(document, image, full_page())
        return _saved(path, document)


def test_twenty_pages_with_a_bad_one_give_nineteen(tmp_path: Path) -> None:
    scan = scan_file(_with_a_bad_page(tmp_path / "so.pdf", pages=20, bad=7))
    assert page_count(scan) == 20
    for number in range(1, 21):
        if number == 7:
            with pytest.raises(BrokenScan, match=r"Trang 7 .*quét lại"):
                page_of(scan, number)
        else:
            np.testing.assert_array_equal(page_of(scan, number).pixels, picture(60 + number))


def test_a_page_lost_from_the_tree_keeps_its_number(tmp_path: Path) -> None:
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 72 %d] >>"
    tree = b"<< /Type /Pages /Count 3 /Kids [4 0 R 99 0 R 5 0 R] >>"
    raw_pdf(tmp_path / "so.pdf", tree, page % 72, page % 144)
    scan = scan_file(tmp_path / "so.pdf")
    assert page_count(scan) == 3
    assert page_of(scan, 1).pixels.shape[:2] == (300, 300)
    assert page_of(scan, 3).pixels.shape[:2] == (600, 300)
    with pytest.raises(BrokenScan, match="Trang 2"):
        page_of(scan, 2)


def test_a_page_whose_content_was_lost_is_no_blank_page(tmp_path: Path) -> None:
    with pikepdf.new() as document:
        add_page(document, None, full_page())
        path = _saved(tmp_path / "so.pdf", document)
    with pytest.raises(BrokenScan):
        _only_page(path)


def test_an_empty_page_is_white_paper(tmp_path: Path) -> None:
    with pikepdf.new() as document:
        document.add_blank_page(page_size=(72, 72))
        path = _saved(tmp_path / "so.pdf", document)
    assert (_only_page(path).pixels == 255).all()


def test_a_picture_over_the_pixel_limit_is_refused_on_any_paper(tmp_path: Path) -> None:
    path = scanned_pdf(tmp_path / "so.pdf")
    with pytest.raises(OversizedScan, match="60 × 90"):
        page_of(scan_file(path), 1, ScanLimits(max_pixels=5_000))


def test_a_pdf_with_too_many_pages_is_refused(tmp_path: Path) -> None:
    path = scanned_pdf(tmp_path / "so.pdf", pages=4)
    with pytest.raises(OversizedScan, match="hơn 3 trang"):
        page_count(scan_file(path), ScanLimits(max_pages=3))


def test_a_pdf_with_an_owner_password_alone_is_read(tmp_path: Path) -> None:
    path = scanned_pdf(tmp_path / "so.pdf", encryption=pikepdf.Encryption(owner="chu", user=""))
    np.testing.assert_array_equal(_only_page(path).pixels, picture())
