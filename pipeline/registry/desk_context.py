"""One call at the desk: its transaction, what is declared, what the office has set, and the time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from pipeline.declarations.office.review import ReviewPolicy
from pipeline.registry.database import clock
from pipeline.registry.database.database import Database
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.database.transactions import Facade
from pipeline.registry.tasks.consensus import WHOLE_ENTRY


def year_of_volume(volume: str) -> int:
    """Return the year of a volume, as ``01/2010``."""
    return int(volume.rsplit("/", 1)[1])


@dataclass(frozen=True, slots=True)
class DeskContext:
    """What every step of a call needs. ``now`` is one moment throughout, in UTC.

    ``plans``: what was computed of books and holds for some minutes (``tasks.chosen_ways``), by book.
    """

    connection: Connection
    declared: RecordSchema
    policy: ReviewPolicy
    now: datetime
    plans: dict[int, Any] = field(default_factory=dict)

    def compared(self, folder_name: str, volume: str, record: str, name: str, text: str) -> str | None:
        """The form in which a text is compared with others, as the office has it for that book."""
        if name == WHOLE_ENTRY:
            return None
        case_counts = self.policy.of_book(folder_name).letter_case == "counts"
        year = year_of_volume(volume)
        return self.declared.compared(record, name, text, case_counts=case_counts, year=year)

    @property
    def until(self) -> datetime:
        """When a lease that is given now runs out."""
        return self.now + self.policy.lease


class DeskFacade(Facade[DeskContext]):
    """A façade whose functions take a ``DeskContext``.

    Args:
        now: Returns the time in UTC; by default that of the database.
    """

    def __init__(
        self,
        database: Database,
        declared: RecordSchema,
        policy: ReviewPolicy,
        now: Callable[[], datetime] | None,
    ) -> None:
        super().__init__(database, declared)
        self._policy, self._now = policy, now
        self._plans: dict[int, Any] = {}

    def _context(self, connection: Connection) -> DeskContext:
        moment = clock.now(connection) if self._now is None else self._now()
        return DeskContext(connection, self._declared, self._policy, moment, self._plans)
