"""Does a reconciliation find every planted difference, invent none, and hold 100,000 rows against the registry in under
a minute?

The registry is a real SQLite file, the other version a real workbook in the Ministry's 60 columns with shared strings;
building both is not measured. Everything is measured that ``hotich reconcile`` does but printing. The peer is what one
writes in a notebook: ``pandas.read_excel``, ``merge`` on registration place, volume and number, ``!=``.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.books.drawn_books import SEED
from benchmarks.delivery.made_up_births import Cells
from benchmarks.delivery.planted_differences import KINDS, Finding, Versions, versions
from benchmarks.delivery.reconciliation_files import write_file, write_registry
from benchmarks.figures import report_figures, say
from pipeline.declarations import schema
from pipeline.declarations.schema import Schemas
from pipeline.delivery.reconcile import ReconcileDifference, RejectedCell
from pipeline.delivery.registry_reconciliation import ReconciliationRun
from pipeline.delivery.workbook_reading import find_layout, open_workbook
from pipeline.registry import Registry


@dataclass
class Measured:
    """``found``: the differences that the reconciliation reports; ``refused``: cells that it could not parse."""

    cpu: float = 0.0
    wall: float = 0.0
    peak_mb: float = 0.0
    found: set[Finding] = field(default_factory=set)
    refused: set[tuple[int, str]] = field(default_factory=set)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=20_000)
    parser.add_argument("--large", type=int, default=100_000, help="rows of the timed run, 0 = none")
    parser.add_argument("--each", type=int, default=40, help="how often each kind is planted")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--no-peer", action="store_true", help="without pandas")
    chosen = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    schemas = schema.load()
    with tempfile.TemporaryDirectory(prefix="hotich-bench-") as folder:
        made, small = _run(Path(folder) / "a", chosen.entries, chosen.seed, chosen.each, schemas)
        missed, invented = made.planted - small.found, small.found - made.planted
        wrong_refusals = made.refused ^ small.refused
        large, large_made, peer = Measured(), made, None
        if chosen.large:
            at = Path(folder) / "b"
            large_made, large = _run(at, chosen.large, chosen.seed + 1, chosen.each, schemas)
            peer = None if chosen.no_peer else _peer(at.with_suffix(".xlsx"), large_made.entries)
    table = Table("Đo gì", "Kết quả", title=f"{chosen.entries} việc, mỗi kiểu khác biệt {chosen.each} lần")
    table.add_row("Kiểu khác biệt gài vào", str(len(KINDS)))
    table.add_row("Khác biệt phải thấy", str(len(made.planted)))
    table.add_row("Bỏ sót", str(len(missed)))
    table.add_row("Bịa ra", str(len(invented)))
    table.add_row("Ô từ chối sai", str(len(wrong_refusals)))
    table.add_row("Giây CPU", f"{small.cpu:.1f}")
    if chosen.large:
        missed_large = large_made.planted ^ large.found
        table.add_row(f"{chosen.large} dòng: giây CPU / giây đồng hồ", f"{large.cpu:.1f} / {large.wall:.1f}")
        table.add_row("Bỏ sót hoặc bịa ra ở cỡ ấy", str(len(missed_large)))
        table.add_row("Bộ nhớ nhiều nhất, cỡ nhỏ / cỡ lớn", f"{small.peak_mb:.0f} / {large.peak_mb:.0f} MB")
    if peer is not None:
        table.add_row("pandas: giây CPU / ô khác", f"{peer[0]:.1f} / {peer[1]}")
    Console(width=140).print(table)
    for difference in sorted(missed)[:10]:
        say(f"bỏ sót: {difference}")
    for difference in sorted(invented)[:10]:
        say(f"bịa ra: {difference}")
    report_figures(
        "reconcile",
        {
            "entries": chosen.entries,
            "planted": len(made.planted),
            "missed": len(missed),
            "invented": len(invented),
            "wrong_refusals": len(wrong_refusals),
            "large_rows": chosen.large,
            "large_cpu_seconds": large.cpu,
            "large_wall_seconds": large.wall,
            "large_wrong": len(large_made.planted ^ large.found) if chosen.large else None,
            "peak_mb_small": small.peak_mb,
            "peak_mb_large": large.peak_mb,
            "pandas_cpu_seconds": peer[0] if peer else None,
            "times_pandas": large.cpu / peer[0] if peer else None,
        },
    )


def _run(at: Path, entries: int, seed: int, each: int, schemas: Schemas) -> tuple[Versions, Measured]:
    """Return the counts of two versions built beside ``at`` and compared."""
    made = versions(entries, seed, each)
    database, file = at.with_suffix(".db"), at.with_suffix(".xlsx")
    Registry.open(f"sqlite:///{database}", schemas).close()
    write_registry(database, made.entries, schemas)
    write_file(file, made, schemas)
    say(f"{entries} việc, {len(made.theirs)} dòng, tệp {file.stat().st_size / 2**20:.0f} MB")
    with ProcessPoolExecutor(1, get_context("spawn")) as alone:
        measured = alone.submit(_measured, database, file).result()
    say(f"{measured.cpu:.1f} giây CPU, {measured.wall:.1f} giây đồng hồ, {measured.peak_mb:.0f} MB")
    return made, measured


def _measured(database: Path, file: Path) -> Measured:
    """The reconciliation in a process that does nothing else."""
    schemas, measured = schema.load(), Measured()
    with Registry.open(f"sqlite:///{database}", schemas) as registry:
        cpu, wall = time.process_time(), time.perf_counter()
        with open_workbook(file) as book:
            for difference in ReconciliationRun(
                registry, schemas, book, find_layout(book, schemas)
            ).differences():
                note(difference, measured)
        measured.cpu, measured.wall = time.process_time() - cpu, time.perf_counter() - wall
    measured.peak_mb = peak_mb()
    return measured


def peak_mb() -> float:
    """Return the peak memory of this program (``getrusage`` would give the peak of its parent process)."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def note(difference: ReconcileDifference | RejectedCell, measured: Measured) -> None:
    if isinstance(difference, RejectedCell):
        measured.refused.add((difference.row, difference.column))
    elif difference.fields:
        measured.found |= {(difference.kind, difference.row, each.column) for each in difference.fields}
    else:
        measured.found.add(
            (difference.kind, difference.row or -(difference.entry.entry_id if difference.entry else 0), "")
        )


def _peer(file: Path, entries: list[Cells]) -> tuple[float, int]:
    """CPU seconds of the same with pandas, and how many cells it calls different."""
    import pandas as pd

    cpu = time.process_time()
    theirs = pd.read_excel(file, dtype=str).fillna("")
    ours = pd.DataFrame(entries).fillna("")
    key = ["noiDangKy", "quyenSo", "so"]
    both = ours.merge(theirs, on=key, how="outer", suffixes=("", "_theirs"), indicator=True)
    pairs = both[both["_merge"] == "both"]
    cells = sum(
        int((pairs[column] != pairs[f"{column}_theirs"]).sum())
        for column in ours.columns
        if column not in key
    )
    lonely = int((both["_merge"] != "both").sum())
    return time.process_time() - cpu, cells + lonely


if __name__ == "__main__":
    main()
