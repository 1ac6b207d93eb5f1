"""The file of an entry: PDF/A-2b, the words found again, nothing of anybody in its metadata."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
from PIL import Image

from pipeline.base.model import Box
from pipeline.delivery.export.compression import encode_jpeg
from pipeline.delivery.export.package_values import TextSpan
from pipeline.delivery.export.pdf_writing import PicturePage, entry_pdf
from tests.delivery.export.pdfs import (
    MADE,
    assert_pdf_a_2b,
    assert_verapdf_agrees,
    pictures_of,
    text_of,
    verapdf,
)

NAMES = ("Nguyễn Thị Ánh Tuyết", "Đặng Hữu Phước", "thứ bảy, ngày 07/7/2021 (ghi “chữ”)")


def page(*texts: str) -> PicturePage:
    jpeg = encode_jpeg(Image.new("RGB", (620, 877), (240, 235, 220)), 60)
    shown = tuple(TextSpan(text, Box(50, 60 + 80 * at, 500, 90 + 80 * at)) for at, text in enumerate(texts))
    return PicturePage(jpeg, (620, 877), 75.0, shown)


def test_it_is_pdf_a_2b_and_its_vietnamese_words_are_found(tmp_path: Path) -> None:
    data = entry_pdf([page(*NAMES)], "KS.2010.93648.03.A4.01", MADE)
    assert_pdf_a_2b(data)
    (tmp_path / "a.pdf").write_bytes(data)
    text = text_of(tmp_path / "a.pdf")
    assert all(name in text for name in NAMES)
    assert len(data) - len(page().jpeg) < 6000, "beside the picture, a few kB"


@verapdf
def test_verapdf_finds_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(entry_pdf([page(*NAMES), page()], "KS.2010.93648.03.A4.01", MADE))
    assert_verapdf_agrees(tmp_path / "a.pdf")


def test_an_entry_over_two_pages_has_two_and_a_page_without_texts_is_complete() -> None:
    data = entry_pdf([page(*NAMES), page()], "KS.1", MADE)
    assert_pdf_a_2b(data)
    assert len(pictures_of(data)) == 2
    assert_pdf_a_2b(entry_pdf([page()], "KS.1", MADE))


def test_metadata_hold_the_files_name_and_nobody(tmp_path: Path) -> None:
    data = entry_pdf([page(*NAMES)], "KS.2010.93648.03.A4.01", MADE)
    with pikepdf.open(io.BytesIO(data)) as pdf:
        xmp = bytes(pdf.Root.Metadata.read_bytes()).decode()
        assert pdf.open_metadata()["dc:title"] == "KS.2010.93648.03.A4.01"
    assert not any(word in xmp for name in NAMES for word in name.split())
    assert data == entry_pdf([page(*NAMES)], "KS.2010.93648.03.A4.01", MADE), "the same bytes again"


def test_the_page_is_as_large_as_the_paper() -> None:
    with pikepdf.open(io.BytesIO(entry_pdf([page()], "KS.1", MADE))) as pdf:
        left, top, right, bottom = (float(side) for side in pdf.pages[0].MediaBox)
    assert (round(right - left), round(bottom - top)) == (595, 842)
