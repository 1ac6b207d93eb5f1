"""What the audit costs and what it finds: of saving a page, of looking through it all, and of each tampering.

Pages of a birth book (22 fields an entry, each with boxes and hypotheses) go into a real SQLite file. Measured are CPU
seconds of saving a page, how much of it the audit takes, what it adds to the file, and how many rows a second
``hotich audit verify`` looks at, with the most memory that it takes. Then each of the tamperings of ``tamperings.py``
is done to a registry of its own, on SQLite and on PostgreSQL: found, refused, out of reach, or fallen.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection

from benchmarks.books.made_pages import made_page
from benchmarks.figures import report_figures, say
from benchmarks.registry.tamperings import tried_on_postgresql, tried_on_sqlite
from pipeline.base.model import (
    Box,
    EntryResult,
    FieldReading,
    FieldStatus,
    Finding,
    Hypothesis,
    Ledger,
    PageRef,
    PageResult,
    Severity,
    Writing,
)
from pipeline.declarations import schema
from pipeline.registry import Registry
from pipeline.registry.database.audit import trail

SCAN = "a" * 64
FIELDS = 22
LEDGER = Ledger(form="birth-2006", place="Xã Thử Nghiệm", place_code="00000", volume="01/2010")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=500)
    parser.add_argument("--entries", type=int, default=2, help="entries a page")
    parser.add_argument("--only", choices=("costs", "tamperings"))
    chosen = parser.parse_args()
    figures: dict[str, object] = {"pages": chosen.pages, "entries": chosen.entries}
    if chosen.only != "tamperings":
        figures |= _costs(chosen)
    fallen = 0
    if chosen.only != "costs":
        by_tampering = _tamperings()
        fallen = sum(counted["fallen"] for counted in by_tampering.values())
        figures |= by_tampering
    report_figures("audit", figures)
    if fallen:
        raise SystemExit(f"{fallen} tamperings were neither found nor refused")


def _tamperings() -> dict[str, dict[str, int]]:
    """Try all on both kinds of database; the counts by kind."""
    counts: dict[str, dict[str, int]] = {}
    table = Table("Sửa gì sau lưng chương trình", "SQLite", "PostgreSQL", "Thấy gì")
    with tempfile.TemporaryDirectory(prefix="hotich-bench-") as folder:
        tried = {}
        for kind, run in (("sqlite", tried_on_sqlite), ("postgresql", tried_on_postgresql)):
            place = Path(folder) / kind
            place.mkdir()
            tried[kind] = run(place)
            words = [outcome.word for outcome in tried[kind]]
            counts[kind] = {"tried": len(words)} | {
                word.replace(" ", "_"): words.count(word)
                for word in ("found", "refused", "out of reach", "fallen")
            }
    for here, there in zip(tried["sqlite"], tried["postgresql"], strict=True):
        what = (
            here.tampering.unreachable or ", ".join(here.found[:3]) or ("" if here.checkable else "unproven")
        )
        table.add_row(here.tampering.name, here.word, there.word, what)
    Console(width=140).print(table)
    return counts


def _costs(chosen: argparse.Namespace) -> dict[str, float]:
    names = tuple(schema.load().record("birth").by_name)[:FIELDS]
    with tempfile.TemporaryDirectory(prefix="hotich-bench-") as folder, _audit_timed() as in_audit:
        path = Path(folder) / "registry.db"
        with Registry.open(f"sqlite:///{path}", audit_key=Path(folder) / "audit.key") as registry:
            book = registry.book_id(LEDGER, "KS")
            registry.store_scan(book, SCAN, "scan.pdf", 1, chosen.pages)
            in_audit.clear()
            saving = [
                _saved(registry, book, _page(names, number, chosen.entries))
                for number in range(1, chosen.pages + 1)
            ]
            began = time.process_time()
            verification = registry.audit().verify()
            verifying = time.process_time() - began
            tracemalloc.start()
            registry.audit().verify()
            _, most = tracemalloc.get_traced_memory()
    if not verification.passed:
        raise SystemExit("the audit of the benchmark itself has flaws")
    measured = {
        "save_ms": 1000 * statistics.median(saving),
        "audit_ms": 1000 * statistics.median(in_audit),
        "rows": verification.rows + verification.audit_rows,
        "rows_a_second": (verification.rows + verification.audit_rows) / verifying,
        "verify_peak_mb": most / 2**20,
    }
    table = Table(
        "Đo gì", "Kết quả", title=f"{chosen.pages} trang, mỗi trang {chosen.entries} việc, một nhân"
    )
    for name, value in measured.items():
        table.add_row(name, f"{value:.1f}")
    Console(width=100).print(table)
    say("save_ms: CPU của cả lần lưu một trang; audit_ms: phần của nhật ký trong đó")
    return measured


@contextmanager
def _audit_timed() -> Iterator[list[float]]:
    """CPU seconds that each transaction spends on its rows of the audit."""
    taken: list[float] = []
    close = trail.close

    def timed(connection: Connection) -> None:
        began = time.process_time()
        close(connection)
        taken.append(time.process_time() - began)

    trail.close = timed
    try:
        yield taken
    finally:
        trail.close = close


def _saved(registry: Registry, book: int, page: PageResult) -> float:
    began = time.process_time()
    registry.save_page(book, page, "f")
    return time.process_time() - began


def _page(names: tuple[str, ...], number: int, entries: int) -> PageResult:
    return made_page(
        PageRef(SCAN, number), *(_entry(names, number, row) for row in range(entries)), form=LEDGER.form
    )


def _entry(names: tuple[str, ...], number: int, row: int) -> EntryResult:
    box = Box(1.0, 2.0, 300.0, 40.0)
    readings = tuple(
        FieldReading(
            field=name,
            status=FieldStatus.READ,
            text=f"Thử {number} {name}",
            canonical=f"Thử {number} {name}",
            confidence=0.5,
            writing=Writing.HAND,
            engine="bench",
            box=box,
            lines=(box,),
            accepted=True,
            hypotheses=(Hypothesis("a", 0.5), Hypothesis("b", 0.2)),
        )
        for name in names
    )
    return EntryResult(row, readings, (Finding("READ-LOW", Severity.REVIEW, (names[3],)),))


if __name__ == "__main__":
    main()
