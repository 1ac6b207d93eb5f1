"""What left the queue of a book as it is clear by decisions: shown to supervisors, who call it back by one act."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from pipeline.registry.database.audit import record
from pipeline.registry.model.accounts import Person
from pipeline.registry.model.clear_values import ClearCounts, ClearField
from pipeline.registry.model.errors import NotThere
from pipeline.registry.repositories.clear_counts import clear_counts
from pipeline.registry.repositories.clear_pages import fields_of_rows, take_back
from pipeline.registry.repositories.clear_values import rows_in_force
from pipeline.registry.repositories.desk_context import DeskContext
from pipeline.registry.repositories.permissions import check_supervises, require_text
from pipeline.registry.tables.books import page, scan
from pipeline.registry.tables.entries import entry

WHAT = "xem và gọi lại các ô đã rõ"


@dataclass(frozen=True, slots=True)
class ClearBook:
    """What left the queue of a book by itself.

    Attributes:
        counts: How much, and what checks of it found.
        fields: The values that count, in the order of the book.
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
    """Return what left the queue of a book by itself, for a supervisor of its place.

    Raises:
        NotYours: The person does not supervise the place of the book.
        NotThere: There is no such book.
    """
    check_supervises(context.connection, person, book_id, WHAT)
    rows = [row for row in rows_in_force(context.connection, book_id) if not row["drawn"]]
    return ClearBook(clear_counts(context.connection, book_id), fields_of_rows(context.connection, rows))


def recall_clear(context: DeskContext, person: Person, entry_id: int, reason: str, *, resting: bool) -> int:
    """Call clear values back: those of an entry, or all that rest on it.

    They wait for people, and the machine accepts none of them again.

    Args:
        person: A supervisor of the place.
        reason: Why, in words.
        resting: Call back what rests on the entry, not what it says itself.

    Returns:
        How many values wait again; 0 where somebody called them back before.

    Raises:
        NotYours: The person does not supervise the place of the book.
        NotThere: There is no such entry.
    """
    book_id = context.connection.scalar(
        select(scan.c.book_id)
        .join(page, page.c.scan_id == scan.c.id)
        .join(entry, entry.c.page_id == page.c.id)
        .where(entry.c.id == entry_id, entry.c.stands)
    )
    if book_id is None:
        raise NotThere(f"Không có sự kiện hộ tịch số {entry_id} trong cơ sở dữ liệu. Hãy kiểm tra lại số.")
    check_supervises(context.connection, person, book_id, WHAT)
    words = require_text(reason, "lý do gọi lại")
    rows = [row for row in rows_in_force(context.connection, book_id) if not row["drawn"]]
    if resting:
        wanted = {
            one.clear_value_id for one in fields_of_rows(context.connection, rows) if entry_id in one.rests_on
        }
    else:
        wanted = {row["id"] for row in rows if row["entry_id"] == entry_id}
    mine = [row for row in rows if row["id"] in wanted]
    taken = take_back(context.connection, context.declared, mine, person.login, words)
    if taken:
        told = {"values": taken, "of": "resting" if resting else "entry"}
        record(context.connection, person.login, "values-recalled", f"entry:{entry_id}", told)
    return taken
