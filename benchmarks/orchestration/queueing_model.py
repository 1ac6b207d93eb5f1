"""A night of reading as a network of queues: which resource is full first when workers are added.

Workers take pages from one store over one link, read them, and hand what they read to the scheduler; the processes
that run the books write each page to the registry, which adds it to the audit under one lock. Every part serves first
come, first served. A worker that would run more than ``AHEAD`` pages ahead of the registry waits.
"""

from __future__ import annotations

import random
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

import simpy

AHEAD = 4
"""Pages read and not yet in the registry, for each worker."""
WARM_UP = 0.2
"""The share of the pages after which the measuring begins: the queues are filled by then."""
READING = "đọc trang"
LINK = "đường truyền tới kho bản quét"
SCHEDULER = "bộ điều phối Dask"
WRITERS = "tiến trình ghi sổ"
DATABASE = "máy chủ cơ sở dữ liệu"
AUDIT = "khóa nhật ký kiểm tra"


@dataclass(frozen=True)
class Costs:
    """What one page takes. ``pages``: seconds of one core for reading, one of them drawn for each page; the others are
    seconds each (``database``: of one of its cores) but ``scan``, in bytes."""

    pages: Sequence[float]
    scheduler: float
    writer: float
    database: float
    audit: float
    scan: int


@dataclass(frozen=True)
class Site:
    """What the pages are read with. ``link``: bytes a second; ``writers``: books written at once; ``cores`` of the
    database's server."""

    workers: int
    link: float = 1e9 / 8
    writers: int = 8
    cores: int = 8


@dataclass(frozen=True)
class Outcome:
    """``rate``: pages a second; ``busy``: of each part of the site, the share of its time that it works."""

    rate: float
    busy: dict[str, float]

    @property
    def fullest(self) -> str:
        """The part that is busiest: what holds back the rest, or the workers themselves."""
        return max(self.busy, key=lambda part: self.busy[part])


class _Part:
    """One resource of the site, and how long it worked."""

    def __init__(self, night: simpy.Environment, places: int) -> None:
        self._night = night
        self._resource = simpy.Resource(night, places)
        self._places = places
        self._worked = 0.0
        self._since = 0.0

    def serve(self, seconds: float) -> Generator[Any, Any, None]:
        with self._resource.request() as turn:
            yield turn
            begun = self._night.now
            yield self._night.timeout(seconds)
            self._worked += self._night.now - max(begun, self._since)

    def hold(self, work: Generator[Any, Any, None]) -> Generator[Any, Any, None]:
        """Be at work as long as ``work`` takes at other parts."""
        with self._resource.request() as turn:
            yield turn
            begun = self._night.now
            yield from work
            self._worked += self._night.now - max(begun, self._since)

    def measure_from_here(self) -> None:
        self._worked, self._since = 0.0, self._night.now

    @property
    def busy(self) -> float:
        return min(1.0, self._worked / (self._places * (self._night.now - self._since)))


def simulate(site: Site, costs: Costs, *, pages: int, seed: int) -> Outcome:
    """Read so many pages at the site. Raises ``ValueError`` for fewer pages than fill its queues."""
    if pages < 2 * AHEAD * site.workers:
        raise ValueError("too few pages to fill the queues")
    chance = random.Random(seed)
    night = simpy.Environment()
    parts = {
        READING: _Part(night, site.workers),
        LINK: _Part(night, 1),
        SCHEDULER: _Part(night, 1),
        WRITERS: _Part(night, site.writers),
        DATABASE: _Part(night, site.cores),
        AUDIT: _Part(night, 1),
    }
    saved = 0
    begun = 0.0

    def work() -> Generator[Any, Any, None]:
        outstanding = simpy.Resource(night, AHEAD)
        while True:
            room = outstanding.request()
            yield room
            yield from parts[LINK].serve(costs.scan / site.link)
            yield from parts[READING].serve(chance.choice(costs.pages))
            night.process(save(outstanding, room))

    def written() -> Generator[Any, Any, None]:
        yield night.timeout(costs.writer)
        yield from parts[DATABASE].serve(costs.database)
        yield from parts[AUDIT].serve(costs.audit)

    def save(
        outstanding: simpy.Resource, room: simpy.resources.resource.Request
    ) -> Generator[Any, Any, None]:
        nonlocal saved, begun
        yield from parts[SCHEDULER].serve(costs.scheduler)
        yield from parts[WRITERS].hold(written())
        outstanding.release(room)
        saved += 1
        if saved == warm:
            begun = night.now
            for part in parts.values():
                part.measure_from_here()
        if saved == pages:
            done.succeed()

    warm = max(1, int(WARM_UP * pages))
    done = night.event()
    for _ in range(site.workers):
        night.process(work())
    night.run(until=done)
    return Outcome((pages - warm) / (night.now - begun), {name: part.busy for name, part in parts.items()})
