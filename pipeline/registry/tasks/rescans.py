"""Pages that must be scanned again: tickets opened at the desk, closed by the scanning desk or answered by a scan.

A scan with one page and the file name ``phieu-12…`` answers ticket 12 of its book; its page replaces the old page. If
the pages do not match, nothing changes and a supervisor decides.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Select, exists, func, literal, select, true

from pipeline.base.errors import RegistryError
from pipeline.base.model import PageRef
from pipeline.registry.accounts.model import Person
from pipeline.registry.accounts.permissions import check_place, check_tickets, require_text
from pipeline.registry.books.rows import book, page, page_run, scan
from pipeline.registry.database.audit import MACHINE, add, record
from pipeline.registry.database.columns import rows_of
from pipeline.registry.database.locks import hold_page
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.desk_context import DeskContext
from pipeline.registry.entries.projections import refresh_projections
from pipeline.registry.entries.rows import ENTRIES, entry
from pipeline.registry.errors import NotThere
from pipeline.registry.tasks.leases import end_all
from pipeline.registry.tasks.loading import EITHER_MODE, load_held_task
from pipeline.registry.tasks.model import MISSING_PAGES, CannotUndo, PagePlace, TaskState, Ticket
from pipeline.registry.tasks.rows import review_task, ticket, ticket_closing
from pipeline.registry.tasks.setting_aside import RESCAN, note_act
from pipeline.registry.withdrawals.page_replacement import replace_page
from pipeline.registry.withdrawals.stored_withdrawals import page_stands


def request_rescan(context: DeskContext, person: Person, task_id: int, reason: str) -> Ticket:
    """Open a ticket for the page of a task; all open tasks of that page wait until it is closed."""
    case = load_held_task(context, person, task_id, EITHER_MODE)
    reason = require_text(reason, "lý do phải quét lại")
    asked = {
        "page_id": case.row.page_id,
        "book_id": case.row.book_id,
        "place_code": case.row.place_code,
        "reason": reason,
        "account_id": person.account_id,
        "login": person.login,
        "opened_at": context.now,
    }
    (ticket_id,) = add(context.connection, ticket, [asked])
    record(context.connection, person.login, "rescan-asked", f"ticket:{ticket_id}")
    note_act(context, person, task_id, RESCAN, str(ticket_id))
    _follow_tasks(context, case.row.page_id)
    return _with_entries(context, [_ticket(context.connection, ticket_id)])[0]


def close_ticket(context: DeskContext, person: Person, ticket_id: int, note: str) -> None:
    """Close a ticket: the page was scanned again, or need not be. Its tasks no longer wait.

    Raises:
        RegistryError: The ticket is closed already.
        NotThere: There is no such ticket.
        NotYours: It belongs to another place.
    """
    check_tickets(person)
    note = require_text(note, "kết quả quét lại")
    opened = _ticket(context.connection, ticket_id)
    check_place(person, opened.place_now)
    if opened.closed_at is not None:
        raise RegistryError("Yêu cầu quét lại này đã đóng rồi.")
    _close(context, person, opened, note)


def take_back_ticket(context: DeskContext, person: Person, ticket_id: int) -> None:
    """Close a ticket that its author withdraws.

    Raises:
        CannotUndo: It is closed already.
    """
    opened = _ticket(context.connection, ticket_id)
    if opened.closed_at is not None:
        raise CannotUndo("Không hoàn tác được: trang này đã được quét lại hoặc yêu cầu đã đóng.")
    _close(context, person, opened, "Người xin quét lại đã rút yêu cầu")


def _close(context: DeskContext, person: Person, opened: Ticket, note: str) -> None:
    closing = {
        "ticket_id": opened.id,
        "note": note,
        "account_id": person.account_id,
        "login": person.login,
        "closed_at": context.now,
    }
    add(context.connection, ticket_closing, [closing])
    record(context.connection, person.login, "rescan-closed", f"ticket:{opened.id}")
    _follow_tasks(context, opened.page_id)


def tickets(context: DeskContext, person: Person, *, closed: bool = False) -> tuple[Ticket, ...]:
    """Return the open tickets, or the closed ones, in the places that the person may see, oldest first."""
    check_tickets(person)
    places = true() if person.places is None else book.c.place_code.in_(sorted(person.places))
    ended = ticket_closing.c.id.is_not(None) if closed else ticket_closing.c.id.is_(None)
    standing = () if closed else (page_stands,)
    query = _tickets().where(places, ended, *standing).order_by(ticket.c.id)
    return _with_entries(context, rows_of(context.connection, Ticket, query))


def page_of_ticket(context: DeskContext, person: Person, ticket_id: int) -> PagePlace:
    """Return the page of a ticket.

    Raises:
        NotYours: The person may not see that place.
    """
    check_tickets(person)
    asked = _ticket(context.connection, ticket_id)
    check_place(person, asked.place_now)
    return PagePlace(asked.book_id, asked.ref, asked.scan)


def open_ticket(context: DeskContext, person: Person, book_id: int, ticket_id: int) -> Ticket:
    """Return an open ticket of a book that another scan of its page would answer.

    Raises:
        NotThere: There is no such ticket in that book.
        NotYours: It belongs to another place.
        RegistryError: It is closed, or asks for missing pages.
    """
    check_tickets(person)
    opened = _ticket(context.connection, ticket_id)
    check_place(person, opened.place_now)
    if opened.book_id != book_id:
        raise NotThere(f"Sổ này không có yêu cầu quét lại số {ticket_id}. Hãy tải lại danh sách.")
    if opened.closed_at is not None:
        raise RegistryError("Yêu cầu quét lại này đã đóng rồi.")
    if not opened.names_page:
        raise RegistryError(
            "Yêu cầu này là về trang còn thiếu. Hãy gửi các trang ấy ở trang bản quét của sổ."
        )
    return opened


def _with_entries(context: DeskContext, found: Sequence[Ticket]) -> tuple[Ticket, ...]:
    """Return tickets with the numbers and the printed page numbers of the entries on their pages."""
    entries = _entries_of(context, {one.page_id for one in found})
    return tuple(
        replace(
            one,
            entries=tuple(number for number, _ in entries.get(one.page_id, ()) if number),
            printed=tuple(dict.fromkeys(printed for _, printed in entries.get(one.page_id, ()) if printed)),
        )
        for one in found
    )


def _entries_of(context: DeskContext, page_ids: Collection[int]) -> dict[int, list[tuple[str, str]]]:
    """Return number and printed page number of the valid entries of pages, by page and in the order of rows.

    A withdrawn page, such as a page replaced by another scan, has the numbers of its former entries.
    """
    entries: dict[int, list[tuple[str, str]]] = {}
    for kind, table in context.declared.records.items():
        book_fields = context.declared.schemas.record(kind).book
        name = book_fields.page if book_fields else None
        printed = table.c[name] if name else literal("")
        rows = context.connection.execute(
            select(entry.c.page_id, entry.c.number_text, printed.label("printed"))
            .join(table, table.c.entry_id == entry.c.id)
            .where(entry.c.page_id.in_(page_ids), entry.c.stands)
            .order_by(entry.c.page_id, entry.c.row)
        )
        for row in rows:
            entries.setdefault(row.page_id, []).append((row.number_text or "", row.printed or ""))
    gone = context.connection.execute(
        select(entry.c.page_id, entry.c.number_text)
        .select_from(ENTRIES)
        .where(entry.c.page_id.in_(page_ids), ~page_stands)
        .order_by(entry.c.page_id, entry.c.row)
    )
    for page_id, number in gone:
        entries.setdefault(page_id, []).append((number or "", ""))
    return entries


def _follow_tasks(context: DeskContext, page_id: int) -> None:
    """Update the open tasks of a page after a change of its tickets, and end their leases."""
    connection = context.connection
    hold_page(connection, page_id)
    rows = connection.execute(
        select(review_task.c.id, review_task.c.entry_id)
        .where(review_task.c.page_id == page_id, review_task.c.state == TaskState.OPEN)
        .order_by(review_task.c.id)
        .with_for_update()
    ).all()
    end_all(connection, [row.id for row in rows])
    refresh_projections(connection, context.declared, [(page_id, row.entry_id) for row in rows])


def _tickets() -> Select[Any]:
    return (
        select(
            ticket,
            page.c.page_no,
            scan.c.sha256,
            scan.c.name,
            book.c.folder_name,
            book.c.volume,
            book.c.place,
            book.c.record,
            book.c.place_code,
            ticket_closing.c.closed_at,
            func.coalesce(ticket_closing.c.login, ""),
            func.coalesce(ticket_closing.c.note, ""),
        )
        .join_from(ticket, page, ticket.c.page_id == page.c.id)
        .join(scan, page.c.scan_id == scan.c.id)
        .join(book, ticket.c.book_id == book.c.id)
        .outerjoin(ticket_closing, ticket_closing.c.ticket_id == ticket.c.id)
    )


def _ticket(connection: Connection, ticket_id: int) -> Ticket:
    rows = rows_of(connection, Ticket, _tickets().where(ticket.c.id == ticket_id))
    if not rows:
        raise NotThere(f"Không có yêu cầu quét lại số {ticket_id}. Hãy tải lại danh sách.")
    return rows[0]


ANSWER = "phieu-"
"""Prefix of the name of a file that answers a ticket; the number of the ticket follows."""

_ANSWER = re.compile(rf"{ANSWER}([1-9][0-9]{{0,8}})(?![0-9])")


def answer_name(ticket_id: int, name: str) -> str:
    """Return the name of a file that answers a ticket."""
    return f"{ANSWER}{ticket_id}-{name}"


def answered_tickets(connection: Connection, book_id: int) -> tuple[tuple[int, PageRef, PageRef], ...]:
    """Return the open tickets of a book that a page read since answers: ticket id, its page, the new page."""
    read = connection.execute(
        select(scan.c.name, scan.c.sha256, page.c.page_no)
        .join(page, page.c.scan_id == scan.c.id)
        .join(page_run, (page_run.c.page_id == page.c.id) & page_run.c.latest)
        .where(scan.c.book_id == book_id, scan.c.name.like(f"{ANSWER}%"), scan.c.pages == 1, page_stands)
        .order_by(scan.c.id)
    )
    answers = {
        int(named[1]): PageRef(row.sha256, row.page_no)
        for row in read
        if (named := _ANSWER.match(row.name)) is not None
    }
    if not answers:
        return ()
    closed = exists().where(ticket_closing.c.ticket_id == ticket.c.id)
    rows = connection.execute(
        select(ticket.c.id, scan.c.sha256, page.c.page_no)
        .join(page, page.c.id == ticket.c.page_id)
        .join(scan, scan.c.id == page.c.scan_id)
        .where(
            ticket.c.id.in_(answers),
            ticket.c.book_id == book_id,
            ticket.c.code.is_(None) | (ticket.c.code != MISSING_PAGES),
            ~closed,
            page_stands,
        )
        .order_by(ticket.c.id)
    )
    asked = ((row.id, PageRef(row.sha256, row.page_no), answers[row.id]) for row in rows)
    return tuple((ticket_id, old, new) for ticket_id, old, new in asked if old != new)


def _refuse_other_page(
    connection: Connection, declared: RecordSchema, book_id: int, old: PageRef, new: PageRef
) -> None:
    """Raise ``RegistryError`` for a page with another printed number, or with the entry number of a third page.

    If the numbers of the old page are unknown, as on an illegible page, nothing else reveals that the wrong page was
    scanned.
    """
    printed: dict[PageRef, set[str]] = {old: set(), new: set()}
    numbers: dict[str, set[PageRef]] = {}
    for kind, table in declared.records.items():
        book_fields = declared.schemas.record(kind).book
        on_paper = table.c[book_fields.page] if book_fields and book_fields.page else literal("")
        rows = connection.execute(
            select(
                scan.c.sha256, page.c.page_no, entry.c.number, entry.c.number_text, on_paper.label("printed")
            )
            .select_from(ENTRIES)
            .join(table, table.c.entry_id == entry.c.id)
            .where(scan.c.book_id == book_id, entry.c.stands)
        )
        for row in rows:
            ref = PageRef(row.sha256, row.page_no)
            if row.number is not None:
                numbers.setdefault(row.number_text, set()).add(ref)
            if row.printed and ref in printed:
                printed[ref].add(row.printed)
    if all(printed.values()) and printed[old].isdisjoint(printed[new]):
        raise RegistryError(
            "Trang quét lại có số trang in khác trang cũ. Hãy kiểm tra có đúng trang ấy không."
        )
    if any(new in refs and refs - {old, new} for refs in numbers.values()):
        raise RegistryError("Số đăng ký ở trang quét lại đã có ở một trang khác của sổ. Hãy kiểm tra lại.")


def settle_ticket(
    connection: Connection, declared: RecordSchema, book_id: int, ticket_id: int, old: PageRef, new: PageRef
) -> None:
    """Replace the page of a ticket by the page that answers it, which closes the ticket.

    Raises:
        RegistryError: As ``replace_page`` does, or the new page is another page; nothing is changed.
    """
    _refuse_other_page(connection, declared, book_id, old, new)
    reason = f"Trang quét lại theo phiếu số {ticket_id}"
    replace_page(connection, declared, book_id, old, new, author=MACHINE, reason=reason)
