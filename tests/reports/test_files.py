"""The workbook and the PDF say what the report says, value by value; they are read by other libraries."""

from __future__ import annotations

import io
import subprocess
from dataclasses import replace
from pathlib import Path

import openpyxl
import pikepdf
import pytest

from pipeline.base.errors import StorageError
from pipeline.reports import ManagementReport, ReportCell, ReportTable
from pipeline.reports.data import WrongScan
from pipeline.reports.output_files import SUMMARY, document_of, sheet_names, workbook_of, write_files
from tests.delivery.export.pdfs import assert_verapdf_agrees, verapdf
from tests.reports.counts import BOOKS, TALLIES, made


@pytest.fixture(scope="module")
def report() -> ManagementReport:
    return made()


def tables(report: ManagementReport) -> list[ReportTable]:
    return [one for part in report.sections for one in part.tables]


def held(cell: ReportCell) -> object:
    return cell.value if isinstance(cell.value, int | float) else cell.text


def solid(text: str) -> str:
    return "".join(text.split())


def text_of(pdf: bytes, tmp_path: Path) -> str:
    """The text of a PDF as poppler reads it, without spaces."""
    (tmp_path / "a.pdf").write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-raw", tmp_path / "a.pdf", "-"], check=True, capture_output=True)
    return solid(done.stdout.decode())


def test_every_figure_and_every_row_is_in_the_workbook_with_its_value(report: ManagementReport) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook_of(report)))
    assert book.sheetnames == [SUMMARY, *sheet_names(report)]
    shown = [(row[0].value, row[1].value) for row in book[SUMMARY].iter_rows(min_row=5)]
    wanted = [(one.label, held(one.cell)) for part in report.sections for one in part.figures]
    assert [one for one in shown if one[1] is not None] == wanted
    for name, table in zip(sheet_names(report), tables(report), strict=True):
        rows = [
            [cell.value for cell in row]
            for row in book[name].iter_rows(max_row=1 + len(table.rows) + bool(table.total))
        ]
        told = [
            [held(cell) for cell in row] for row in (*table.rows, *([table.total] if table.total else []))
        ]
        assert rows == [[title for title, _ in table.columns], *told]


def test_every_figure_and_every_shown_row_is_in_the_pdf(report: ManagementReport, tmp_path: Path) -> None:
    text = text_of(document_of(report), tmp_path)
    figures = [solid(one.label + one.cell.text) for part in report.sections for one in part.figures]
    rows = [
        solid("".join(cell.text for cell in row))
        for table in tables(report)
        for row in (*table.first_rows, table.total)
    ]
    assert len(rows) > 40
    assert [one for one in (*figures, *rows) if one not in text] == []


def test_long_texts_leave_numbers_in_the_next_column_their_width(
    report: ManagementReport, tmp_path: Path
) -> None:
    (tmp_path / "a.pdf").write_bytes(document_of(report))
    done = subprocess.run(["pdftotext", "-layout", tmp_path / "a.pdf", "-"], check=True, capture_output=True)
    (row,) = [line for line in done.stdout.decode().splitlines() if "không rõ" in line]
    assert row.replace("\u00a0", " ").split()[-4:] == ["10", "10", "100,0", "%"]


def test_the_pdf_is_an_archive_file_with_vietnamese_letters_embedded(report: ManagementReport) -> None:
    content = document_of(report)
    assert document_of(report) == content
    with pikepdf.open(io.BytesIO(content)) as pdf:
        with pdf.open_metadata() as metadata:
            assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "B")
        assert str(pdf.Root.Lang) == "vi-VN"
        fonts = [font for page in pdf.pages for font in page.Resources.Font.values()]
        assert fonts
        described = [font.DescendantFonts[0].FontDescriptor for font in fonts]
        assert all({"/FontFile2", "/FontFile3"} & set(one.keys()) for one in described)


def test_what_nobody_has_confirmed_and_scans_that_are_wrong_stand_in_both_files(tmp_path: Path) -> None:
    """Above all figures, and the scans once more in a table of their own."""
    act = "chi.huy (người phụ trách): cấp lại mật khẩu, do dòng lệnh trên máy chủ; đã có hiệu lực"
    wrong = WrongScan("ab" * 32, "trang-7.jpg", "đã bị sửa hoặc hỏng", "KS.2010.01", 1, "00001", 2)
    report = made(wrong_scans=(wrong,), unconfirmed=(act,))
    pdf = text_of(document_of(report), tmp_path)
    book = openpyxl.load_workbook(io.BytesIO(workbook_of(report)))
    heads = [str(row[0].value) for row in book[SUMMARY].iter_rows(max_row=6)]
    for told in (
        f"Tài khoản chưa có người thứ hai xác nhận: {act}.",
        "1 bản quét của 1 sổ bị sửa hoặc thiếu trong kho: xem phần Kho bản quét.",
    ):
        assert solid(told) in pdf
        assert pdf.index(solid(told)) < pdf.index(solid("Sự kiện đã xong"))
        assert told in heads
    for told in ("trang-7.jpg", "đã bị sửa hoặc hỏng"):
        assert solid(told) in pdf
        assert told in {str(c.value) for row in book["Bản quét sai hoặc thiếu tron"].iter_rows() for c in row}


@verapdf
def test_verapdf_finds_nothing(report: ManagementReport, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(document_of(report))
    assert_verapdf_agrees(tmp_path / "a.pdf")


@pytest.mark.parametrize("name", ["=1+1", "#set page(fill: red)", '<b>"&\\', "@SUM(A1)"])
def test_no_name_of_a_folder_becomes_a_formula_or_markup(name: str, tmp_path: Path) -> None:
    report = made(replace(TALLIES, books=(replace(BOOKS[0], folder_name=name, place=name),)))
    book = openpyxl.load_workbook(io.BytesIO(workbook_of(report)))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value == name]
    assert cells
    assert {cell.data_type for cell in cells} == {"s"}
    assert solid(name) in text_of(document_of(report), tmp_path)


@pytest.mark.parametrize("hidden", ["\x00", "\x1b", "\u202e", "\u200b", "\x07"])
def test_a_hidden_character_of_before_is_written_out_and_breaks_nothing(hidden: str, tmp_path: Path) -> None:
    name, shown = f"a{hidden}b", f"a[U+{ord(hidden):04X}]b"
    report = made(replace(TALLIES, books=(replace(BOOKS[0], folder_name=name, place=name),)))
    book = openpyxl.load_workbook(io.BytesIO(workbook_of(report)))
    texts = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]
    assert shown in texts
    assert not any(hidden in text for text in texts)
    assert shown in text_of(document_of(report), tmp_path)


def test_files_are_named_by_the_day_and_replace_each_other(report: ManagementReport, tmp_path: Path) -> None:
    for _ in range(2):
        paths = write_files(report, tmp_path / "new" / "folder")
        assert [path.name for path in paths] == ["bao-cao-2026-11-25.xlsx", "bao-cao-2026-11-25.pdf"]
    assert sorted(path.name for path in (tmp_path / "new" / "folder").iterdir()) == sorted(
        p.name for p in paths
    )
    (one,) = write_files(report, tmp_path / "x.PDF")
    assert one.read_bytes().startswith(b"%PDF")


def test_a_folder_that_cannot_be_written_is_reported(report: ManagementReport, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="Không ghi được"):
        write_files(report, tmp_path / "file" / "sub")
