"""Does memory grow over a night? A run over many pages; the leading process and its readers are weighed as they go.

The pages are tiny (``_chaos_reader.py``): what one real page needs ``speed`` tells, here is asked what a run keeps. One
book, so that its readers live as long as the run.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.books.drawn_books import SEED
from benchmarks.figures import report_figures
from benchmarks.orchestration.faults import children, most_memory
from benchmarks.orchestration.small_books import draw_books
from benchmarks.orchestration.supervisor import ReadingProcess

MARKS = 4
"""How often the processes are weighed, evenly over the pages."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=int, default=2_000)
    chosen = parser.parse_args()
    weighed: dict[int, tuple[float, float]] = {}
    with tempfile.TemporaryDirectory(prefix="memory-") as scratch:
        folder = Path(scratch)
        draw_books(folder / "books", chosen.pages, 0, np.random.default_rng(SEED), scans_a_book=chosen.pages)
        workspace = folder / "workspace"
        workspace.mkdir()
        url = f"sqlite:///{workspace}/hotich.db"
        command = [
            sys.executable,
            "-m",
            "benchmarks.orchestration.run",
            str(folder / "books"),
            str(workspace),
            url,
            "1",
        ]
        run = ReadingProcess(command, folder / "run.log", os.environ)
        read = 0
        while (line := run.next_line()) is not None:
            read += line.startswith("page ")
            if read and read % max(1, chosen.pages // MARKS) == 0 and read not in weighed:
                weighed[read] = _weighed(run.process.pid)
        if run.process.wait() or read != chosen.pages:
            raise SystemExit(f"{read} pages, exit {run.process.returncode}")
    table = Table("Trang", "Tiến trình điều khiển, MB", "Tiến trình đọc lớn nhất, MB")
    for pages, (leader, reader) in weighed.items():
        table.add_row(str(pages), f"{leader:.0f}", f"{reader:.0f}")
    Console(width=100).print(table)
    by_pages = {
        pages: {"leader_mb": round(a, 1), "reader_mb": round(b, 1)} for pages, (a, b) in weighed.items()
    }
    report_figures("memory", {"pages": chosen.pages, "most_memory": by_pages})


def _weighed(leader: int) -> tuple[float, float]:
    """The most megabytes so far of the process that leads and of the largest of its readers."""
    readers = [reader for server in children(leader) for reader in children(server)]
    return most_memory(leader) / 1e6, max(map(most_memory, readers), default=0) / 1e6


if __name__ == "__main__":
    main()
