"""Maintenance of the search index: it follows every transaction, is built, compared with the registry and repaired.

``follow`` runs at the end of every writing transaction over the rows noted for the audit. Rows cannot be written past
the audit, so that no change escapes the index.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select, union, update
from sqlalchemy.dialects import postgresql, sqlite

from pipeline.registry.amendments.rows import amendment
from pipeline.registry.approvals.approvals import approval_in_force
from pipeline.registry.approvals.model import ApprovalKind
from pipeline.registry.approvals.rows import book_approval, confirmed_delivery
from pipeline.registry.books.rows import page, scan
from pipeline.registry.database.columns import rows_of
from pipeline.registry.database.database import Database
from pipeline.registry.database.locks import Whole, hold, hold_shared
from pipeline.registry.database.record_tables import RecordSchema, record_table_name
from pipeline.registry.entries.rows import entry
from pipeline.registry.search.index import AT_ONCE, bring_in_step, mend_names
from pipeline.registry.search.model import IndexAgreement
from pipeline.registry.search.rows import (
    SearchBookRow,
    one_of,
    search_book,
    search_entry,
    search_number,
    search_person,
    search_state,
    search_unreviewed,
)

Rows = Mapping[str, Set[int]]
"""Ids of rows that were written, by table."""


def follow(connection: Connection, rows: Rows, declared: RecordSchema) -> None:
    """Update the index for the rows that a transaction wrote, and note that their books changed.

    Args:
        connection: The connection of the transaction, after all other writes.
        rows: Ids of the rows that were written, by table.
    """
    entries = set(rows.get(entry.name, ()))
    for record in declared.records:
        entries.update(rows.get(record_table_name(record), ()))
    if amended := rows.get(amendment.name):
        entries.update(_entries_at(connection, amendment, amended))
    books = set(rows.get("book", ()))
    if confirmed := rows.get(confirmed_delivery.name):
        delivered = select(confirmed_delivery.c.book_id).where(confirmed_delivery.c.id.in_(confirmed))
        books.update(connection.scalars(delivered))
    if not (entries or books):
        return
    hold_shared(connection, Whole.SEARCH)
    bring_in_step(connection, declared, entries)
    books.update(_books_of(connection, sorted(entries)))
    note_changes(connection, books)


def _entries_at(connection: Connection, table: Table, ids: Collection[int]) -> Iterator[int]:
    """Return the entries of rows that name an entry by its scan, page and row."""
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
    """Count a change of these books and forget which approval was seen in force."""
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
    """An approval that was in force after ``changes`` changes of its book."""

    book_id: int
    changes: int
    approval_id: int


def approvals_seen(
    connection: Connection, declared: RecordSchema, book_ids: Collection[int]
) -> tuple[frozenset[int], tuple[SeenApproval, ...]]:
    """Return the books whose approval is in force, and the approvals for which that was not noted yet."""
    last = select(func.max(book_approval.c.id)).where(book_approval.c.book_id.in_(book_ids))
    acts = connection.execute(
        select(book_approval.c.id, book_approval.c.book_id).where(
            book_approval.c.id.in_(last.group_by(book_approval.c.book_id)),
            book_approval.c.kind == ApprovalKind.APPROVED,
        )
    ).all()
    query = select(search_book).where(search_book.c.book_id.in_(book_ids))
    known = {row.book_id: row for row in rows_of(connection, SearchBookRow, query)}
    approved: set[int] = set()
    seen = []
    for approval_id, book_id in acts:
        noted = known.get(book_id)
        if noted is not None and noted.approval_id == approval_id:
            approved.add(book_id)
        elif approval_in_force(connection, declared, book_id) is not None:
            approved.add(book_id)
            seen.append(SeenApproval(book_id, 0 if noted is None else noted.changes, approval_id))
    return frozenset(approved), tuple(seen)


def note_approval(connection: Connection, seen: SeenApproval) -> None:
    """Note that an approval is in force, unless the book has changed since."""
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


COMPARED_AT_ONCE = 1000
"""Entries in a transaction; other writers wait that long."""

BUILT_AT_ONCE = 5000
"""Entries in a transaction of the first build, when few people are at work."""

Progress = Callable[[int, int], None]
"""Called with the id of the last compared entry and of the last entry."""


def is_built(connection: Connection) -> bool:
    """Return whether the index holds every entry of the registry."""
    return bool(connection.scalar(select(search_state.c.built)))


def build_if_missing(database: Database, declared: RecordSchema) -> None:
    """Build the index if it is missing, or continue an interrupted build."""
    with database.reading() as connection:
        if is_built(connection):
            return
    compare(database, declared, mend=True, only_missing=True)


def compare(
    database: Database,
    declared: RecordSchema,
    *,
    mend: bool,
    only_missing: bool = False,
    progress: Progress = lambda _at, _of: None,
) -> IndexAgreement:
    """Compare the index with every entry of the registry.

    Entries of an undeclared record keep their lines in the index. While there are such entries, a first build stays
    incomplete and is repeated when the registry is opened again.

    Args:
        mend: Repair differences.
        only_missing: Continue after the last entry that a build has reached.
        progress: Called after each transaction.
    """
    entries = differing = 0
    with database.writing() as connection:
        _make_state(connection)
        at = connection.scalar(select(search_state.c.upto)) if only_missing else 0
    at, passed_over = at or 0, False
    while True:
        with database.writing() as connection:
            hold(connection, Whole.SEARCH)
            ids = _next_ids(connection, at, BUILT_AT_ONCE if only_missing else COMPARED_AT_ONCE)
            if not ids:
                names = 0 if only_missing else mend_names(connection, mend=mend)
                if mend and not passed_over:
                    connection.execute(update(search_state).values(built=True))
                elif only_missing:
                    connection.execute(update(search_state).values(upto=0))
                return IndexAgreement(entries, differing, names, mended=mend)
            entries += len(ids)
            undeclared = _undeclared(connection, declared, ids)
            passed_over = passed_over or bool(undeclared)
            compared = [one for one in ids if one not in undeclared]
            differing += bring_in_step(connection, declared, compared, mend=mend)
            at = max(ids)
            if mend and only_missing:
                connection.execute(update(search_state).values(upto=at))
            last = connection.scalar(select(func.max(entry.c.id))) or at
        progress(at, last)


def _undeclared(connection: Connection, declared: RecordSchema, ids: Sequence[int]) -> frozenset[int]:
    """Return the entries whose record is not declared."""
    other = entry.c.record.not_in(list(declared.schemas.records))
    return frozenset(connection.scalars(select(entry.c.id).where(one_of(connection, entry.c.id, ids), other)))


def _make_state(connection: Connection) -> None:
    """Add the one row of the state of the index, if it is missing."""
    hold(connection, Whole.SEARCH)
    if connection.scalar(select(search_state.c.id)) is None:
        connection.execute(insert(search_state), [{"upto": 0, "built": False}])


def _next_ids(connection: Connection, after: int, most: int) -> list[int]:
    """Return the next entries of the registry or of the index, by id."""
    some = [
        select(column).where(column > after).order_by(column).limit(most).subquery()
        for column in (
            entry.c.id,
            search_entry.c.entry_id,
            search_person.c.entry_id,
            search_number.c.entry_id,
            search_unreviewed.c.entry_id,
        )
    ]
    both = union(*(select(one.c[0].label("id")) for one in some)).subquery()
    return list(connection.scalars(select(both.c.id).order_by(both.c.id).limit(most)))
