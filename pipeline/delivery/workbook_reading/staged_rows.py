"""The rows of a sheet, read once and stored outside memory.

They are in an SQLite table, in memory while it is small and otherwise in an unnamed file that disappears on closing.
"""

from __future__ import annotations

import sqlite3
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import TypeVar

from pipeline.base.text.control_characters import LINE_BREAKS
from pipeline.base.text.legacy_fonts import LegacyFont
from pipeline.declarations.schema import FieldSpec
from pipeline.delivery.workbook_reading.cell_values import (
    CellRejected,
    ColumnFonts,
    font_of_row,
    may_be_legacy,
    to_unicode,
)
from pipeline.delivery.workbook_reading.sheet_layout import SheetLayout
from pipeline.delivery.workbook_reading.sheet_parts import CellContent, SheetReader, SheetRow
from pipeline.delivery.workbook_reading.workbook_reader import SourceWorkbook

S = TypeVar("S", bound="StagedRows")

CACHE_KILOBYTES = 48 * 1024
BETWEEN = "\x1f"
"""Separator of the texts of a row; no cell can contain it (XML 1.0 excludes the character)."""

FONT_LETTERS = f"{LINE_BREAKS}\xad"
"""Line breaks, and the soft hyphen: it is ư in TCVN3, and the font of a column is known only at its end."""

ANY = "*"
"""The volume of all rows of a sheet without a volume column."""

AT_ONCE = 500
"""Number of rows converted by one statement."""

LINE = """CREATE TABLE line (
    row INTEGER PRIMARY KEY, book INTEGER, volume TEXT, place TEXT, texts TEXT, refused TEXT, font TEXT, open INTEGER
)"""
"""``open``: the text of some words depends on the fonts of the columns."""


class StagedRows(ABC):
    """The rows of a sheet, with texts in the order of the layout's fields; subclasses decide how cells are stored.

    Attributes:
        rows: Number of rows.
        fonts: Font by position of the field, for columns with a recognized font.
    """

    keeps_refused = True
    """Whether a row counts if all its filled cells were rejected."""

    def __init__(self, table: sqlite3.Connection, layout: SheetLayout) -> None:
        self.table, self.layout = table, layout
        self.rows = 0
        self.fonts: Mapping[int, LegacyFont] = {}
        key, position = layout.record.key_columns, {spec.column: at for at, spec in enumerate(layout.fields)}
        self.volume, self.place = position.get(key.volume), position.get(key.place)
        # legacy fonts change only letters, not digits
        self.typed = [at for at, spec in enumerate(layout.fields) if not spec.value_kind.is_figures]
        self._plain: dict[int, list[int]] = defaultdict(list)
        self._patterns: list[tuple[int, tuple[str | int, ...]]] = []
        for at, source in enumerate(layout.sources):
            if isinstance(source, int):
                self._plain[source].append(at)
            else:
                self._patterns.append((at, source))
        table.execute(LINE)

    @abstractmethod
    def text_of(self, cell: CellContent, spec: FieldSpec, *, from_1904: bool) -> str:
        """Return the text of a cell.

        Raises:
            CellRejected: The cell has no usable value.
        """

    @abstractmethod
    def kept(self, row: int, texts: list[str], *, is_open: bool) -> list[str]:
        """Return the texts of a row for storage; called again, not open, when the fonts of the columns are known."""

    @abstractmethod
    def refuse(self, row: int, rejected: Sequence[tuple[int, str]]) -> None:
        """Store the rejected cells of a row: position of the field and reason."""

    def fill(self, book: SourceWorkbook, reader: SheetReader | None = None) -> None:
        """Read the sheet.

        Raises:
            ReconcileError: The sheet is broken.
        """
        columns, rows = ColumnFonts(self.typed), book.rows(self.layout.sheet, reader)
        insert = "INSERT INTO line VALUES (?, NULL, ?, ?, ?, ?, ?, ?)"
        self.table.executemany(insert, self._lines(rows, columns, from_1904=book.from_1904))
        self.fonts = columns.found()
        self.settle_fonts()

    def _lines(
        self, rows: Iterator[SheetRow], columns: ColumnFonts, *, from_1904: bool
    ) -> Iterator[tuple[object, ...]]:
        for number, cells in rows:
            if number <= self.layout.header_row:
                continue
            texts, rejected = self._texts(cells, from_1904=from_1904)
            if rejected:
                self.refuse(number, rejected)
            if not (any(texts) or (rejected and self.keeps_refused)):
                continue
            self.rows += 1
            typed = [texts[at] for at in self.typed]
            font = font_of_row(typed)
            if font is not None:
                texts = [to_unicode(text, font) for text in texts]
            elif columns.open:
                columns.add(texts)
            is_open = font is None and any(may_be_legacy(text) for text in typed if text)
            refused = BETWEEN.join(self.layout.fields[at].column for at, _ in rejected) if rejected else ""
            yield (
                number,
                *self._columns(self.kept(number, texts, is_open=is_open)),
                refused,
                font or "",
                is_open,
            )

    def _columns(self, texts: Sequence[str]) -> tuple[str, str, str]:
        """Return volume, place and joined texts of a row."""
        volume = ANY if self.volume is None else texts[self.volume]
        return volume, "" if self.place is None else texts[self.place], BETWEEN.join(texts)

    def settle_fonts(self) -> None:
        """Convert the rows whose font is only recognized by column."""
        last = 0
        query = "SELECT row, texts FROM line WHERE open AND row > ? ORDER BY row LIMIT ?"
        while batch := self.table.execute(query, (last, AT_ONCE)).fetchall():
            changed = []
            for row, joined in batch:
                texts = joined.split(BETWEEN)
                for at, font in self.fonts.items():
                    texts[at] = to_unicode(texts[at], font)
                changed.append((*self._columns(self.kept(row, texts, is_open=False)), row))
            self.table.executemany("UPDATE line SET volume = ?, place = ?, texts = ? WHERE row = ?", changed)
            last = batch[-1][0]

    def _texts(
        self, cells: Mapping[int, CellContent], *, from_1904: bool
    ) -> tuple[list[str], list[tuple[int, str]]]:
        """Return the text of every field, and position and reason of rejected cells."""
        texts, rejected = [""] * len(self.layout.fields), []
        sources = [(at, (source,)) for source in cells if source in self._plain for at in self._plain[source]]
        for at, parts in (*sources, *self._patterns):
            try:
                texts[at] = self.joined_text(cells, parts, self.layout.fields[at], from_1904=from_1904)
            except CellRejected as why:
                rejected.append((at, why.reason))
        return texts, rejected

    def joined_text(
        self,
        cells: Mapping[int, CellContent],
        parts: Sequence[str | int],
        spec: FieldSpec,
        *,
        from_1904: bool,
    ) -> str:
        """Return the text of a field joined from its parts; ``""`` if one of its columns is empty."""
        joined = []
        for part in parts:
            if isinstance(part, str):
                joined.append(part)
                continue
            cell = cells.get(part)
            if cell is None:
                return ""
            text = self.text_of(cell, spec, from_1904=from_1904)
            if len(parts) == 1:
                return text
            joined.append(text.strip())
        return "".join(joined)


@contextmanager
def staged(make: Callable[[sqlite3.Connection], S]) -> Iterator[S]:
    """Yield empty staged rows over a new table."""
    with closing(sqlite3.connect("")) as table:
        for pragma in (f"cache_size = -{CACHE_KILOBYTES}", "journal_mode = OFF", "synchronous = OFF"):
            table.execute(f"PRAGMA {pragma}")
        yield make(table)
