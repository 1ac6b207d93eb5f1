"""Cells of every kind: understood, or refused with the reason."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.delivery.planted_differences import typed
from pipeline.base.text.legacy_fonts import LegacyFont
from pipeline.delivery.reconcile.cell_values import CellRejected, ValueNormalizer, cell_text
from pipeline.delivery.reconcile.number_formats import WHOLE, DateParts, date_parts_of_format
from pipeline.delivery.reconcile.sheet_parts import SheetCell
from pipeline.delivery.reconcile.similarity import difference_kind, word_skeletons
from pipeline.delivery.reconcile.workbook_reader import open_workbook
from pipeline.registry import Registry
from tests.delivery.reconcile.files import birth, held, told, write
from tests.registry.pages import SCHEMAS

BY_COLUMN = SCHEMAS.record("birth").by_column
ROWS = [birth(number) for number in range(1, 11)]


@pytest.mark.parametrize(
    ("number", "code", "shown"),
    [
        (14, None, WHOLE),
        (17, None, DateParts.MONTH | DateParts.YEAR),
        (0, None, DateParts.NOTHING),
        (164, "dd/mm/yyyy;@", WHOLE),
        (165, '[$-42A]dd "tháng" mm yyyy', WHOLE),
        (166, "yyyy", DateParts.YEAR),
        (167, "mm/yyyy", DateParts.MONTH | DateParts.YEAR),
        (168, "hh:mm", DateParts.NOTHING),
        (169, '0.00" đồng"', DateParts.NOTHING),
        (170, "General", DateParts.NOTHING),
    ],
)
def test_a_number_format_determines_what_a_cell_shows(
    number: int, code: str | None, shown: DateParts
) -> None:
    assert date_parts_of_format(number, code) == shown


@pytest.mark.parametrize(
    ("column", "cell", "text"),
    [
        ("nksNgaySinh", SheetCell("number", "40238", WHOLE), "01.03.2010"),
        ("nksNgaySinh", SheetCell("number", "40238.5", WHOLE), "01.03.2010"),
        ("nksNgaySinh", SheetCell("number", "40238"), "01.03.2010"),
        ("meNgaySinh", SheetCell("number", "1975"), "1975"),
        ("meNgaySinh", SheetCell("number", "27395", DateParts.YEAR), "1975"),
        ("meNgaySinh", SheetCell("number", "27395", DateParts.YEAR | DateParts.MONTH), "01.1975"),
        ("nksNgaySinh", SheetCell("date", "2010-03-01T00:00:00"), "01.03.2010"),
        ("so", SheetCell("number", "40299", DateParts.MONTH | DateParts.YEAR), "05/2010"),
        ("so", SheetCell("number", "41"), "41"),
        ("nycSoGiayToTuyThan", SheetCell("number", "361234567"), "361234567"),
        ("nycSoGiayToTuyThan", SheetCell("number", "3.61234567E8"), "361234567"),
    ],
)
def test_a_number_is_read_as_its_cell_shows_it(column: str, cell: SheetCell, text: str) -> None:
    assert cell_text(cell, BY_COLUMN[column]) == text


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("nksNgaySinh", SheetCell("number", "40238", DateParts.DAY | DateParts.MONTH), "no-year"),
        ("nksNgaySinh", SheetCell("number", "20100301"), "no-date"),
        ("nksNgaySinh", SheetCell("number", "60", WHOLE), "no-date"),
        ("nksHoTen", SheetCell("number", "40238", WHOLE), "date-elsewhere"),
        ("so", SheetCell("number", "40303", WHOLE), "date-elsewhere"),
        ("so", SheetCell("error", "#REF!"), "error"),
        ("so", SheetCell("formula", ""), "formula"),
        ("nksGioiTinh", SheetCell("bool", "1"), "bool"),
        ("nycSoGiayToTuyThan", SheetCell("number", "1234567890123456"), "long-number"),
    ],
)
def test_a_cell_without_a_certain_value_is_rejected_with_its_reason(
    column: str, cell: SheetCell, reason: str
) -> None:
    with pytest.raises(CellRejected) as refused:
        cell_text(cell, BY_COLUMN[column])
    assert refused.value.reason == reason


@given(
    st.sampled_from(sorted(BY_COLUMN)),
    st.builds(
        SheetCell,
        st.sampled_from(("number", "date", "bool", "error", "formula")),
        st.floats().map(repr) | st.integers().map(str) | st.text(),
        st.sampled_from(
            (DateParts.NOTHING, WHOLE, DateParts.YEAR, DateParts.MONTH | DateParts.YEAR, DateParts.DAY)
        ),
    ),
    st.booleans(),
)
def test_no_cell_crashes_a_reconciliation(column: str, cell: SheetCell, from_1904: bool) -> None:
    spec = BY_COLUMN[column]
    with suppress(CellRejected):
        ValueNormalizer(spec, SCHEMAS.vocabulary(spec))(cell_text(cell, spec, from_1904=from_1904))


def test_days_counted_from_1904_are_read_so(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path), {"date_1904": True}) as book:
        sheet, day = book.add_worksheet(), book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_datetime(0, 0, datetime.datetime(2010, 3, 1), day)  # noqa: DTZ001 (a cell has no zone)
    with open_workbook(path) as opened:
        ((_, cells),) = opened.rows("Sheet1")
        cell = cells[0]
        assert isinstance(cell, SheetCell)
        assert cell_text(cell, BY_COLUMN["nksNgaySinh"], from_1904=opened.from_1904) == "01.03.2010"


@pytest.mark.parametrize("font", LegacyFont)
def test_rows_of_other_fonts_and_days_of_excel_are_the_same(
    registry: Registry, tmp_path: Path, font: LegacyFont
) -> None:
    days = {"ngayDangKy": datetime.date(2010, 3, 2), "nksNgaySinh": datetime.date(2010, 2, 2)}
    rows: list[Mapping[str, object]] = [{**ROWS[0], **days}, typed(ROWS[1], font), *ROWS[2:]]
    found, refused, counts = held(registry, write(tmp_path / "a.xlsx", rows))
    assert (told(found), refused, counts.fonts) == (set(), [], {font: 1})


def test_a_refused_cell_keeps_its_row(registry: Registry, tmp_path: Path) -> None:
    rows: list[Mapping[str, object]] = [
        {**ROWS[0], "nksNgaySinh": 20100202, "meHoTen": "Trần Thị Khác Xa"},
        *ROWS[1:],
    ]
    found, refused, counts = held(registry, write(tmp_path / "a.xlsx", rows))
    assert told(found) == {("fields", 2, "meHoTen", "changed")}
    assert [(one.row, one.column, one.reason) for one in refused] == [(2, "nksNgaySinh", "no-date")]
    assert counts.refused == 1


def test_a_column_of_another_font_is_converted_where_the_rest_is_unicode(
    registry: Registry, tmp_path: Path
) -> None:
    letters = {"ầ": "Ç", "ẫ": "É", "ị": "Þ", "ạ": "¹", "á": "¸", "ũ": "ò", "ì": "×", "ú": "ó"}
    rows = [
        row | {"meHoTen": "".join(letters.get(letter, letter) for letter in row["meHoTen"])} for row in ROWS
    ]
    found, _, counts = held(registry, write(tmp_path / "a.xlsx", rows))
    assert told(found) == set()
    assert counts.fonts == {f"{LegacyFont.TCVN3}: meHoTen": 1}
    whole = typed(ROWS[1], LegacyFont.TCVN3)
    found, _, counts = held(registry, write(tmp_path / "b.xlsx", [rows[0], whole, *rows[2:]]))
    assert told(found) == set(), "a row that was read by its own font is not read again by that of its column"
    assert set(counts.fonts) == {LegacyFont.TCVN3, f"{LegacyFont.TCVN3}: meHoTen"}


@pytest.mark.parametrize(
    ("one", "other"),
    [("Hoà Bình", "hòa bình"), ("Xã A - Huyện B", "xã A, huyện B"), ("Thuỳ", "Thùy"), ("  An", "An.")],
)
def test_ways_of_writing_the_same(one: str, other: str) -> None:
    assert word_skeletons(one) == word_skeletons(other)


@pytest.mark.parametrize(("one", "other"), [("Hòa", "Hoa"), ("Hoà", "Hoá"), ("Bẩy", "Bảy"), ("Đào", "Dào")])
def test_another_letter_or_tone_is_another_word(one: str, other: str) -> None:
    assert word_skeletons(one) != word_skeletons(other)


@pytest.mark.parametrize(
    ("kind", "ours", "theirs", "found"),
    [
        ("date", "12.03.2010", "21.03.2010", "digits"),
        ("date", "12.03.2010", "13.03.2010", "changed"),
        ("id_number", "092095001234", "92095001234", "spelling"),
        ("name", "Trần An", "", "only-ours"),
        ("name", "", "Trần An", "only-theirs"),
        ("name", None, "Trần An", "beyond"),
        ("name", "Trần An", "Trần Ân", "changed"),
    ],
)
def test_how_two_values_differ(kind: str, ours: str | None, theirs: str, found: str) -> None:
    assert difference_kind(kind, ours, theirs) == found
