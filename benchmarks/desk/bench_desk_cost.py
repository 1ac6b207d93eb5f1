"""What does a request at the desk cost, one person alone, the registry as large as wanted?

Per call of ``Registry.desk``: processor time of our own thread (median and 95 of 100), of the PostgreSQL backend, and
how many statements it sends. Processor time hardly moves with what else the machine does; how long people wait when
many work at once is measured by ``desk_load``. ``--against REVISION`` measures another revision beside this one, in
turns, and with it the export of a package.
"""

from __future__ import annotations

import argparse
import os
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, event

from benchmarks.desk.databases import RegistryLocation, postgresql_location, sqlite_location
from benchmarks.desk.filled_registry import FilledRegistry
from benchmarks.desk.paired_costs import compare_costs
from benchmarks.desk.simulated_staff import COLUMN
from benchmarks.figures import report_figures
from pipeline.base.model import FieldStatus
from pipeline.base.stages import Stage
from pipeline.declarations.office.review import ReviewPolicy
from pipeline.registry import Registry, Verdict
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.desk import Desk

T = TypeVar("T")
TICK = 1 / os.sysconf("SC_CLK_TCK")
"""Seconds of the unit in which Linux counts the processor time of another process."""


class Meter:
    """Costs of calls by name: our own seconds of each, the backend's in all, statements in all."""

    def __init__(self) -> None:
        self.own: dict[str, list[float]] = defaultdict(list)
        self.backend: dict[str, float] = defaultdict(float)
        self.statements: dict[str, int] = defaultdict(int)
        self._sent = 0
        self._backend_pid: int | None = None
        event.listen(Engine, "before_cursor_execute", self._note)

    def timed(self, name: str, call: Callable[[], T]) -> T:
        sent, backend, computed = self._sent, self._of_backend(), time.thread_time()
        answer = call()
        self.own[name].append(time.thread_time() - computed)
        self.backend[name] += self._of_backend() - backend
        self.statements[name] += self._sent - sent
        return answer

    def figures(self) -> dict[str, dict[str, float]]:
        by_step = {}
        for name, seconds in self.own.items():
            p50, p95 = 1000 * np.percentile(seconds, (50, 95))
            by_step[name] = {
                "count": len(seconds),
                "cpu_p50_ms": round(float(p50), 1),
                "cpu_p95_ms": round(float(p95), 1),
                "backend_ms": round(1000 * self.backend[name] / len(seconds), 1),
                "statements": round(self.statements[name] / len(seconds), 1),
            }
        return by_step

    def close(self) -> None:
        event.remove(Engine, "before_cursor_execute", self._note)

    def _note(self, connection: Any, *_: Any) -> None:
        self._sent += 1
        info = getattr(connection.connection.dbapi_connection, "info", None)
        self._backend_pid = None if info is None else info.backend_pid

    def _of_backend(self) -> float:
        if self._backend_pid is None:
            return 0.0
        try:
            text = Path(f"/proc/{self._backend_pid}/stat").read_text(encoding="ascii")
        except OSError:
            return 0.0
        return sum(map(int, text.rpartition(")")[2].split()[11:13])) * TICK


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--tasks", type=int, default=200)
    parser.add_argument("--columns", type=int, default=10)
    parser.add_argument("--only", choices=("PostgreSQL", "SQLite"))
    parser.add_argument("--keep", type=Path, help="the filled registries lie here, for the next time too")
    parser.add_argument("--against", metavar="REVISION", help="compare with this revision, on SQLite")
    parser.add_argument("--turns", type=int, default=3, help="how often each revision is measured then")
    chosen = parser.parse_args()
    if chosen.against:
        compare_costs(chosen.against, chosen.entries, chosen.tasks, chosen.columns, chosen.turns)
        return
    table = Table("Cơ sở dữ liệu", "Gọi", "Lần", "CPU ms", "CPU p95 ms", "máy chủ ms", "câu SQL")
    runs = {}
    for kind, place_of in {"PostgreSQL": postgresql_location, "SQLite": sqlite_location}.items():
        if chosen.only not in (None, kind):
            continue
        with place_of(chosen.entries, chosen.keep) as (place, shelf):
            figures = costs(place, shelf, chosen.tasks, chosen.columns)
        for name, figure in figures.items():
            table.add_row(kind, name, *map(str, figure.values()))
        runs[kind.lower()] = figures
    Console(width=120).print(table)
    report_figures("desk-cost", {"entries": chosen.entries, **runs})


def costs(
    place: RegistryLocation, shelf: FilledRegistry, tasks: int, columns: int
) -> dict[str, dict[str, float]]:
    """A checker of eight places who takes and keys so many tasks, then columns of ``COLUMN`` snippets."""
    person = Person(1, "nguoi-1", "", Role.CHECKER, frozenset(shelf.places[:8]))
    meter = Meter()
    try:
        with Registry.open(place.url, audit_key=place.key) as registry:
            desk = registry.desk(ReviewPolicy(check="all", blind="critical"))
            desk.held(person)
            for number in range(tasks):
                _one_task(meter, desk, person, number)
            for number in range(columns):
                _one_column(meter, desk, person, number)
    finally:
        meter.close()
    return meter.figures()


def _one_task(meter: Meter, desk: Desk, person: Person, number: int) -> None:
    task = meter.timed("next_task", lambda: desk.next_task(person, known=()))
    assert task is not None
    words = [Verdict(work.field, FieldStatus.READ, f"Thử {task.task_id}") for work in task.fields]
    outcome = meter.timed(
        "key",
        lambda: desk.key(person, task.task_id, task.version, words, token=f"task {number}", seconds=3.0),
    )
    if outcome.waiting:
        desk.hand_back(person, task.task_id)


def _one_column(meter: Meter, desk: Desk, person: Person, number: int) -> None:
    counts = meter.timed("counts", lambda: desk.counts(person))
    book = [count.book_id for count in counts if count.stage is Stage.REVIEW][number]
    counted = meter.timed("column_counts", lambda: desk.column_counts(person, book))
    most = max(counted, key=lambda counted_column: counted_column.waiting)
    column = meter.timed("column", lambda: desk.column(person, book, most.field, most.stage, COLUMN))
    assert column is not None
    words = [
        (task.task_id, task.version, Verdict(task.work.field, FieldStatus.READ, f"Thử {task.task_id}"))
        for task in column.tasks
    ]
    outcomes = meter.timed(
        "key_column", lambda: desk.key_column(person, words, token=f"column {number}", seconds=3.0)
    )
    assert not any(outcome.refused for outcome in outcomes)


if __name__ == "__main__":
    main()
