"""Which fields of a book hold the same stamp: a run compares the pictures, column mode puts equal ones together."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, delete, insert, select

from pipeline.base.model import PageRef
from pipeline.registry.books.rows import page, scan
from pipeline.registry.database.locks import hold_book
from pipeline.registry.entries.rows import ENTRIES, entry
from pipeline.registry.tasks.rows import stamped_field


def note_stamps(connection: Connection, book_id: int, stamps: Mapping[tuple[PageRef, int, str], int]) -> None:
    """Store the numbers of the stamps of a book, in place of those before.

    Args:
        stamps: Number of the stamp by page, row and field.
    """
    hold_book(connection, book_id)
    rows = connection.execute(
        select(scan.c.sha256, page.c.page_no, entry.c.row, entry.c.id)
        .select_from(ENTRIES)
        .where(scan.c.book_id == book_id, entry.c.stands)
    )
    ids = {(PageRef(row.sha256, row.page_no), row.row): row.id for row in rows}
    wanted = {
        (ids[ref, row], field): stamp for (ref, row, field), stamp in stamps.items() if (ref, row) in ids
    }
    of_book = stamped_field.c.book_id == book_id
    columns = (stamped_field.c.entry_id, stamped_field.c.field, stamped_field.c.stamp)
    if wanted == {
        (entry_id, field): stamp
        for entry_id, field, stamp in connection.execute(select(*columns).where(of_book))
    }:
        return
    connection.execute(delete(stamped_field).where(of_book))
    rows_to_add = [
        {"book_id": book_id, "entry_id": entry_id, "field": field, "stamp": stamp}
        for (entry_id, field), stamp in wanted.items()
    ]
    if rows_to_add:
        connection.execute(insert(stamped_field), rows_to_add)


def stamps_of(connection: Connection, book_id: int, field: str) -> dict[int, int]:
    """Return the number of the stamp that a field holds, by entry."""
    query = select(stamped_field.c.entry_id, stamped_field.c.stamp).where(
        stamped_field.c.book_id == book_id, stamped_field.c.field == field
    )
    return {row.entry_id: row.stamp for row in connection.execute(query)}
