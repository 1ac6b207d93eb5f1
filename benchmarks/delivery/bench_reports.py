"""How long do a report, its workbook and its PDF take over a registry of a million entries, on one core?

The registry is a real SQLite file: one book that was really read, keyed and decided, and copies of it (building it is
not measured). All of it happened today, so that nothing is left out for being old. Wanted: a report in under 15 s of
CPU.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.table import Table

from benchmarks.desk.filled_registry import fill
from benchmarks.figures import report_figures, say
from pipeline.declarations import schema
from pipeline.registry import Registry
from pipeline.reports import build_report
from pipeline.reports.output_files import document_of, workbook_of

T = TypeVar("T")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    chosen = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    schemas = schema.load()
    measured: dict[str, tuple[float, float]] = {}

    def timed(name: str, step: Callable[[], T]) -> T:
        wall, cpu = time.perf_counter(), time.process_time()
        result = step()
        measured[name] = (time.process_time() - cpu, time.perf_counter() - wall)
        return result

    with tempfile.TemporaryDirectory(prefix="hotich-bench-") as folder:
        path, key = Path(folder) / "registry.db", Path(folder) / "audit.key"
        shelf = fill(f"sqlite:///{path}", key, chosen.entries)
        say(f"{shelf.entries} mục, {shelf.books} sổ, tệp {path.stat().st_size / 2**20:.0f} MB")
        with Registry.open(f"sqlite:///{path}", schemas, audit_key=key) as registry:
            whole = timed("báo cáo, mọi nơi", lambda: build_report(registry, schemas, people=True))
            first_place = frozenset(shelf.places[:1])
            timed("báo cáo, một nơi", lambda: build_report(registry, schemas, places=first_place))
        workbook = timed("tệp Excel", lambda: workbook_of(whole))
        document = timed("tệp PDF", lambda: document_of(whole))
    table = Table("Việc", "Giây CPU", "Giây đồng hồ", title=f"{shelf.entries} mục, một nhân")
    for name, (cpu, wall) in measured.items():
        table.add_row(name, f"{cpu:.2f}", f"{wall:.2f}")
    Console(width=140).print(table)
    report_figures(
        "reports",
        {
            "entries": shelf.entries,
            "books": shelf.books,
            "cpu_seconds": {name: round(cpu, 2) for name, (cpu, _) in measured.items()},
            "wall_seconds": {name: round(wall, 2) for name, (_, wall) in measured.items()},
            "workbook_kb": len(workbook) // 1024,
            "pdf_kb": len(document) // 1024,
            "most_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        },
    )


if __name__ == "__main__":
    main()
