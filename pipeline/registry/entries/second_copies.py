"""Ledgers kept in two copies: the delivered book, its copy that only bears witness, and the equal entries of both."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import reduce

from sqlalchemy import Connection, bindparam, delete, insert, select

from pipeline.base.model import Box, PageRef
from pipeline.registry.books.rows import book, page, page_run, scan
from pipeline.registry.books.stored_books import book_row
from pipeline.registry.database.locks import hold_book
from pipeline.registry.entries.current_readings import written_boxes
from pipeline.registry.entries.model import CopiedEntry, LedgerCopies
from pipeline.registry.entries.rows import ENTRIES, entry, paired_entry
from pipeline.registry.withdrawals.stored_withdrawals import book_stands, page_stands

Placed = tuple[PageRef, int]
"""The page of an entry and its row there."""


def second_copy(connection: Connection, book_id: int) -> int | None:
    """Return the id of the book that declares itself the second copy of a book; None where there is no such book."""
    return _partner(connection, book_id, to_copy=True)


def delivered_book(connection: Connection, copy_id: int) -> int | None:
    """Return the id of the book that a second copy repeats; None while it is not known, or for other books."""
    return _partner(connection, copy_id, to_copy=False)


def _partner(connection: Connection, book_id: int, *, to_copy: bool) -> int | None:
    own = book_row(connection, book_id)
    if bool(own.copy_of) is to_copy:
        return None
    named = (
        book.c.copy_of == own.folder_name
        if to_copy
        else (book.c.folder_name == own.copy_of) & book.c.copy_of.is_(None)
    )
    same = (book.c[key] == getattr(own, key) for key in ("record", "place_code", "volume"))
    query = select(book.c.id).where(named, *same, book_stands).order_by(book.c.id).limit(1)
    return connection.scalar(query)


def ledger_copies(connection: Connection, book_id: int) -> LedgerCopies | None:
    """Return the other copy of a book's ledger, and the entries that only the second copy has; None without a copy."""
    own = book_row(connection, book_id)
    other_id = _partner(connection, book_id, to_copy=not own.copy_of)
    if own.copy_of:
        return LedgerCopies(True, own.copy_of, other_id, _unpaired(connection, other_id, book_id))
    if other_id is None:
        return None
    other = book_row(connection, other_id).folder_name
    return LedgerCopies(False, other, other_id, _unpaired(connection, book_id, other_id))


def _unpaired(
    connection: Connection, book_id: int | None, copy_id: int
) -> tuple[tuple[PageRef, int, str], ...]:
    """Return the entries of a copy that no entry of its book repeats; none while nothing was paired."""
    of_book = select(paired_entry.c.copy_id).where(paired_entry.c.book_id == book_id)
    paired = frozenset(connection.scalars(of_book))
    if not paired:
        return ()
    query = select(entry.c.id, entry.c.row, scan.c.sha256, scan.c.name, page.c.page_no).select_from(ENTRIES)
    rows = connection.execute(query.where(scan.c.book_id == copy_id, entry.c.found, page_stands))
    left = [(row.name, row.page_no, row.row, row.sha256) for row in rows if row.id not in paired]
    return tuple((PageRef(sha256, page_no), row, name) for name, page_no, row, sha256 in sorted(left))


def waiting_copies(connection: Connection) -> tuple[tuple[str, str], ...]:
    """Return the folders of second copies whose book is not there, and the folder that each names."""
    query = select(book.c.id, book.c.folder_name, book.c.copy_of).where(
        book.c.copy_of.is_not(None), book_stands
    )
    rows = connection.execute(query.order_by(book.c.folder_name)).all()
    return tuple((row.folder_name, row.copy_of) for row in rows if delivered_book(connection, row.id) is None)


def copies_among(connection: Connection, book_ids: Collection[int]) -> frozenset[int]:
    """Return which of these books are second copies: none of their entries stands, and nobody keys them."""
    query = select(book.c.id).where(book.c.id.in_(book_ids), book.c.copy_of.is_not(None))
    return frozenset(connection.scalars(query))


def note_pairs(
    connection: Connection, book_id: int, copy_id: int | None, pairs: Mapping[Placed, Placed]
) -> None:
    """Store the entries of a second copy by those of its book, in place of those before."""
    hold_book(connection, book_id)
    ours = _ids(connection, book_id) if pairs else {}
    theirs = _ids(connection, copy_id) if pairs and copy_id is not None else {}
    wanted = {ours[own]: theirs[other] for own, other in pairs.items() if own in ours and other in theirs}
    of_book = paired_entry.c.book_id == book_id
    query = select(paired_entry.c.entry_id, paired_entry.c.copy_id).where(of_book)
    if wanted == {own: other for own, other in connection.execute(query)}:  # noqa: C416 (rows are no tuples)
        return
    connection.execute(delete(paired_entry).where(of_book))
    rows = [{"book_id": book_id, "entry_id": own, "copy_id": other} for own, other in wanted.items()]
    if rows:
        connection.execute(insert(paired_entry), rows)


def _ids(connection: Connection, book_id: int) -> dict[Placed, int]:
    query = select(scan.c.sha256, page.c.page_no, entry.c.row, entry.c.id).select_from(ENTRIES)
    rows = connection.execute(query.where(scan.c.book_id == book_id, entry.c.found, page_stands))
    return {(PageRef(row.sha256, row.page_no), row.row): row.id for row in rows}


_COPIED_ENTRY = (
    select(entry.c.id, scan.c.book_id, scan.c.sha256, page.c.page_no, scan.c.name, book.c.folder_name)
    .select_from(ENTRIES.join(book).join(paired_entry, paired_entry.c.copy_id == entry.c.id))
    .join(page_run, page_run.c.page_id == page.c.id)
    .where(paired_entry.c.entry_id == bindparam("copied"), entry.c.found, page_stands, page_run.c.latest)
    .where(book.c.copy_of.is_not(None))
)


def copied_entry(connection: Connection, entry_id: int | None) -> CopiedEntry | None:
    """Return what the second copy of its ledger says of an entry, as ink; None where it has no such entry."""
    row = None if entry_id is None else connection.execute(_COPIED_ENTRY, {"copied": entry_id}).first()
    if row is None:
        return None
    boxes = {
        name: reduce(Box.union, of_field) for name, of_field in written_boxes(connection, row.id).items()
    }
    ref = PageRef(row.sha256, row.page_no)
    return CopiedEntry(row.id, row.book_id, row.folder_name, ref, row.name, boxes)
