"""The workbook of a book in the form of the Ministry's import template: its cells, written and read back.

XlsxWriter writes it and openpyxl, another program, reads it back. Every cell is a text: a value such as ``=1+1`` or
``01.02.2010`` must not become a formula, a number or a date. No value is guessed or filled in.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile

import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from pipeline.base.errors import StorageError
from pipeline.base.text.control_characters import visible_text
from pipeline.declarations.schema import FieldSpec, RecordSpec, Schemas, Vocab
from pipeline.values import kinds

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet as StoredSheet

LONGEST_CELL = 32767
"""Largest number of characters in an Excel cell."""


def cells_of(values: Mapping[str, str | None], record: RecordSpec, schemas: Schemas) -> dict[str, str]:
    """Return the cells of all columns of a record (all editions), in their order.

    ``None`` (the form has no place for the field) and ``""`` (blank on paper) both give an empty cell.

    Args:
        values: The values by field.
    """
    return {
        spec.column: cell_of(values.get(spec.name) or "", spec, schemas)
        for spec in record.fields
        if spec.column
    }


def cell_of(value: str, spec: FieldSpec, schemas: Schemas) -> str:
    """Return the cell of a field: the code of a listed term, else the text with hidden characters made visible."""
    if not value:
        return ""
    text = visible_text(unicodedata.normalize("NFC", value))
    if spec.value_kind.is_listed:
        return _code(text, schemas.vocabulary(spec))
    return text


def _code(text: str, vocabulary: kinds.Vocabulary | None) -> str:
    """Return the code of a term, else the text; a value decided before its term had a code gets the code now."""
    if vocabulary is None or text in vocabulary.labels:
        return text
    return kinds.CHOICE.parse(text, vocabulary).canonical or text


AS_TEXT = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
COLUMN_WIDTH = 18

CREATED = datetime(2000, 1, 1, tzinfo=UTC)
"""The creation time of every workbook, so that the same rows give the same bytes; the manifest has the real time."""


def write_workbook(path: Path, export: str, rows: Iterable[Mapping[str, str]], schemas: Schemas) -> int:
    """Write a row for each entry under the headers of a template and return the number of rows.

    A leading column counts them from 1.

    Args:
        rows: The cells of each entry by Ministry column.

    Raises:
        StorageError: The file cannot be written.
        ValueError: A text is longer than a cell allows.
    """
    spec = schemas.exports[export]
    columns = schemas.columns(export)
    book = xlsxwriter.Workbook(str(path), AS_TEXT)
    book.set_properties({"created": CREATED})
    text = book.add_format({"num_format": "@"})
    sheet = book.add_worksheet(spec.sheet)
    sheet.set_column(0, len(columns) - 1, COLUMN_WIDTH, text)
    sheet.freeze_panes(1, 0)
    for at, column in enumerate(columns):
        sheet.write_string(0, at, column, text)
    count = 0
    for count, cells in enumerate(rows, start=1):
        _write_row(sheet, count, [str(count)] * len(spec.leading), text, 0)
        record_cells = [cells[column] for column in columns[len(spec.leading) :]]
        _write_row(sheet, count, record_cells, text, len(spec.leading))
    if spec.codes_sheet:
        _write_codes(book.add_worksheet(spec.codes_sheet), schemas.records[spec.record], schemas, text)
    try:
        book.close()
    except (OSError, XlsxWriterException) as error:
        raise StorageError(f"Không ghi được {path}: {error}. Hãy kiểm tra ổ đĩa rồi chạy lại.") from None
    return count


def _write_row(sheet: Worksheet, row: int, cells: list[str], text: Format, first: int) -> None:
    for at, cell in enumerate(cells, start=first):
        if len(cell) > LONGEST_CELL:
            raise ValueError(f"row {row}: a cell holds at most {LONGEST_CELL} characters")
        if cell:
            sheet.write_string(row, at, cell, text)


def _write_codes(sheet: Worksheet, record: RecordSpec, schemas: Schemas, text: Format) -> None:
    """Write the columns with codes, and the meaning of each code."""
    sheet.set_column(0, 0, 46, text)
    sheet.set_column(1, 1, 10, text)
    sheet.set_column(2, 2, 60, text)
    lines = [["Cột", "Mã", "Nội dung"]]
    for name, columns in _coded(record, schemas).items():
        lines += [[columns, term.code, term.label] for term in schemas.vocabs[name].terms]
    for row, cells in enumerate(lines):
        _write_row(sheet, row, cells, text, 0)


def _coded(record: RecordSpec, schemas: Schemas) -> dict[str, str]:
    """Return the code lists of a record with their columns; lists of plain names are not code lists."""
    columns_by_list: dict[str, list[str]] = {}
    for spec in record.fields:
        if spec.vocab and spec.column and has_codes(schemas.vocabs[spec.vocab]):
            columns_by_list.setdefault(spec.vocab, []).append(spec.column)
    return {name: ", ".join(columns) for name, columns in columns_by_list.items()}


def has_codes(vocab: Vocab) -> bool:
    """Return whether the codes of a list differ from its names; its column then allows only codes."""
    return all(term.code != term.label for term in vocab.terms)


TEXTS = frozenset({"s", "inlineStr"})
"""openpyxl's types of text cells."""


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row read back from a workbook.

    Attributes:
        row: As Excel counts, from 1.
        cells: The text of the filled cells, by column name.
        other: Columns whose cells are no texts.
    """

    row: int
    cells: dict[str, str]
    other: tuple[str, ...] = ()


class ReadBack:
    """The sheet of a workbook, row by row; ``header``: the first line of each header cell, stripped."""

    def __init__(self, sheet: StoredSheet) -> None:
        self._rows = sheet.iter_rows()
        first = next(self._rows, ())
        self.header = tuple(str(cell.value or "").split("\n")[0].strip() for cell in first)

    def rows(self) -> Iterator[ReadRow]:
        """Yield the rows under the header that are not empty."""
        for number, cells in enumerate(self._rows, start=2):
            held = [
                (self.header[at] if at < len(self.header) else f"#{at + 1}", cell)
                for at, cell in enumerate(cells)
                if cell.value is not None
            ]
            if held:
                yield ReadRow(
                    number,
                    {name: str(cell.value) for name, cell in held},
                    tuple(name for name, cell in held if cell.data_type not in TEXTS),
                )


@contextmanager
def read_back(path: Path, sheet: str) -> Iterator[ReadBack]:
    """Yield a sheet of a workbook, to be read row by row.

    Raises:
        StorageError: The file is no workbook or lacks the sheet.
    """
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=False)
    except (OSError, BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        raise StorageError(
            f"{path.name}: không mở được như một tệp Excel ({type(error).__name__})."
        ) from None
    try:
        if sheet not in book.sheetnames:
            raise StorageError(f"{path.name}: không có trang tính “{sheet}”.")
        yield ReadBack(book[sheet])
    finally:
        book.close()
