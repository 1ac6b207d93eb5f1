"""A finished workbook read back as a stranger would. openpyxl lives here; nothing is shared with the writer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.errors import StorageError

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

    def __init__(self, sheet: Worksheet) -> None:
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
