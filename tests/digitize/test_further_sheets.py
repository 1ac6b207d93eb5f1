"""Pictures with more sheets than are read: whatever lies there in whatever way, it is told of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from pipeline.base.errors import ScanTimeout
from pipeline.base.model import LEFT_PAGE, RIGHT_PAGE, Pixels, Severity, Word
from pipeline.recognition.ocr import PrintReader
from tests.digitize.open_books import detected, drawings, open_at
from tests.digitize.pages import digitized_pixels, drawn, engines

pytestmark = pytest.mark.tesseract


def three_pages(gap: int, lying: int = 0) -> Pixels:
    """Two pages and, on their right, a third sheet turned by so many quarters, on a dark table."""
    sheets = [drawing.page.sheet.pixels for drawing in drawings("birth-2006", 3)]
    sheets[2] = np.rot90(sheets[2], k=lying)
    high = max(len(sheet) for sheet in sheets)
    wide = sum(sheet.shape[1] for sheet in sheets)
    picture = np.full((high + 120, wide + gap + 120, 3), 120, np.uint8)
    x = 60
    for number, sheet in enumerate(sheets):
        x += gap if number == 2 else 0
        picture[60 : 60 + len(sheet), x : x + sheet.shape[1]] = sheet
        x += sheet.shape[1]
    return picture


@pytest.mark.parametrize(("gap", "lying"), [(0, 0), (500, 0), (500, 2)])
def test_a_third_page_in_the_picture_of_two_is_told_of_both(gap: int, lying: int) -> None:
    found = detected(three_pages(gap, lying), "birth-2006")
    assert found.is_spread
    assert found.is_doubtful


def test_both_entries_of_a_picture_with_a_third_page_wait() -> None:
    result = digitized_pixels(three_pages(0), "birth-2006")
    assert [entry.row for entry in result.entries] == [LEFT_PAGE, RIGHT_PAGE]
    for entry in result.entries:
        assert ("PAGE-HALF", Severity.REVIEW) in {(one.code, one.severity) for one in entry.findings}
        assert not entry.accepted
    assert "PAGE-HALF" in {one.code for one in result.findings}


def laid_out(sheets: Sequence[Pixels], below: bool = False) -> Pixels:
    """Sheets beside one another, or one below another, on a dark table."""
    parts = [np.rot90(sheet) for sheet in sheets] if below else sheets
    high = max(len(part) for part in parts)
    picture = np.full((high + 80, sum(part.shape[1] + 40 for part in parts) + 40, 3), 120, np.uint8)
    x = 40
    for part in parts:
        picture[40 : 40 + len(part), x : x + part.shape[1]] = part
        x += part.shape[1] + 40
    return np.ascontiguousarray(np.rot90(picture, k=-1) if below else picture)


@pytest.mark.parametrize(
    ("form", "quarters", "below"),
    [
        ("birth-2006", (0, 2), False),
        ("marriage-2006", (2, 0), False),
        ("birth-2006", (0, 1), False),
        ("marriage-2006", (3, 0), False),
        ("birth-2006", (0, 0), True),
        ("marriage-2006", (0, 2), True),
    ],
)
def test_a_second_sheet_that_lies_in_any_way_is_told_of(
    form: str, quarters: tuple[int, int], below: bool
) -> None:
    sheets = [
        np.rot90(drawing.page.sheet.pixels, k=k) for drawing, k in zip(drawings(form), quarters, strict=True)
    ]
    found = detected(laid_out(sheets, below), form)
    assert not found.is_spread
    assert found.is_doubtful


@pytest.mark.parametrize("before", [False, True])
def test_a_book_beside_a_loose_sheet_that_lies_crosswise_is_told_of(before: bool) -> None:
    loose = np.rot90(drawings("birth-2006", 3)[2].page.sheet.pixels)
    sheets = (loose, open_at("birth-2006").scan.pixels)
    result = digitized_pixels(laid_out(sheets if before else sheets[::-1]), "birth-2006")
    assert result.entries
    for entry in result.entries:
        assert ("PAGE-HALF", Severity.REVIEW) in {(one.code, one.severity) for one in entry.findings}
        assert not entry.accepted


def test_a_sheet_beside_a_table_is_told_of_and_an_empty_one_is_not() -> None:
    table, sheet = drawn("birth-table", 2, "mild").pixels, drawings("birth-2006")[0].page.sheet.pixels
    assert detected(laid_out((table, sheet[::-1, ::-1])), "birth-table").is_doubtful
    assert not detected(laid_out((table, np.full_like(sheet, 245))), "birth-table").is_doubtful


class OnceInTime:
    """A reader of labels that reads one picture and then takes too long over each."""

    def __init__(self, reader: PrintReader) -> None:
        self.reader, self.asked = reader, 0

    @property
    def fingerprint(self) -> str:
        return self.reader.fingerprint

    def words(self, grey: Pixels, dpi: float) -> tuple[Word, ...]:
        self.asked += 1
        if self.asked > 1:
            raise ScanTimeout("quá lâu")
        return self.reader.words(grey, dpi)


def test_what_cannot_be_looked_through_in_time_is_told_of_and_the_page_is_read() -> None:
    reader = OnceInTime(engines().labels)
    sheets = [drawing.page.sheet.pixels for drawing in drawings("birth-2006")]
    found = detected(laid_out(sheets, below=True), "birth-2006", replace(engines(), labels=reader))
    assert reader.asked == 2
    assert found.sheets[0].match.form is not None
    assert found.is_doubtful
