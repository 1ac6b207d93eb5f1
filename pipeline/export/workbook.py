"""The workbook of a book, as the Ministry's import template wants it. XlsxWriter lives here.

Every cell is a text: a value such as ``=1+1`` or ``01.02.2010`` must not become a formula, a number or a date.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from pipeline.errors import StorageError
from pipeline.export.cells import LONGEST
from pipeline.schema import RecordSpec, Schemas, Vocab

AS_TEXT = {
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
COLUMN_WIDTH = 18


def write_workbook(path: Path, export: str, rows: Iterable[Mapping[str, str]], schemas: Schemas) -> int:
    """Write one row an entry (cells by Ministry column) under the headers of that template; returns how many.

    A leading column counts the rows from 1. Raises ``StorageError`` when the file cannot be written, ``ValueError``
    for a text longer than a cell can hold.
    """
    spec = schemas.exports[export]
    columns = schemas.columns(export)
    book = xlsxwriter.Workbook(str(path), AS_TEXT)
    text = book.add_format({"num_format": "@"})
    sheet = book.add_worksheet(spec.sheet)
    sheet.set_column(0, len(columns) - 1, COLUMN_WIDTH, text)
    sheet.freeze_panes(1, 0)
    for at, column in enumerate(columns):
        sheet.write_string(0, at, column, text)
    count = 0
    for count, cells in enumerate(rows, start=1):
        _write_row(sheet, count, [str(count)] * len(spec.leading), text, 0)
        ours = [cells[column] for column in columns[len(spec.leading) :]]
        _write_row(sheet, count, ours, text, len(spec.leading))
    if spec.codes_sheet:
        _write_codes(book.add_worksheet(spec.codes_sheet), schemas.records[spec.record], schemas, text)
    try:
        book.close()
    except (OSError, XlsxWriterException) as error:
        raise StorageError(f"Không ghi được {path}: {error}. Hãy kiểm tra ổ đĩa rồi chạy lại.") from None
    return count


def _write_row(sheet: Worksheet, row: int, cells: list[str], text: Format, first: int) -> None:
    for at, cell in enumerate(cells, start=first):
        if len(cell) > LONGEST:
            raise ValueError(f"row {row}: a cell holds at most {LONGEST} characters")
        if cell:
            sheet.write_string(row, at, cell, text)


def _write_codes(sheet: Worksheet, record: RecordSpec, schemas: Schemas, text: Format) -> None:
    """Which columns hold codes, and what each code means."""
    sheet.set_column(0, 0, 46, text)
    sheet.set_column(1, 1, 10, text)
    sheet.set_column(2, 2, 60, text)
    lines = [["Cột", "Mã", "Nội dung"]]
    for name, columns in _coded(record, schemas).items():
        lines += [[columns, term.code, term.label] for term in schemas.vocabs[name].terms]
    for row, cells in enumerate(lines):
        _write_row(sheet, row, cells, text, 0)


def _coded(record: RecordSpec, schemas: Schemas) -> dict[str, str]:
    """The code lists of a record, each with its columns. A list of plain names has no codes to tell."""
    found: dict[str, list[str]] = {}
    for spec in record.fields:
        if spec.vocab and spec.column and has_codes(schemas.vocabs[spec.vocab]):
            found.setdefault(spec.vocab, []).append(spec.column)
    return {name: ", ".join(columns) for name, columns in found.items()}


def has_codes(vocab: Vocab) -> bool:
    """Whether the codes of a list are other words than its names: then only a code may stand in the column."""
    return all(term.code != term.label for term in vocab.terms)
