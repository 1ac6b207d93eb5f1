"""How many pages a second does the registry take, and how many decisions, on SQLite and on PostgreSQL?

Each page is one transaction that is on the disk when it ends (PostgreSQL as it comes, in a cluster of its own; both in
the temporary folder). Processes write to books of their own, as several runs at once do.
"""

from __future__ import annotations

import argparse
import itertools
import multiprocessing
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.synchronize import Barrier
from typing import TypeAlias

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.figures import report_figures
from benchmarks.servers import postgresql
from pipeline.base.model import (
    EntryResult,
    FieldReading,
    FieldStatus,
    Ledger,
    PageKind,
    PageRef,
    PageResult,
    Quality,
    Writing,
)
from pipeline.declarations import schema
from pipeline.registry import Registry, Verdict

WAIT_SECONDS = 300.0
DOUBTFUL = 3
"""Every third field waits for a person."""
UrlOf: TypeAlias = Callable[[], str]
spawning = multiprocessing.get_context("spawn")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=60, help="of each process")
    parser.add_argument("--entries", type=int, default=1, help="on a page")
    parser.add_argument("--processes", type=int, default=4)
    chosen = parser.parse_args()
    measured = {}
    for kind, databases in (("SQLite", sqlite_databases), ("PostgreSQL", postgresql_databases)):
        with databases() as new_url:
            for processes in (1, chosen.processes):
                pages, decisions = _rates(new_url(), processes, chosen.pages, chosen.entries)
                measured[kind, processes] = {"pages": pages, "decisions": decisions}
    table = Table("Cơ sở dữ liệu", "Tiến trình", "Trang/giây", "Quyết định/giây",
                  title=f"Mỗi trang {chosen.entries} việc")  # fmt: skip
    for (kind, processes), rates in measured.items():
        table.add_row(kind, str(processes), f"{rates['pages']:.1f}", f"{rates['decisions']:.1f}")
    Console(width=100).print(table)
    report_figures(
        "registry-databases",
        {
            "entries_a_page": chosen.entries,
            **{
                f"{kind.lower()}_{what}_a_second_{processes}": round(rate, 1)
                for (kind, processes), rates in measured.items()
                for what, rate in rates.items()
            },
        },
    )


@contextmanager
def sqlite_databases() -> Iterator[UrlOf]:
    """New SQLite files."""
    numbers = itertools.count()
    with tempfile.TemporaryDirectory(prefix="hotich-bench-") as folder:
        yield lambda: f"sqlite:///{folder}/{next(numbers)}.db"


@contextmanager
def postgresql_databases() -> Iterator[UrlOf]:
    """New databases of a single server."""
    numbers = itertools.count()
    with postgresql.server({}) as server:

        def new_url() -> str:
            name = f"bench_{next(numbers)}"
            server.execute("CREATE DATABASE {} TEMPLATE {}", name, postgresql.TEMPLATE)
            return server.url(name)

        yield new_url


def _rates(url: str, processes: int, pages: int, entries: int) -> tuple[float, float]:
    """Pages and decisions a second of all processes together, from when all are ready until the last is done."""
    Registry.open(url).close()
    steps = spawning.Barrier(processes + 1)
    writers = [
        spawning.Process(target=_write, args=(url, f"book {number}", pages, entries, steps))
        for number in range(processes)
    ]
    for writer in writers:
        writer.start()
    steps.wait()
    seconds = []
    for _ in range(2):
        start = time.perf_counter()
        steps.wait()
        seconds.append(time.perf_counter() - start)
    for writer in writers:
        writer.join()
    return processes * pages / seconds[0], processes * pages / seconds[1]


def _write(url: str, name: str, pages: int, entries: int, steps: Barrier) -> None:
    """Save pages of a book, then a decision on each."""
    schemas = schema.load()
    fields = tuple(schemas.record("birth").by_name)
    ledger = Ledger(form="birth-2006", place="Xã Thử Nghiệm", place_code="00000", volume="01/2010")
    with Registry.open(url, schemas, wait_seconds=WAIT_SECONDS) as registry:
        book = registry.book_id(ledger, name)
        registry.store_scan(book, "a" * 64, "scan.pdf", 1, pages)
        results = [page(number, entries, fields) for number in range(1, pages + 1)]
        steps.wait()
        for result in results:
            registry.save_page(book, result, "f1")
        steps.wait()
        for task in registry.queue(book, limit=pages):
            assert task.entry_id is not None
            word = Verdict(task.fields[0], FieldStatus.READ, "Thử Một")
            registry.decide(task.entry_id, [word], author="an", version=task.version)
        steps.wait()


def page(number: int, entries: int, fields: tuple[str, ...]) -> PageResult:
    read = tuple(
        FieldReading(
            field,
            FieldStatus.READ,
            "Thử Một",
            "Thử Một",
            0.5,
            Writing.HAND,
            "test",
            accepted=index % DOUBTFUL > 0,
        )
        for index, field in enumerate(fields)
    )
    return PageResult(
        ref=PageRef("a" * 64, number),
        kind=PageKind.ENTRIES,
        form="birth-2006",
        size=(2480, 3508),
        matrix=np.eye(3),
        turn=0,
        skew=0.0,
        quality=Quality(100.0, 120.0, 0.0, 300.0),
        frame=None,
        labels=(),
        entries=tuple(EntryResult(row, read, ()) for row in range(entries)),
        findings=(),
        timings={},
    )


if __name__ == "__main__":
    main()
