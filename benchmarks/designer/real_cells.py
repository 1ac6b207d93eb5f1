"""How many transcribed lines of a real register page lie in the cell of their entry, as the product reads the page.

A transcribed line is its baseline, lifted to the middle of small letters. It lies in its cell where at least four
fifths of it are in one cell, and the row of that cell is the one in which the line lies that begins its
entry. What stands before the first beginning of a page belongs to none of its entries and is not counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from benchmarks.designer.registers import Picture
from benchmarks.figures import share
from benchmarks.imaging.transcriptions import IN_CELL, known_lines
from pipeline.base.model import Box, Ledger, Matrix, PageImage, PageRef
from pipeline.declarations.schema import Form, Schemas
from pipeline.digitize import DigitizeOptions, Engines
from pipeline.digitize.normalize import normalize
from pipeline.digitize.page_context import PageContext, StageClock
from pipeline.digitize.rectify import rectify
from pipeline.digitize.segment import segment
from pipeline.digitize.sheets import detect_sheets
from pipeline.layout.imaging.geometry import warp


@dataclass
class LineCount:
    """What was counted.

    Attributes:
        fitted: Pages that were taken for pages of the form.
        lines: Transcribed lines.
        in_cell: Those that lie in their cell.
        in_row: Those most of whose part lies in the row of their entry.
        rows: Rows that were read.
    """

    pages: int = 0
    fitted: int = 0
    lines: int = 0
    in_cell: int = 0
    in_row: int = 0
    entries: int = 0
    begun: int = 0
    rows: int = 0

    def figures(self) -> dict[str, Any]:
        """Shares and numbers."""
        return {
            "pages": self.pages,
            "fitted": self.fitted,
            "lines": self.lines,
            "lines_in_cell": share(self.in_cell, self.lines),
            "lines_in_row": share(self.in_row, self.lines),
            "entries": self.entries,
            "entries_begun": share(self.begun, self.entries),
            "rows": self.rows,
        }


@dataclass(frozen=True)
class CutPage:
    """A page as the product cuts it.

    Attributes:
        sheets: Of each page of the picture that is one of the form: the matrix (3, 3) from the picture, and the cells
            of each row that is an entry.
    """

    sheets: tuple[tuple[Matrix, list[list[Box]]], ...]


def cut_page(page: Picture, form: Form, schemas: Schemas, engines: Engines, dpi: float) -> CutPage:
    """Return how the product cuts a page by a form: the stages of a page up to its fields."""
    ledger = Ledger(form.id, "", "", f"01/{form.years[0]}")
    context = PageContext(form, ledger, schemas, engines, DigitizeOptions(), StageClock())
    picture = normalize(PageImage(PageRef("0" * 64, 1), page.pixels, dpi), context)
    sheets = []
    for sheet in detect_sheets(picture, context).sheets:
        if sheet.match.form is None or sheet.match.fit is None:
            continue
        rectified = rectify(sheet.image, sheet.match, context)
        rows = [row for row in segment(rectified, context) if row.is_entry]
        boxes = [[field.box for field in row.fields] for row in rows]
        sheets.append((np.asarray(rectified.matrix @ sheet.matrix, np.float64), boxes))
    return CutPage(tuple(sheets))


def count_page(
    page: Picture, cut: CutPage, count: LineCount, within: tuple[float, float] = (0.0, 1.0)
) -> list[tuple[int, int]]:
    """Count a picture; return the places of the lines that lie in no cell of their entry.

    Args:
        within: The shares of the picture's width between which lines count; lines beside the table do not.
    """
    starts, lines = _known(page)
    wide = page.pixels.shape[1]
    lines = [line for line in lines if within[0] <= line[1][:, 0].mean() / wide <= within[1]]
    count.pages += 1
    count.entries += len(starts)
    count.lines += len(lines)
    count.fitted += bool(cut.sheets)
    count.rows += sum(len(boxes) for _, boxes in cut.sheets)
    of_entry = [_cell_of(points, cut)[0] for _, points in starts]
    count.begun += len({row for row in of_entry if row is not None})
    missed = []
    for entry, points in lines:
        row, part = _cell_of(points, cut)
        in_row = row is not None and row == of_entry[entry]
        count.in_row += in_row
        count.in_cell += in_row and part >= IN_CELL
        if not (in_row and part >= IN_CELL):
            x, y = points.mean(axis=0)
            missed.append((round(x), round(y)))
    return missed


def _known(page: Picture) -> tuple[list[tuple[float, Matrix]], list[tuple[int, Matrix]]]:
    """Return the lines that begin entries, and all lines of entries with the number of theirs, on the whole picture."""
    starts: list[tuple[float, Matrix]] = []
    lines: list[tuple[int, Matrix]] = []
    for part in page.parts:
        begun, written = known_lines(part)
        lines += [(len(starts) + entry, points + np.array([part.left, 0])) for entry, points in written]
        starts += [(y, points + np.array([part.left, 0])) for y, points in begun]
    return starts, lines


def _cell_of(points: Matrix, cut: CutPage) -> tuple[tuple[int, int] | None, float]:
    """Return the page and row whose cell holds most of a line, and the share of the line in that cell."""
    dense = np.vstack([np.linspace(a, b, 20) for a, b in pairwise(points)])
    best: tuple[tuple[int, int] | None, float] = None, 0.0
    for side, (matrix, rows) in enumerate(cut.sheets):
        x, y = warp.transform_points(matrix, dense).T
        for number, row in enumerate(rows):
            for box in row:
                inside = (x >= box.left) & (x <= box.right) & (y > box.top) & (y <= box.bottom)
                if (part := float(inside.mean())) > best[1]:
                    best = (side, number), part
    return best
