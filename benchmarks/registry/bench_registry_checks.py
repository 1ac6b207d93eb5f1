"""How long do the checks of books and of the registry take over a registry of a million entries, on one core?

The registry is a real SQLite file with made-up people (building it is not measured). Measured are reading the columns,
the checks, and writing what they found with the tasks that follow. Wanted: under 60 s of one core for the checks of
books (K06–K11) and of people (I07, M06, B06). The suggestions by Splink are measured beside them.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.books.drawn_books import SEED
from benchmarks.figures import report_figures, say
from benchmarks.registry.large_registry import write_registry
from pipeline.books.book_checks import check_books, check_registry, suggest_links
from pipeline.declarations import schema
from pipeline.registry import Registry


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--no-links", action="store_true", help="without the suggestions by Splink")
    chosen = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    schemas = schema.load()
    with tempfile.TemporaryDirectory(prefix="hotich-bench-") as folder:
        path = Path(folder) / "registry.db"
        Registry.open(f"sqlite:///{path}", schemas).close()
        entries = write_registry(path, chosen.entries, chosen.seed)
        say(f"{entries} mục, tệp {path.stat().st_size / 2**20:.0f} MB")
        with Registry.open(f"sqlite:///{path}", schemas) as registry:
            steps: dict[str, Callable[[], Any]] = {
                "cả quyển (K06–K11)": lambda: check_books(registry, schemas),
                "giữa các sổ (I07, M06, B06)": lambda: check_registry(registry, schemas),
            }
            if not chosen.no_links:
                steps["gợi ý cùng người (Splink)"] = lambda: suggest_links(registry, schemas)
            measured = {name: _timed(name, step) for name, step in steps.items()}
    table = Table("Bước", "Giây CPU", "Giây đồng hồ", "Tìm thấy", title=f"{entries} mục, một nhân")
    for name, (cpu, wall, figures) in measured.items():
        table.add_row(name, f"{cpu:.1f}", f"{wall:.1f}", str(figures))
    Console(width=140).print(table)
    checks = list(measured.values())[:2]
    report_figures(
        "registry-checks",
        {
            "entries": entries,
            "cpu_seconds": sum(cpu for cpu, _, _ in checks),
            "wall_seconds": sum(wall for _, wall, _ in checks),
            "links_cpu_seconds": None if chosen.no_links else list(measured.values())[2][0],
            "findings": sum(figures for _, _, figures in checks),
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        },
    )


def _timed(name: str, step: Callable[[], Any]) -> tuple[float, float, int]:
    """Return CPU and wall seconds of a step, and the number of its results."""
    cpu, wall = time.process_time(), time.perf_counter()
    answer = step()
    outcome = getattr(answer, "outcome", answer)
    spent = time.process_time() - cpu, time.perf_counter() - wall
    say(f"{name}: {spent[0]:.1f} giây CPU")
    return *spent, outcome.standing


if __name__ == "__main__":
    main()
