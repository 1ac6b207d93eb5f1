"""The mapping of columns: proposed by headers with or without tones, confirmed by people, kept for the next file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import MagicMock
from zipfile import ZipFile

import openpyxl
import pytest

from pipeline.base.errors import ReconcileError
from pipeline.delivery.workbook_reading import SheetMapping, header_mapping, open_workbook, read_layout
from pipeline.delivery.workbook_reading.header_mapping import (
    MOST_COMPARED,
    chosen_mapping,
    keep_mapping,
    layout_of,
    layout_text,
    propose_mapping,
)
from pipeline.delivery.workbook_reading.sheet_layout import MOST_SHEETS
from pipeline.delivery.workbook_reading.sheet_parts import SheetRow
from pipeline.delivery.workbook_reading.workbook_reader import SourceWorkbook
from tests.registry.pages import SCHEMAS

OWN = (
    "STT",
    "So",
    "Quyển số",
    "HO TEN NGUOI DUOC KHAI SINH",
    "Giới tính (Nam/Nữ)",
    "Họ và tên mẹ",
    "Cột khác",
)


def workbook(path: Path, headers: tuple[str, ...], before: int = 2) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for _ in range(before):
        sheet.append(["DANH SÁCH", "Thử"])
    sheet.append(list(headers))
    sheet.append(["1"] * len(headers))
    book.save(path)
    return path


def proposed(path: Path, kept: Path | None = None, record: str = "") -> SheetMapping:
    with open_workbook(path) as book:
        return propose_mapping(book, SCHEMAS, record, kept)


def test_a_part_named_as_many_sheets_is_compared_a_bounded_number_of_times(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = workbook(tmp_path / "one.xlsx", tuple(f"Khác {number}" for number in range(90)))
    many = tmp_path / "many.xlsx"
    with ZipFile(one) as source, ZipFile(many, "w") as target:
        for name in source.namelist():
            text = source.read(name)
            if name == "xl/workbook.xml":
                (sheet,) = re.findall(rb"<sheet [^>]*/>", text)
                named = b"".join(sheet.replace(b'name="Sheet', b'name="T%d' % at) for at in range(500))
                text = text.replace(sheet, named)
            target.writestr(name, text)
    rows = MagicMock(side_effect=SourceWorkbook.rows)
    nearest = MagicMock(side_effect=header_mapping._nearest)

    def counted(book: SourceWorkbook, sheet: str) -> Iterator[SheetRow]:
        found: Iterator[SheetRow] = rows(book, sheet)
        return found

    monkeypatch.setattr(SourceWorkbook, "rows", counted)
    monkeypatch.setattr(header_mapping, "_nearest", nearest)
    with pytest.raises(ReconcileError, match="dòng tiêu đề"):
        proposed(many, record="birth")
    assert rows.call_count == MOST_SHEETS
    assert nearest.call_count <= MOST_COMPARED


def test_headers_are_known_with_or_without_tones_and_what_is_only_like_one_is_asked(tmp_path: Path) -> None:
    found = proposed(workbook(tmp_path / "t.xlsx", OWN))
    assert (found.record.record, found.header_row, found.sure) == ("birth", 3, False)
    assert [(column.column, column.sure) for column in found.columns] == [
        ("", False),
        ("so", True),
        ("quyenSo", True),
        ("nksHoTen", True),
        ("nksGioiTinh", True),
        ("meHoTen", False),
        ("", False),
    ]
    with (
        open_workbook(tmp_path / "t.xlsx") as book,
        pytest.raises(ReconcileError, match="“Họ và tên mẹ” có phải là “Họ tên mẹ”"),
    ):
        layout_of(book, SCHEMAS)


def test_what_people_confirmed_is_found_again_by_the_headers(tmp_path: Path) -> None:
    found = proposed(workbook(tmp_path / "t.xlsx", OWN))
    mapping = chosen_mapping(found, {"so": "So", "chaHoTen": "Họ và tên mẹ"})
    keep_mapping(tmp_path / "kept", found, mapping)
    again = proposed(workbook(tmp_path / "u.xlsx", OWN), tmp_path / "kept")
    assert again.sure
    assert again.headers == {"so": "So", "chaHoTen": "Họ và tên mẹ"}
    (tmp_path / "layout.toml").write_text(layout_text(again), encoding="utf-8")
    assert read_layout(tmp_path / "layout.toml", SCHEMAS).headers == again.headers


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"soo": "So"}, "không có cột “soo”"),
        ({"so": "Số khác"}, "không có tiêu đề “Số khác”"),
        ({"so": "So", "meHoTen": "So"}, "được chọn cho hai trường"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused(tmp_path: Path, columns: dict[str, str], said: str) -> None:
    found = proposed(workbook(tmp_path / "t.xlsx", OWN))
    with pytest.raises(ReconcileError, match=said):
        chosen_mapping(found, columns)


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ReconcileError, match="Hai cột cùng tên “Số”"):
        proposed(workbook(tmp_path / "t.xlsx", ("Số", "Số", "Họ tên mẹ", "Họ tên cha")))


def test_a_kind_of_register_that_people_name_is_taken(tmp_path: Path) -> None:
    path = workbook(tmp_path / "t.xlsx", ("Số", "Quyển số", "Ngày đăng ký", "Người ký"))
    assert proposed(path, record="guardianship").record.record == "guardianship"


def test_usual_headings_of_an_offices_own_book_are_proposed_by_what_they_mean(tmp_path: Path) -> None:
    headers = ("Số", "Quyển", "Ngày vào sổ", "Họ và tên", "Ngày tháng năm sinh", "Giới tính (Nam/Nữ)")
    found = proposed(workbook(tmp_path / "t.xlsx", headers), record="birth")
    columns = [(column.column, column.sure) for column in found.columns]
    assert columns[1:5] == [
        ("quyenSo", False),
        ("ngayDangKy", False),
        ("nksHoTen", False),
        ("nksNgaySinh", False),
    ]
