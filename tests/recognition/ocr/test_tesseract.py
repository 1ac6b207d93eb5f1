"""Real Tesseract: a batch of crops in, their readings out, in order."""

from __future__ import annotations

import tempfile
import unicodedata
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipeline.base.errors import ScanTimeout, SetupError
from pipeline.base.model import Crop, Pixels
from pipeline.recognition.ocr import Engines, tesseract
from pipeline.recognition.ocr.tesseract import (
    TesseractLines,
    TesseractPage,
    read_in_process,
    tesseract_version,
)
from pipeline.recognition.ocr.tesseract_library import library_of
from tests.recognition.ocr.lines import DPI, blank_crop, page_of, typed_crop

pytestmark = pytest.mark.tesseract

TEXTS = ("Nguyễn Thị Hạnh", "Châu Thành", "12/3/1985", "Việt Nam", "Làm ruộng")

UNEVEN_DPI = (300, 296.51, 305.5, 200.4, 300.499)
"""Resolutions of rectified pages are no whole numbers."""


def test_readings_come_in_the_order_of_their_crops() -> None:
    readings = TesseractLines().read([typed_crop(text) for text in TEXTS])
    assert [reading.text for reading in readings] == list(TEXTS)
    assert all(reading.engine == "tesseract" for reading in readings)
    assert all(0.5 < reading.confidence <= 1 for reading in readings)


def test_empty_crops_and_single_pixels_shift_no_other() -> None:
    pixel = Crop(np.zeros((1, 1), np.uint8), DPI, "text")
    crops = [
        blank_crop(),
        typed_crop(TEXTS[0]),
        pixel,
        blank_crop(20, 12),
        typed_crop(TEXTS[1]),
        blank_crop(),
    ]
    readings = TesseractLines().read(crops)
    assert len(readings) == len(crops)
    assert (readings[1].text, readings[4].text) == (TEXTS[0], TEXTS[1])


def test_what_is_read_into_clean_paper_is_never_sure() -> None:
    """Tesseract sees a sign in an empty crop now and then; blanks are decided by pixels before it is asked."""
    (reading,) = TesseractLines().read([blank_crop()])
    assert reading.confidence < 0.6


def test_no_crops_have_no_readings() -> None:
    assert TesseractLines().read([]) == ()


def test_texts_are_composed_unicode() -> None:
    (reading,) = TesseractLines().read([typed_crop(TEXTS[0])])
    assert unicodedata.is_normalized("NFC", reading.text)


def test_words_tell_where_they_stand_in_the_crop() -> None:
    crop = typed_crop("Châu Thành")
    (reading,) = TesseractLines().read([crop])
    first, second = reading.words
    assert (first.text, second.text) == ("Châu", "Thành")
    assert 0 <= first.box.left < first.box.right < second.box.left < second.box.right <= crop.pixels.shape[1]
    assert reading.confidence == min(first.confidence, second.confidence)


def test_the_page_reader_finds_words_where_they_stand() -> None:
    words = TesseractPage().words(page_of("Họ và tên:", "Quê quán:"), DPI)
    assert {"Họ", "tên:", "quán:"} <= {word.text for word in words}
    (name,) = (word for word in words if word.text == "Họ")
    (place,) = (word for word in words if word.text == "quán:")
    assert 90 < name.box.left < 130
    assert 130 < name.box.top < 220
    assert 280 < place.box.top < 370


def test_an_empty_page_has_no_words() -> None:
    assert TesseractPage().words(np.full((400, 300), 255, np.uint8), DPI) == ()


def test_pages_and_crops_stand_where_runs_keep_what_they_take_away_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A reader may be killed at any moment: its run knows its own temporary folder, and no other place."""
    page = page_of("Họ và tên:", "Quê quán:")
    seen: list[Pixels] = []

    def look(picture: str, *_: object) -> list[tesseract.DataRow]:
        assert tmp_path in Path(picture).parents
        listed = Path(picture).read_text("utf-8").split() if picture.endswith(".txt") else [picture]
        seen.extend(np.asarray(Image.open(one)) for one in listed)
        return []

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(tesseract, "_data", look)
    TesseractPage().words(page, DPI)
    TesseractLines().read([typed_crop("Châu Thành")])
    assert (seen[0] == page).all()
    assert len(seen) == 2
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("reader", [TesseractPage("tlh"), TesseractLines("tlh")])
def test_a_missing_language_says_what_to_install(reader: TesseractPage | TesseractLines) -> None:
    with pytest.raises(SetupError, match=r"“tlh”.*apt-get install"):
        reader.words(np.full((40, 30), 255, np.uint8), DPI) if isinstance(
            reader, TesseractPage
        ) else reader.read([blank_crop()])


def test_a_missing_program_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tesseract, "PROGRAM", "/nowhere/tesseract")
    tesseract.tesseract_version.cache_clear()
    tesseract.languages.cache_clear()
    try:
        with pytest.raises(SetupError, match="apt-get install tesseract-ocr"):
            TesseractLines().read([blank_crop()])
    finally:
        monkeypatch.undo()
        tesseract.tesseract_version.cache_clear()
        tesseract.languages.cache_clear()


@pytest.mark.parametrize("in_process", [False, True], ids=["program", "library"])
def test_a_page_that_takes_too_long_is_a_scan_error(in_process: bool) -> None:
    with pytest.raises(ScanTimeout):
        TesseractPage(timeout=0.01, in_process=in_process).words(page_of(*TEXTS), DPI)
    with pytest.raises(ScanTimeout):
        TesseractLines(timeout=0.01, in_process=in_process).read([typed_crop(text) for text in TEXTS])
    assert TesseractLines(in_process=in_process).read([typed_crop(TEXTS[0])])[0].text == TEXTS[0]


def test_the_library_reads_what_the_program_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    crops = [
        blank_crop(),
        *(replace(typed_crop(text), dpi=dpi) for text, dpi in zip(TEXTS, UNEVEN_DPI, strict=True)),
    ]
    page = page_of("Họ và tên:", "Quê quán:")
    program = TesseractLines().read(crops), TesseractPage().words(page, DPI)
    monkeypatch.setattr(tesseract, "_data", None)  # the program is not asked
    engines = read_in_process(Engines(TesseractPage(), TesseractLines()))
    for _ in range(2):
        assert (engines.print.read(crops), engines.labels.words(page, DPI)) == program
    assert engines.fingerprint == Engines(TesseractPage(), TesseractLines()).fingerprint


def test_where_the_library_cannot_be_loaded_the_program_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tesseract, "library_of", lambda _: None)
    (reading,) = TesseractLines(in_process=True).read([typed_crop(TEXTS[0])])
    assert reading.text == TEXTS[0]


def test_where_the_library_does_not_find_the_language_the_program_reads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    library = library_of(tesseract_version())
    assert library is not None
    assert not library.has("tlh")
    assert library.has("vie")
    monkeypatch.setattr(type(library), "has", lambda *_: False)
    monkeypatch.setattr(type(library), "rows", None)
    (reading,) = TesseractLines(in_process=True).read([typed_crop(TEXTS[0])])
    assert reading.text == TEXTS[0]


def test_a_library_of_another_version_than_the_program_is_not_used() -> None:
    assert library_of("4.1.1") is None


def test_fingerprints_tell_language_and_mode() -> None:
    marks = {
        TesseractPage().fingerprint, TesseractLines().fingerprint, TesseractLines("eng").fingerprint,
        TesseractLines(psm=13).fingerprint,
    }  # fmt: skip
    assert len(marks) == 4
    assert TesseractLines().fingerprint == TesseractLines().fingerprint
