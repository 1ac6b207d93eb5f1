"""The index of the search follows what a transaction writes, and notes which books it touched.

``follow`` runs in every transaction that writes, just before the audit ends it, over the rows that the audit was told
of: what is written without the audit is not stored at all, so that no change can pass the index by.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, func, select
from sqlalchemy.dialects import postgresql, sqlite

from pipeline.registry.database.locks import Whole, hold_shared
from pipeline.registry.model.approvals import ApprovalKind
from pipeline.registry.repositories.approvals import approval_in_force
from pipeline.registry.repositories.search_index import AT_ONCE, bring_in_step
from pipeline.registry.tables.amendments import amendment
from pipeline.registry.tables.approvals import book_approval
from pipeline.registry.tables.books import page, scan
from pipeline.registry.tables.confirmed_deliveries import confirmed_delivery
from pipeline.registry.tables.entries import entry
from pipeline.registry.tables.record_schema import RecordSchema
from pipeline.registry.tables.records import record_table_name
from pipeline.registry.tables.search import search_book

Rows = Mapping[str, Set[int]]
"""Ids of rows that were written, by table."""


def follow(connection: Connection, rows: Rows, declared: RecordSchema) -> None:
    """Bring the index in step with rows that this transaction wrote, and note that their books changed.

    Args:
        connection: Of the transaction, when all else is written.
        rows: Ids of the rows that were written, by table.
    """
    entries = set(rows.get(entry.name, ()))
    for record in declared.records:
        entries.update(rows.get(record_table_name(record), ()))
    if amended := rows.get(amendment.name):
        entries.update(_entries_at(connection, amendment, amended))
    books = set(rows.get("book", ()))
    if confirmed := rows.get(confirmed_delivery.name):
        told = select(confirmed_delivery.c.book_id).where(confirmed_delivery.c.id.in_(confirmed))
        books.update(connection.scalars(told))
    if not (entries or books):
        return
    hold_shared(connection, Whole.SEARCH)
    bring_in_step(connection, declared, entries)
    books.update(_books_of(connection, sorted(entries)))
    note_changes(connection, books)


def _entries_at(connection: Connection, table: Table, ids: Collection[int]) -> Iterator[int]:
    """The entries that rows name by the content of their scan."""
    query = (
        select(entry.c.id)
        .join_from(entry, page, entry.c.page_id == page.c.id)
        .join(scan, page.c.scan_id == scan.c.id)
        .join(
            table,
            (table.c.book_id == scan.c.book_id)
            & (table.c.scan_sha256 == scan.c.sha256)
            & (table.c.page_no == page.c.page_no)
            & (table.c.row == entry.c.row),
        )
        .where(table.c.id.in_(ids))
    )
    yield from connection.scalars(query)


def _books_of(connection: Connection, entry_ids: Sequence[int]) -> set[int]:
    found: set[int] = set()
    for start in range(0, len(entry_ids), AT_ONCE):
        query = (
            select(scan.c.book_id)
            .join_from(entry, page, entry.c.page_id == page.c.id)
            .join(scan, page.c.scan_id == scan.c.id)
            .where(entry.c.id.in_(entry_ids[start : start + AT_ONCE]))
            .distinct()
        )
        found.update(connection.scalars(query))
    return found


def note_changes(connection: Connection, book_ids: Collection[int]) -> None:
    """Note that something of these books was written: no approval is known to hold any more."""
    kind: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
    for book_id in sorted(book_ids):
        fresh = kind.insert(search_book).values(book_id=book_id, changes=1, approval_id=None)
        connection.execute(
            fresh.on_conflict_do_update(
                index_elements=[search_book.c.book_id],
                set_={"changes": search_book.c.changes + 1, "approval_id": None},
            )
        )


@dataclass(frozen=True, slots=True)
class SeenApproval:
    """An approval that was seen to hold after so many changes of its book."""

    book_id: int
    changes: int
    approval_id: int


def approvals_seen(
    connection: Connection, declared: RecordSchema, book_ids: Collection[int]
) -> tuple[frozenset[int], tuple[SeenApproval, ...]]:
    """Return the books whose approval holds, and those of them of which that was not known before."""
    last = select(func.max(book_approval.c.id)).where(book_approval.c.book_id.in_(book_ids))
    acts = connection.execute(
        select(book_approval.c.id, book_approval.c.book_id).where(
            book_approval.c.id.in_(last.group_by(book_approval.c.book_id)),
            book_approval.c.kind == ApprovalKind.APPROVED,
        )
    ).all()
    known = {
        row.book_id: row
        for row in connection.execute(select(search_book).where(search_book.c.book_id.in_(book_ids)))
    }
    approved: set[int] = set()
    seen = []
    for approval_id, book_id in acts:
        told = known.get(book_id)
        if told is not None and told.approval_id == approval_id:
            approved.add(book_id)
        elif approval_in_force(connection, declared, book_id) is not None:
            approved.add(book_id)
            seen.append(SeenApproval(book_id, 0 if told is None else told.changes, approval_id))
    return frozenset(approved), tuple(seen)


def note_approval(connection: Connection, seen: SeenApproval) -> None:
    """Note that an approval was seen to hold, unless the book has changed since."""
    kind: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
    fresh = kind.insert(search_book).values(
        book_id=seen.book_id, changes=seen.changes, approval_id=seen.approval_id
    )
    connection.execute(
        fresh.on_conflict_do_update(
            index_elements=[search_book.c.book_id],
            set_={"approval_id": seen.approval_id},
            where=search_book.c.changes == seen.changes,
        )
    )
