"""What the process that leads a run costs: it reads no page, yet saves, checks and weighs what its workers read."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import say


@dataclass(frozen=True)
class LeadingCost:
    """The process that leads ``hotich run``, without its workers.

    Attributes:
        start: CPU seconds of a run that finds nothing to read.
        page: CPU seconds a page beyond that.
    """

    start: float
    page: float


def leading_cost(books: Sequence[Path], workspace: Path, pages: int) -> LeadingCost:
    """Read the books into a new workspace, then ask for the same again."""
    say("hotich run: tiến trình điều khiển")
    first, start = (sum(_leading_cpu(book, workspace) for book in books) for _ in range(2))
    return LeadingCost(start / len(books), max(0.0, first - start) / pages)


def _leading_cpu(book: Path, workspace: Path) -> float:
    """Return the CPU seconds of one run; those of its workers, whom another process starts, do not count."""
    command = [
        sys.executable,
        "-m",
        "pipeline.cli",
        "run",
        str(book),
        "--workspace",
        str(workspace),
        "-j",
        "1",
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"hotich run {book.name}: exit {process.returncode}")
    return used.ru_utime + used.ru_stime
