"""How long does a person wait at the desk when many work at once and the registry is large?

Wanted: the next task in under 50 ms (95 of 100) with a million entries in the registry; 50 people on PostgreSQL, 5 on
SQLite, while the machine saves pages into the same registry and scans are uploaded to the same server. No word is
lost, no decision doubled, no task in two hands, and the audit has no flaw; all of that is looked for in the registry
afterwards.

Times are those of the calls of ``Registry.desk`` in the process that serves people, from the call to its answer, with
the wait for a connection and for others: on the clock, and (``server``) without the time for which thread and backend
waited for a core that some other process had. People think as long as stated; then the same without a pause, to find
what breaks. Both databases are as they come, in the temporary folder or in that of ``--keep``; on PostgreSQL people
work as the role of ``hotich registry role-sql``.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.books.drawn_books import SEED
from benchmarks.desk.databases import RegistryLocation, postgresql_location, sqlite_location
from benchmarks.desk.filled_registry import FilledRegistry
from benchmarks.desk.load_log import LoadLog
from benchmarks.desk.page_writer import save_pages
from benchmarks.desk.proof import LoadProof, prove
from benchmarks.desk.simulated_staff import Pace, people, work
from benchmarks.figures import report_figures, say

WANTED_MS = 50.0
PAGE_EVERY = 0.5
"""Seconds between two pages of the machine: four times what two cores read."""

SHOWN = {
    "p50_ms": "p50 ms",
    "p95_ms": "p95 ms",
    "max_ms": "lâu nhất ms",
    "server_p50_ms": "p50 ms, không kể chờ nhân",
    "server_p95_ms": "p95 ms, không kể chờ nhân",
    "cpu_ms": "CPU ms",
}

CALLS = ("next_task", "key", "column", "key_column", "counts", "column_counts", "save_page", "upload_piece")
spawning = multiprocessing.get_context("spawn")

PATIENCE = 300.0
"""Seconds that a process takes beside its work, to begin and to send its result."""


@dataclass(frozen=True)
class Office:
    """Who works: ``people`` in so many ``processes``, how often the machine saves a page (0: without a pause), and how
    often scanning staff send one to each of the processes (0: never)."""

    people: int
    processes: int
    page_every: float = PAGE_EVERY
    upload_every: float = 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--people", type=int, default=50, help="on PostgreSQL")
    parser.add_argument("--people-sqlite", type=int, default=5)
    parser.add_argument("--processes", type=int, default=1, help="that serve people on PostgreSQL")
    parser.add_argument("--seconds", type=float, default=60.0, help="at people's pace")
    parser.add_argument("--think", type=float, default=3.0, help="seconds a field, on average")
    parser.add_argument("--stress-seconds", type=float, default=20.0, help="without a pause")
    parser.add_argument("--only", choices=("PostgreSQL", "SQLite"))
    parser.add_argument("--keep", type=Path, help="the filled registries lie here, for the next time too")
    parser.add_argument(
        "--upload-every", type=float, default=1.0, help="seconds between two scans sent; 0: none"
    )
    parser.add_argument("--seed", type=int, default=SEED)
    chosen = parser.parse_args()
    offices = {
        "PostgreSQL": (
            postgresql_location,
            Office(chosen.people, chosen.processes, upload_every=chosen.upload_every),
        ),
        "SQLite": (sqlite_location, Office(chosen.people_sqlite, 1, upload_every=chosen.upload_every)),
    }
    paces = (Pace("pace", chosen.seconds, chosen.think), Pace("stress", chosen.stress_seconds, 0.0))
    table = Table("Cơ sở dữ liệu", "Nhịp", "Gọi", "Lần", *SHOWN.values())
    runs: dict[str, Any] = {}
    for kind, (place_of, office) in offices.items():
        if chosen.only not in (None, kind):
            continue
        with place_of(chosen.entries, chosen.keep) as (place, shelf):
            logs = [loaded(place, shelf, office, pace, chosen.seed) for pace in paces]
            proof = proven(place, shelf, logs)
        for pace, log in zip(paces, logs, strict=True):
            figures = _figures(log, pace)
            for name, call in figures["calls"].items():
                shown = (f"{call[key]:.1f}" for key in SHOWN)
                table.add_row(f"{kind}, {office.people} người", pace.name, name, str(call["count"]), *shown)
            runs[f"{kind.lower()}_{pace.name}"] = figures
        runs[f"{kind.lower()}_proof"] = proof.figures() | {"entries": shelf.entries}
    console = Console(width=140)
    console.print(table)
    for name, figures in runs.items():
        console.print(name, {key: value for key, value in figures.items() if key != "calls"})
    report_figures("desk-load", {"seed": chosen.seed, "think_s": chosen.think, **runs})
    if not all(figures["holds"] for name, figures in runs.items() if name.endswith("_proof")):
        raise SystemExit("the registry does not hold what it was told")


def loaded(place: RegistryLocation, shelf: FilledRegistry, office: Office, pace: Pace, seed: int) -> LoadLog:
    """All of the office at work, and the machine beside it, until the time of ``pace`` is over."""
    who = people(office.people, shelf.places)
    jobs: list[tuple[Callable[..., LoadLog], tuple[Any, ...]]] = [
        (work, (place.url, place.key, who[number :: office.processes], pace, seed, office.upload_every))
        for number in range(office.processes)
    ]
    night = (place.url, place.key, shelf, office.people, pace.seconds, office.page_every)
    jobs.append((save_pages, night))
    log = LoadLog()
    for part in _together(jobs, pace.seconds + PATIENCE):
        log.take(part)
    say(f"{pace.name}: {len(log.said)} chữ, {log.pages} trang, lỗi {dict(log.errors)}")
    return log


def proven(place: RegistryLocation, shelf: FilledRegistry, logs: Sequence[LoadLog]) -> LoadProof:
    begun = time.perf_counter()
    log = LoadLog()
    for part in logs:
        log.take(part)
    proof = prove(place.url, place.key, log, shelf.audit_rows)
    say(f"kiểm tra: {time.perf_counter() - begun:.0f} giây, {'đúng' if proof.holds else 'SAI'}")
    return proof


def _together(
    jobs: Sequence[tuple[Callable[..., LoadLog], tuple[Any, ...]]], seconds: float
) -> list[LoadLog]:
    """Yield the results of jobs in processes of their own, which begin together.

    ``EOFError`` when a job breaks off, ``TimeoutError`` when a job sends nothing for that many seconds.
    """
    pipes = []
    for job, arguments in jobs:
        ours, theirs = spawning.Pipe()
        spawning.Process(target=_child, args=(theirs, job, arguments), daemon=True).start()
        theirs.close()
        pipes.append(ours)
    for pipe in pipes:
        _told(pipe, seconds)
    for pipe in pipes:
        pipe.send(None)
    return [_told(pipe, seconds) for pipe in pipes]


def _told(pipe: Connection, seconds: float) -> Any:
    if not pipe.poll(seconds):
        raise TimeoutError("a process of the load says nothing")
    return pipe.recv()


def _child(pipe: Connection, job: Callable[..., LoadLog], arguments: tuple[Any, ...]) -> None:
    def ready() -> None:
        pipe.send(None)
        pipe.recv()

    pipe.send(job(*arguments, ready))


def _figures(log: LoadLog, pace: Pace) -> dict[str, Any]:
    calls = {name: _call(log, name) for name in CALLS if log.seconds[name]}
    return {
        "calls": calls,
        "next_task_under_50_ms": calls["next_task"]["server_p95_ms"] < WANTED_MS,
        "next_task_under_50_ms_on_the_clock": calls["next_task"]["p95_ms"] < WANTED_MS,
        "words_a_second": round(len(log.said) / pace.seconds, 1),
        "tasks_a_second": round(len(log.seconds["key"]) / pace.seconds, 1),
        "pages": log.pages,
        "uploads": log.uploads,
        "refusals": dict(log.refusals),
        "errors": dict(log.errors),
        "load_average": round(os.getloadavg()[0], 1),
    }


def _call(log: LoadLog, name: str) -> Mapping[str, float]:
    milliseconds = 1000 * np.asarray(log.seconds[name])
    p50, p95 = np.percentile(milliseconds, (50, 95))
    served = np.maximum(milliseconds - 1000 * np.asarray(log.waited[name]), 0.0)
    served_p50, served_p95 = np.percentile(served, (50, 95))
    return {
        "count": len(milliseconds),
        "p50_ms": round(float(p50), 1),
        "p95_ms": round(float(p95), 1),
        "max_ms": round(float(milliseconds.max()), 1),
        "server_p50_ms": round(float(served_p50), 1),
        "server_p95_ms": round(float(served_p95), 1),
        "cpu_ms": round(1000 * log.cpu[name] / len(milliseconds), 1),
    }


if __name__ == "__main__":
    main()
