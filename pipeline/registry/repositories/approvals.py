"""Approvals of books, and second signatures under amendments: added, and whether they hold."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, select

from pipeline.base.errors import RegistryError
from pipeline.registry.database import clock
from pipeline.registry.database.audit import add, record
from pipeline.registry.database.locks import hold_page_of
from pipeline.registry.model.approvals import ApprovalKind, BookApproval
from pipeline.registry.model.typed_text import refuse_hidden_characters
from pipeline.registry.model.withdrawals import RegistryPart
from pipeline.registry.repositories.books import ledger_of_row
from pipeline.registry.repositories.confirmed_deliveries import confirmed_in
from pipeline.registry.repositories.effective_values import select_values
from pipeline.registry.repositories.entries import amendments_in, place_of
from pipeline.registry.repositories.stored_entries import stored_entry
from pipeline.registry.repositories.withdrawals import part_of, refuse_withdrawn
from pipeline.registry.tables.approvals import amendment_signature, book_approval
from pipeline.registry.tables.books import book, page, scan
from pipeline.registry.tables.entries import entry
from pipeline.registry.tables.record_schema import RecordSchema


def value_digest(connection: Connection, declared: RecordSchema, book_id: int) -> tuple[str, int]:
    """Return a digest of all that may be delivered of a book, and how many entries it has.

    It changes with the cover, with every effective value, amendment and confirmed value, and with every entry that
    comes or goes; not with what was read and nobody has accepted, nor with a field that is declared later and is empty.
    """
    told = hashlib.sha256()
    entries = 0
    for line in _lines(connection, declared, book_id):
        entries += line[0] == "entry"
        told.update(json.dumps(line, ensure_ascii=False, sort_keys=True).encode() + b"\n")
    return told.hexdigest(), entries


def _lines(connection: Connection, declared: RecordSchema, book_id: int) -> Iterator[tuple[Any, ...]]:
    spots = set()
    cover = connection.execute(select(book).where(book.c.id == book_id)).mappings().first()
    if cover is not None:
        yield "cover", asdict(ledger_of_row(cover))
    for name in sorted(declared.schemas.records):
        fields = list(declared.fields(name))
        query = (
            select_values(
                declared, name, {one: one for one in fields}, scan.c.sha256, page.c.page_no, entry.c.row
            )
            .where(scan.c.book_id == book_id)
            .order_by(scan.c.sha256, page.c.page_no, entry.c.row)
        )
        for _, sha256, page_no, row, *values in connection.execute(query):
            known = {one: value for one, value in zip(fields, values, strict=True) if value is not None}
            spots.add((book_id, sha256, page_no, row))
            yield "entry", name, sha256, page_no, row, known
    amended, confirmed = amendments_in(connection, [book_id]), confirmed_in(connection, [book_id])
    for spot in sorted(spots & amended.keys()):
        told = {field: (one.amendment_id, one.value) for field, one in amended[spot].items()}
        yield "amended", spot, told
    for spot in sorted(spots & confirmed.keys()):
        yield "confirmed", spot, {field: asdict(one) for field, one in confirmed[spot].items()}


def approvals_of(connection: Connection, declared: RecordSchema, book_id: int) -> tuple[BookApproval, ...]:
    """Return every act on the approval of a book, the newest first."""
    rows = connection.execute(
        select(book_approval).where(book_approval.c.book_id == book_id).order_by(book_approval.c.id.desc())
    )
    acts = [dict(row) for row in rows.mappings()]
    stands = bool(acts) and acts[0]["kind"] == ApprovalKind.APPROVED
    state = value_digest(connection, declared, book_id)[0] if stands else ""
    return tuple(
        BookApproval(
            row["id"],
            ApprovalKind(row["kind"]),
            row["state"],
            row["entries"],
            row["note"],
            row["author"],
            row["approved_at"],
            holds=stands and place == 0 and row["state"] == state,
        )
        for place, row in enumerate(acts)
    )


def approval_in_force(connection: Connection, declared: RecordSchema, book_id: int) -> BookApproval | None:
    """Return the approval of a book that holds now; None: it was not approved, or a value has changed since."""
    return next((one for one in approvals_of(connection, declared, book_id) if one.holds), None)


def approve_book(
    connection: Connection, declared: RecordSchema, book_id: int, seen: str, *, author: str, note: str = ""
) -> int:
    """Record that a person approved the values of a book as they saw them.

    Args:
        seen: The digest of the values that the person saw.

    Returns:
        The number of the approval.

    Raises:
        RegistryError: The values are others by now, the book is empty, or it is approved already.
        Withdrawn: The book is withdrawn.
    """
    refuse_withdrawn(connection, RegistryPart(book_id))
    refuse_hidden_characters(note, "ghi chú")
    if not author.strip():
        raise RegistryError("Hãy ghi ai phê duyệt.")
    state, entries = value_digest(connection, declared, book_id)
    if not entries:
        raise RegistryError("Sổ chưa có sự kiện nào để phê duyệt.")
    if state != seen:
        raise RegistryError("Sổ đã thay đổi từ lúc mở trang này. Hãy xem lại rồi phê duyệt.")
    if approval_in_force(connection, declared, book_id) is not None:
        raise RegistryError("Sổ này đã được phê duyệt và từ đó chưa thay đổi.")
    return _add_act(connection, book_id, ApprovalKind.APPROVED, state, entries, author, note)


def withdraw_approval(
    connection: Connection, declared: RecordSchema, book_id: int, *, author: str, reason: str
) -> int:
    """Take the approval of a book back; return the number of the act.

    Raises:
        RegistryError: The book is not approved now, or no reason is given.
    """
    refuse_hidden_characters(reason, "lý do")
    if not author.strip() or not reason.strip():
        raise RegistryError("Hãy ghi ai rút phê duyệt và vì sao.")
    held = approval_in_force(connection, declared, book_id)
    if held is None:
        raise RegistryError("Sổ này không có phê duyệt nào đang có hiệu lực.")
    return _add_act(connection, book_id, ApprovalKind.WITHDRAWN, held.state, held.entries, author, reason)


def _add_act(
    connection: Connection,
    book_id: int,
    kind: ApprovalKind,
    state: str,
    entries: int,
    author: str,
    note: str,
) -> int:
    row = {
        "book_id": book_id,
        "kind": kind,
        "state": state,
        "entries": entries,
        "note": note.strip(),
        "author": author.strip(),
        "approved_at": clock.now(connection),
    }
    (number,) = add(connection, book_approval, [row])
    action = "book-approved" if kind is ApprovalKind.APPROVED else "approval-withdrawn"
    record(connection, author.strip(), action, f"book:{book_id}", {"approval": number, "entries": entries})
    return number


# --- second signatures --------------------------------------------------------------------------------------------


def sign_amendment(
    connection: Connection, declared: RecordSchema, entry_id: int, amendment_id: int, *, author: str
) -> None:
    """Record that a second person has compared an amendment with its decision.

    Raises:
        RegistryError: It is not an effective amendment of this entry, was signed already, or its author signs.
        Withdrawn: The entry is withdrawn.
    """
    hold_page_of(connection, entry_id)
    refuse_withdrawn(connection, part_of(place_of(connection, entry_id)))
    in_force = stored_entry(connection, declared, entry_id).amendments.values()
    found = next((one for one in in_force if one.amendment_id == amendment_id), None)
    if found is None:
        raise RegistryError(f"Sự kiện này không có cải chính, bổ sung số {amendment_id} đang có hiệu lực.")
    if not author.strip():
        raise RegistryError("Hãy ghi ai ký xác nhận.")
    refuse_hidden_characters(author, "người ký")
    if author.strip().casefold() == found.author.casefold():
        raise RegistryError("Người ghi cải chính, bổ sung không tự ký xác nhận được: phải là người thứ hai.")
    if amendment_id not in unsigned_amendments(connection, place_of(connection, entry_id)["book_id"]):
        raise RegistryError(f"Cải chính, bổ sung số {amendment_id} đã có người ký xác nhận.")
    row = {
        "amendment_id": amendment_id,
        "author": author.strip(),
        "signed_at": clock.now(connection),
    }
    add(connection, amendment_signature, [row])
    told = {"field": found.field, "amendment": amendment_id}
    record(connection, author.strip(), "amendment-signed", f"entry:{entry_id}", told)


def unsigned_amendments(connection: Connection, book_id: int) -> frozenset[int]:
    """Return the numbers of the amendments of standing entries of a book that are in force and wait for a signature."""
    standing = connection.execute(
        select(scan.c.sha256, page.c.page_no, entry.c.row)
        .join_from(entry, page, entry.c.page_id == page.c.id)
        .join(scan, page.c.scan_id == scan.c.id)
        .where(entry.c.stands, scan.c.book_id == book_id)
    )
    amended = amendments_in(connection, [book_id])
    in_force = {
        one.amendment_id
        for row in standing
        for one in amended.get((book_id, row.sha256, row.page_no, row.row), {}).values()
    }
    signed = connection.scalars(
        select(amendment_signature.c.amendment_id).where(amendment_signature.c.amendment_id.in_(in_force))
    )
    return frozenset(in_force.difference(signed))
