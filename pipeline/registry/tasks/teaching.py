"""Teaching entries: the entries of a book that are handed out first, as the machine learns most from them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Select, func, select

from pipeline.base.model import PageRef
from pipeline.registry.books.rows import page, scan
from pipeline.registry.database import clock
from pipeline.registry.database.audit import MACHINE, add, record
from pipeline.registry.database.locks import hold_book
from pipeline.registry.entries.rows import ENTRIES, entry
from pipeline.registry.tasks.keyed_values import has_decisions
from pipeline.registry.tasks.rows import teaching_entry
from pipeline.registry.withdrawals.stored_withdrawals import page_stands


def plan_teaching(connection: Connection, book_id: int, wanted: Sequence[tuple[PageRef, int]]) -> bool:
    """Store which entries of a book are handed out first; return whether this changes the plan.

    Once people have decided anything in a book, its plan stays.

    Args:
        wanted: Page and row of the entries, in their order.
    """
    hold_book(connection, book_id)
    if has_decisions(connection, book_id):
        return False
    rows = connection.execute(
        select(scan.c.sha256, page.c.page_no, entry.c.row, entry.c.id)
        .select_from(ENTRIES)
        .where(scan.c.book_id == book_id, entry.c.stands, page_stands)
    )
    ids = {(PageRef(row.sha256, row.page_no), row.row): row.id for row in rows}
    entries = [ids[key] for key in wanted if key in ids]
    before = connection.execute(teaching_plan(book_id)).all()
    if entries == [row.entry_id for row in before]:
        return False
    plan = connection.scalar(
        select(func.max(teaching_entry.c.plan)).where(teaching_entry.c.book_id == book_id)
    )
    moment = clock.now(connection)
    add(
        connection,
        teaching_entry,
        [
            {
                "book_id": book_id,
                "plan": (plan or 0) + 1,
                "place": place,
                "entry_id": entry_id,
                "planned_at": moment,
            }
            for place, entry_id in enumerate(entries)
        ],
    )
    record(connection, MACHINE, "teaching-planned", f"book:{book_id}", {"entries": len(entries)})
    return True


def is_teaching(connection: Connection, book_id: int, entry_id: int | None) -> bool:
    """Return whether an entry is in the present plan of its book."""
    return entry_id is not None and any(
        row.entry_id == entry_id for row in connection.execute(teaching_plan(book_id))
    )


def teaching_plan(book_id: int) -> Select[tuple[int, int]]:
    """Select the entries of the present plan of a book with their places, in order."""
    last = (
        select(func.max(teaching_entry.c.plan)).where(teaching_entry.c.book_id == book_id).scalar_subquery()
    )
    return (
        select(teaching_entry.c.entry_id, teaching_entry.c.place)
        .where(teaching_entry.c.book_id == book_id, teaching_entry.c.plan == last)
        .order_by(teaching_entry.c.place)
    )
