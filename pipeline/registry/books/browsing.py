"""Browsing books: pages for data entry, entries for supervisors."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce

from sqlalchemy import Connection, case, func, select

from pipeline.base.model import FIRST_TYPED_ROW, Box, PageRef
from pipeline.base.stages import Stage
from pipeline.registry.accounts.model import Person
from pipeline.registry.accounts.permissions import check_place, check_place_of_book, check_supervises, stages
from pipeline.registry.books.model import ListedEntry, PagePosition
from pipeline.registry.books.page_order import places_of_moved
from pipeline.registry.books.rows import StoredBookRow, book, page, page_failure, page_run, scan
from pipeline.registry.data_entry.model import FAILED, UNREAD, BookPageState, EntryOnPage
from pipeline.registry.database.audit import record
from pipeline.registry.database.columns import rows_of
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.desk_context import DeskContext
from pipeline.registry.entries.current_readings import written_boxes
from pipeline.registry.entries.effective_values import select_values
from pipeline.registry.entries.machine_view import amendments_in
from pipeline.registry.entries.model import LedgerCopies
from pipeline.registry.entries.rows import entry
from pipeline.registry.entries.second_copies import ledger_copies
from pipeline.registry.errors import NotThere
from pipeline.registry.tasks.model import TaskState
from pipeline.registry.tasks.rows import review_task
from pipeline.registry.withdrawals.model import RegistryPart
from pipeline.registry.withdrawals.stored_withdrawals import (
    book_stands,
    covering,
    failure_stands,
    page_stands,
    scan_stands,
    withdrawals_in_force,
)


def check_data_entry(connection: Connection, person: Person, book_id: int) -> StoredBookRow:
    """Return a book to which a person may add.

    Raises:
        NotYours: They may not, or the book belongs to another place.
        NotThere: There is no such book.
    """
    stages(person)
    rows = rows_of(connection, StoredBookRow, select(book).where(book.c.id == book_id, book_stands))
    if not rows:
        raise NotThere(f"Không có quyển sổ số {book_id}. Hãy tải lại danh sách.")
    check_place(person, rows[0].place_code)
    return rows[0]


def books_of(context: DeskContext, person: Person) -> tuple[tuple[int, str, str, str, int], ...]:
    """Return the books to which a person may add: id, folder, volume, place code and number of scanned pages."""
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
    """Return all pages of a book to which a person may add, read or not, by the names of their scans."""
    of_book = check_data_entry(context.connection, person, book_id)
    return tuple(pages_in_book(context.connection, of_book))


def copies_of_ledger(context: DeskContext, person: Person, book_id: int) -> LedgerCopies | None:
    """Return the other copy of a book's ledger to a person of its place; None for a ledger kept once."""
    check_place_of_book(context.connection, person, book_id)
    return ledger_copies(context.connection, book_id)


def scanned_page(context: DeskContext, person: Person, book_id: int, ref: PageRef) -> BookPageState:
    """Return a page of a book to which a person may add.

    Raises:
        NotThere: The book has no such page.
    """
    of_book = check_data_entry(context.connection, person, book_id)
    return page_of_book(context.connection, of_book, ref)


def entries_on_page(
    context: DeskContext, person: Person, book_id: int, ref: PageRef
) -> tuple[EntryOnPage, ...]:
    """Return the valid entries of a page, typed entries last."""
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


def page_of_book(connection: Connection, of_book: StoredBookRow, ref: PageRef) -> BookPageState:
    """Return a page of a book, read or not.

    Raises:
        NotThere: The book has no such page, or the page is withdrawn.
    """
    matching = (
        page_state
        for page_state in pages_in_book(connection, of_book, ref.scan_sha256)
        if page_state.ref == ref
    )
    page_there = next(matching, None)
    if page_there is None:
        raise NotThere("Sổ này không có trang ấy, hoặc trang đã được thu hồi. Hãy tải lại danh sách.")
    return page_there


def pages_in_book(
    connection: Connection, of_book: StoredBookRow, sha256: str | None = None
) -> Iterator[BookPageState]:
    """Yield the pages of a book, or of one of its scans, by the names of the scans, without withdrawn pages."""
    in_book = [scan.c.book_id == of_book.id, *(() if sha256 is None else (scan.c.sha256 == sha256,))]
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
    gone = withdrawals_in_force(connection, [of_book.id])
    moved = places_of_moved(connection, of_book.id)
    failures = {
        (row.scan_sha256, row.page_no): row.message
        for row in connection.execute(
            select(page_failure.c.scan_sha256, page_failure.c.page_no, page_failure.c.message).where(
                page_failure.c.book_id == of_book.id, failure_stands
            )
        )
    }
    pages = {(row.scan_id, row.page_no): row for row in known}
    for scanned in scans:
        numbers = {
            *range(1, scanned.pages + 1),
            *(page_no for scan_id, page_no in pages if scan_id == scanned.id),
        }
        numbers |= {page_no for sha, page_no in failures if sha == scanned.sha256 and page_no}
        for page_no in sorted(numbers):
            part = RegistryPart(of_book.id, scanned.sha256, page_no)
            if covering(gone, part) is not None:
                continue
            ref = PageRef(scanned.sha256, page_no)
            row = pages.get((scanned.id, page_no))
            why = failures.get((scanned.sha256, page_no)) or failures.get((scanned.sha256, None)) or ""
            read = row is not None and row.kind is not None
            yield BookPageState(
                book_id=of_book.id,
                book=of_book.folder_name,
                record=of_book.record,
                ref=ref,
                scan=scanned.name,
                place=moved.get(ref) or PagePosition(scanned.name, page_no),
                state=row.kind if row is not None and read else (FAILED if why else UNREAD),
                failure="" if read else why,
                entries=0 if row is None else row.entries,
                page_id=None if row is None else row.id,
            )


def _place_on_page(connection: Connection, entry_id: int) -> Box | None:
    boxes = [box for of_field in written_boxes(connection, entry_id).values() for box in of_field]
    return reduce(Box.union, boxes) if boxes else None


WHAT = "xem các sự kiện của sổ"
SUBJECT = "subject-"
"""Prefix of the columns with the names of the people whom an entry is about."""


def entries_of_book(context: DeskContext, person: Person, book_id: int) -> tuple[ListedEntry, ...]:
    """Return the valid entries of a book in its order, for a supervisor of its place; the audit records the view.

    Raises:
        NotYours: The person does not supervise the place of the book.
        NotThere: There is no such book.
    """
    check_supervises(context.connection, person, book_id, WHAT)
    record(context.connection, person.login, "entries-listed", f"book:{book_id}")
    return listed_entries(context.connection, context.declared, book_id)


def listed_entries(connection: Connection, declared: RecordSchema, book_id: int) -> tuple[ListedEntry, ...]:
    """Return the valid entries of a book in its order, without values that wait for people."""
    in_book = scan.c.book_id == book_id
    amended, moved = amendments_in(connection, [book_id]), places_of_moved(connection, book_id)
    records = connection.scalars(
        select(entry.c.record)
        .join_from(entry, page, entry.c.page_id == page.c.id)
        .join(scan, page.c.scan_id == scan.c.id)
        .where(in_book, entry.c.stands)
        .distinct()
    ).all()
    entries = []
    for name in records:
        spec = declared.schemas.record(name)
        number = declared.number_field(name)
        asked = {} if number is None else {"number": number}
        if spec.book is not None:
            asked |= {"registered_on": spec.book.registered_on, "page_number": spec.book.page}
        asked |= {f"{SUBJECT}{at}": one.name for at, one in enumerate(spec.people) if one.event != "other"}
        query = (
            select_values(
                declared,
                name,
                asked,
                scan.c.sha256,
                scan.c.name,
                page.c.page_no,
                entry.c.row,
                review_task.c.state,
                review_task.c.stage,
                review_task.c.fields,
            )
            .outerjoin(review_task, review_task.c.entry_id == entry.c.id)
            .where(in_book)
        )
        for row in connection.execute(query):
            opened = row.state == TaskState.OPEN
            waiting = frozenset(row.fields or ()) if opened else frozenset()
            ref = PageRef(row.sha256, row.page_no)
            changed = amended.get(RegistryPart(book_id, ref.scan_sha256, ref.page_no, row.row), {})
            shown = {
                key: "" if field in waiting else changed[field].value if field in changed else value or ""
                for (key, field), value in zip(asked.items(), row[len(row) - len(asked) :], strict=True)
            }
            names = [shown[key] for key in asked if key.startswith(SUBJECT)]
            listed = ListedEntry(
                entry_id=row.entry_id,
                ref=ref,
                scan=row.name,
                place=moved.get(ref) or PagePosition(row.name, ref.page_no),
                row=row.row,
                record=name,
                number=shown.get("number", ""),
                registered_on=shown.get("registered_on", ""),
                page_number=shown.get("page_number", ""),
                stage=Stage(row.stage) if opened else Stage.SETTLED,
                waiting=len(waiting),
                amended=len(changed),
                subject=", ".join(filter(None, names)),
            )
            entries.append(listed)
    return tuple(sorted(entries, key=lambda one: (one.place.order, one.ref.scan_sha256, one.row)))
