"""Approvals of books and second signatures under amendments, by supervisors of the place."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, astuple, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, false, func, select

from pipeline.base.errors import RegistryError
from pipeline.registry.accounts.model import Person
from pipeline.registry.accounts.permissions import check_supervises
from pipeline.registry.amendments import amendments
from pipeline.registry.amendments.model import AmendmentKind, AmendmentOrder
from pipeline.registry.amendments.rows import AmendmentRow, amendment
from pipeline.registry.approvals.model import ApprovalKind, ApprovalView, BookApproval, ListedAmendment
from pipeline.registry.approvals.rows import amendment_signature, book_approval
from pipeline.registry.approvals.stored_deliveries import confirmed_in
from pipeline.registry.books.rows import StoredBookRow, book, page, scan
from pipeline.registry.database import clock
from pipeline.registry.database.audit import add, record
from pipeline.registry.database.columns import rows_of
from pipeline.registry.database.locks import hold_page_of
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.desk_context import DeskContext
from pipeline.registry.entries.effective_values import select_values
from pipeline.registry.entries.machine_view import amendment_of, amendments_in, of_known_kind
from pipeline.registry.entries.rows import entry
from pipeline.registry.entries.stored_entries import stored_entry
from pipeline.registry.entries.subjects import place_of
from pipeline.registry.tasks.model import TaskState
from pipeline.registry.tasks.rows import review_task
from pipeline.registry.typed_text import refuse_hidden_characters
from pipeline.registry.withdrawals.model import RegistryPart
from pipeline.registry.withdrawals.stored_withdrawals import part_of, refuse_withdrawn


def value_digest(connection: Connection, declared: RecordSchema, book_id: int) -> tuple[str, int]:
    """Return a digest of the deliverable data of a book, and its number of entries.

    It covers the cover, effective values, amendments and confirmed values of all valid entries; not readings that
    nobody has accepted, nor an empty field that is declared later.
    """
    digest = hashlib.sha256()
    entries = 0
    for line in _lines(connection, declared, book_id):
        entries += line[0] == "entry"
        digest.update(json.dumps(line, ensure_ascii=False, sort_keys=True).encode() + b"\n")
    return digest.hexdigest(), entries


def _lines(connection: Connection, declared: RecordSchema, book_id: int) -> Iterator[tuple[Any, ...]]:
    parts = set()
    for cover in rows_of(connection, StoredBookRow, select(book).where(book.c.id == book_id)):
        yield "cover", asdict(cover.ledger)
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
            parts.add(RegistryPart(book_id, sha256, page_no, row))
            yield "entry", name, sha256, page_no, row, known
    amended, confirmed = amendments_in(connection, [book_id]), confirmed_in(connection, [book_id])
    for part in sorted(parts & amended.keys(), key=astuple):
        by_field = {field: (one.amendment_id, one.value) for field, one in amended[part].items()}
        yield "amended", astuple(part), by_field
    for part in sorted(parts & confirmed.keys(), key=astuple):
        yield "confirmed", astuple(part), {field: asdict(one) for field, one in confirmed[part].items()}


def approvals_of(connection: Connection, declared: RecordSchema, book_id: int) -> tuple[BookApproval, ...]:
    """Return the approvals of a book and their withdrawals, newest first."""
    query = (
        select(book_approval, false())
        .where(book_approval.c.book_id == book_id)
        .order_by(book_approval.c.id.desc())
    )
    acts = rows_of(connection, BookApproval, query)
    if acts and acts[0].kind == ApprovalKind.APPROVED:
        state, _ = value_digest(connection, declared, book_id)
        acts[0] = replace(acts[0], holds=acts[0].state == state)
    return tuple(acts)


def approval_in_force(connection: Connection, declared: RecordSchema, book_id: int) -> BookApproval | None:
    """Return the approval in force of a book; None if it was not approved or a value has changed since."""
    return next((act for act in approvals_of(connection, declared, book_id) if act.holds), None)


def approve_book(
    connection: Connection, declared: RecordSchema, book_id: int, seen: str, *, author: str, note: str = ""
) -> int:
    """Record a person's approval of the values of a book.

    Args:
        seen: Digest of the values that the person saw.

    Returns:
        Id of the approval.

    Raises:
        RegistryError: The values have changed, the book is empty, or it is approved already.
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
    """Withdraw the approval of a book; return the id of the row.

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
    """Record the second signature under an amendment.

    Raises:
        RegistryError: It is not an amendment in force of this entry, was signed already, or its author signs.
        Withdrawn: The entry is withdrawn.
    """
    hold_page_of(connection, entry_id)
    refuse_withdrawn(connection, part_of(place_of(connection, entry_id)))
    in_force = stored_entry(connection, declared, entry_id).amendments.values()
    signed = next((amended for amended in in_force if amended.amendment_id == amendment_id), None)
    if signed is None:
        raise RegistryError(f"Sự kiện này không có cải chính, bổ sung số {amendment_id} đang có hiệu lực.")
    if not author.strip():
        raise RegistryError("Hãy ghi ai ký xác nhận.")
    refuse_hidden_characters(author, "người ký")
    if author.strip().casefold() == signed.author.casefold():
        raise RegistryError("Người ghi cải chính, bổ sung không tự ký xác nhận được: phải là người thứ hai.")
    if amendment_id not in unsigned_amendments(connection, place_of(connection, entry_id).book_id):
        raise RegistryError(f"Cải chính, bổ sung số {amendment_id} đã có người ký xác nhận.")
    row = {
        "amendment_id": amendment_id,
        "author": author.strip(),
        "signed_at": clock.now(connection),
    }
    add(connection, amendment_signature, [row])
    details = {"field": signed.field, "amendment": amendment_id}
    record(connection, author.strip(), "amendment-signed", f"entry:{entry_id}", details)


def unsigned_amendments(connection: Connection, book_id: int) -> frozenset[int]:
    """Return the ids of the amendments in force of a book's valid entries without a second signature."""
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
        for one in amended.get(RegistryPart(book_id, row.sha256, row.page_no, row.row), {}).values()
    }
    signed = connection.scalars(
        select(amendment_signature.c.amendment_id).where(amendment_signature.c.amendment_id.in_(in_force))
    )
    return frozenset(in_force.difference(signed))


def amendment_signers(connection: Connection, book_id: int) -> Mapping[int, str]:
    """Return who signed the amendments of a book as the second person, by the id of the amendment."""
    query = (
        select(amendment_signature.c.amendment_id, amendment_signature.c.author)
        .join(amendment, amendment_signature.c.amendment_id == amendment.c.id)
        .where(amendment.c.book_id == book_id)
    )
    return dict(iter(connection.execute(query)))


APPROVING, AMENDING = "phê duyệt sổ", "xem, ghi, ký, rút cải chính của sổ"


def approval_view(context: DeskContext, person: Person, book_id: int) -> ApprovalView:
    """Return a book as a supervisor who may approve it sees it."""
    connection, declared = context.connection, context.declared
    check_supervises(connection, person, book_id, APPROVING)
    state, entries = value_digest(connection, declared, book_id)
    waiting = connection.scalar(
        select(func.count())
        .select_from(review_task)
        .where(review_task.c.book_id == book_id, review_task.c.state == TaskState.OPEN)
    )
    return ApprovalView(
        state,
        entries,
        waiting or 0,
        len(unsigned_amendments(connection, book_id)),
        approvals_of(connection, declared, book_id),
    )


def approve_supervised_book(context: DeskContext, person: Person, book_id: int, seen: str, note: str) -> int:
    """Approve the values of a book that the person saw; return the id of the approval."""
    check_supervises(context.connection, person, book_id, APPROVING)
    return approve_book(context.connection, context.declared, book_id, seen, author=person.login, note=note)


def withdraw_supervised_approval(context: DeskContext, person: Person, book_id: int, reason: str) -> int:
    """Withdraw the approval of a book; return the id of the row."""
    check_supervises(context.connection, person, book_id, APPROVING)
    return withdraw_approval(
        context.connection, context.declared, book_id, author=person.login, reason=reason
    )


def amendments_of_book(context: DeskContext, person: Person, book_id: int) -> tuple[ListedAmendment, ...]:
    """Return the amendments of a book's valid entries, newest first; the audit records the view."""
    connection = context.connection
    check_supervises(connection, person, book_id, AMENDING)
    record(connection, person.login, "amendments-listed", f"book:{book_id}")
    in_force = {
        one.amendment_id
        for amended in amendments_in(connection, [book_id]).values()
        for one in amended.values()
    }
    taken_back = set(
        connection.scalars(select(amendment.c.withdraws_id).where(amendment.c.book_id == book_id))
    )
    same_scan = (scan.c.book_id == amendment.c.book_id) & (scan.c.sha256 == amendment.c.scan_sha256)
    query = (
        select(
            amendment,
            entry.c.id,
            entry.c.number_text,
            entry.c.record,
            review_task.c.state,
            review_task.c.fields,
            amendment_signature.c.author,
            amendment_signature.c.signed_at,
        )
        .join_from(amendment, scan, same_scan)
        .join(page, (page.c.scan_id == scan.c.id) & (page.c.page_no == amendment.c.page_no))
        .join(entry, (entry.c.page_id == page.c.id) & (entry.c.row == amendment.c.row))
        .outerjoin(review_task, review_task.c.entry_id == entry.c.id)
        .outerjoin(amendment_signature, amendment_signature.c.amendment_id == amendment.c.id)
        .where(amendment.c.book_id == book_id, entry.c.stands)
        .where(of_known_kind, amendment.c.kind != AmendmentKind.WITHDRAWN)
        .order_by(amendment.c.id.desc())
    )
    rows = rows_of(context.connection, _AmendmentOfEntry, query)
    return tuple(_listed(context, row, in_force, taken_back) for row in rows)


@dataclass(frozen=True, slots=True)
class _AmendmentOfEntry(AmendmentRow):
    entry_id: int
    number_text: str
    record: str
    state: str | None
    waiting: list[str] | None
    signed_by: str | None
    signed_at: datetime | None


def _listed(
    context: DeskContext, row: _AmendmentOfEntry, in_force: set[int], taken_back: set[int | None]
) -> ListedAmendment:
    waiting = frozenset(row.waiting or ()) if row.state == TaskState.OPEN else frozenset()
    return ListedAmendment(
        entry_id=row.entry_id,
        number="" if context.declared.number_field(row.record) in waiting else row.number_text,
        amendment=amendment_of(row),
        hidden=row.field in waiting,
        in_force=row.id in in_force,
        withdrawn=row.id in taken_back,
        signed_by=row.signed_by or "",
        signed_at=row.signed_at,
    )


def amend_supervised_entry(
    context: DeskContext, person: Person, entry_id: int, field: str, text: str, order: AmendmentOrder
) -> int:
    """Record what a decision changes in a field of an entry; return the id of its book."""
    book_id = int(place_of(context.connection, entry_id).book_id)
    check_supervises(context.connection, person, book_id, AMENDING)
    amendments.amend(context.connection, context.declared, entry_id, field, text, order, author=person.login)
    return book_id


def withdraw_amendment(
    context: DeskContext, person: Person, entry_id: int, amendment_id: int, reason: str
) -> int:
    """Withdraw an amendment that was noted by mistake; return the id of its book."""
    book_id = int(place_of(context.connection, entry_id).book_id)
    check_supervises(context.connection, person, book_id, AMENDING)
    amendments.withdraw_amendment(
        context.connection, context.declared, entry_id, amendment_id, author=person.login, reason=reason
    )
    return book_id


def sign_supervised_amendment(context: DeskContext, person: Person, entry_id: int, amendment_id: int) -> int:
    """Sign an amendment of another author; return the id of its book."""
    book_id = int(place_of(context.connection, entry_id).book_id)
    check_supervises(context.connection, person, book_id, AMENDING)
    sign_amendment(context.connection, context.declared, entry_id, amendment_id, author=person.login)
    return book_id
