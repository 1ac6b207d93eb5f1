"""The readings of a run on a page: saved, and read back by page.

Saving also opens tickets for findings that call for another scan.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Connection, or_, select

from pipeline.base.errors import RegistryError
from pipeline.base.model import Box, EntryResult, Evidence, FieldReading, Finding, PageRef, PageResult
from pipeline.declarations.schema.lists import describe_details
from pipeline.registry.books.failures import forget_failures
from pipeline.registry.books.model import Rectification, SaveOutcome
from pipeline.registry.books.rows import book, page, page_failure, page_run, scan
from pipeline.registry.books.stored_books import upserted
from pipeline.registry.database import clock
from pipeline.registry.database.audit import MACHINE, add, change, record
from pipeline.registry.database.locks import hold_page, hold_scan
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.entries.added_readings import rows_of_typed
from pipeline.registry.entries.model import LastReading
from pipeline.registry.entries.projections import refresh_projections
from pipeline.registry.entries.rows import entry, finding, reading
from pipeline.registry.tasks.model import TaskState
from pipeline.registry.tasks.rows import decision, review_task, ticket
from pipeline.registry.withdrawals.stored_withdrawals import page_stands

_logger = logging.getLogger(__name__)

NOBODY = 0
"""Account id of tickets of the machine."""


def ask_rescans(
    connection: Connection, declared: RecordSchema, page_id: int, findings: Iterable[Finding]
) -> None:
    """Open a ticket for each finding that calls for another scan and has had no ticket. The caller holds the page."""
    specs = declared.schemas.findings
    wanted = {flaw.code: flaw for flaw in findings if flaw.code in specs and specs[flaw.code].rescan}
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
            "reason": _sentence(declared, flaw),
            "account_id": NOBODY,
            "login": MACHINE,
            "opened_at": now,
            "code": flaw.code,
        }
        for flaw in sorted(new, key=lambda flaw: flaw.code)
    ]
    for ticket_id in add(connection, ticket, rows):
        record(connection, MACHINE, "rescan-asked", f"ticket:{ticket_id}")


def _sentence(declared: RecordSchema, finding: Finding) -> str:
    """Return the sentence of a finding, with its details."""
    details = ", ".join(describe_details(finding))
    sentence = declared.schemas.findings[finding.code].sentence
    return f"{sentence} ({details})" if details else sentence


def is_known(connection: Connection, ref: PageRef, fingerprint: str, book_id: int) -> bool:
    """Return whether the latest run on a page of the book has this fingerprint."""
    latest = connection.scalar(
        select(page_run.c.fingerprint)
        .join_from(scan, page, page.c.scan_id == scan.c.id)
        .join(page_run, (page_run.c.page_id == page.c.id) & page_run.c.latest)
        .where(scan.c.sha256 == ref.scan_sha256, scan.c.book_id == book_id, page.c.page_no == ref.page_no)
    )
    return latest == fingerprint


def fingerprints(connection: Connection, book_id: int) -> dict[PageRef, str]:
    """Return the fingerprint of the latest run on each page of a book, without withdrawn pages."""
    rows = connection.execute(
        select(scan.c.sha256, page.c.page_no, page_run.c.fingerprint)
        .join_from(scan, page, page.c.scan_id == scan.c.id)
        .join(page_run, (page_run.c.page_id == page.c.id) & page_run.c.latest)
        .where(scan.c.book_id == book_id, page_stands)
    )
    return {PageRef(sha256, page_no): fingerprint for sha256, page_no, fingerprint in rows}


def save_page(
    connection: Connection, declared: RecordSchema, book_id: int, result: PageResult, fingerprint: str
) -> SaveOutcome:
    """Store the readings of a run on a page. Its scan must be stored before.

    Nothing happens if the page was last saved under the same ``fingerprint``. Otherwise the new readings and findings
    are in force and the last ones stay on record. Decisions of people stay effective; where the machine now reads
    something else than they saw, the task is reopened.
    """
    page_id = held_page(connection, book_id, result.ref)
    failures_ended = forget_failures(
        connection,
        page_failure.c.book_id == book_id,
        page_failure.c.scan_sha256 == result.ref.scan_sha256,
        or_(page_failure.c.page_no == result.ref.page_no, page_failure.c.page_no.is_(None)),
    )
    reopened = 0
    is_new = not is_known(connection, result.ref, fingerprint, book_id)
    if is_new:
        run_id = _new_run(connection, page_id, result, fingerprint)
        _add_findings(connection, run_id, None, result.findings)
        ask_rescans(connection, declared, page_id, result.findings)
        on_page = entry.c.page_id == page_id
        typed = _typed_rows(connection, declared, page_id, result)
        before = connection.scalars(select(entry.c.id).where(on_page)).all()
        change(connection, entry, before, found=False, accepted=False)
        for read in result.entries:
            read = replace(read, row=typed.get(read.row, read.row))
            _add_entry(connection, declared, page_id, run_id, result.form, read)
        entry_ids = connection.scalars(select(entry.c.id).where(on_page)).all()
        subjects = [(page_id, entry_id) for entry_id in (None, *entry_ids)]
        opened_again = refresh_projections(connection, declared, subjects)
        reopened = len(opened_again - {(page_id, None)})
    if is_new or failures_ended:
        details = {"fingerprint": fingerprint, "entries": len(result.entries), "reopened": reopened}
        record(connection, MACHINE, "page-saved", f"page:{page_id}", details)
        _logger.info(
            "page %d saved: %d entries, %d tasks opened again", page_id, len(result.entries), reopened
        )
    return _outcome(connection, page_id, reopened)


def held_page(connection: Connection, book_id: int, ref: PageRef) -> int:
    """Return the id of a page of a stored scan and hold it; a new page is added.

    Raises:
        RegistryError: The book has no such scan.
    """
    scan_id = connection.scalar(
        select(scan.c.id).where(scan.c.book_id == book_id, scan.c.sha256 == ref.scan_sha256)
    )
    if scan_id is None:
        raise RegistryError(f"Bản quét {ref.scan_sha256[:12]} chưa được ghi nhận cho quyển sổ này.")
    same = select(page.c.id).where(page.c.scan_id == scan_id, page.c.page_no == ref.page_no)
    page_id = connection.scalar(same)
    if page_id is None:
        hold_scan(connection, scan_id)
        page_id = connection.scalar(same)
    if page_id is None:
        return add(connection, page, [{"scan_id": scan_id, "page_no": ref.page_no}])[0]
    hold_page(connection, page_id)
    return int(page_id)


def _typed_rows(
    connection: Connection, declared: RecordSchema, page_id: int, result: PageResult
) -> dict[int, int]:
    """Return the rows of typed entries by the rows at which the run read them, so that they are not added twice."""
    if not result.entries:
        return {}
    kind = declared.schemas.form(result.form).record
    return rows_of_typed(connection, page_id, result, kind, declared.number_field(kind))


def _new_run(connection: Connection, page_id: int, result: PageResult, fingerprint: str) -> int:
    mine = (page_run.c.page_id == page_id) & page_run.c.latest
    last = connection.scalars(select(page_run.c.id).where(mine)).all()
    change(connection, page_run, last, latest=False)
    run = {
        "page_id": page_id,
        "fingerprint": fingerprint,
        "latest": True,
        "saved_at": datetime.now(UTC),
        "kind": result.kind,
        "form": result.form,
        "size": [int(side) for side in result.size],
        "matrix": result.matrix.tolist(),
        "turn": int(result.turn),
        "skew": float(result.skew),
        "quality": {name: float(value) for name, value in asdict(result.quality).items()},
        "timings": {stage: float(seconds) for stage, seconds in result.timings.items()},
        "hand_reader": result.hand_reader,
        "ink_print": result.ink_print or None,
    }
    return add(connection, page_run, [run])[0]


def _add_entry(
    connection: Connection, declared: RecordSchema, page_id: int, run_id: int, form: str, read: EntryResult
) -> None:
    kind = declared.schemas.form(form).record
    entry_id, _ = upserted(
        connection,
        entry,
        {"page_id": page_id, "row": read.row},
        {"record": kind, "found": True, "accepted": bool(read.accepted), "stands": True, "number_text": ""},
    )
    rows = [_reading_row(run_id, entry_id, word) for word in read.readings]
    for row in rows:
        declared.field(kind, row["field"])
    add(connection, reading, rows)
    _add_findings(connection, run_id, entry_id, read.findings)


def _reading_row(run_id: int, entry_id: int, word: FieldReading) -> dict[str, Any]:
    return {
        "page_run_id": run_id,
        "entry_id": entry_id,
        "field": word.field,
        "status": word.status,
        "text": word.text,
        "canonical": word.canonical,
        "confidence": float(word.confidence),
        "writing": word.writing,
        "engine": word.engine,
        "box": None if word.box is None else _corners(word.box),
        "lines": [_corners(line) for line in word.lines],
        "accepted": bool(word.accepted),
        "hypotheses": [[hypothesis.text, float(hypothesis.chance)] for hypothesis in word.hypotheses] or None,
        "evidence": None if word.evidence is None else _numbers(word.evidence),
    }


def _numbers(evidence: Evidence) -> dict[str, float]:
    return {name: float(value) for name, value in asdict(evidence).items()}


def _corners(box: Box) -> list[float]:
    return [float(side) for side in (box.left, box.top, box.right, box.bottom)]


def _add_findings(
    connection: Connection, run_id: int, entry_id: int | None, findings: tuple[Finding, ...]
) -> None:
    rows = [
        {
            "page_run_id": run_id,
            "entry_id": entry_id,
            "code": flaw.code,
            "severity": flaw.severity,
            "fields": list(flaw.fields),
            "details": dict(flaw.details),
        }
        for flaw in findings
    ]
    add(connection, finding, rows)


def _outcome(connection: Connection, page_id: int, reopened: int) -> SaveOutcome:
    standing = connection.execute(
        select(entry.c.accepted, review_task.c.state)
        .outerjoin(review_task, review_task.c.entry_id == entry.c.id)
        .where(entry.c.page_id == page_id, entry.c.stands)
    ).all()
    review = sum(state == TaskState.OPEN for _, state in standing)
    accepted = sum(accepted and state != TaskState.OPEN for accepted, state in standing)
    return SaveOutcome(len(standing), accepted, review, reopened)


def last_readings(
    connection: Connection, book_id: int, ref: PageRef
) -> Mapping[tuple[int, str], LastReading]:
    """Return the last readings of the machine on a page, by row and field."""
    decided = {
        (row, field)
        for row, field in connection.execute(
            select(decision.c.row, decision.c.field).where(
                decision.c.book_id == book_id,
                decision.c.scan_sha256 == ref.scan_sha256,
                decision.c.page_no == ref.page_no,
            )
        )
    }
    rows = connection.execute(
        select(
            entry.c.row,
            reading.c.field,
            reading.c.status,
            reading.c.text,
            reading.c.canonical,
            reading.c.accepted,
        )
        .join_from(reading, page_run, (reading.c.page_run_id == page_run.c.id) & page_run.c.latest)
        .join(entry, reading.c.entry_id == entry.c.id)
        .join(page, page_run.c.page_id == page.c.id)
        .join(scan, page.c.scan_id == scan.c.id)
        .where(scan.c.book_id == book_id, scan.c.sha256 == ref.scan_sha256, page.c.page_no == ref.page_no)
    )
    return {
        (row, field): LastReading(status, text, canonical, accepted, (row, field) in decided)
        for row, field, status, text, canonical, accepted in rows
    }


def rectification_of(connection: Connection, book_id: int, ref: PageRef) -> Rectification | None:
    """Return how a page was set straight, for cutting the boxes of its readings from the scan again.

    None when nothing was read on it.
    """
    return _rectifications(
        connection, book_id, page.c.page_no == ref.page_no, scan.c.sha256 == ref.scan_sha256
    ).get(ref)


def rectifications_of(connection: Connection, book_id: int) -> dict[PageRef, Rectification]:
    """Return how every page of a book was set straight on which anything was read, by one query."""
    return _rectifications(connection, book_id)


def _rectifications(
    connection: Connection, book_id: int, *which: ColumnElement[bool]
) -> dict[PageRef, Rectification]:
    rows = connection.execute(
        select(scan.c.sha256, page.c.page_no, page_run.c.matrix, page_run.c.size)
        .join_from(page_run, page)
        .join(scan)
        .where(page_run.c.latest, scan.c.book_id == book_id, *which)
    )
    return {
        PageRef(sha256, page_no): Rectification(
            np.asarray(matrix, dtype=np.float64), (int(width), int(height))
        )
        for sha256, page_no, matrix, (width, height) in rows
    }
