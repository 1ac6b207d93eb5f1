"""Approving a book, and the amendments of a book: for supervisors, of the books of their places alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from pipeline.registry.database.audit import record
from pipeline.registry.model.accounts import Person
from pipeline.registry.model.amendments import AmendmentKind
from pipeline.registry.model.approvals import ApprovalView, ListedAmendment
from pipeline.registry.model.tasks import TaskState
from pipeline.registry.repositories import amendments, approvals
from pipeline.registry.repositories.desk_context import DeskContext
from pipeline.registry.repositories.entries import amendment_of, amendments_in, place_of
from pipeline.registry.repositories.permissions import check_supervises
from pipeline.registry.tables.amendments import amendment
from pipeline.registry.tables.approvals import amendment_signature
from pipeline.registry.tables.books import page, scan
from pipeline.registry.tables.entries import entry
from pipeline.registry.tables.tasks import review_task

APPROVING, AMENDING = "phê duyệt sổ", "xem, ký, rút cải chính của sổ"


def approval_view(context: DeskContext, person: Person, book_id: int) -> ApprovalView:
    """Return what a supervisor sees who may approve a book."""
    connection, declared = context.connection, context.declared
    check_supervises(connection, person, book_id, APPROVING)
    state, entries = approvals.value_digest(connection, declared, book_id)
    waiting = connection.scalar(
        select(func.count())
        .select_from(review_task)
        .where(review_task.c.book_id == book_id, review_task.c.state == TaskState.OPEN)
    )
    return ApprovalView(
        state,
        entries,
        waiting or 0,
        len(approvals.unsigned_amendments(connection, book_id)),
        approvals.approvals_of(connection, declared, book_id),
    )


def approve_book(context: DeskContext, person: Person, book_id: int, seen: str, note: str) -> int:
    """Approve the values of a book as the person saw them; return the number of the approval."""
    check_supervises(context.connection, person, book_id, APPROVING)
    return approvals.approve_book(
        context.connection, context.declared, book_id, seen, author=person.login, note=note
    )


def withdraw_approval(context: DeskContext, person: Person, book_id: int, reason: str) -> int:
    """Take the approval of a book back; return the number of the act."""
    check_supervises(context.connection, person, book_id, APPROVING)
    return approvals.withdraw_approval(
        context.connection, context.declared, book_id, author=person.login, reason=reason
    )


def amendments_of_book(context: DeskContext, person: Person, book_id: int) -> tuple[ListedAmendment, ...]:
    """Return every amendment of the entries of a book that stand, the newest first. The audit records the view."""
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
    rows = connection.execute(
        select(
            amendment,
            entry.c.id.label("entry_id"),
            entry.c.number_text,
            entry.c.record,
            review_task.c.state,
            review_task.c.fields.label("waiting"),
            amendment_signature.c.author.label("signed_by"),
            amendment_signature.c.signed_at,
        )
        .join_from(amendment, scan, same_scan)
        .join(page, (page.c.scan_id == scan.c.id) & (page.c.page_no == amendment.c.page_no))
        .join(entry, (entry.c.page_id == page.c.id) & (entry.c.row == amendment.c.row))
        .outerjoin(review_task, review_task.c.entry_id == entry.c.id)
        .outerjoin(amendment_signature, amendment_signature.c.amendment_id == amendment.c.id)
        .where(amendment.c.book_id == book_id, entry.c.stands, amendment.c.kind != AmendmentKind.WITHDRAWN)
        .order_by(amendment.c.id.desc())
    )
    return tuple(_listed(context, row, in_force, taken_back) for row in rows.mappings())


def _listed(
    context: DeskContext, row: Mapping[Any, Any], in_force: set[int], taken_back: set[int | None]
) -> ListedAmendment:
    waiting = frozenset(row["waiting"] or ()) if row["state"] == TaskState.OPEN else frozenset()
    return ListedAmendment(
        entry_id=row["entry_id"],
        number="" if context.declared.number_field(row["record"]) in waiting else row["number_text"],
        amendment=amendment_of(row),  # type: ignore[arg-type]
        hidden=row["field"] in waiting,
        in_force=row["id"] in in_force,
        withdrawn=row["id"] in taken_back,
        signed_by=row["signed_by"] or "",
        signed_at=row["signed_at"],
    )


def withdraw_amendment(
    context: DeskContext, person: Person, entry_id: int, amendment_id: int, reason: str
) -> int:
    """Take back an amendment that was noted by mistake; return its book."""
    book_id = int(place_of(context.connection, entry_id)["book_id"])
    check_supervises(context.connection, person, book_id, AMENDING)
    amendments.withdraw_amendment(
        context.connection, context.declared, entry_id, amendment_id, author=person.login, reason=reason
    )
    return book_id


def sign_amendment(context: DeskContext, person: Person, entry_id: int, amendment_id: int) -> int:
    """Sign an amendment that somebody else noted; return its book."""
    book_id = int(place_of(context.connection, entry_id)["book_id"])
    check_supervises(context.connection, person, book_id, AMENDING)
    approvals.sign_amendment(
        context.connection, context.declared, entry_id, amendment_id, author=person.login
    )
    return book_id
