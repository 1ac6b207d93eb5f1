"""Decisions of people: rows of ``decision``, which only grows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from pipeline.base.errors import RegistryError
from pipeline.base.model import FieldStatus
from pipeline.registry.books.rows import page_run
from pipeline.registry.database import clock
from pipeline.registry.database.audit import add, record
from pipeline.registry.database.locks import hold_page, hold_page_of
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.entries.machine_view import machine_view
from pipeline.registry.entries.projections import refresh_projections
from pipeline.registry.entries.subjects import place_of, place_of_page
from pipeline.registry.errors import StaleTask
from pipeline.registry.tasks.consensus import WHOLE_ENTRY, SeenReading, Verdict
from pipeline.registry.tasks.model import TaskState
from pipeline.registry.tasks.rows import PAGE_ITSELF, decision, review_task
from pipeline.registry.typed_text import composed, refuse_hidden_characters
from pipeline.registry.withdrawals.stored_withdrawals import Placed, part_of, refuse_withdrawn

WITH_TEXT = frozenset({FieldStatus.READ, FieldStatus.STRUCK_THROUGH})


def decide(
    connection: Connection,
    declared: RecordSchema,
    entry_id: int,
    verdicts: Sequence[Verdict],
    *,
    author: str,
    reason: str = "",
    version: int | None = None,
) -> bool:
    """Record a person's verdicts on fields of an entry, and bring record and task up to date.

    A verdict on ``WHOLE_ENTRY`` says that the person has seen the findings that name no field. ``version`` is that of
    the ``Task`` that was shown.

    Returns:
        Whether nothing is left to decide on the entry.

    Raises:
        StaleTask: The task has changed since it was shown.
        Withdrawn: The entry is withdrawn.
    """
    hold_page_of(connection, entry_id)
    place = place_of(connection, entry_id)
    refuse_withdrawn(connection, part_of(place))
    _check_version(connection, place.page_id, place.row, version)
    machine = machine_view(connection, declared, place.subject)
    decisions = [
        NewDecision(
            place,
            checked_verdict(declared, place.record, verdict),
            machine.seen_of(verdict.field),
            author,
            reason,
        )
        for verdict in verdicts
    ]
    add_decisions(connection, decisions)
    refresh_projections(connection, declared, [place.subject])
    detail = {"fields": [verdict.field for verdict in verdicts]}
    record(connection, author, "decided", f"entry:{entry_id}", detail)
    return not _is_open(connection, place.page_id, place.row)


def settle_page(
    connection: Connection,
    declared: RecordSchema,
    page_id: int,
    *,
    author: str,
    reason: str = "",
    version: int | None = None,
) -> None:
    """Record that a person has seen the findings on a page itself; its task is done."""
    hold_page(connection, page_id)
    place = place_of_page(connection, page_id)
    refuse_withdrawn(connection, part_of(place))
    _check_version(connection, page_id, PAGE_ITSELF, version)
    seen = machine_view(connection, declared, place.subject).seen_of(WHOLE_ENTRY)
    verdict = {"field": WHOLE_ENTRY, "status": FieldStatus.READ, "text": "", "canonical": ""}
    add_decisions(connection, [NewDecision(place, verdict, seen, author, reason)])
    refresh_projections(connection, declared, [place.subject])
    record(connection, author, "page-seen", f"page:{page_id}")


def checked_verdict(declared: RecordSchema, record: str, verdict: Verdict) -> dict[str, str]:
    """Return a verdict as columns, its text in NFC.

    Raises:
        RegistryError: Status and text contradict each other, or the text holds hidden characters.
    """
    text = composed(verdict.text)
    if verdict.field == WHOLE_ENTRY:
        refuse_hidden_characters(text, "lời về cả nhiệm vụ")
        return {"field": WHOLE_ENTRY, "status": verdict.status, "text": text, "canonical": ""}
    label = declared.field(record, verdict.field).label
    refuse_hidden_characters(text, label)
    if verdict.status in (FieldStatus.NOT_ON_FORM, FieldStatus.UNREADABLE):
        raise RegistryError(
            f"“{label}”: chỉ máy mới dùng trạng thái này; hãy chọn trống, không đọc được hoặc ghi chữ."
        )
    if verdict.status is FieldStatus.READ and not text.strip():
        raise RegistryError(f"“{label}”: chưa có chữ. Nếu trên sổ để trống, hãy chọn “trống”.")
    if verdict.status not in WITH_TEXT and text:
        raise RegistryError(f"“{label}”: có chữ thì không thể chọn “trống” hay “không đọc được”.")
    canonical = declared.canonical(record, verdict.field, text)
    return {"field": verdict.field, "status": verdict.status, "text": text, "canonical": canonical}


@dataclass(frozen=True, slots=True)
class NewDecision:
    """A row of ``decision`` to be added, on the entry or the page itself at ``place``.

    Attributes:
        verdict: As ``checked_verdict`` returns it.
        keyings: Ids of the keyed values that led to it; None: it was not made at the desk.
        decided_at: Of a decision that is carried over from another page; None: now.
    """

    place: Placed
    verdict: Mapping[str, str]
    seen: SeenReading | None
    author: str
    reason: str = ""
    keyings: Sequence[int] | None = None
    decided_at: datetime | None = None


def add_decisions(
    connection: Connection, decisions: Sequence[NewDecision], decided_at: datetime | None = None
) -> tuple[int, ...]:
    """Add decisions and return their ids; ``decided_at`` is now by default."""
    if not decisions:
        return ()
    if not all(new.author.strip() for new in decisions):
        raise RegistryError("Thiếu tên người quyết định. Mỗi quyết định phải có người chịu trách nhiệm.")
    for text, what in {(new.author, "người quyết định") for new in decisions} | {
        (new.reason, "lý do") for new in decisions
    }:
        refuse_hidden_characters(text, what)
    pages = {new.place.page_id for new in decisions}
    latest = select(page_run.c.page_id, page_run.c.fingerprint).where(
        page_run.c.page_id.in_(pages), page_run.c.latest
    )
    fingerprints = {row.page_id: row.fingerprint for row in connection.execute(latest)}
    moment = decided_at or clock.now(connection)
    rows = [
        {
            "book_id": new.place.book_id,
            "scan_sha256": new.place.sha256,
            "page_no": new.place.page_no,
            "row": new.place.row,
            **new.verdict,
            "author": new.author,
            "decided_at": new.decided_at or moment,
            "reason": new.reason,
            "seen_fingerprint": fingerprints.get(new.place.page_id, ""),
            "seen_status": new.seen.status if new.seen else None,
            "seen_text": new.seen.text if new.seen else None,
            "seen_canonical": new.seen.canonical if new.seen else None,
            "keyings": None if new.keyings is None else list(new.keyings),
        }
        for new in decisions
    ]
    return add(connection, decision, rows)


def _check_version(connection: Connection, page_id: int, row: int, version: int | None) -> None:
    """Raise ``StaleTask`` if the task has another version than ``version``; None: check nothing."""
    if version is None:
        return
    task = (review_task.c.page_id == page_id) & (review_task.c.row == row)
    if connection.scalar(select(review_task.c.version).where(task)) != version:
        raise StaleTask(
            "Nhiệm vụ này vừa được người khác sửa hoặc máy vừa đọc lại. Hãy tải lại rồi xem tiếp."
        )


def _is_open(connection: Connection, page_id: int, row: int) -> bool:
    task = (review_task.c.page_id == page_id) & (review_task.c.row == row)
    return connection.scalar(select(review_task.c.state).where(task)) == TaskState.OPEN
