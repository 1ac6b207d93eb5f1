"""Each fault that the check before the upload is to find, planted in a workbook and found again."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from pipeline.base.errors import StorageError
from pipeline.delivery.export.package_values import WorkbookFault
from pipeline.delivery.export.preupload import preupload_faults
from pipeline.delivery.export.workbook import write_workbook
from tests.delivery.export.rows import SCHEMAS, row


def faults(path: Path, *rows: dict[str, str], export: str = "KS60", **asked: object) -> list[WorkbookFault]:
    write_workbook(path / "a.xlsx", export, rows, SCHEMAS)
    found = preupload_faults(path / "a.xlsx", export, SCHEMAS, **asked)  # type: ignore[arg-type]
    return [fault for fault in found if fault.check != "READ"]


@pytest.mark.parametrize(
    ("check", "column", "changed"),
    [
        ("U1", "so", {"so": ""}),
        ("U2", "ngayDangKy", {"ngayDangKy": ""}),
        ("U2", "ngayDangKy", {"ngayDangKy": "12/03/2010"}),
        ("U2", "ngayDangKy", {"ngayDangKy": "31.02.2010"}),
        ("U2", "ngayDangKy", {"ngayDangKy": "3.2010"}),
        ("U3", "so", {"so": "12010"}),
        ("U3", "quyenSo", {"quyenSo": "01"}),
        ("U4", "so", {"so": "01/2009"}),
        ("U5", "trangSo", {"trangSo": "1a"}),
        ("U6", "nksNgaySinh", {"nksNgaySinh": "03.2010"}),
        ("U6", "chaNgaySinh", {"chaNgaySinh": "khoảng 1950"}),
        ("U6", "meNgaySinh", {"meNgaySinh": "30.02.1950"}),
        ("LIST", "nksGioiTinh", {"nksGioiTinh": "Nam"}),
        ("LIST", "loaiDangKy", {"loaiDangKy": "9"}),
    ],
)
def test_a_planted_fault_is_found_where_it_is(
    check: str, column: str, changed: dict[str, str], tmp_path: Path
) -> None:
    found = faults(tmp_path, row("KS60", so="02/2010"), row("KS60", **changed))
    wanted = [fault for fault in found if (fault.check, fault.column) == (check, column)]
    assert [(fault.row, fault.blocking) for fault in wanted] == [(3, True)], found


def test_repeated_keys_are_all_named(tmp_path: Path) -> None:
    found = faults(tmp_path, row("KS60"), row("KS60", so="02/2010"), row("KS60"))
    assert [(fault.check, fault.row) for fault in found] == [("U7", 2), ("U7", 4)]
    assert not faults(tmp_path, row("KS60"), row("KS60", quyenSo="02/2010"))


def test_an_entry_that_is_not_settled_and_a_row_too_few_are_found(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, row("KS60"), unsettled={("01/2010", "01/2010")})
    assert (fault.check, fault.row) == ("U8", 2)
    (fault,) = faults(tmp_path, row("KS60"), expected=[row("KS60"), row("KS60", so="02/2010")])
    assert (fault.check, fault.row) == ("U8", 0)


@pytest.mark.parametrize("export", ["KS60", "KS70"])
def test_a_cell_that_is_lost_added_or_changed_is_found(export: str, tmp_path: Path) -> None:
    meant = row(export, ghiChu="mẹ mất", chaHoTen="Lý Thử Hai")
    for changed in ({"chaHoTen": ""}, {"meHoTen": "Thử"}, {"ghiChu": "mẹ  mất"}):
        (fault,) = faults(tmp_path, meant | changed, export=export, expected=[meant])
        assert (fault.check, fault.row, fault.column, fault.blocking) == ("CELL", 2, *changed, True)
    assert not faults(tmp_path, meant, export=export, expected=[meant])


def test_a_people_or_country_beyond_the_list_is_reported_and_does_not_block(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, row("KS60", nksDanToc="Tàu"))
    assert (fault.rule, fault.column, fault.blocking) == ("R03", "nksDanToc", False)


def test_numbers_dates_and_formulas_in_a_file_from_elsewhere_are_found(tmp_path: Path) -> None:
    write_workbook(tmp_path / "a.xlsx", "KS60", [row("KS60")], SCHEMAS)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    columns = [cell.value for cell in book["Sheet1"][1]]
    book["Sheet1"].cell(2, columns.index("trangSo") + 1, 7)
    book["Sheet1"].cell(2, columns.index("ghiChu") + 1, "=1+1")
    book.save(tmp_path / "a.xlsx")
    found = preupload_faults(tmp_path / "a.xlsx", "KS60", SCHEMAS)
    assert {(fault.check, fault.column) for fault in found} == {("CELL", "trangSo"), ("CELL", "ghiChu")}


def test_other_headers_another_sheet_and_no_workbook_are_reported(tmp_path: Path) -> None:
    write_workbook(tmp_path / "a.xlsx", "KS60", [row("KS60")], SCHEMAS)
    assert {fault.check for fault in preupload_faults(tmp_path / "a.xlsx", "KT48", SCHEMAS)} == {"HEADER"}
    with pytest.raises(StorageError, match="DL Import"):
        preupload_faults(tmp_path / "a.xlsx", "KS70", SCHEMAS)
    (tmp_path / "b.xlsx").write_bytes(b"PK\x03\x04 not a workbook")
    with pytest.raises(StorageError, match="Excel"):
        preupload_faults(tmp_path / "b.xlsx", "KS60", SCHEMAS)
