"""The rows of a sheet as typed, read once and stored outside memory, with the flaws that exclude cells.

Texts are kept unchanged: leading zeros, dates as text. Numbers become digits; Excel's serial days are imported only if
people confirm that days are meant, formulas never. Words in a font from before Unicode are converted and reported if a
whole row or column identifies the font; otherwise they are excluded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache, partial
from sqlite3 import Connection

from pipeline.base.errors import ReconcileError
from pipeline.base.text.control_characters import LINE_BREAKS, control_characters
from pipeline.base.text.legacy_fonts import LegacyFont, recognize_font
from pipeline.declarations.schema import FieldSpec
from pipeline.delivery.reconcile.differences import REJECTION_LABELS
from pipeline.delivery.workbook_reading import SheetLayout, SourceWorkbook
from pipeline.delivery.workbook_reading.cell_values import CellRejected, cell_text
from pipeline.delivery.workbook_reading.sheet_parts import CellContent, SheetReader
from pipeline.delivery.workbook_reading.staged_rows import BETWEEN, FONT_LETTERS, StagedRows, staged

SOFT_HYPHEN = "\xad"
"""Invisible; in TCVN3 it is the letter ư."""

MOST_NAMED = 20
"""Number of rows that a report names for each flaw."""

LONGEST_TEXT = 10_000
"""Largest number of characters of a value, as at the desk."""

FORMULA, SERIAL, LONG, OLD_FONT, HIDDEN = "formula", "serial-day", "long-text", "old-font", "hidden"

REASONS: Mapping[str, str] = {
    **REJECTION_LABELS,
    FORMULA: "ô là công thức; hãy chép và dán lại thành giá trị",
    SERIAL: "ô là số ngày của Excel; xác nhận rằng đó là ngày thì mới đưa vào",
    LONG: f"chữ dài hơn {LONGEST_TEXT} ký tự",
    OLD_FONT: "ô như gõ bằng phông cũ (TCVN3, VNI) mà chưa chắc phông nào; hãy chuyển sang Unicode rồi gửi lại",
}
"""Reasons why a cell is not imported, as sentences."""


@dataclass(slots=True)
class CellFlaws:
    """The cells of a sheet that cannot be imported, and remarks about its content.

    Attributes:
        cells: Number of cells by column and reason.
        rows: The first rows of each, as Excel counts.
        merged: The first merged ranges.
        days: Imported cells with an Excel day, by column.
        row_fonts: Rows typed in a font from before Unicode, by font.
        column_fonts: Fonts from before Unicode by column name.
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
    """A row: its number in Excel and its texts by field."""

    row: int
    texts: Mapping[str, str]


class ImportedRows(StagedRows):
    """The rows of a sheet as typed.

    Attributes:
        flaws: The cells that cannot be imported.
    """

    keeps_refused = False

    def __init__(self, table: Connection, layout: SheetLayout, *, serial_days: bool) -> None:
        super().__init__(table, layout)
        self._serial_days = serial_days
        self.flaws = CellFlaws()

    def fill(self, book: SourceWorkbook, reader: SheetReader | None = None) -> None:
        reader = reader or book.reader(takes_formulas=False)
        super().fill(book, reader)
        self.flaws.merged, self.flaws.merged_count = reader.merged, reader.merged_count
        self.flaws.column_fonts = {self.layout.fields[at].column: font for at, font in self.fonts.items()}
        fonts = self.table.execute(
            "SELECT font, count(*) FROM line WHERE font <> '' GROUP BY font ORDER BY min(row)"
        )
        self.flaws.row_fonts = Counter({LegacyFont(font): rows for font, rows in fonts})

    def all(self) -> Iterator[ImportedRow]:
        """Yield the rows in order."""
        yield from self._imported(self.table.execute("SELECT row, texts FROM line ORDER BY row"))

    def assign(self, books: Sequence[tuple[int, int]]) -> None:
        """Store the book of each row, from pairs (book, row)."""
        self.table.executemany("UPDATE line SET book = ? WHERE row = ?", books)
        self.table.execute("CREATE INDEX IF NOT EXISTS line_of_book ON line (book, row)")

    def books(self) -> tuple[int, ...]:
        """Return the books of the rows."""
        query = "SELECT DISTINCT book FROM line WHERE book IS NOT NULL ORDER BY book"
        return tuple(book for (book,) in self.table.execute(query))

    def of_book(self, book_id: int) -> Iterator[ImportedRow]:
        """Yield the rows of a book in order."""
        query = "SELECT row, texts FROM line WHERE book = ? ORDER BY row"
        yield from self._imported(self.table.execute(query, (book_id,)))

    def _imported(self, rows: Iterable[tuple[int, str]]) -> Iterator[ImportedRow]:
        names = [spec.name for spec in self.layout.fields]
        for row, joined in rows:
            yield ImportedRow(
                row, {name: text for name, text in zip(names, joined.split(BETWEEN), strict=False) if text}
            )

    def kept(self, row: int, texts: list[str], *, is_open: bool) -> list[str]:
        """Return the texts, without texts in an unknown font."""
        if not is_open:
            for at in self.typed:
                if flaw := _font_flaw(texts[at]):
                    self.flaws.add(self.layout.fields[at].column, flaw, row)
                    texts[at] = ""
        return texts

    def refuse(self, row: int, rejected: Sequence[tuple[int, str]]) -> None:
        for at, reason in sorted(rejected):
            self.flaws.add(self.layout.fields[at].column, reason, row)

    def joined_text(
        self,
        cells: Mapping[int, CellContent],
        parts: Sequence[str | int],
        spec: FieldSpec,
        *,
        from_1904: bool,
    ) -> str:
        text = super().joined_text(cells, parts, spec, from_1904=from_1904).strip()
        if len(text) > LONGEST_TEXT:
            raise CellRejected(LONG)
        return text

    def text_of(self, cell: CellContent, spec: FieldSpec, *, from_1904: bool) -> str:
        if isinstance(cell, str):
            if control_characters(cell, LINE_BREAKS if spec.value_kind.is_figures else FONT_LETTERS):
                raise CellRejected(HIDDEN)
            return cell
        text = cell_text(cell, spec, from_1904=from_1904)
        if spec.value_kind.is_date and text != cell.text:
            if not self._serial_days:
                raise CellRejected(SERIAL)
            self.flaws.days[spec.column] += 1
        return text


@lru_cache(maxsize=1 << 10)
def _font_flaw(text: str) -> str:
    """Return why a text in no recognized font is not imported; ``""``: it is Unicode."""
    if recognize_font((text,)) is not None:
        return OLD_FONT
    return HIDDEN if SOFT_HYPHEN in text else ""


@contextmanager
def imported_rows(
    book: SourceWorkbook, layout: SheetLayout, *, serial_days: bool = False
) -> Iterator[ImportedRows]:
    """Yield the rows of a sheet.

    Args:
        serial_days: Whether Excel's serial numbers of days count as days.

    Raises:
        ReconcileError: The sheet is broken, or has no rows.
    """
    with staged(partial(ImportedRows, layout=layout, serial_days=serial_days)) as rows:
        rows.fill(book)
        if not rows.rows:
            raise ReconcileError(
                "Dưới dòng tiêu đề không có dòng nào. Hãy kiểm tra trang tính và dòng tiêu đề."
            )
        yield rows
