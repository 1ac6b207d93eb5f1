"""Tickets that another scan answers: its file names the ticket, and its page takes the place of the old one.

A scan of one page whose file is named ``phieu-12…`` answers ticket 12 of its book. Where the pages cannot be matched
nothing changes, and a supervisor decides.
"""

from __future__ import annotations

import re

from sqlalchemy import Connection, exists, literal, select

from pipeline.base.errors import RegistryError
from pipeline.base.model import PageRef
from pipeline.registry.database.audit import MACHINE
from pipeline.registry.model.desk import MISSING_PAGES
from pipeline.registry.repositories.withdrawals import page_stands
from pipeline.registry.services.page_replacement import replace_page
from pipeline.registry.tables.books import page, page_run, scan
from pipeline.registry.tables.desk import ticket, ticket_closing
from pipeline.registry.tables.entries import entry
from pipeline.registry.tables.record_schema import RecordSchema

ANSWER = "phieu-"
"""Where the name of a file begins that answers a ticket, before the number of the ticket."""

_ANSWER = re.compile(rf"{ANSWER}([1-9][0-9]{{0,8}})(?![0-9])")


def answer_name(ticket_id: int, name: str) -> str:
    """Return the name of a file that answers a ticket."""
    return f"{ANSWER}{ticket_id}-{name}"


def answered_tickets(connection: Connection, book_id: int) -> tuple[tuple[int, PageRef, PageRef], ...]:
    """Return the open tickets of a book that a page which was read answers: the ticket, its page, the new page."""
    read = connection.execute(
        select(scan.c.name, scan.c.sha256, page.c.page_no)
        .join(page, page.c.scan_id == scan.c.id)
        .join(page_run, (page_run.c.page_id == page.c.id) & page_run.c.latest)
        .where(scan.c.book_id == book_id, scan.c.name.like(f"{ANSWER}%"), scan.c.pages == 1, page_stands)
        .order_by(scan.c.id)
    )
    answers = {
        int(found[1]): PageRef(row.sha256, row.page_no)
        for row in read
        if (found := _ANSWER.match(row.name)) is not None
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
    return tuple((one, old, new) for one, old, new in asked if old != new)


def _refuse_other_page(
    connection: Connection, declared: RecordSchema, book_id: int, old: PageRef, new: PageRef
) -> None:
    """Refuse a page with another printed number than the old one, or with an entry that stands on a third page.

    Where the number of the old entry is unknown, as on a page that is hard to read, nothing else would tell that the
    wrong page was scanned; and the old one would be gone.
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
            .join_from(entry, table, table.c.entry_id == entry.c.id)
            .join(page, page.c.id == entry.c.page_id)
            .join(scan, scan.c.id == page.c.scan_id)
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
    """Let the page that answers a ticket take the place of the old one; the ticket is closed by it.

    Raises:
        RegistryError: As of ``replace_page``, or what is known of the new page says that it is another one; nothing is
            changed.
    """
    _refuse_other_page(connection, declared, book_id, old, new)
    reason = f"Trang quét lại theo phiếu số {ticket_id}"
    replace_page(connection, declared, book_id, old, new, author=MACHINE, reason=reason)
