"""Books and their scans go in. Every function here works within the transaction of its caller."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table, or_, select, update

from pipeline.model import Ledger
from pipeline.registry.database.audit import MACHINE, add, record, wrote
from pipeline.registry.database.locks import Whole, hold, hold_book
from pipeline.registry.repositories.failures import forget_failures
from pipeline.registry.tables.books import book, page_failure, scan
from pipeline.registry.tables.record_schema import Declared


def book_id(connection: Connection, declared: Declared, ledger: Ledger, folder_name: str) -> int:
    """The book of that folder, place, volume and kind of event, with the rest brought up to date."""
    hold(connection, Whole.BOOKS)
    identity = {
        "record": declared.schemas.form(ledger.form).record,
        "place_code": ledger.place_code,
        "volume": ledger.volume,
        "folder_name": folder_name,
    }
    rest = {
        "form": ledger.form,
        "place": ledger.place,
        "opened_on": ledger.opened_on,
        "closed_on": ledger.closed_on,
        "entries": ledger.entries,
        "pages": ledger.pages,
    }
    found, changed = upserted(connection, book, identity, rest)
    if changed:
        record(connection, MACHINE, "book-noted", f"book:{found}")
    return found


def find_book(connection: Connection, declared: Declared, ledger: Ledger, folder_name: str) -> int | None:
    """The id of that book, where it is known."""
    return connection.scalar(
        select(book.c.id).where(
            book.c.record == declared.schemas.form(ledger.form).record,
            book.c.place_code == ledger.place_code,
            book.c.volume == ledger.volume,
            book.c.folder_name == folder_name,
        )
    )


def store_scan(connection: Connection, book_id: int, sha256: str, name: str, size: int, pages: int) -> None:
    """The scan is readable now: its own earlier failures, and those of a file of the same name, are over."""
    hold_book(connection, book_id)
    found, changed = upserted(
        connection, scan, {"book_id": book_id, "sha256": sha256}, {"name": name, "size": size, "pages": pages}
    )
    over = forget_failures(
        connection,
        page_failure.c.book_id == book_id,
        page_failure.c.page_no.is_(None),
        or_(page_failure.c.scan_sha256 == sha256, page_failure.c.scan_name == name),
    )
    if changed or over:
        record(connection, MACHINE, "scan-noted", f"scan:{found}", {"failures ended": over})


def page_counts(connection: Connection, book_id: int) -> dict[str, int]:
    """Of each scan of a book that was counted, by its SHA-256."""
    rows = connection.execute(select(scan.c.sha256, scan.c.pages).where(scan.c.book_id == book_id))
    return {row.sha256: row.pages for row in rows}


def upserted(
    connection: Connection, table: Table, identity: dict[str, Any], rest: dict[str, Any]
) -> tuple[int, bool]:
    """The id of the row with that identity, made or brought up to date, and whether anything changed by that. What the
    caller holds makes that safe."""
    found = connection.execute(select(table).filter_by(**identity)).mappings().first()
    if found is None:
        return add(connection, table, [identity | rest])[0], True
    if all(found[name] == value for name, value in rest.items()):
        return int(found["id"]), False
    connection.execute(update(table).where(table.c.id == found["id"]).values(rest))
    wrote(connection, table, [found["id"]])
    return int(found["id"]), True
