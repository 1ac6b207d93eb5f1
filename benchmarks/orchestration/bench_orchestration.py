"""What does Prefect cost a night? The same books by a plain run and by the nightly flow under a server of its own.

The pages are tiny and their reader is quick (``_chaos_reader.py``), so that what comes on top is not lost in what
reading costs; that is measured beside, on drawn pages with the real readers. Both runs are made in pairs, once in each
order. CPU time counts, since wall time on a busy machine tells little: that of the process that leads and of Prefect's
server while the flow runs.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.books.drawn_books import SEED, draw
from benchmarks.figures import report_figures, say
from benchmarks.orchestration.costs import reading_costs
from benchmarks.orchestration.faults import session_cpu
from benchmarks.orchestration.small_books import draw_books
from benchmarks.servers.prefect_server import PrefectServer
from flows import OFFLINE
from pipeline.declarations import schema
from pipeline.settings import Settings
from pipeline.training.synthetic_pages import SynthOptions

FORM = "birth-2006"


@dataclass(frozen=True)
class Run:
    """``wall`` and ``cpu`` seconds of the process that leads; ``server``: CPU of Prefect's server meanwhile."""

    wall: float
    cpu: float
    server: float = 0.0


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=int, default=500)
    parser.add_argument("--read", type=int, default=4, help="real pages whose reading is timed")
    parser.add_argument("--pairs", type=int, default=2)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="orchestration-") as scratch:
        folder = Path(scratch)
        page_seconds = _page_seconds(folder, chosen.read)
        books = folder / "books"
        draw_books(books, chosen.pages, 0, np.random.default_rng(SEED))
        runs: dict[bool, list[Run]] = {False: [], True: []}
        with PrefectServer(folder) as server:
            for pair in range(chosen.pairs):
                for with_prefect in (False, True) if pair % 2 == 0 else (True, False):
                    workspace = folder / f"{pair}-{with_prefect}"
                    say(f"lượt {pair + 1}, {'Prefect' if with_prefect else 'không Prefect'}")
                    runs[with_prefect].append(_run(books, workspace, server if with_prefect else None))
    show(chosen.pages, page_seconds, runs[False], runs[True])


def show(pages: int, page_seconds: float, plain: list[Run], flow: list[Run]) -> None:
    """The runs of both kinds, what is more in the second, and what part that is of reading so many pages."""
    table = Table("", "Đồng hồ, s", "CPU điều khiển, s", "CPU máy chủ Prefect, s", title=f"{pages} trang")
    for name, runs in (("hotich run", plain), ("Prefect", flow)):
        for run in runs:
            table.add_row(name, f"{run.wall:.1f}", f"{run.cpu:.1f}", f"{run.server:.1f}")
    more = statistics.mean(run.cpu + run.server for run in flow) - statistics.mean(run.cpu for run in plain)
    share = more / (statistics.mean(run.cpu for run in plain) + pages * page_seconds)
    console = Console(width=110)
    console.print(table)
    console.print(
        f"Prefect thêm {more:.1f} s CPU; đọc {pages} trang thật cần {pages * page_seconds:.0f} s CPU "
        f"({page_seconds:.2f} s một trang): {share:.2%}."
    )
    report_figures(
        "orchestration",
        {
            "pages": pages,
            "page_cpu_seconds": round(page_seconds, 3),
            "plain": [vars(run) for run in plain],
            "prefect": [vars(run) for run in flow],
            "more_cpu_seconds": round(more, 2),
            "overhead": round(share, 4),
        },
    )


def _page_seconds(folder: Path, pages: int) -> float:
    """CPU seconds of one page of the real readers, one core."""
    schemas = schema.load()
    book = draw(
        folder / "real" / FORM, schemas.form(FORM), schemas, pages, SynthOptions(seed=SEED, cover=False)
    )
    seconds, _ = reading_costs([book], Settings().run_context(folder / "real-workspace"))
    return statistics.mean(seconds)


def _run(books: Path, workspace: Path, server: PrefectServer | None) -> Run:
    """All books, read by two processes; what they themselves cost is the same with and without Prefect and left out."""
    workspace.mkdir()
    command = [str(books), str(workspace), f"sqlite:///{workspace}/hotich.db", "1"]
    environment: Mapping[str, str] = {} if server is None else server.environment
    before = 0.0 if server is None else session_cpu(server.pid)
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.orchestration.run", *command, *(["--prefect"] if server else [])],
        env={**os.environ, **OFFLINE, **environment},
        stdout=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"exit {process.returncode}")
    wall = time.perf_counter() - started
    after = 0.0 if server is None else session_cpu(server.pid)
    return Run(round(wall, 2), round(used.ru_utime + used.ru_stime, 2), round(after - before, 2))


if __name__ == "__main__":
    main()
