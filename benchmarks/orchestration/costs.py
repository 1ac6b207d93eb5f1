"""What a page costs each part of an office, measured here: to read, to hand over, to write, to chain into the audit."""

from __future__ import annotations

import os
import statistics
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from distributed import Client, LocalCluster
from sqlalchemy import Engine, event, make_url

from benchmarks.books.made_pages import made_page
from benchmarks.figures import say
from benchmarks.orchestration.queueing_model import Costs
from benchmarks.servers import postgresql
from pipeline.base.model import EntryResult, FieldReading, FieldStatus, Ledger, PageRef, Writing
from pipeline.declarations import schema
from pipeline.declarations.ledger import load_ledger
from pipeline.registry import Registry
from pipeline.registry.database.locks import Whole
from pipeline.run_context import RunContext
from pipeline.scans.intake import list_scans, page_count, page_of

EMPTY_TASKS = 1500
WRITTEN_PAGES = 120
DOUBTFUL = 3
"""Every third field waits for a person."""


def measure_costs(books: Sequence[Path], context: RunContext) -> Costs:
    """Of the pages of these books on one core, and of one page at a time in a PostgreSQL server of its own."""
    pages, size = reading_costs(books, context)
    writer, database, audit = _writing()
    return Costs(
        pages=pages, scheduler=_handing_over(), writer=writer, database=database, audit=audit, scan=size
    )


def reading_costs(books: Sequence[Path], context: RunContext) -> tuple[tuple[float, ...], int]:
    """CPU seconds of each page that holds entries, and the mean bytes of its scan."""
    engines = context.make_engines()
    seconds, sizes = [], []
    for book in books:
        ledger = load_ledger(book)
        form = context.schemas.form(ledger.form)
        for scan in list_scans(book):
            count = page_count(scan, context.limits)
            for number in range(1, count + 1):
                say(f"đọc {book.name}, trang {number}")
                begun = _cpu_seconds()
                result = context.read_page(
                    page_of(scan, number, context.limits),
                    form,
                    ledger,
                    context.schemas,
                    engines,
                    context.options,
                )
                if result.entries:
                    seconds.append(_cpu_seconds() - begun)
                    sizes.append(scan.size / count)
    return tuple(seconds[1:] or seconds), round(statistics.mean(sizes))  # the first page loads the networks


def _cpu_seconds() -> float:
    """Of this process and of the programs it waited for."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _handing_over() -> float:
    """CPU seconds of the scheduler for a task that does nothing: it and its client are this process."""
    say(f"{EMPTY_TASKS} việc rỗng qua bộ điều phối")
    with (
        LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster,  # type: ignore[no-untyped-call]
        Client(cluster) as client,  # type: ignore[no-untyped-call]
    ):
        client.gather(client.map(_nothing, range(50), pure=False))
        begun = time.process_time()
        client.gather(client.map(_nothing, range(EMPTY_TASKS), pure=False))
        return (time.process_time() - begun) / EMPTY_TASKS


def _nothing(number: int) -> int:
    return number


def _writing() -> tuple[float, float, float]:
    """Seconds a page: CPU of who writes it, CPU of the server, and from having the lock of the audit until the page is
    on the disk."""
    say(f"ghi {WRITTEN_PAGES} trang vào PostgreSQL")
    schemas = schema.load()
    ledger = Ledger(form="birth-2006", place="Xã Thử Nghiệm", place_code="00000", volume="01/2010")
    readings = tuple(
        FieldReading(
            field, FieldStatus.READ, "Thử Một", "Thử Một", 0.5, Writing.HAND, "test", accepted=number % DOUBTFUL > 0
        )
        for number, field in enumerate(schemas.record("birth").by_name)
    )  # fmt: skip
    read = EntryResult(0, readings, ())
    results = [made_page(PageRef("a" * 64, number), read) for number in range(1, WRITTEN_PAGES + 1)]
    with postgresql.server({}) as cluster, cluster.database() as name:
        url = cluster.url(name)
        with Registry.open(url, schemas) as registry, _times_of_the_audit() as locked:
            book = registry.book_id(ledger, "sổ")
            registry.store_scan(book, "a" * 64, "scan.pdf", 1, WRITTEN_PAGES)
            server = _server(str(make_url(url).query["host"]))
            writer, database = time.process_time(), _spent(server)
            held = []
            for result in results:
                registry.save_page(book, result, "f1")
                held.append(time.perf_counter() - locked[-1])
            return (
                (time.process_time() - writer) / WRITTEN_PAGES,
                (_spent(server) - database) / WRITTEN_PAGES,
                statistics.median(held),
            )


@contextmanager
def _times_of_the_audit() -> Iterator[deque[float]]:
    """When a transaction got the lock of the audit; the last one is the last."""
    times: deque[float] = deque(maxlen=1)

    def told(_c: Any, _cursor: Any, statement: str, given: Any, _context: Any, _many: bool) -> None:
        if "pg_advisory_xact_lock" in statement and int(Whole.AUDIT) in given.values():
            times.append(time.perf_counter())

    event.listen(Engine, "after_cursor_execute", told)
    try:
        yield times
    finally:
        event.remove(Engine, "after_cursor_execute", told)


def _server(folder: str) -> psutil.Process:
    """The first process of the server whose socket lies in that folder."""
    pid = int((Path(folder) / "data" / "postmaster.pid").read_text().split()[0])
    return psutil.Process(pid)


def _spent(server: psutil.Process) -> float:
    """CPU seconds of a server and its processes."""
    times = [process.cpu_times() for process in (server, *server.children(recursive=True))]
    return sum(process.user + process.system for process in times)
