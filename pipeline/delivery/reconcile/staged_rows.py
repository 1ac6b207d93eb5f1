"""The rows of a file, read once and kept outside memory.

They are in an SQLite table that stays in memory while it is small, and else in a file without a name, which
is gone when it is closed.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager

from pipeline.base.text.control_characters import LINE_BREAKS, control_characters
from pipeline.base.text.legacy_fonts import LegacyFont
from pipeline.declarations.schema import FieldSpec, Schemas
from pipeline.delivery.reconcile.cell_values import (
    CellRejected,
    ColumnFonts,
    ValueNormalizer,
    cell_text,
    font_of_row,
    to_unicode,
)
from pipeline.delivery.reconcile.differences import FileRow, RejectedCell
from pipeline.delivery.reconcile.sheet_layout import SheetLayout
from pipeline.delivery.reconcile.sheet_parts import CellContent
from pipeline.delivery.reconcile.workbook_reader import SourceWorkbook

CACHE_KILOBYTES = 48 * 1024
BETWEEN = "\x1f"
"""Separates the texts of a row; no cell of a workbook can hold it (XML 1.0 has no such character)."""

TYPED = frozenset({"name", "text", "place", "date_words", "choice"})
"""Kinds whose texts a font can have changed."""

ANY = "*"
"""The volume of all rows of a file that has no column for it."""


class StagedRows:
    """The rows of one sheet; ``rows``: how many they are."""

    def __init__(self, table: sqlite3.Connection, layout: SheetLayout, schemas: Schemas) -> None:
        self._table, self._layout = table, layout
        self._normal = [ValueNormalizer(spec, schemas.vocabulary(spec)) for spec in layout.fields]
        position = {spec.column: at for at, spec in enumerate(layout.fields)}
        key = layout.record.key_columns
        self._volume, self._place = position.get(key.volume), position.get(key.place)
        self._typed = [at for at, spec in enumerate(layout.fields) if spec.kind in TYPED]
        self._plain: dict[int, list[int]] = defaultdict(list)
        for at, source in enumerate(layout.sources):
            if isinstance(source, int):
                self._plain[source].append(at)
        self._patterns = [
            (at, source) for at, source in enumerate(layout.sources) if not isinstance(source, int)
        ]
        self.rows = 0
        self._fonts: Mapping[int, LegacyFont] = {}

    def fill(self, book: SourceWorkbook) -> None:
        """Read the sheet.

        Raises:
            ReconcileError: The sheet is broken.
        """
        self._table.execute(
            "CREATE TABLE line (row INTEGER PRIMARY KEY, volume TEXT, place TEXT, texts TEXT, refused TEXT, font TEXT)"
        )
        self._table.execute("CREATE TABLE refusal (row INTEGER, name TEXT, reason TEXT)")
        columns = ColumnFonts(self._typed)
        insert = "INSERT INTO line VALUES (?, ?, ?, ?, ?, ?)"
        self._table.executemany(insert, self._lines(book, columns))
        self._fonts = columns.found()
        self._table.execute("CREATE INDEX by_volume ON line (volume)")

    def places(self) -> Iterator[tuple[str, str, int]]:
        """Yield volume, name of the registration place and how many rows have both."""
        font = None if self._place is None else self._fonts.get(self._place)
        query = (
            "SELECT volume, place, font <> '' AS read, count(*) FROM line GROUP BY volume, place, read "
            "ORDER BY volume, place, read"
        )
        for volume, place, read, rows in self._table.execute(query):
            yield volume, to_unicode(place, font) if font and not read else place, rows

    def of_volume(self, volume: str) -> Iterator[tuple[str, FileRow]]:
        """Yield the rows of a volume in their order, each with the name of its registration place."""
        query = "SELECT row, texts, refused, font FROM line WHERE volume = ? ORDER BY row"
        for number, joined, refused, font in self._table.execute(query, (volume,)):
            texts = joined.split(BETWEEN) if font else self._converted(joined.split(BETWEEN))
            place = texts[self._place] if self._place is not None else ""
            names = frozenset(filter(None, refused.split(BETWEEN)))
            yield place, FileRow(number, tuple(texts), names, LegacyFont(font) if font else self._any_font())

    def refusals(self) -> Iterator[RejectedCell]:
        """Yield the rejected cells."""
        for row in self._table.execute("SELECT row, name, reason FROM refusal ORDER BY row"):
            yield RejectedCell(*row)

    def row_fonts(self) -> Mapping[str, int]:
        """Return how many rows each font has, of rows that were judged as a whole."""
        query = "SELECT font, count(*) FROM line WHERE font <> '' GROUP BY font ORDER BY font"
        return dict(self._table.execute(query))

    def column_fonts(self) -> Mapping[str, LegacyFont]:
        """Return the font of each column that was judged as a whole."""
        return {self._layout.fields[at].column: font for at, font in self._fonts.items()}

    def _any_font(self) -> LegacyFont | None:
        return next(iter(self._fonts.values()), None)

    def _converted(self, texts: list[str]) -> list[str]:
        """Return the texts of a row that showed no font by itself, by the fonts of their columns."""
        for at, font in self._fonts.items():
            texts[at] = self._normal[at](to_unicode(texts[at], font))
        return texts

    def _lines(self, book: SourceWorkbook, columns: ColumnFonts) -> Iterator[tuple[object, ...]]:
        for number, cells in book.rows(self._layout.sheet):
            if number <= self._layout.header_row:
                continue
            texts, refused = self._texts(cells, number, from_1904=book.from_1904)
            if any(texts) or refused:
                self.rows += 1
                yield self._line(number, texts, refused, columns)

    def _texts(
        self, cells: Mapping[int, CellContent], number: int, *, from_1904: bool
    ) -> tuple[list[str], list[str]]:
        """Return the text of every field as the file has it, and the columns whose cells were rejected."""
        fields = self._layout.fields
        texts, refused = [""] * len(fields), []
        sources = [(at, (source,)) for source in cells if source in self._plain for at in self._plain[source]]
        for at, parts in (*sources, *self._patterns):
            try:
                texts[at] = _joined_text(cells, parts, fields[at], from_1904=from_1904)
            except CellRejected as why:
                column = fields[at].column
                refused.append(column)
                self._table.execute("INSERT INTO refusal VALUES (?, ?, ?)", (number, column, why.reason))
        return texts, refused

    def _line(
        self, number: int, texts: list[str], refused: list[str], columns: ColumnFonts
    ) -> tuple[object, ...]:
        font = font_of_row([texts[at] for at in self._typed])
        if font is not None:
            texts = [to_unicode(text, font) for text in texts]
        elif columns.open:
            columns.add(texts)
        for at, text in enumerate(texts):
            if text:
                texts[at] = self._normal[at](text)
        return (
            number,
            ANY if self._volume is None else texts[self._volume],
            "" if self._place is None else texts[self._place],
            BETWEEN.join(texts),
            BETWEEN.join(refused),
            font or "",
        )


@contextmanager
def stage_rows(book: SourceWorkbook, layout: SheetLayout, schemas: Schemas) -> Iterator[StagedRows]:
    """Yield the staged rows of a sheet.

    Raises:
        ReconcileError: The sheet is broken.
    """
    with closing(sqlite3.connect("")) as table:
        for pragma in (f"cache_size = -{CACHE_KILOBYTES}", "journal_mode = OFF", "synchronous = OFF"):
            table.execute(f"PRAGMA {pragma}")
        rows = StagedRows(table, layout, schemas)
        rows.fill(book)
        yield rows


FONT_LETTERS = f"{LINE_BREAKS}\xad"
"""Line breaks, and the soft hyphen: it is the letter ư of TCVN3, and which font a column has shows only later."""


def _joined_text(
    cells: Mapping[int, CellContent], parts: Sequence[str | int], spec: FieldSpec, *, from_1904: bool
) -> str:
    """Return the text of a field out of its parts; ``""`` where one of its columns is empty."""
    found = []
    for part in parts:
        if isinstance(part, str):
            found.append(part)
            continue
        cell = cells.get(part)
        if cell is None:
            return ""
        if isinstance(cell, str) and control_characters(cell, FONT_LETTERS):
            raise CellRejected("hidden")
        text = cell if isinstance(cell, str) else cell_text(cell, spec, from_1904=from_1904)
        if len(parts) == 1:
            return text
        found.append(text.strip())
    return "".join(found)
