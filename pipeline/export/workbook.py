"""X"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import openpyxl
import xlsxwriter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet as StoredSheet
from xlsxwriter.exceptions import XlsxWriterException
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from pipeline import kinds
from pipeline.errors import StorageError
from pipeline.schema import FieldSpec, RecordSpec, Schemas, Vocab

MONTH_AND_YEAR = re.compile(r"(?:0[1-9]|1[0-2])\.([0-9]{4})")
LONGEST = 32767
"""Characters that a cell of Excel can hold."""


@dataclass(frozen=True, slots=True)
class CellOptions:
    """``month_and_year``: what becomes of a date that has no day, for which the templates have no form: ``keep`` (the
    check before the upload then stops it) or ``year``. ``illegible``: the words that stand for what people found
    illegible, in columns of free text; ``""``: such an entry is not delivered."""

    month_and_year: str = "keep"
    illegible: str = ""


FREE_TEXT = frozenset({"text", "place"})
"""Kinds whose column may say that the paper is illegible; a date, a number, a name or a code may not."""


def cells_of(
    values: Mapping[str, str | None],
    record: RecordSpec,
    schemas: Schemas,
    options: CellOptions = CellOptions(),
) -> dict[str, str]:
    """The cell of every column of the record (all editions), in their order. ``None`` (nothing known: the form has no
    place for it) and ``""`` (blank on paper) are both an empty cell."""
    return {
        spec.column: cell_of(values.get(spec.name) or "", spec, schemas, options)
        for spec in record.fields
        if spec.column
    }


def cell_of(value: str, spec: FieldSpec, schemas: Schemas, options: CellOptions = CellOptions()) -> str:
    """The cell of one field."""
    if not value:
        return ""
    text = unicodedata.normalize("NFC", value)
    if spec.kind == "choice":
        return _code(text, schemas.vocabulary(spec))
    if spec.kind == "date" and options.month_and_year == "year":
        return MONTH_AND_YEAR.sub(r"\1", text) if MONTH_AND_YEAR.fullmatch(text) else text
    return text


def _code(text: str, vocabulary: kinds.Vocabulary | None) -> str:
    """The code of a term; a value that was decided before its term got a code gets it now. Else the text itself."""
    if vocabulary is None or text in vocabulary.labels:
        return text
    return kinds.KINDS["choice"].parse(text, vocabulary).canonical or text


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


TEXTS = frozenset({"s", "inlineStr"})
"""What openpyxl calls a cell that holds a text."""


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row as Excel counts (from 1): the cells that hold something, by column name. ``other``: columns whose cell
    holds something else than a text (its text is told all the same)."""

    row: int
    cells: dict[str, str]
    other: tuple[str, ...] = ()


class ReadBack:
    """The sheet of a workbook: ``header`` as it stands there (first line of each cell, without the spaces around it),
    then its rows one by one."""

    def __init__(self, sheet: StoredSheet) -> None:
        self._rows = sheet.iter_rows()
        first = next(self._rows, ())
        self.header = tuple(str(cell.value or "").split("\n")[0].strip() for cell in first)

    def rows(self) -> Iterator[ReadRow]:
        """Every row under the header that holds anything."""
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
    """Open that sheet of a workbook, row by row. Raises ``StorageError`` when it is no workbook or has no such
    sheet."""
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
