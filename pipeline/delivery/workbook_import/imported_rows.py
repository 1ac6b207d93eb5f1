"""The rows of a sheet as they were typed, read once and kept outside memory; what of them cannot be brought, and why.

Texts stay as they are: leading zeros, dates as text. Numbers are digits; a number that Excel keeps as a day is only
brought when people said that such days are meant, and a formula never, whatever it shows. Words that were typed with a
font of before Unicode are brought as they read where a whole row or column shows the font, and are told; else they are
left.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import lru_cache

from pipeline.base.errors import ReconcileError
from pipeline.base.text.control_characters import LINE_BREAKS, control_characters
from pipeline.base.text.legacy_fonts import LegacyFont, recognize_font
from pipeline.declarations.schema import FieldSpec
from pipeline.delivery.reconcile import SheetLayout, SourceWorkbook
from pipeline.delivery.reconcile.cell_values import (
    CellRejected,
    ColumnFonts,
    cell_text,
    font_of_row,
    to_unicode,
)
from pipeline.delivery.reconcile.differences import REJECTION_LABELS
from pipeline.delivery.reconcile.sheet_parts import Attributes, CellContent, SheetCell, SheetReader
from pipeline.delivery.reconcile.staged_rows import FONT_LETTERS, TYPED

CACHE_KILOBYTES = 48 * 1024
SOFT_HYPHEN = "\xad"
"""Nobody sees it; in TCVN3 it is the letter ư."""

MOST_NAMED = 20
"""Merged ranges, and rows of a kind, that a report names."""

LONGEST_TEXT = 10_000
"""Letters of a value; what a desk takes."""

AT_ONCE = 500
"""Rows of which one statement settles the fonts."""

FORMULA, SERIAL, LONG, OLD_FONT, HIDDEN = "formula", "serial-day", "long-text", "old-font", "hidden"

REASONS: Mapping[str, str] = {
    **REJECTION_LABELS,
    FORMULA: "ô là công thức; hãy chép và dán lại thành giá trị",
    SERIAL: "ô là số ngày của Excel; xác nhận rằng đó là ngày thì mới đưa vào",
    LONG: f"chữ dài hơn {LONGEST_TEXT} ký tự",
    OLD_FONT: "ô như gõ bằng phông cũ (TCVN3, VNI) mà chưa chắc phông nào; hãy chuyển sang Unicode rồi gửi lại",
}
"""Why a cell is not brought, in words."""


class NotingReader(SheetReader):
    """Reads rows, and notes what a person would have to know of the sheet: formulas and merged cells."""

    merged: tuple[str, ...] = ()
    merged_count: int = 0

    def _start(self, tag: str, values: Attributes) -> None:
        super()._start(tag, values)
        if tag.rpartition(":")[2] == "mergeCell":
            self.merged_count += 1
            if len(self.merged) < MOST_NAMED:
                self.merged = (*self.merged, values.get("ref", "")[:20])

    def _end(self, tag: str) -> None:
        super()._end(tag)
        if self._formula and tag.rpartition(":")[2] == "c" and self._column in self._cells:
            self._cells[self._column] = SheetCell(FORMULA, "")


@dataclass(slots=True)
class CellFlaws:
    """What of a sheet cannot be brought.

    Attributes:
        cells: How many cells, by column and reason.
        rows: The first rows of each, as Excel counts.
        merged: The first merged ranges.
        merged_count: How many there are.
        days: Cells that hold a day of Excel and are brought, by column.
        row_fonts: Rows that were typed with a font of before Unicode, by font.
        column_fonts: Columns that were, by their names.
    """

    cells: Counter[tuple[str, str]] = field(default_factory=Counter)
    rows: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    merged: tuple[str, ...] = ()
    merged_count: int = 0
    days: Counter[str] = field(default_factory=Counter)
    row_fonts: Counter[LegacyFont] = field(default_factory=Counter)
    column_fonts: dict[str, LegacyFont] = field(default_factory=dict)

    def add(self, column: str, reason: str, row: int) -> None:
        """Count a cell."""
        self.cells[column, reason] += 1
        named = self.rows.setdefault((column, reason), [])
        if len(named) < MOST_NAMED:
            named.append(row)


@dataclass(frozen=True, slots=True)
class ImportedRow:
    """A row: its number as Excel counts, and the texts that it holds by field."""

    row: int
    texts: Mapping[str, str]


class ImportedRows:
    """The rows of one sheet.

    Attributes:
        rows: How many there are.
        flaws: What of them cannot be brought.
    """

    def __init__(self, table: sqlite3.Connection, layout: SheetLayout, *, serial_days: bool) -> None:
        self._table, self._layout, self._serial_days = table, layout, serial_days
        self._typed = [spec for spec in layout.fields if spec.kind in TYPED]
        self.rows = 0
        self.flaws = CellFlaws()

    def fill(self, book: SourceWorkbook) -> None:
        """Read the sheet.

        Raises:
            ReconcileError: The sheet is broken.
        """
        self._table.execute(
            "CREATE TABLE line (row INTEGER PRIMARY KEY, book INTEGER, texts TEXT, open INTEGER)"
        )
        reader, columns = book.reader(NotingReader), ColumnFonts(range(len(self._typed)))
        self._table.executemany("INSERT INTO line VALUES (?, NULL, ?, ?)", self._lines(book, reader, columns))
        self.flaws.merged, self.flaws.merged_count = reader.merged, reader.merged_count
        fonts = {self._typed[at]: font for at, font in columns.found().items()}
        self.flaws.column_fonts = {spec.column: font for spec, font in fonts.items()}
        self._settle_fonts({spec.name: font for spec, font in fonts.items()})

    def all(self) -> Iterator[ImportedRow]:
        """Yield the rows in their order."""
        for row, texts in self._table.execute("SELECT row, texts FROM line ORDER BY row"):
            yield ImportedRow(row, json.loads(texts))

    def assign(self, books: Sequence[tuple[int, int]]) -> None:
        """Note which book rows are of: (book, row)."""
        self._table.executemany("UPDATE line SET book = ? WHERE row = ?", books)
        self._table.execute("CREATE INDEX IF NOT EXISTS line_of_book ON line (book, row)")

    def books(self) -> tuple[int, ...]:
        """Return the books that rows are of."""
        query = "SELECT DISTINCT book FROM line WHERE book IS NOT NULL ORDER BY book"
        return tuple(book for (book,) in self._table.execute(query))

    def of_book(self, book_id: int) -> Iterator[ImportedRow]:
        """Yield the rows of a book in their order."""
        query = "SELECT row, texts FROM line WHERE book = ? ORDER BY row"
        for row, texts in self._table.execute(query, (book_id,)):
            yield ImportedRow(row, json.loads(texts))

    def _lines(
        self, book: SourceWorkbook, reader: NotingReader, columns: ColumnFonts
    ) -> Iterator[tuple[int, str, bool]]:
        """Yield the rows, each with whether the fonts of the columns decide what some of its words are."""
        for number, cells in book.read_rows(self._layout.sheet, reader):
            if number <= self._layout.header_row:
                continue
            texts = self._texts(cells, number, from_1904=book.from_1904)
            if not texts:
                continue
            self.rows += 1
            typed = [texts.get(spec.name, "") for spec in self._typed]
            font = font_of_row(typed)
            if font is not None:
                self.flaws.row_fonts[font] += 1
                texts = self._without_flaws(
                    number, {key: to_unicode(one, font) for key, one in texts.items()}
                )
            elif columns.open:
                columns.add(typed)
            is_open = font is None and any(map(_is_one_byte, typed))
            yield number, json.dumps(texts, ensure_ascii=False), is_open

    def _settle_fonts(self, fonts: Mapping[str, LegacyFont]) -> None:
        """Write the rows whose font shows in their columns alone as they read; what no font explains is left out."""
        last = 0
        while some := self._table.execute(
            "SELECT row, texts FROM line WHERE open AND row > ? ORDER BY row LIMIT ?", (last, AT_ONCE)
        ).fetchall():
            changed = []
            for row, joined in some:
                texts: dict[str, str] = json.loads(joined)
                read = {
                    name: to_unicode(text, fonts[name]) if name in fonts else text
                    for name, text in texts.items()
                }
                changed.append((json.dumps(self._without_flaws(row, read), ensure_ascii=False), row))
            self._table.executemany("UPDATE line SET texts = ? WHERE row = ?", changed)
            last = some[-1][0]

    def _without_flaws(self, row: int, texts: Mapping[str, str]) -> dict[str, str]:
        """Return the texts without those of which nobody can say what they read."""
        left = dict(texts)
        for spec in self._typed:
            if flaw := _font_flaw(left.get(spec.name, "")):
                self.flaws.add(spec.column, flaw, row)
                del left[spec.name]
        return left

    def _texts(self, cells: Mapping[int, CellContent], number: int, *, from_1904: bool) -> dict[str, str]:
        found = {}
        for spec, source in zip(self._layout.fields, self._layout.sources, strict=True):
            parts = (source,) if isinstance(source, int) else source
            try:
                text = self._joined(cells, parts, spec, from_1904=from_1904)
            except CellRejected as why:
                self.flaws.add(spec.column, why.reason, number)
                continue
            if len(text) > LONGEST_TEXT:
                self.flaws.add(spec.column, LONG, number)
            elif text:
                found[spec.name] = text
        return found

    def _joined(
        self,
        cells: Mapping[int, CellContent],
        parts: Sequence[str | int],
        spec: FieldSpec,
        *,
        from_1904: bool,
    ) -> str:
        found = []
        for part in parts:
            if isinstance(part, str):
                found.append(part)
                continue
            cell = cells.get(part)
            if cell is None:
                return ""
            found.append(self._text_of(cell, spec, from_1904=from_1904))
        return "".join(found).strip()

    def _text_of(self, cell: CellContent, spec: FieldSpec, *, from_1904: bool) -> str:
        if isinstance(cell, str):
            if control_characters(cell, FONT_LETTERS if spec.kind in TYPED else LINE_BREAKS):
                raise CellRejected(HIDDEN)
            return cell
        text = cell_text(cell, spec, from_1904=from_1904)
        if spec.kind == "date" and text != cell.text:
            if not self._serial_days:
                raise CellRejected(SERIAL)
            self.flaws.days[spec.column] += 1
        return text


def _is_one_byte(text: str) -> bool:
    """Return whether an old font can have typed the text: no letter is beyond one byte, and not all are plain."""
    return not text.isascii() and max(text) < "\u0100"


@lru_cache(maxsize=1 << 10)
def _font_flaw(text: str) -> str:
    """Return why a text of which no row or column shows the font is not brought; ``""``: it is as people type today."""
    if recognize_font((text,)) is not None:
        return OLD_FONT
    return HIDDEN if SOFT_HYPHEN in text else ""


@contextmanager
def imported_rows(
    book: SourceWorkbook, layout: SheetLayout, *, serial_days: bool = False
) -> Iterator[ImportedRows]:
    """Yield the rows of a sheet.

    Args:
        book: The workbook.
        layout: Where its columns are.
        serial_days: Whether numbers that Excel keeps as days are days.

    Raises:
        ReconcileError: The sheet is broken, or has no row.
    """
    with closing(sqlite3.connect("")) as table:
        for pragma in (f"cache_size = -{CACHE_KILOBYTES}", "journal_mode = OFF", "synchronous = OFF"):
            table.execute(f"PRAGMA {pragma}")
        rows = ImportedRows(table, layout, serial_days=serial_days)
        rows.fill(book)
        if not rows.rows:
            raise ReconcileError(
                "Dưới dòng tiêu đề không có dòng nào. Hãy kiểm tra trang tính và dòng tiêu đề."
            )
        yield rows
