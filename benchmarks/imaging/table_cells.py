"""Columns and rows of real register pages, beside img2table on the same pages already set level.

A column's boundary is found when an upright rule stands within 1 % of the page's width of it; a row when a row is
found within half a row of its first line. ``rows_seen`` counts all that were found: headings and closing notes too.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image
from rich.console import Console
from rich.table import Table

from benchmarks.figures import percent, say, share
from benchmarks.imaging.real_pages import RealPage, ledger_pages
from benchmarks.imaging.transcriptions import boundaries_of, rows_of
from pipeline.layout.imaging.geometry import deskew, warp
from pipeline.layout.imaging.ink import binarization
from pipeline.layout.imaging.ruling import grid
from pipeline.layout.imaging.ruling.written_rows import written_lines

WIDTH = 1654
"""Pixels across a page that are looked at: an A4 page at 200 dpi."""

LETTER = 14.0
"""Pixels of a written small letter at that size."""

NEAR_COLUMN = 0.01
"""Share of the page's width."""


@dataclass
class FoundCells:
    """Known boundaries and rows, the known ones that were located, all located rows, CPU seconds, pages."""

    boundaries: int = 0
    boundaries_found: int = 0
    rows: int = 0
    rows_found: int = 0
    rows_seen: int = 0
    seconds: float = 0.0
    pages: int = 0

    def figures(self) -> dict[str, float | None]:
        """Shares and CPU seconds a page."""
        return {
            "pages": self.pages,
            "boundaries": self.boundaries,
            "column_recall": share(self.boundaries_found, self.boundaries),
            "rows": self.rows,
            "row_recall": share(self.rows_found, self.rows),
            "rows_seen": self.rows_seen,
            "cpu_seconds": share(self.seconds, self.pages),
        }


@dataclass(frozen=True)
class KnownCells:
    """What is known of a page, on its level picture: x (n,) of boundaries, (m, 2) of rows."""

    source: str
    columns: np.ndarray
    rows: np.ndarray
    width: int
    level: deskew.DeskewedPage = field(repr=False)


def measure_cells(data: Path) -> dict[str, Any]:
    """The figures by register and finder; prints them as a table."""
    cv2.setNumThreads(1)
    scores: dict[tuple[str, str], FoundCells] = {}
    with tempfile.TemporaryDirectory(prefix="hotich-bench-") as folder:
        known, pictures = [], []
        for number, page in enumerate(ledger_pages(data)):
            say(f"cột và hàng: {page.source} {page.name}")
            page_cells, seconds = _known(page)
            known.append(page_cells)
            pictures.append(Path(folder) / f"{number}.png")
            Image.fromarray(page_cells.level.grey).save(pictures[-1], compress_level=1)
            started = time.process_time()
            columns = grid.find_rule_families(page_cells.level.ink, grid.vertical_runs(page_cells.level.ink))[
                0
            ].at
            rows = written_lines(page_cells.level.ink, *_column(columns, page_cells), LETTER)
            seconds += time.process_time() - started
            _add(
                scores.setdefault((page_cells.source, "hotich"), FoundCells()),
                page_cells,
                columns,
                rows + LETTER / 2,
                seconds,
            )
        for page_cells, cells in zip(known, _peer(pictures), strict=False):
            boxes = np.array(cells["cells"], float).reshape(-1, 4)
            columns, rows = np.unique(boxes[:, [0, 2]]), np.unique(boxes[:, 1::2].mean(axis=1))
            score = scores.setdefault((page_cells.source, "img2table"), FoundCells())
            _add(score, page_cells, columns, rows, cells["seconds"])
    return _shown(scores)


def _known(page: RealPage) -> tuple[KnownCells, float]:
    """Return the page set level with its known cells, and the CPU seconds of the levelling."""
    scale = min(1.0, WIDTH / page.pixels.shape[1])
    started = time.process_time()
    small = binarization.small_ink_layer(page.pixels, scale)
    level = deskew.deskew(small, scale, 0, LETTER, 200)
    seconds = time.process_time() - started
    middles = np.array([line.mean(axis=0) for line in boundaries_of(page)]).reshape(-1, 2)
    columns = warp.transform_points(level.matrix, middles)[:, 0]
    rows = warp.transform_points(level.matrix, rows_of(page).reshape(-1, 2))
    return KnownCells(page.source, columns, rows, small.shape[1], level), seconds


def _column(columns: np.ndarray, known: KnownCells) -> tuple[float, float]:
    """Return the column around the lines that begin rows; without rules beside them, a stretch of ten letters."""
    if not len(known.rows):
        return 0.0, 0.0
    middle = float(np.median(known.rows[:, 0]))
    left, right = columns[columns < middle], columns[columns > middle]
    return (
        max(float(left.max(initial=-1.0)) + 4, middle - 5 * LETTER),
        min(float(right.min(initial=1e6)) - 4, middle + 5 * LETTER),
    )


def _add(score: FoundCells, known: KnownCells, columns: np.ndarray, rows: np.ndarray, seconds: float) -> None:
    ys = np.sort(known.rows[:, 1])
    half = 0.5 * float(np.median(np.diff(ys))) if len(ys) > 1 else LETTER
    near = min(half, 1.5 * LETTER)
    score.pages += 1
    score.seconds += seconds
    score.boundaries += len(known.columns)
    score.boundaries_found += _near(known.columns, columns, NEAR_COLUMN * known.width)
    score.rows += len(ys)
    score.rows_found += _near(ys, rows, near)
    score.rows_seen += len(rows)


def _near(wanted: np.ndarray, located: np.ndarray, reach: float) -> int:
    if not len(located):
        return 0
    return sum(bool(np.abs(located - place).min() <= reach) for place in wanted)


def _peer(pictures: list[Path]) -> list[dict[str, Any]]:
    """img2table's cells of each picture; nothing where it is not installed."""
    peers = Path(sys.prefix) / "peers"
    if not peers.is_dir():
        say("img2table chưa được cài, bỏ qua")
        return []
    say("img2table")
    paths = os.pathsep.join([str(peers), str(Path.cwd())])
    command = [sys.executable, "-m", "benchmarks.imaging.img2table_runner", *map(str, pictures)]
    done = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": paths}
    )
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


def _shown(scores: dict[tuple[str, str], FoundCells]) -> dict[str, Any]:
    table = Table(
        "Sổ",
        "Cách tìm",
        "Trang",
        "Ranh cột tìm thấy",
        "Hàng tìm thấy",
        "Giây CPU",
        title="Cột và hàng, trang thật",
    )
    figures: dict[str, Any] = {}
    for (source, finder), score in sorted(scores.items()):
        figures.setdefault(finder, {})[source] = score.figures()
        columns = f"{percent(share(score.boundaries_found, score.boundaries))} / {score.boundaries}"
        rows = f"{percent(share(score.rows_found, score.rows))} / {score.rows}"
        table.add_row(source, finder, str(score.pages), columns, rows, f"{score.seconds / score.pages:.2f}")
    Console(width=110).print(table)
    return figures
