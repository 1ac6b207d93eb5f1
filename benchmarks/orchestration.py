"""What does Prefect cost? The same books by ``hotich run`` and by the nightly flow under a server of its own.

CPU time counts, since wall time on a busy machine tells little: that of both main processes, of the server while the
flow runs, and of the reading itself (the stages of the pages, which are the same work in both).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks._books import last_line
from benchmarks._prefect_server import PrefectServer
from flows import OFFLINE

FULL_NIGHT = 500
"""Pages of the night for which the cost is told too: most of it is there once a run."""


@dataclass(frozen=True)
class Run:
    """``wall`` and ``cpu`` seconds of the process that leads; ``server``: CPU of Prefect's server meanwhile."""

    wall: float
    cpu: float
    server: float = 0.0
    told: Any = None


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "folder", nargs="?", type=Path, default=Path("samples"), help="books, by default the samples"
    )
    parser.add_argument("--workers", type=int, default=2)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="orchestration-") as scratch:
        folder = Path(scratch)
        options = ["--workers", str(chosen.workers), "--workspace"]
        plain = _run(
            ["pipeline.cli", "run", str(chosen.folder), "--json", *options, str(folder / "plain")], {}
        )
        reports = json.loads(plain.told)["books"]
        with PrefectServer(folder) as server:
            before = _cpu_of(server.pid)
            flow = _run(["flows", str(chosen.folder), *options, str(folder / "flow")], server.environment)
            flow = Run(flow.wall, flow.cpu, _cpu_of(server.pid) - before)
    pages = sum(report["read"] for report in reports)
    reading = sum(sum(report["stage_seconds"].values()) for report in reports)
    show(pages, reading, plain, flow)


def show(pages: int, reading: float, plain: Run, flow: Run) -> None:
    """Both runs and what is more in the second."""
    more = flow.cpu + flow.server - plain.cpu
    share = more / (plain.cpu + reading)
    night = more / (plain.cpu + reading * FULL_NIGHT / pages)
    table = Table("", "Đồng hồ, s", "CPU điều khiển, s", "CPU máy chủ Prefect, s", title=f"{pages} trang")
    for name, run in (("hotich run", plain), ("Prefect", flow)):
        table.add_row(name, f"{run.wall:.1f}", f"{run.cpu:.1f}", f"{run.server:.1f}")
    console = Console(width=110)
    console.print(table)
    console.print(
        f"CPU đọc trang {reading:.1f} s; Prefect thêm {more:.1f} s CPU: {share:.1%} với {pages} trang, {night:.1%} với "
        f"{FULL_NIGHT} trang cùng số sổ."
    )
    last_line(
        {
            "pages": pages,
            "reading_cpu_seconds": round(reading, 2),
            "plain": {"wall": round(plain.wall, 2), "cpu": round(plain.cpu, 2)},
            "prefect": {
                "wall": round(flow.wall, 2),
                "cpu": round(flow.cpu, 2),
                "server": round(flow.server, 2),
            },
            "overhead": round(share, 4),
            f"overhead_{FULL_NIGHT}": round(night, 4),
        }
    )


def _run(module: list[str], environment: Mapping[str, str]) -> Run:
    """A module as a program; the time of the processes that it waits for is in it, that of the readers is not."""
    started = time.perf_counter()
    with tempfile.TemporaryFile() as told:
        process = subprocess.Popen(
            [sys.executable, "-m", *module], env={**os.environ, **OFFLINE, **environment}, stdout=told
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - started
        told.seek(0)
        if process.returncode not in (0, 8):
            raise SystemExit(f"{module[0]}: exit {process.returncode}")
        return Run(wall, used.ru_utime + used.ru_stime, told=told.read().decode())


def _cpu_of(leader: int) -> float:
    """CPU seconds of all processes of that session so far."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, IndexError):
            fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            if int(fields[3]) == leader:
                ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
