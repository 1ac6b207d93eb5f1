"""The findings of checks across entries, stored as long as they hold, and their tasks."""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from pipeline.base.model import Severity
from pipeline.registry.books.pages import ask_rescans
from pipeline.registry.books.rows import page, scan
from pipeline.registry.checks.model import ChecksOutcome, CrossEntryFinding
from pipeline.registry.checks.rows import BookFindingRow, book_finding
from pipeline.registry.database import clock
from pipeline.registry.database.audit import MACHINE, add, compare, record, write
from pipeline.registry.database.columns import rows_of
from pipeline.registry.database.locks import Whole, hold, hold_pages
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.entries.machine_view import cross_entry_finding
from pipeline.registry.entries.projections import refresh_projections
from pipeline.registry.withdrawals.stored_withdrawals import entry_stands, page_stands

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Key:
    """The fields by which findings are equal."""

    book_id: int
    page_id: int
    entry_id: int | None
    code: str
    severity: str
    fields: tuple[str, ...]
    details: str


def save_checks(
    connection: Connection,
    declared: RecordSchema,
    findings: Iterable[CrossEntryFinding],
    codes: Collection[str],
    book_ids: Sequence[int] | None = None,
    *,
    change: str = "",
    detail: Mapping[str, Any] | None = None,
) -> ChecksOutcome:
    """Replace the findings of the ``codes`` that were checked, in these books or in all.

    New findings are added; findings that no longer hold end. A value named by a new finding is not effective until a
    person decides it; tasks open and close accordingly.

    Args:
        change: A further action to record for these books, with ``detail``.
    """
    hold(connection, Whole.CHECKS)
    wanted = {_key(one): one for one in findings}
    held = select(book_finding).where(
        book_finding.c.cleared_at.is_(None),
        book_finding.c.code.in_(codes),
        *(() if book_ids is None else (book_finding.c.book_id.in_(book_ids),)),
    )
    standing = {_key(cross_entry_finding(row)): row.id for row in rows_of(connection, BookFindingRow, held)}
    new = [one for key, one in wanted.items() if key not in standing]
    over = [key for key in standing if key not in wanted]
    hold_pages(connection, [*(one.page_id for one in new), *(key.page_id for key in over)])
    now = clock.now(connection)
    raised = add(connection, book_finding, [_row(one, now) for one in new])
    altered = compare(connection, book_finding, [standing[key] for key in over], leave=True)
    over = [key for key in over if standing[key] not in altered]
    ended = [standing[key] for key in over]
    if ended:
        end = update(book_finding).where(book_finding.c.id == bindparam("ended")).values(cleared_at=now)
        write(connection, book_finding, ended, end, [{"ended": one} for one in ended])
    touched = [(one.page_id, one.entry_id) for one in new if one.finding.severity is not Severity.INFO]
    touched += [(key.page_id, key.entry_id) for key in over if key.severity != Severity.INFO]
    refresh_projections(connection, declared, touched, leave=True)
    for one in new:
        ask_rescans(connection, declared, one.page_id, [one.finding])
    for row_id, one in zip(raised, new, strict=True):
        if one.finding.severity is Severity.BLOCK:
            _record_block(connection, row_id, one)
    record(connection, MACHINE, "checks-saved", "", {"raised": len(new), "cleared": len(over)})
    for book_id in (book_ids or ()) if change else ():
        record(connection, MACHINE, change, f"book:{book_id}", detail)
    _logger.info("checks saved: %d findings raised, %d cleared", len(new), len(over))
    return ChecksOutcome(raised=len(new), cleared=len(over), standing=len(wanted))


def _record_block(connection: Connection, row_id: int, one: CrossEntryFinding) -> None:
    """Record a finding that blocks in a line about its entry or page, by which it is missed when it is deleted."""
    subject = f"page:{one.page_id}" if one.entry_id is None else f"entry:{one.entry_id}"
    rows = {book_finding.name: [row_id]}
    record(connection, MACHINE, "finding-raised", subject, {"code": one.finding.code}, rows=rows)


def cross_entry_findings(
    connection: Connection, book_ids: Sequence[int] | None = None
) -> tuple[CrossEntryFinding, ...]:
    """Return the findings across entries in force, in the order in which they were raised."""
    query = (
        select(book_finding)
        .join(page, page.c.id == book_finding.c.page_id)
        .join(scan, scan.c.id == page.c.scan_id)
        .where(
            book_finding.c.cleared_at.is_(None),
            page_stands,
            entry_stands(book_finding.c.entry_id),
            *(() if book_ids is None else (book_finding.c.book_id.in_(book_ids),)),
        )
        .order_by(book_finding.c.id)
    )
    return tuple(cross_entry_finding(row) for row in rows_of(connection, BookFindingRow, query))


def _key(one: CrossEntryFinding) -> _Key:
    finding = one.finding
    details = json.dumps(dict(finding.details), sort_keys=True, ensure_ascii=False)
    return _Key(
        one.book_id,
        one.page_id,
        one.entry_id,
        finding.code,
        finding.severity.value,
        finding.fields,
        details,
    )


def _row(one: CrossEntryFinding, now: datetime) -> Mapping[str, Any]:
    return {
        "book_id": one.book_id,
        "page_id": one.page_id,
        "entry_id": one.entry_id,
        "code": one.finding.code,
        "severity": one.finding.severity,
        "fields": list(one.finding.fields),
        "details": dict(one.finding.details),
        "raised_at": now,
    }
