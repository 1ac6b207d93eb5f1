"""The workbook, read back by another library than the one that wrote it."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pytest

from pipeline.declarations import schema
from pipeline.delivery.export.preupload import preupload_faults
from pipeline.delivery.export.workbook import cells_of, write_workbook
from tests.delivery.export.rows import COLUMNS, SCHEMAS, row, without_hints

TEMPLATES = sorted(SCHEMAS.exports)


def _ministry_columns() -> list[dict[str, str]]:
    with (Path(__file__).parents[2] / "data" / "ministry_columns.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


OF_THE_MINISTRY = sorted({line["template"] for line in _ministry_columns()})


def test_only_registers_without_a_ministry_import_have_columns_of_their_own() -> None:
    assert set(TEMPLATES) - set(OF_THE_MINISTRY) == {"CN", "GH", "TD", "CDGH", "GSGH", "LH"}


@pytest.mark.parametrize("export", OF_THE_MINISTRY)
def test_headers_are_the_ministrys_in_its_order(export: str, tmp_path: Path) -> None:
    write_workbook(tmp_path / "a.xlsx", export, [row(export)], SCHEMAS)
    wanted = [line["column"] for line in _ministry_columns() if line["template"] == export]
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")[SCHEMAS.exports[export].sheet]
    assert [cell.value for cell in sheet[1]] == wanted
    assert "nksHanCheNangLucHanhViNgayCanCuHuyTuyenBo" in COLUMNS["KS60"], "the known misspelling"


@pytest.mark.parametrize("export", TEMPLATES)
def test_every_cell_is_a_text_and_a_good_row_has_no_fault(export: str, tmp_path: Path) -> None:
    cells = row(export, ghiChu="=1+1", nguoiKy="https://thu.vn", trangSo="7")
    write_workbook(tmp_path / "a.xlsx", export, [cells], SCHEMAS)
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")[SCHEMAS.exports[export].sheet]
    found = {name.value: cell for name, cell in zip(sheet[1], sheet[2], strict=True)}
    assert all(cell.data_type == "s" for cell in found.values() if cell.value is not None)
    assert {name: cell.value for name, cell in found.items() if cell.value is not None and name != "STT"} == {
        name: text for name, text in cells.items() if text and name in COLUMNS[export]
    }
    assert not without_hints(preupload_faults(tmp_path / "a.xlsx", export, SCHEMAS, expected=[cells]))


def test_the_newer_birth_template_counts_its_rows_and_lists_its_codes(tmp_path: Path) -> None:
    write_workbook(tmp_path / "a.xlsx", "KS70", [row("KS70"), row("KS70", so="02/2010")], SCHEMAS)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == ["DL Import", "Ghi chu"]
    assert [line[0].value for line in book["DL Import"].iter_rows(min_row=2)] == ["1", "2"]
    told = [tuple(cell.value for cell in line) for line in book["Ghi chu"].iter_rows()]
    assert ("nksGioiTinh", "1", "Nam") in told
    assert ("loaiDangKy", "6", "Không xác định") in told


def test_values_become_cells_with_codes_and_nothing_filled_in() -> None:
    record = SCHEMAS.record("birth")
    values = {"child_sex": "2", "registration_type": "Quá hạn", "child_born_on": "05.2010", "notes": None}
    cells = cells_of(values, record, SCHEMAS)
    assert (cells["nksGioiTinh"], cells["loaiDangKy"], cells["nksNgaySinh"]) == ("2", "4", "05.2010")
    assert cells["ghiChu"] == cells["nksQuocTich"] == ""


def test_a_text_longer_than_a_cell_is_refused_not_cut(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="32767"):
        write_workbook(tmp_path / "a.xlsx", "KS60", [row("KS60", ghiChu="a" * 32768)], SCHEMAS)


def test_declarations_of_all_templates_fit_their_records() -> None:
    assert schema.load().exports["KS70"].codes_sheet == "Ghi chu"


def test_a_hidden_character_of_before_is_written_out(tmp_path: Path) -> None:
    hidden = "Thử\x00 \u202etộM"
    record = SCHEMAS.records["birth"]
    spec = record.by_name["child_name"]
    cells = cells_of({spec.name: hidden}, record, SCHEMAS)
    assert cells[spec.column] == "Thử[U+0000] [U+202E]tộM"
