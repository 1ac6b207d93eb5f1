"""The counts as the rest of the house uses them: one snapshot of the registry for each call."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection

from pipeline.registry.database import clock
from pipeline.registry.database.database import Database
from pipeline.registry.database.sqlite import large_cache
from pipeline.registry.lots.sample_results import lots_of
from pipeline.registry.statistics import second_looks, work
from pipeline.registry.statistics.book_counts import book_statistics, scanner_statistics, scans_of_books
from pipeline.registry.statistics.book_states import book_states, pages_to_rescan, reading_runs
from pipeline.registry.statistics.commune_counts import CommuneCounts, book_deliveries, samples_of
from pipeline.registry.statistics.effort import book_efforts, hidden_checks, settled_fields
from pipeline.registry.statistics.learning_history import learning_history
from pipeline.registry.statistics.model import Statistics
from pipeline.registry.statistics.pilot import pilot_counts
from pipeline.registry.statistics.sampling import sampled_values
from pipeline.registry.statistics.scope import Places
from pipeline.registry.statistics.work import hour_statistics

P = ParamSpec("P")
R = TypeVar("R")


def _reading(
    work: Callable[Concatenate[Connection, Places, P], R],
) -> Callable[Concatenate[RegistryStatistics, P], R]:
    """Return the method that calls ``work`` in a transaction, with the places of the statistics."""

    @wraps(work)
    def method(statistics: RegistryStatistics, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with statistics._database.reading() as connection:
            return work(connection, statistics._places, *args, **kwargs)

    return method


class RegistryStatistics:
    """The counts and lists over the books of some registration places.

    Args:
        places: The codes of the places; None = all.
        now: Returns the time in UTC; by default that of the database.

    Raises:
        RegistryError: As ``Registry`` raises it.
        StorageError: As ``Registry`` raises it.
    """

    def __init__(
        self,
        database: Database,
        places: Places,
        now: Callable[[], datetime] | None,
    ) -> None:
        self._database, self._places, self._now = database, places, now

    def all(self, days: int, *, people: bool = False) -> Statistics:
        """Return all counts; those of events cover the last ``days`` days. ``people``: include counts by person."""
        with self._counting(days) as (connection, nothing), large_cache(connection):
            asked = (connection, self._places, nothing.since)
            return replace(
                nothing,
                books=book_statistics(connection, self._places),
                hours=hour_statistics(*asked),
                waiting=work.waiting_statistics(connection, self._places, nothing.at),
                second=second_looks.second_looks(*asked),
                readings=second_looks.reading_statistics(*asked),
                people=second_looks.person_statistics(*asked) if people else None,
                lots=lots_of(connection, self._places, nothing.since),
                scanners=scanner_statistics(connection, self._places),
                sampled=sampled_values(connection, self._places),
                learning=learning_history(connection, self._places),
                efforts=book_efforts(*asked),
                overlooked=hidden_checks(connection),
                settled=settled_fields(connection, self._places),
            )

    def books(self) -> Statistics:
        """Return the counts of books only."""
        with self._counting(0) as (connection, nothing):
            return replace(nothing, books=book_statistics(connection, self._places))

    def communes(self) -> CommuneCounts:
        """Return the counts for a report by administrative units, in one snapshot."""
        with self._counting(0) as (connection, nothing), large_cache(connection):
            books = book_statistics(connection, self._places)
            samples = samples_of(lots_of(connection, self._places), books)
            return CommuneCounts(nothing.at, books, book_deliveries(connection, self._places), samples)

    book_states = _reading(book_states)
    reading_runs = _reading(reading_runs)
    pages_to_rescan = _reading(pages_to_rescan)
    sampled = _reading(sampled_values)
    learning = _reading(learning_history)
    pilot = _reading(pilot_counts)
    scans = _reading(scans_of_books)
    waiting = _reading(work.waiting_tasks)
    overturned = _reading(second_looks.overturned_fields)
    misread = _reading(second_looks.misread_fields)

    def hours(self, days: int) -> Statistics:
        """Return the counts of hours only."""
        with self._counting(days) as (connection, nothing):
            return replace(nothing, hours=hour_statistics(connection, self._places, nothing.since))

    def people(self, days: int) -> Statistics:
        """Return the counts by person only."""
        with self._counting(days) as (connection, nothing):
            return replace(
                nothing, people=second_looks.person_statistics(connection, self._places, nothing.since)
            )

    def nothing(self, days: int) -> Statistics:
        """Return the moment and the period without any counts."""
        with self._counting(days) as (_, nothing):
            return nothing

    @contextmanager
    def _counting(self, days: int) -> Iterator[tuple[Connection, Statistics]]:
        """Open a snapshot; yields it with statistics without counts."""
        with self._database.reading() as connection:
            at = clock.now(connection) if self._now is None else self._now()
            yield connection, Statistics(at, at - timedelta(days=days))
