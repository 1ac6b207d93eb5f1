"""The counts as the rest of the house asks for them: one call, one snapshot of the registry."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from pipeline.registry.database import clock
from pipeline.registry.database.database import Database
from pipeline.registry.database.sqlite import large_cache
from pipeline.registry.lots.sample_results import lots_of
from pipeline.registry.sampled_values import SampledValue
from pipeline.registry.statistics import second_looks, work
from pipeline.registry.statistics.book_counts import book_statistics, scanner_statistics, scans_of_books
from pipeline.registry.statistics.book_states import BookState, ReadingRun, book_states, reading_runs
from pipeline.registry.statistics.learning_history import learning_history
from pipeline.registry.statistics.model import (
    ChangedField,
    LearningHistory,
    ListFilter,
    ScanOfBook,
    Statistics,
    WaitingTask,
)
from pipeline.registry.statistics.pilot import PilotCounts, pilot_counts
from pipeline.registry.statistics.sampling import sampled_values
from pipeline.registry.statistics.scope import Places
from pipeline.registry.statistics.work import hour_statistics

MOST_LINES = 500
"""Lines of a list that are shown at once."""


class RegistryStatistics:
    """The counts and lists over the books of some registration places.

    Args:
        places: The codes of the places; None = all.
        now: Returns the time in UTC; by default that of the database.

    Raises:
        RegistryError: As ``Registry`` raises it.
        StorageError: As ``Registry`` raises it.
    """

    def __init__(self, database: Database, places: Places, now: Callable[[], datetime] | None) -> None:
        self._database, self._places, self._now = database, places, now

    def all(self, days: int, *, people: bool = False) -> Statistics:
        """All counts; what happened in the last ``days`` days. ``people``: by person too."""
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
            )

    def books(self) -> Statistics:
        """Books alone."""
        with self._counting(0) as (connection, nothing):
            return replace(nothing, books=book_statistics(connection, self._places))

    def book_states(self, book_id: int | None = None) -> tuple[BookState, ...]:
        """Where the books stand, or one of them."""
        with self._database.reading() as connection:
            return book_states(connection, self._places, None if book_id is None else [book_id])

    def reading_runs(self) -> tuple[ReadingRun, ...]:
        """The books that runs read now."""
        with self._database.reading() as connection:
            return reading_runs(connection, self._places)

    def sampled(self, book_id: int | None = None) -> tuple[SampledValue, ...]:
        """Values that were accepted without a person and drawn for a blind check, of all books or of one."""
        with self._database.reading() as connection:
            return sampled_values(connection, self._places, book_id)

    def learning(self, book_id: int | None = None) -> LearningHistory:
        """What checking cost over time and what was learnt when, in all books or in one."""
        with self._database.reading() as connection:
            return learning_history(connection, self._places, book_id)

    def pilot(self, book_ids: Collection[int]) -> PilotCounts:
        """The counts of a pilot over some books."""
        with self._database.reading() as connection:
            return pilot_counts(connection, self._places, book_ids)

    def hours(self, days: int) -> Statistics:
        """Hours alone."""
        with self._counting(days) as (connection, nothing):
            return replace(nothing, hours=hour_statistics(connection, self._places, nothing.since))

    def people(self, days: int) -> Statistics:
        """People alone."""
        with self._counting(days) as (connection, nothing):
            return replace(
                nothing, people=second_looks.person_statistics(connection, self._places, nothing.since)
            )

    def nothing(self, days: int) -> Statistics:
        """No counts: the moment and the day alone."""
        with self._counting(days) as (_, nothing):
            return nothing

    @contextmanager
    def _counting(self, days: int) -> Iterator[tuple[Connection, Statistics]]:
        """A snapshot, and tallies without any counts."""
        with self._database.reading() as connection:
            at = clock.now(connection) if self._now is None else self._now()
            yield connection, Statistics(at, at - timedelta(days=days))

    def scans(self, hashes: Collection[str]) -> tuple[ScanOfBook, ...]:
        """Scans by their SHA-256, with the books that they are of."""
        with self._database.reading() as connection:
            return scans_of_books(connection, self._places, hashes)

    def waiting(self, listed: ListFilter, limit: int = MOST_LINES) -> tuple[WaitingTask, ...]:
        """Open tasks, those that wait longest first."""
        with self._database.reading() as connection:
            return work.waiting_tasks(connection, self._places, listed, limit)

    def overturned(
        self, since: datetime, listed: ListFilter, limit: int = MOST_LINES
    ) -> tuple[ChangedField, ...]:
        """Return the fields of which a second look changed the first keyed value."""
        with self._database.reading() as connection:
            return second_looks.overturned_fields(connection, self._places, since, listed, limit)

    def misread(
        self, since: datetime, listed: ListFilter, limit: int = MOST_LINES
    ) -> tuple[ChangedField, ...]:
        """Fields that the machine had read otherwise than people settled them."""
        with self._database.reading() as connection:
            return second_looks.misread_fields(connection, self._places, since, listed, limit)
