"""Costs of the desk and of an export in two revisions, measured in turns on one machine."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.checkouts import checkout_of, commit_of
from benchmarks.figures import report_figures, say

EXPORT = ("--entries", "120", "--drawn", "4", "--dpi", "150", "--workers", "1", "--minutes", "4")
Costs = dict[str, list[float]]


def compare_costs(revision: str, entries: int, tasks: int, columns: int, turns: int) -> None:
    """Measure both revisions in turns and report the medians of their processor time, on SQLite."""
    commit = commit_of(revision)
    desk = ("--only", "SQLite", f"--entries={entries}", f"--tasks={tasks}", f"--columns={columns}")
    before: Costs = defaultdict(list)
    after: Costs = defaultdict(list)
    with checkout_of(commit) as other:
        for turn in range(turns):
            for costs, root in ((before, other), (after, Path.cwd()))[:: -1 if turn % 2 else 1]:
                say(f"lượt {turn + 1}/{turns}: {root.name}")
                for name, cost in _costs(root, desk):
                    costs[name].append(cost)
    table = Table("Việc", f"{commit[:8]}, ms", "nay, ms", "đổi")
    figures = {}
    for name in before:
        old, new = statistics.median(before[name]), statistics.median(after[name])
        table.add_row(name, f"{old:.1f}", f"{new:.1f}", f"{100 * (new / old - 1):+.1f} %")
        figures[name] = {"before_ms": old, "after_ms": new, "ratio": new / old}
    Console(width=100).print(table)
    report_figures("desk-cost-paired", {"before": commit, "turns": turns, "costs": figures})


def _costs(root: Path, desk: tuple[str, ...]) -> Iterator[tuple[str, float]]:
    """Yield what one revision costs, in ms by the name of the act."""
    told = _told(root, "benchmarks.desk.bench_desk_cost", *desk)
    for name, figure in told["sqlite"].items():
        yield f"{name}, median", figure["cpu_p50_ms"]
        yield f"{name}, p95", figure["cpu_p95_ms"]
    told = _told(root, "benchmarks.delivery.bench_export", *EXPORT)
    yield "export, an entry", 1000 * told["cpu_seconds_an_entry"]


def _told(root: Path, module: str, *arguments: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments], cwd=root, check=True, stdout=subprocess.PIPE, text=True
    )
    return json.loads(done.stdout.splitlines()[-1])
