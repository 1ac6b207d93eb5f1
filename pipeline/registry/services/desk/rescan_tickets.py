"""Pages that must be scanned again: asked for at the desk, closed by those who scan. Rows are only ever added."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, literal, select, true

from pipeline.base.errors import RegistryError
from pipeline.base.model import PageRef
from pipeline.registry.database.audit import add, record
from pipeline.registry.database.locks import hold_page
from pipeline.registry.model.accounts import Person
from pipeline.registry.model.desk import CannotUndo, PagePlace, Ticket
from pipeline.registry.model.errors import NotThere
from pipeline.registry.model.tasks import TaskState
from pipeline.registry.repositories.desk_context import DeskContext
from pipeline.registry.repositories.leases import end_all
from pipeline.registry.repositories.permissions import check_place, check_tickets, require_text
from pipeline.registry.repositories.projections import refresh_projections
from pipeline.registry.repositories.withdrawals import page_stands
from pipeline.registry.services.desk.laid_aside import RESCAN, note_act
from pipeline.registry.services.desk.task_loading import EITHER_MODE, load_held_task
from pipeline.registry.tables.books import book, page, scan
from pipeline.registry.tables.desk import ticket, ticket_closing
from pipeline.registry.tables.entries import entry
from pipeline.registry.tables.tasks import review_task


def request_rescan(context: DeskContext, person: Person, task_id: int, reason: str) -> Ticket:
    """Send the page of a task to the scanning desk. All that is open on that page waits until the ticket is closed."""
    case = load_held_task(context, person, task_id, EITHER_MODE)
    reason = require_text(reason, "lý do phải quét lại")
    asked = {
        "page_id": case.row["page_id"],
        "book_id": case.row["book_id"],
        "place_code": case.row["place_code"],
        "reason": reason,
        "account_id": person.account_id,
        "login": person.login,
        "opened_at": context.now,
    }
    (ticket_id,) = add(context.connection, ticket, [asked])
    record(context.connection, person.login, "rescan-asked", f"ticket:{ticket_id}")
    note_act(context, person, task_id, RESCAN, str(ticket_id))
    _follow_tasks(context, case.row["page_id"])
    return _told(context, [_row(context.connection, ticket_id)])[0]


def close_ticket(context: DeskContext, person: Person, ticket_id: int, note: str) -> None:
    """Close a ticket: the page was scanned again, or need not be. What waits on it goes on.

    Raises:
        RegistryError: The ticket is closed already.
        NotThere: There is no such ticket.
        NotYours: It belongs to another place.
    """
    check_tickets(person)
    note = require_text(note, "kết quả quét lại")
    row = _row(context.connection, ticket_id)
    check_place(person, row["place_now"])
    if row["closed_at"] is not None:
        raise RegistryError("Yêu cầu quét lại này đã đóng rồi.")
    _close(context, person, row, note)


def take_back_ticket(context: DeskContext, person: Person, ticket_id: int) -> None:
    """Close a ticket that this person opened and takes back.

    Raises:
        CannotUndo: It is closed already.
    """
    row = _row(context.connection, ticket_id)
    if row["closed_at"] is not None:
        raise CannotUndo("Không hoàn tác được: trang này đã được quét lại hoặc yêu cầu đã đóng.")
    _close(context, person, row, "Người xin quét lại đã rút yêu cầu")


def _close(context: DeskContext, person: Person, row: RowMapping, note: str) -> None:
    closing = {
        "ticket_id": row["id"],
        "note": note,
        "account_id": person.account_id,
        "login": person.login,
        "closed_at": context.now,
    }
    add(context.connection, ticket_closing, [closing])
    record(context.connection, person.login, "rescan-closed", f"ticket:{row['id']}")
    _follow_tasks(context, row["page_id"])


def tickets(context: DeskContext, person: Person, *, closed: bool = False) -> tuple[Ticket, ...]:
    """Return the pages that must be scanned again, the oldest first; with ``closed`` those that were.

    Only those of the places that the person may see.
    """
    check_tickets(person)
    places = true() if person.places is None else book.c.place_code.in_(sorted(person.places))
    ended = ticket_closing.c.id.is_not(None) if closed else ticket_closing.c.id.is_(None)
    standing = () if closed else (page_stands,)
    rows = context.connection.execute(_tickets().where(places, ended, *standing).order_by(ticket.c.id))
    return _told(context, rows.mappings().all())


def page_of_ticket(context: DeskContext, person: Person, ticket_id: int) -> PagePlace:
    """Return the page of a ticket.

    Raises:
        NotYours: The person may not see that place.
    """
    check_tickets(person)
    row = _row(context.connection, ticket_id)
    check_place(person, row["place_now"])
    return PagePlace(row["book_id"], PageRef(row["sha256"], row["page_no"]), row["name"])


def open_ticket(context: DeskContext, person: Person, book_id: int, ticket_id: int) -> Ticket:
    """Return an open ticket of a book, which another scan of its page would answer.

    Raises:
        NotThere: There is no such ticket in that book.
        NotYours: It belongs to another place.
        RegistryError: It is closed, or asks for pages that are missing.
    """
    check_tickets(person)
    row = _row(context.connection, ticket_id)
    check_place(person, row["place_now"])
    found = _ticket(row)
    if found.book_id != book_id:
        raise NotThere(f"Sổ này không có yêu cầu quét lại số {ticket_id}. Hãy tải lại danh sách.")
    if found.closed_at is not None:
        raise RegistryError("Yêu cầu quét lại này đã đóng rồi.")
    if not found.names_page:
        raise RegistryError(
            "Yêu cầu này là về trang còn thiếu. Hãy gửi các trang ấy ở trang bản quét của sổ."
        )
    return found


def _told(context: DeskContext, rows: Sequence[RowMapping]) -> tuple[Ticket, ...]:
    """Return tickets with the numbers and the printed pages of what stands on their pages."""
    told = _entries_of(context, {row["page_id"] for row in rows})
    return tuple(_ticket(row, told.get(row["page_id"], ())) for row in rows)


def _entries_of(context: DeskContext, page_ids: Collection[int]) -> dict[int, tuple[tuple[str, str], ...]]:
    """Return number and printed page of the valid entries of pages, by page and in the order of rows.

    Of a page that was withdrawn, as one whose place another scan took, the numbers of the entries that it had.
    """
    found: dict[int, list[tuple[str, str]]] = {}
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
            found.setdefault(row.page_id, []).append((row.number_text or "", row.printed or ""))
    gone = context.connection.execute(
        select(entry.c.page_id, entry.c.number_text)
        .join_from(entry, page, entry.c.page_id == page.c.id)
        .join(scan, page.c.scan_id == scan.c.id)
        .where(entry.c.page_id.in_(page_ids), ~page_stands)
        .order_by(entry.c.page_id, entry.c.row)
    )
    for page_id, number in gone:
        found.setdefault(page_id, []).append((number or "", ""))
    return {page_id: tuple(told) for page_id, told in found.items()}


def _follow_tasks(context: DeskContext, page_id: int) -> None:
    """Bring the open tasks of a page in step with its tickets; nobody has them in hand any longer."""
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
            book.c.place_code.label("place_now"),
            ticket_closing.c.closed_at,
            ticket_closing.c.login.label("closed_by"),
            ticket_closing.c.note,
        )
        .join_from(ticket, page, ticket.c.page_id == page.c.id)
        .join(scan, page.c.scan_id == scan.c.id)
        .join(book, ticket.c.book_id == book.c.id)
        .outerjoin(ticket_closing, ticket_closing.c.ticket_id == ticket.c.id)
    )


def _row(connection: Connection, ticket_id: int) -> RowMapping:
    row = connection.execute(_tickets().where(ticket.c.id == ticket_id)).mappings().first()
    if row is None:
        raise NotThere(f"Không có yêu cầu quét lại số {ticket_id}. Hãy tải lại danh sách.")
    return row


def _ticket(row: RowMapping, entries: Sequence[tuple[str, str]] = ()) -> Ticket:
    return Ticket(
        ticket_id=row["id"],
        book_id=row["book_id"],
        book=row["folder_name"],
        ref=PageRef(row["sha256"], row["page_no"]),
        scan=row["name"],
        reason=row["reason"],
        author=row["login"],
        opened_at=row["opened_at"],
        closed_at=row["closed_at"],
        closed_by=row["closed_by"] or "",
        note=row["note"] or "",
        code=row["code"] or "",
        volume=row["volume"],
        place=row["place"],
        record=row["record"],
        entries=tuple(number for number, _ in entries if number),
        printed=tuple(dict.fromkeys(printed for _, printed in entries if printed)),
    )
