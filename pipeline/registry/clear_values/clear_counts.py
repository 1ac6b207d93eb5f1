"""Clear values of a book: counted, compared with decisions, listed for supervisors, recalled."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, or_, select

from pipeline.base.model import PageRef
from pipeline.registry.accounts.model import Person
from pipeline.registry.accounts.permissions import check_supervises, require_text
from pipeline.registry.books.rows import page, scan
from pipeline.registry.clear_values.clear_pages import fields_of_rows, take_back
from pipeline.registry.clear_values.clear_rows import recalled, rows_in_force
from pipeline.registry.clear_values.model import REFUTED, UNCLEAR, ClearCounts, ClearField
from pipeline.registry.database.audit import MACHINE, record
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.desk_context import DeskContext
from pipeline.registry.entries.current_readings import in_force
from pipeline.registry.entries.machine_view import decisions_at
from pipeline.registry.entries.rows import ENTRIES, clear_value, entry
from pipeline.registry.errors import NotThere
from pipeline.registry.tasks.rows import decision, keying, review_task
from pipeline.registry.withdrawals.stored_withdrawals import page_stands, withdrawal


@dataclass(frozen=True, slots=True)
class WorkMark:
    """The last row of each table of people's acts at some moment."""

    decision: int = 0
    keying: int = 0
    withdrawal: int = 0


def clear_counts(connection: Connection, book_id: int) -> ClearCounts:
    """Return the numbers of clear values of a book, and of decisions that confirm or refute them.

    A decision on a clear value counts as a check, whether the value was drawn, recalled or opened again. A value that
    the machine itself took back does not count, unless as ``REFUTED``.
    """
    rows = (
        connection.execute(
            select(clear_value, entry.c.page_id)
            .join(entry, entry.c.id == clear_value.c.entry_id)
            .where(clear_value.c.book_id == book_id, entry.c.stands)
            .order_by(clear_value.c.id)
        )
        .mappings()
        .all()
    )
    back = {row["takes_back_id"]: row for row in rows if row["takes_back_id"] is not None}
    noted = [row for row in rows if row["takes_back_id"] is None]
    decided = decisions_at(connection, {(row["page_id"], row["entry_id"]) for row in noted}) if noted else {}
    clear = waiting = checked = wrong = 0
    seen = set()
    for row in reversed(noted):
        key = row["entry_id"], row["field"]
        gone = back.get(row["id"])
        is_kept = gone is None or gone["login"] != MACHINE or gone["reason"] == REFUTED
        if key in seen or not is_kept:
            continue
        seen.add(key)
        decided_value = decided[row["page_id"], row["entry_id"]].get(row["field"])
        if decided_value is not None:
            checked += 1
            wrong += decided_value.canonical != row["canonical"] and decided_value.text != row["text"]
        elif gone is None:
            waiting += row["drawn"]
            clear += not row["drawn"]
    refuted = max((row["id"] for row in back.values() if row["reason"] == REFUTED), default=0)
    stopped = refuted > max((row["id"] for row in noted), default=0)
    return ClearCounts(clear, waiting, checked, wrong, len(back), stopped)


def clear_or_recalled(connection: Connection, book_id: int) -> frozenset[tuple[PageRef, int, str, str]]:
    """Return page, row, field and text of the clear values of a book, and of values that a person recalled."""
    back = recalled(connection, book_id)
    rows = connection.execute(
        select(
            scan.c.sha256, page.c.page_no, entry.c.row, entry.c.id, clear_value.c.field, clear_value.c.text
        )
        .select_from(ENTRIES)
        .join(clear_value, clear_value.c.entry_id == entry.c.id)
        .where(clear_value.c.book_id == book_id, page_stands)
        .where(or_(in_force, clear_value.c.entry_id.in_({entry_id for entry_id, _ in back})))
    )
    live = {(row.entry_id, row.field, row.text) for row in rows_in_force(connection, book_id)}
    return frozenset(
        (PageRef(row.sha256, row.page_no), row.row, row.field, row.text)
        for row in rows
        if (row.id, row.field, row.text) in live or (row.id, row.field) in back
    )


def take_back_unclear(
    connection: Connection, declared: RecordSchema, book_id: int, still: Collection[tuple[PageRef, int, str]]
) -> int:
    """Take back the values of a book that are no longer clear; return their number.

    Args:
        still: Page, row and field of values that are still clear, or of which nothing is known now.
    """
    rows = rows_in_force(connection, book_id)
    places = {
        row.id: (PageRef(row.sha256, row.page_no), row.row)
        for row in connection.execute(
            select(entry.c.id, scan.c.sha256, page.c.page_no, entry.c.row)
            .select_from(ENTRIES)
            .where(entry.c.id.in_({row.entry_id for row in rows}), page_stands)
        )
    }
    gone = [row for row in rows if row.entry_id in places and (*places[row.entry_id], row.field) not in still]
    return take_back(connection, declared, gone, MACHINE, UNCLEAR)


def take_back_book(connection: Connection, declared: RecordSchema, book_id: int, reason: str) -> int:
    """Take back all clear values of a book that nobody has decided; return their number.

    The audit records that the machine accepts no clear values there any longer.
    """
    taken = take_back(connection, declared, rows_in_force(connection, book_id), MACHINE, reason)
    if taken:
        counts = clear_counts(connection, book_id)
        detail = {"reason": reason, "checked": counts.checked, "wrong": counts.wrong, "taken_back": taken}
        record(connection, MACHINE, "clear-values-stopped", f"book:{book_id}", detail)
    return taken


def last_work(connection: Connection) -> WorkMark:
    """Return the last acts of people now."""
    ids = (connection.scalar(select(func.max(table.c.id))) or 0 for table in (decision, keying, withdrawal))
    return WorkMark(*ids)


def books_worked_on(connection: Connection, since: WorkMark) -> frozenset[int]:
    """Return the books in which people have decided, taken back or withdrawn anything since."""
    found = set(
        connection.scalars(select(decision.c.book_id).where(decision.c.id > since.decision).distinct())
    )
    found |= set(
        connection.scalars(
            select(review_task.c.book_id)
            .join(keying, keying.c.task_id == review_task.c.id)
            .where(keying.c.id > since.keying, keying.c.takes_back_id.is_not(None))
            .distinct()
        )
    )
    found |= set(
        connection.scalars(select(withdrawal.c.book_id).where(withdrawal.c.id > since.withdrawal).distinct())
    )
    return frozenset(found)


def books_decided_since(connection: Connection, moment: datetime) -> frozenset[int]:
    """Return the books in which people have decided anything since a moment."""
    return frozenset(
        connection.scalars(select(decision.c.book_id).where(decision.c.decided_at >= moment).distinct())
    )


WHAT = "xem và gọi lại các ô đã rõ"


@dataclass(frozen=True, slots=True)
class ClearBook:
    """The clear values of a book.

    Attributes:
        counts: Their numbers, and the results of checks.
        fields: The values in force, in the order of the book.
    """

    counts: ClearCounts
    fields: tuple[ClearField, ...]

    def of_entry(self, entry_id: int) -> tuple[ClearField, ...]:
        """Return the clear values of an entry."""
        return tuple(one for one in self.fields if one.entry_id == entry_id)

    def resting_on(self, entry_id: int) -> tuple[ClearField, ...]:
        """Return the clear values that rest on an entry."""
        return tuple(one for one in self.fields if entry_id in one.rests_on)


def clear_book(context: DeskContext, person: Person, book_id: int) -> ClearBook:
    """Return the clear values of a book, for a supervisor of its place.

    Raises:
        NotYours: The person does not supervise the place of the book.
        NotThere: There is no such book.
    """
    check_supervises(context.connection, person, book_id, WHAT)
    rows = [row for row in rows_in_force(context.connection, book_id) if not row.drawn]
    return ClearBook(clear_counts(context.connection, book_id), fields_of_rows(context.connection, rows))


def recall_clear(context: DeskContext, person: Person, entry_id: int, reason: str, *, resting: bool) -> int:
    """Recall the clear values of an entry, or the values that rest on its decisions.

    They wait for people, and the machine does not accept them again.

    Args:
        person: A supervisor of the place.
        resting: Recall the values that rest on the entry instead of its own.

    Returns:
        The number of values that wait again; 0 if somebody recalled them before.

    Raises:
        NotYours: The person does not supervise the place of the book.
        NotThere: There is no such entry.
    """
    book_id = context.connection.scalar(
        select(scan.c.book_id).select_from(ENTRIES).where(entry.c.id == entry_id, entry.c.stands)
    )
    if book_id is None:
        raise NotThere(f"Không có sự kiện hộ tịch số {entry_id} trong cơ sở dữ liệu. Hãy kiểm tra lại số.")
    check_supervises(context.connection, person, book_id, WHAT)
    words = require_text(reason, "lý do gọi lại")
    rows = [row for row in rows_in_force(context.connection, book_id) if not row.drawn]
    if resting:
        wanted = {
            each.clear_value_id
            for each in fields_of_rows(context.connection, rows)
            if entry_id in each.rests_on
        }
    else:
        wanted = {row.id for row in rows if row.entry_id == entry_id}
    mine = [row for row in rows if row.id in wanted]
    taken = take_back(context.connection, context.declared, mine, person.login, words)
    if taken:
        detail = {"values": taken, "of": "resting" if resting else "entry"}
        record(context.connection, person.login, "values-recalled", f"entry:{entry_id}", detail)
    return taken
