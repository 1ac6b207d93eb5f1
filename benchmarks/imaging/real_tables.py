"""Tables without row rules on real register pages: whether each written line lies in the cell of its entry.

    python -m benchmarks.imaging.bench_imaging tables --data DATA

A form is declared from one page of a register: the shares of its columns, of its heading and of its letters. The other
pages are matched, rectified and cut into rows as any page of a book. A transcribed line lies in its cell where at least
four fifths of it are in one column and in the row of the number above it. Lines that the clerk wrote on over a rule lie
in no cell and are told apart. What stands before the first number of a page belongs to none of its entries and is not
counted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.figures import percent, say, share
from benchmarks.imaging.real_pages import RealPage, ledger_pages
from benchmarks.imaging.transcriptions import lines_of, rows_of
from pipeline.base.model import Box, Ledger, PageImage, PageRef
from pipeline.declarations import schema
from pipeline.declarations.schema import Form, Schemas
from pipeline.digitize import DigitizeOptions, default_engines
from pipeline.digitize.match import FormMatch, match_table
from pipeline.digitize.normalize import normalize
from pipeline.digitize.orientations import deskewed_orientations
from pipeline.digitize.page_context import PageContext, StageClock
from pipeline.digitize.rectify import rectify
from pipeline.digitize.unruled_rows import unruled_rows
from pipeline.layout.imaging.geometry import warp

IN_CELL = 0.8
"""The least share of a line in a single cell."""

SWING = {"notary": 0.012, "lyon": 0.012, "divorce": 0.006}
"""How far above the line that begins its entry, as a share of the page's height, a line of the same entry may lie."""


@dataclass(frozen=True)
class SpecimenPage:
    """What is declared of a register, from one page of it: shares of that page's width and height.

    Attributes:
        pages: The beginning of the names of the pages of the same printing.
        rules: The x of its upright rules.
        top: The y of the frame.
        body: The y below the heading.
        bottom: The y at which the rules end.
        aspect: Height of the page over its width.
    """

    page: str
    pages: str
    rules: tuple[float, ...]
    top: float
    body: float
    bottom: float
    aspect: float


SPECIMENS = {
    "notary": SpecimenPage(
        "DAFANCH96_048MIC07650_L-0", "DAFANCH96",
        (0.155, 0.210, 0.260, 0.358, 0.457, 0.823, 0.859, 0.935), 0.094, 0.174, 0.962, 2363 / 1674,
    ),
    "lyon": SpecimenPage("page2_A phải", "page", (0.02, 0.606, 0.845), 0.036, 0.088, 0.981, 1573 / 1242),
}  # fmt: skip


@dataclass
class CellCount:
    """Pages, fitted pages; lines, lines in their cell, in their row, over a rule; entries, beginnings of rows; rows."""

    pages: int = 0
    fitted: int = 0
    lines: int = 0
    in_cell: int = 0
    in_row: int = 0
    over: int = 0
    entries: int = 0
    begun: int = 0
    rows: int = 0

    def figures(self) -> dict[str, float | None]:
        """Shares and numbers."""
        return {
            "pages": self.pages,
            "fitted": self.fitted,
            "lines": self.lines,
            "lines_in_cell": share(self.in_cell, self.lines),
            "lines_in_row": share(self.in_row, self.lines),
            "lines_over_a_rule": share(self.over, self.lines),
            "kept_lines_in_cell": share(self.in_cell, self.lines - self.over),
            "entries": self.entries,
            "entries_begun": share(self.begun, self.entries),
            "rows": self.rows,
        }


def specimen_form(specimen: SpecimenPage, schemas: Schemas) -> Form:
    """Return the table form that is declared from a page."""
    wide = specimen.rules[-1] - specimen.rules[0]
    names = [field.name for field in schemas.record("birth").fields][: len(specimen.rules) - 1]
    widths = np.diff(specimen.rules) / wide
    return Form.model_validate(
        {
            "id": "specimen", "record": "birth", "title": "", "layout": "table", "evidence": "seen",
            "years": (1800, 1950), "paper_mm": (210.0, 210.0 * specimen.aspect),
            "frame": (specimen.rules[0], specimen.top, specimen.rules[-1], specimen.bottom), "left": 0.0, "right": 1.0,
            "text_size": 3.5 / (210.0 * specimen.aspect * (specimen.bottom - specimen.top)),
            "table": {
                "rows": 10, "top": (specimen.body - specimen.top) / (specimen.bottom - specimen.top),
                "bottom": 1.0, "ruled": False,
                "column": [
                    {"heading": name, "width": float(width), "field": name}
                    for name, width in zip(names, widths, strict=True)
                ],
            },
        }
    )  # fmt: skip


def measure_tables(data: Path) -> dict[str, Any]:
    """Return the figures by register; prints them as a table."""
    schemas = schema.load()
    engines = default_engines()
    counts: dict[str, CellCount] = {}
    for page in ledger_pages(data):
        specimen = SPECIMENS.get(page.source)
        if specimen is None or page.name == specimen.page or not page.name.startswith(specimen.pages):
            continue
        form = specimen_form(specimen, schemas)
        ledger = Ledger(form.id, "", "", "01/1900")
        context = PageContext(form, ledger, schemas, engines, DigitizeOptions(), StageClock())
        count = counts.setdefault(page.source, CellCount())
        _count_page(page, context, count)
        say(
            f"{page.source} {page.name}: {count.in_cell}/{count.lines}, {count.begun}/{count.entries}, {count.rows}"
        )
    return _shown(counts)


def _count_page(page: RealPage, context: PageContext, count: CellCount) -> None:
    count.pages += 1
    grey = np.repeat(page.grey[:, :, None], 3, axis=2)
    image = normalize(PageImage(PageRef("0" * 64, 1), grey, 0), context)
    level = next(iter(deskewed_orientations(image, context, (0,))))
    fit = match_table(context.form, level)
    starts, lines = known_lines(page)
    count.entries += len(starts)
    count.lines += len(lines)
    if fit is None:
        return
    count.fitted += 1
    sheet = rectify(image, FormMatch(level, context.form, fit), context)
    rows = [row for row in unruled_rows(sheet, context.form) if row.is_entry]
    count.rows += len(rows)
    boxes = [[field.box for field in row.fields] for row in rows]
    of_entry = []
    for _, points in starts:
        placed = warp.transform_points(sheet.matrix, points)
        of_entry.append(_cell_of(placed, boxes)[0])
    first = [at for at in of_entry if at is not None]
    count.begun += len(set(first))
    for entry, points in lines:
        row, part = _cell_of(warp.transform_points(sheet.matrix, points), boxes)
        in_row = row is not None and row == of_entry[entry]
        count.in_row += in_row
        count.in_cell += in_row and part >= IN_CELL
        count.over += in_row and part < IN_CELL


def _cell_of(points: np.ndarray, boxes: list[list[Box]]) -> tuple[int | None, float]:
    """Return the row whose cell holds most of a line, and the share of the line in that cell."""
    dense = np.vstack([np.linspace(a, b, 20) for a, b in pairwise(points)])
    best: tuple[int | None, float] = None, 0.0
    for number, row in enumerate(boxes):
        for box in row:
            x, y = dense[:, 0], dense[:, 1]
            part = float(((x >= box.left) & (x <= box.right) & (y > box.top) & (y <= box.bottom)).mean())
            if part > best[1]:
                best = number, part
    return best


def known_lines(page: RealPage) -> tuple[list[tuple[float, np.ndarray]], list[tuple[int, np.ndarray]]]:
    """Return the lines that begin entries, and all lines of entries with the number of theirs; of baselines, lifted to
    the middle of small letters."""
    every = [line for line in lines_of(page) if len(line.points) > 1]
    lift = 0.004 * page.pixels.shape[0]
    middles = _names_of(page) if page.source == "lyon" else rows_of(page)
    gap = SWING[page.source] * page.pixels.shape[0]
    order = sorted(range(len(middles)), key=lambda n: middles[n, 1])
    starts: list[tuple[float, np.ndarray]] = []
    for n in order:
        y = float(middles[n, 1])
        if starts and y - starts[-1][0] < gap:
            continue
        line = min(
            every, key=lambda candidate: float(np.abs(candidate.points.mean(axis=0) - middles[n]).sum())
        )
        starts.append((y, line.points - [0, lift]))
    tops = np.array([y for y, _ in starts])
    known = []
    for line in every:
        y = float(line.points[:, 1].mean())
        entry = int(np.searchsorted(tops, y + gap)) - 1
        if entry >= 0:
            known.append((entry, line.points - [0, lift]))
    return starts, known


def _names_of(page: RealPage) -> np.ndarray:
    """Return the middles (n, 2) of the names of a Lyon page, with the indented names and those of its first rows."""
    height, width = page.pixels.shape[:2]
    middles = [
        line.points.mean(axis=0)
        for line in lines_of(page)
        if re.search(r"\w{3}", line.text)
        and line.points[0, 0] < 0.35 * width
        and 0.11 < line.points[0, 1] / height < 0.965
    ]
    return np.array(middles).reshape(-1, 2)


def _shown(counts: Mapping[str, CellCount]) -> dict[str, Any]:
    table = Table(
        "Sổ",
        "Trang",
        "Khớp",
        "Dòng đúng ô",
        "Dòng đúng hàng",
        "Hàng đúng",
        "Hàng thấy",
        title="Bảng không kẻ hàng, trang thật",
    )
    for source, count in counts.items():
        table.add_row(
            source, str(count.pages), str(count.fitted),
            f"{percent(share(count.in_cell, count.lines))} / {count.lines}",
            percent(share(count.in_row, count.lines)),
            f"{percent(share(count.begun, count.entries))} / {count.entries}", str(count.rows),
        )  # fmt: skip
    Console(width=100).print(table)
    return {source: count.figures() for source, count in counts.items()}
