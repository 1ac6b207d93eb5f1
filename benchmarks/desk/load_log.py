"""The observations of a load on the desk: how long calls took, what was acknowledged, refused and held."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from benchmarks.desk.cpu_waits import waited

T = TypeVar("T")
Start = Callable[[], None]
"""Returns when all are ready to begin."""

WAIT_SECONDS = 60.0
"""How long a writer waits for another writer."""


@dataclass(frozen=True)
class AcknowledgedValue:
    """A word that the desk has acknowledged."""

    token: str
    task_id: int
    field: str
    text: str
    account_id: int


@dataclass(frozen=True)
class TaskHold:
    """From when to when, by this machine's clock, a person had a task for certain."""

    task_id: int
    account_id: int
    since: float
    until: float


@dataclass
class LoadLog:
    """What one process has seen.

    ``seconds`` of each call by its name, how many of them it ``waited`` for a core that other processes had, and how
    many its own thread computed in all (``cpu``); ``refusals`` that are
    part of the work (a page was read anew under a task) by kind, ``errors`` that are not; ``unanswered``: tokens of
    submissions that ended in an error, of which nobody may say whether they count.
    """

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    waited: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    cpu: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    said: list[AcknowledgedValue] = field(default_factory=list)
    held: list[TaskHold] = field(default_factory=list)
    refusals: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    unanswered: set[str] = field(default_factory=set)
    pages: int = 0
    uploads: int = 0

    def take(self, other: LoadLog) -> None:
        for name, seconds in other.seconds.items():
            self.seconds[name].extend(seconds)
            self.waited[name].extend(other.waited[name])
        for name, computed in other.cpu.items():
            self.cpu[name] += computed
        self.said.extend(other.said)
        self.held.extend(other.held)
        self.refusals.update(other.refusals)
        self.errors.update(other.errors)
        self.unanswered |= other.unanswered
        self.pages += other.pages
        self.uploads += other.uploads


def timed(log: LoadLog, name: str, call: Callable[[], T]) -> T:
    """A call, timed also when it is refused."""
    idle, begun, computed = waited(), time.perf_counter(), time.thread_time()
    try:
        return call()
    finally:
        log.seconds[name].append(time.perf_counter() - begun)
        log.waited[name].append(waited() - idle)
        log.cpu[name] += time.thread_time() - computed
