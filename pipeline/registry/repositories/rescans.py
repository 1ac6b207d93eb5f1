"""Tickets that the machine itself opens: pages which should be scanned again by what was measured of them.

Such a ticket keeps nobody from working on the page: a poor page is read and reviewed all the same. One is opened for a
page and a code only once, so that what a person has closed stays closed.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from pipeline.model import Finding
from pipeline.registry.database import clock
from pipeline.registry.database.audit import MACHINE, add, record
from pipeline.registry.tables.books import book, page, scan
from pipeline.registry.tables.desk import ticket
from pipeline.registry.tables.record_schema import RecordSchema
from pipeline.schema.lists import describe_details

NOBODY = 0
"""In place of the account of a person."""


def ask_rescans(
    connection: Connection, declared: RecordSchema, page_id: int, findings: Iterable[Finding]
) -> None:
    """A ticket for each finding of a page that calls for another scan and has had none. The caller holds the page."""
    specs = declared.schemas.findings
    wanted = {one.code: one for one in findings if one.code in specs and specs[one.code].rescan}
    if not wanted:
        return
    had = connection.scalars(
        select(ticket.c.code).where(ticket.c.page_id == page_id, ticket.c.code.in_(wanted))
    )
    new = [wanted[code] for code in wanted.keys() - set(had)]
    if not new:
        return
    place = connection.execute(
        select(book.c.id, book.c.place_code)
        .select_from(page)
        .join(scan, page.c.scan_id == scan.c.id)
        .join(book, scan.c.book_id == book.c.id)
        .where(page.c.id == page_id)
    ).one()
    now = clock.now(connection)
    rows = [
        {
            "page_id": page_id,
            "book_id": place.id,
            "place_code": place.place_code,
            "reason": _sentence(declared, one),
            "account_id": NOBODY,
            "login": MACHINE,
            "opened_at": now,
            "code": one.code,
        }
        for one in sorted(new, key=lambda one: one.code)
    ]
    for ticket_id in add(connection, ticket, rows):
        record(connection, MACHINE, "rescan-asked", f"ticket:{ticket_id}")


def _sentence(declared: RecordSchema, finding: Finding) -> str:
    """What the finding says, with its details."""
    told = ", ".join(describe_details(finding))
    sentence = declared.schemas.findings[finding.code].sentence
    return f"{sentence} ({told})" if told else sentence
