"""The order of the pages of a book: a page that was scanned again has the position of the page that it replaced.

All other pages are ordered by scan and number. If a page was replaced several times, the position of the first page
counts. In a book whose pages a person arranged, every page has a position of its own: the order by the names of the
scans, changed by one arrangement after the other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, select

from pipeline.base.model import PageRef
from pipeline.registry.books.model import PagePosition
from pipeline.registry.books.rows import PageArrangementRow, page_arrangement, scan
from pipeline.registry.database.columns import rows_of
from pipeline.registry.withdrawals.stored_withdrawals import withdrawals_of

ARRANGED = "thứ tự đã xếp"
"""Stands for the name of a scan in the positions of an arranged book."""

R = TypeVar("R")
"""A row of a query; its columns are named in ``in_page_order``."""


@dataclass(frozen=True, slots=True)
class MovedPage:
    """The position of a page that replaced another page, or of any page of an arranged book.

    Attributes:
        scan_id: Scan of the first page at that position; 0 in an arranged book.
        place: Name of that scan and number of that page; ``ARRANGED`` and the position in an arranged book.
    """

    scan_id: int
    place: PagePosition


def moved_pages(
    connection: Connection, book_ids: Collection[int] | None = None
) -> Mapping[tuple[int, PageRef], MovedPage]:
    """Return the positions of pages that replaced others, by book and page, in these books or in all."""
    before = {}
    alone = next(iter(book_ids)) if book_ids is not None and len(book_ids) == 1 else None
    for act in withdrawals_of(connection, alone):
        part = act.part
        if act.in_force and act.replaced_by and part.scan_sha256 and part.page_no:
            before[part.book_id, act.replaced_by] = PageRef(part.scan_sha256, part.page_no)
    wanted = {
        (book_id, ref): _first(before, book_id, ref)
        for book_id, ref in before
        if book_ids is None or book_id in book_ids
    }
    arranged = _arranged_pages(connection, book_ids, wanted)
    if not wanted:
        return arranged
    hashes = {first.scan_sha256 for first in wanted.values()}
    rows = connection.execute(
        select(scan.c.book_id, scan.c.sha256, scan.c.id, scan.c.name).where(scan.c.sha256.in_(hashes))
    )
    scans = {(row.book_id, row.sha256): row for row in rows}
    return {
        (book_id, ref): MovedPage(there.id, PagePosition(there.name, first.page_no))
        for (book_id, ref), first in wanted.items()
        if (there := scans.get((book_id, first.scan_sha256))) is not None
    } | arranged


def _arranged_pages(
    connection: Connection,
    book_ids: Collection[int] | None,
    replacing: Mapping[tuple[int, PageRef], PageRef],
) -> dict[tuple[int, PageRef], MovedPage]:
    """Return the position of every page of the arranged books, withdrawn pages included.

    Args:
        replacing: The first page at the position of each page that replaced another page.
    """
    query = select(page_arrangement).order_by(page_arrangement.c.id)
    if book_ids is not None:
        query = query.where(page_arrangement.c.book_id.in_(book_ids))
    by_book: dict[int, list[PageArrangementRow]] = defaultdict(list)
    for row in rows_of(connection, PageArrangementRow, query):
        by_book[row.book_id].append(row)
    positions: dict[tuple[int, PageRef], MovedPage] = {}
    for book_id, rows in by_book.items():
        order = _order_by_name(connection, book_id, replacing)
        for row in rows:
            _rearrange(order, row)
        for number, ref in enumerate(order, 1):
            positions[book_id, ref] = MovedPage(0, PagePosition(ARRANGED, number))
    return positions


def _order_by_name(
    connection: Connection, book_id: int, replacing: Mapping[tuple[int, PageRef], PageRef]
) -> list[PageRef]:
    """Return all pages of the scans of a book by the names of the scans, replacing pages after the replaced ones."""
    scans = connection.execute(
        select(scan.c.sha256, scan.c.name, scan.c.pages).where(scan.c.book_id == book_id).order_by(scan.c.id)
    ).all()
    positions = {
        PageRef(row.sha256, number): PagePosition(row.name, number)
        for row in scans
        for number in range(1, row.pages + 1)
    }

    def key(ref: PageRef) -> tuple[object, bool]:
        first = replacing.get((book_id, ref), ref)
        return positions.get(first, positions[ref]).order, first != ref

    return sorted(positions, key=key)


def _rearrange(order: list[PageRef], row: PageArrangementRow) -> None:
    """Put the pages of an arrangement, as far as they are in the order, before their page or at the end."""
    known = set(order)
    pages = [ref for sha256, page_no in row.pages if (ref := PageRef(sha256, page_no)) in known]
    moved = set(pages)
    before = None if row.before_sha256 is None else PageRef(row.before_sha256, row.before_page_no or 0)
    rest = [ref for ref in order if ref not in moved]
    at = rest.index(before) if before is not None and before in known - moved else len(rest)
    order[:] = [*rest[:at], *pages, *rest[at:]]


def places_of_moved(connection: Connection, book_id: int) -> Mapping[PageRef, PagePosition]:
    """Return the positions of the pages of a book that replaced others, or of all pages of an arranged book."""
    return {ref: moved.place for (_, ref), moved in moved_pages(connection, [book_id]).items()}


def in_page_order(connection: Connection, rows: Sequence[R]) -> Sequence[R]:
    """Return rows of pages or entries in the order of the books.

    Args:
        rows: Rows with ``book_id``, ``scan_id``, ``sha256`` and ``page_no``, in the order of the scans.
    """
    of_books: Sequence[Any] = rows
    moved = moved_pages(connection, {row.book_id for row in of_books}) if rows else {}
    if not moved:
        return rows

    return sorted(rows, key=lambda row: place_in_order(moved, row))


def place_in_order(moved: Mapping[tuple[int, PageRef], MovedPage], row: Any) -> tuple[int, int, int]:
    """Return the sort key of a row in the order of the books: book, scan and number of the position of its page.

    Args:
        moved: Positions of pages that replaced others.
        row: A row as ``in_page_order`` takes it.
    """
    there = moved.get((row.book_id, PageRef(row.sha256, row.page_no)))
    if there is None:
        return row.book_id, row.scan_id, row.page_no
    return row.book_id, there.scan_id, there.place.page_no


def _first(before: Mapping[tuple[int, PageRef], PageRef], book_id: int, ref: PageRef) -> PageRef:
    """Return the first page at the position of a page."""
    seen = {ref}
    while (older := before.get((book_id, ref))) is not None and older not in seen:
        seen.add(older)
        ref = older
    return ref
