"""The rows of the shared software's sheet, each text normalized by its kind of value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from sqlite3 import Connection

from pipeline.base.text.control_characters import control_characters
from pipeline.base.text.legacy_fonts import LegacyFont
from pipeline.declarations.schema import FieldSpec, Schemas
from pipeline.delivery.reconcile.differences import FileRow, RejectedCell
from pipeline.delivery.workbook_reading import SheetLayout, SourceWorkbook
from pipeline.delivery.workbook_reading.cell_values import CellRejected, ValueNormalizer, cell_text
from pipeline.delivery.workbook_reading.sheet_parts import CellContent
from pipeline.delivery.workbook_reading.staged_rows import BETWEEN, FONT_LETTERS, StagedRows, staged


class ComparedRows(StagedRows):
    """The rows of a sheet for the comparison with entries."""

    def __init__(self, table: Connection, layout: SheetLayout, schemas: Schemas) -> None:
        super().__init__(table, layout)
        self._normal = [ValueNormalizer(spec, schemas.vocabulary(spec)) for spec in layout.fields]
        table.execute("CREATE TABLE refusal (row INTEGER, name TEXT, reason TEXT)")

    def places(self) -> Iterator[tuple[str, str, int]]:
        """Yield volume, name of the registration place and their number of rows."""
        yield from self.table.execute(
            "SELECT volume, place, count(*) FROM line GROUP BY volume, place ORDER BY volume, place"
        )

    def of_volume(self, volume: str) -> Iterator[tuple[str, FileRow]]:
        """Yield the rows of a volume in order, each with the name of its registration place."""
        query = "SELECT row, place, texts, refused, font FROM line WHERE volume = ? ORDER BY row"
        of_columns = next(iter(self.fonts.values()), None)
        for number, place, joined, refused, font in self.table.execute(query, (volume,)):
            names = frozenset(filter(None, refused.split(BETWEEN)))
            texts = tuple(joined.split(BETWEEN))
            yield place, FileRow(number, texts, names, LegacyFont(font) if font else of_columns)

    def refusals(self) -> Iterator[RejectedCell]:
        """Yield the rejected cells."""
        for row in self.table.execute("SELECT row, name, reason FROM refusal ORDER BY row"):
            yield RejectedCell(*row)

    def row_fonts(self) -> Mapping[str, int]:
        """Return the number of rows by font, for rows with a font of their own."""
        query = "SELECT font, count(*) FROM line WHERE font <> '' GROUP BY font ORDER BY font"
        return dict(self.table.execute(query))

    def column_fonts(self) -> Mapping[str, LegacyFont]:
        """Return the font of each column whose font was recognized from the column as a whole."""
        return {self.layout.fields[at].column: font for at, font in self.fonts.items()}

    def text_of(self, cell: CellContent, spec: FieldSpec, *, from_1904: bool) -> str:
        if not isinstance(cell, str):
            return cell_text(cell, spec, from_1904=from_1904)
        if control_characters(cell, FONT_LETTERS):
            raise CellRejected("hidden")
        return cell

    def kept(self, row: int, texts: list[str], *, is_open: bool) -> list[str]:  # noqa: ARG002 (its signature)
        return [self._normal[at](text) if text else "" for at, text in enumerate(texts)]

    def settle_fonts(self) -> None:
        if self.fonts:
            super().settle_fonts()

    def refuse(self, row: int, rejected: Sequence[tuple[int, str]]) -> None:
        refusals = [(row, self.layout.fields[at].column, reason) for at, reason in rejected]
        self.table.executemany("INSERT INTO refusal VALUES (?, ?, ?)", refusals)


@contextmanager
def compared_rows(book: SourceWorkbook, layout: SheetLayout, schemas: Schemas) -> Iterator[ComparedRows]:
    """Yield the rows of a sheet.

    Raises:
        ReconcileError: The sheet is broken.
    """
    with staged(partial(ComparedRows, layout=layout, schemas=schemas)) as rows:
        rows.fill(book)
        rows.table.execute("CREATE INDEX by_volume ON line (volume)")
        yield rows
