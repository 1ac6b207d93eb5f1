"""The pages of a book as data entry sees them: read or not, failed or not, with the entries that stand on each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import reduce
from typing import Any

from sqlalchemy import Connection, case, func, select

from pipeline.base.model import FIRST_TYPED_ROW, Box, PageRef
from pipeline.registry.model.accounts import Person
from pipeline.registry.model.data_entry import (
    FAILED,
    UNREAD,
    BookPageState,
    EntryOnPage,
)
from pipeline.registry.model.errors import NotThere
from pipeline.registry.model.page_positions import PagePosition
from pipeline.registry.model.withdrawals import RegistryPart
from pipeline.registry.repositories.desk_context import DeskContext
from pipeline.registry.repositories.entries import readings_of
from pipeline.registry.repositories.page_order import places_of_moved
from pipeline.registry.repositories.permissions import check_place, stages
from pipeline.registry.repositories.withdrawals import (
    book_stands,
    covering,
    failure_stands,
    page_stands,
    scan_stands,
    withdrawals_in_force,
)
from pipeline.registry.tables.books import book, page, page_failure, page_run, scan
from pipeline.registry.tables.entries import entry
from pipeline.registry.tables.tasks import review_task


def check_data_entry(connection: Connection, person: Person, book_id: int) -> Mapping[str, Any]:
    """Return the row of a book to which a person may add.

    Raises:
        NotYours: They may not, or the book belongs to another place.
        NotThere: There is no such book.
    """
    stages(person)
    row = connection.execute(select(book).where(book.c.id == book_id, book_stands)).mappings().first()
    if row is None:
        raise NotThere(f"Không có quyển sổ số {book_id}. Hãy tải lại danh sách.")
    check_place(person, row["place_code"])
    return dict(row)


def books_of(context: DeskContext, person: Person) -> tuple[tuple[int, str, str, str, int], ...]:
    """Return the books to which a person may add: id, folder, volume, place code and how many pages were scanned."""
    stages(person)
    pages = func.coalesce(func.sum(scan.c.pages), 0)
    rows = context.connection.execute(
        select(book.c.id, book.c.folder_name, book.c.volume, book.c.place_code, pages.label("pages"))
        .join_from(book, scan, (scan.c.book_id == book.c.id) & scan_stands)
        .where(book_stands)
        .group_by(book.c.id, book.c.folder_name, book.c.volume, book.c.place_code)
        .order_by(book.c.folder_name, book.c.id)
    )
    return tuple(
        (row.id, row.folder_name, row.volume, row.place_code, int(row.pages))
        for row in rows
        if person.may_see(row.place_code)
    )


def scanned_pages(context: DeskContext, person: Person, book_id: int) -> tuple[BookPageState, ...]:
    """Return all pages of a book, read or not, by the names of their scans, for a person who may add to them."""
    of_book = check_data_entry(context.connection, person, book_id)
    return tuple(_scanned_pages(context.connection, of_book))


def scanned_page(context: DeskContext, person: Person, book_id: int, ref: PageRef) -> BookPageState:
    """Return one page of a book, as ``scanned_pages`` does.

    Raises:
        NotThere: The book has no such page.
    """
    of_book = check_data_entry(context.connection, person, book_id)
    return page_of_book(context.connection, of_book, ref)


def entries_on_page(
    context: DeskContext, person: Person, book_id: int, ref: PageRef
) -> tuple[EntryOnPage, ...]:
    """Return the entries of a page that stand, the typed ones last."""
    check_data_entry(context.connection, person, book_id)
    rows = context.connection.execute(
        select(entry.c.id, entry.c.row, entry.c.number, entry.c.year, review_task.c.fields)
        .join_from(entry, page, entry.c.page_id == page.c.id)
        .join(scan, page.c.scan_id == scan.c.id)
        .outerjoin(review_task, review_task.c.entry_id == entry.c.id)
        .where(
            scan.c.book_id == book_id,
            scan.c.sha256 == ref.scan_sha256,
            page.c.page_no == ref.page_no,
            entry.c.stands,
        )
        .order_by(entry.c.row)
    )
    return tuple(
        EntryOnPage(
            row.id,
            row.row,
            "/".join(str(part) for part in (row.number, row.year) if part is not None),
            row.row >= FIRST_TYPED_ROW,
            len(row.fields or ()),
            _place_on_page(context.connection, row.id),
        )
        for row in rows
    )


def page_of_book(connection: Connection, of_book: Mapping[str, Any], ref: PageRef) -> BookPageState:
    """Return one page of a book, whose row is ``of_book``.

    Raises:
        NotThere: The book has no such page, or the page is withdrawn.
    """
    found = (one for one in _scanned_pages(connection, of_book, ref.scan_sha256) if one.ref == ref)
    page_there = next(found, None)
    if page_there is None:
        raise NotThere("Sổ này không có trang ấy, hoặc trang đã được thu hồi. Hãy tải lại danh sách.")
    return page_there


def _scanned_pages(
    connection: Connection, of_book: Mapping[str, Any], sha256: str | None = None
) -> Iterator[BookPageState]:
    """Yield the pages of the standing scans of a book, or of one scan, by the names of the scans."""
    in_book = [scan.c.book_id == of_book["id"], *(() if sha256 is None else (scan.c.sha256 == sha256,))]
    scans = connection.execute(
        select(scan.c.id, scan.c.sha256, scan.c.name, scan.c.pages)
        .where(*in_book, scan_stands)
        .order_by(scan.c.name, scan.c.id)
    ).all()
    standing = case((entry.c.stands, entry.c.id))
    known = connection.execute(
        select(
            page.c.id, page.c.scan_id, page.c.page_no, page_run.c.kind, func.count(standing).label("entries")
        )
        .join_from(page, scan, page.c.scan_id == scan.c.id)
        .outerjoin(page_run, (page_run.c.page_id == page.c.id) & page_run.c.latest)
        .outerjoin(entry, entry.c.page_id == page.c.id)
        .where(*in_book, page_stands)
        .group_by(page.c.id, page.c.scan_id, page.c.page_no, page_run.c.kind)
    ).all()
    gone = withdrawals_in_force(connection, [of_book["id"]])
    moved = places_of_moved(connection, of_book["id"])
    failures = {
        (row.scan_sha256, row.page_no): row.message
        for row in connection.execute(
            select(page_failure.c.scan_sha256, page_failure.c.page_no, page_failure.c.message).where(
                page_failure.c.book_id == of_book["id"], failure_stands
            )
        )
    }
    pages = {(row.scan_id, row.page_no): row for row in known}
    for one in scans:
        numbers = {*range(1, one.pages + 1), *(page_no for scan_id, page_no in pages if scan_id == one.id)}
        numbers |= {page_no for sha, page_no in failures if sha == one.sha256 and page_no}
        for page_no in sorted(numbers):
            part = RegistryPart(of_book["id"], one.sha256, page_no)
            if covering(gone, part) is not None:
                continue
            ref = PageRef(one.sha256, page_no)
            row = pages.get((one.id, page_no))
            why = failures.get((one.sha256, page_no)) or failures.get((one.sha256, None)) or ""
            read = row is not None and row.kind is not None
            yield BookPageState(
                book_id=of_book["id"],
                book=of_book["folder_name"],
                record=of_book["record"],
                ref=ref,
                scan=one.name,
                place=moved.get(ref) or PagePosition(one.name, page_no),
                state=row.kind if row is not None and read else (FAILED if why else UNREAD),
                failure="" if read else why,
                entries=0 if row is None else row.entries,
                page_id=None if row is None else row.id,
            )


def _place_on_page(connection: Connection, entry_id: int) -> Box | None:
    boxes = [
        box for one in readings_of(connection, entry_id) for box in (*one.lines, *filter(None, [one.box]))
    ]
    return reduce(Box.union, boxes) if boxes else None
