"""Entries for forms of statistics: accepted, proven values, and what keeps an entry from being counted."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, func, select

from pipeline.base.model import Severity
from pipeline.registry.approvals.approvals import unsigned_amendments
from pipeline.registry.books.rows import StoredBookRow, book, page, scan
from pipeline.registry.checks.rows import book_finding
from pipeline.registry.database.audit.key import Key
from pipeline.registry.database.columns import rows_of
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.entries.effective_values import select_values
from pipeline.registry.entries.machine_view import amendments_in
from pipeline.registry.entries.rows import entry
from pipeline.registry.statistics.scope import Places, of_places
from pipeline.registry.tampered_rows import altered_among
from pipeline.registry.tasks.model import TaskState
from pipeline.registry.tasks.rows import review_task
from pipeline.registry.withdrawals.model import RegistryPart
from pipeline.registry.withdrawals.stored_withdrawals import book_stands, entry_stands
from pipeline.values.predicates import date_parts, date_tuple

BOOKS_AT_ONCE = 100
MOST_NAMED = 2_000
"""Entries that a statement names at most."""


class Countable(StrEnum):
    """Whether an entry is counted, and what keeps it from being."""

    COUNTED = "counted"
    OPEN = "open"
    """It waits for a person."""
    HELD = "held"
    """A row of it is unproven, a check of books blocks it, or an amendment lacks its second signature."""
    UNDATED = "undated"
    """Whether its day of registration lies in the period is not known."""


@dataclass(frozen=True, slots=True)
class RegistrationPeriod:
    """Days of registration, both included; None: no bound."""

    first: date | None = None
    last: date | None = None

    def holds(self, registered_on: str | None) -> bool | None:
        """Return whether a canonical, perhaps partial date lies in the period; None if that is not known."""
        known = date_parts(registered_on or "")
        if self.first is None and self.last is None:
            return True
        if not known:
            return None
        least = known + (1, 1)[len(known) - 1 :]
        most = known + (12, 31)[len(known) - 1 :]
        first = date_tuple(self.first) if self.first else ()
        last = date_tuple(self.last) if self.last else (9999,)
        if most < first or least > last:
            return False
        return True if least >= first and most <= last else None


@dataclass(frozen=True, slots=True)
class CountableEntry:
    """An entry with the values that were asked for.

    Attributes:
        values: By field, amendments included; ``""``: known to be blank, None: nothing is accepted.
    """

    entry_id: int
    book: StoredBookRow
    record: str
    scan: str
    page_no: int
    row: int
    state: Countable
    values: Mapping[str, str | None]


def countable_books(
    connection: Connection, places: Places, records: Collection[str]
) -> tuple[StoredBookRow, ...]:
    """Return the books with these kinds of event that stand, by id."""
    query = select(book).where(book_stands, of_places(places), book.c.record.in_(records))
    return tuple(rows_of(connection, StoredBookRow, query.order_by(book.c.id)))


def countable_entries(
    connection: Connection,
    declared: RecordSchema,
    key: Key | None,
    books: Sequence[StoredBookRow],
    fields: Mapping[str, Collection[str]],
    period: RegistrationPeriod,
    *,
    signed: bool = True,
) -> Iterator[CountableEntry]:
    """Yield the entries that stand, without those that were surely registered outside the period.

    Rows are compared with what the audit says of them last.

    Args:
        fields: The fields that are asked for, by kind of event; the day of registration is one of them.
        signed: Whether an amendment needs a second signature.
    """
    for start in range(0, len(books), BOOKS_AT_ONCE):
        by_id = {one.id: one for one in books[start : start + BOOKS_AT_ONCE]}
        amended = amendments_in(connection, by_id.keys())
        unsigned: set[int] = set()
        for book_id in {part.book_id for part in amended} if signed else ():
            unsigned |= unsigned_amendments(connection, book_id)
        blocked = set(
            connection.scalars(
                select(book_finding.c.entry_id).where(
                    book_finding.c.book_id.in_(by_id),
                    book_finding.c.severity == Severity.BLOCK,
                    book_finding.c.cleared_at.is_(None),
                    entry_stands(book_finding.c.entry_id),
                )
            )
        )
        for record, names in fields.items():
            day = declared.schemas.record(record).key_fields.registered_on
            in_period = []
            days = None if any(day in one for one in amended.values()) else (day, period)
            for row in _rows(connection, declared, record, names, by_id, days):
                part = RegistryPart(row.book_id, row.sha256, row.page_no, row.row)
                amendments = amended.get(part, {}) if amended else {}
                values = dict(zip(names, row[-len(names) :], strict=True))
                values |= {name: one.value for name, one in amendments.items() if name in values}
                within = period.holds(values[day])
                if within is False:
                    continue
                lacks = any(one.amendment_id in unsigned for one in amendments.values())
                state = _state(row, within=within, held=lacks or row.entry_id in blocked)
                in_period.append((row, state, values))
            altered: set[int] = set()
            ids = [row.entry_id for row, _, _ in in_period]
            for at in range(0, len(ids), MOST_NAMED):
                altered |= altered_among(connection, declared, key, ids[at : at + MOST_NAMED]).keys()
            for row, state, values in in_period:
                found = Countable.HELD if row.entry_id in altered else state
                yield CountableEntry(
                    row.entry_id, by_id[row.book_id], record, row.name, row.page_no, row.row, found, values
                )


def _state(row: Row[Any], *, within: bool | None, held: bool) -> Countable:
    if row.state == TaskState.OPEN:
        return Countable.OPEN
    if held:
        return Countable.HELD
    return Countable.UNDATED if within is None else Countable.COUNTED


def _rows(
    connection: Connection,
    declared: RecordSchema,
    record: str,
    names: Collection[str],
    book_ids: Collection[int],
    days: tuple[str, RegistrationPeriod] | None,
) -> Sequence[Row[Any]]:
    """Return the rows of entries; ``days``: the field by which entries of other years are left out, and the period."""
    columns = (scan.c.book_id, scan.c.sha256, scan.c.name, page.c.page_no, entry.c.row, review_task.c.state)
    query = (
        select_values(declared, record, {f"f:{name}": name for name in names}, *columns)
        .outerjoin(review_task, review_task.c.entry_id == entry.c.id)
        .where(scan.c.book_id.in_(book_ids))
        .order_by(scan.c.book_id, scan.c.id, page.c.page_no, entry.c.row)
    )
    if days is not None and days[1].first and days[1].last:
        registered_on = declared.records[record].c[days[0]]
        year = func.substr(registered_on, func.length(registered_on) - 3, 4)
        first, last = str(days[1].first.year), str(days[1].last.year)
        elsewhere = year.between("1000", "9999") & ~year.between(first, last)
        query = query.where(registered_on.is_(None) | ~elsewhere)
    return connection.execute(query).all()
