"""Books, scans, pages and failures go in. Every function here works within the transaction of its caller."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, delete, or_, select, update

from pipeline.errors import RegistryError
from pipeline.model import Box, EntryResult, Evidence, FieldReading, Finding, Ledger, PageRef, PageResult
from pipeline.registry.audit import MACHINE, add, record, wrote
from pipeline.registry.declared import Declared
from pipeline.registry.locks import Whole, hold, hold_book, hold_page, hold_scan
from pipeline.registry.rescans import ask_rescans
from pipeline.registry.tables import (
    book,
    entry,
    finding,
    page,
    page_failure,
    page_run,
    reading,
    review_task,
    scan,
)
from pipeline.registry.upkeep import follow
from pipeline.registry.values import SaveOutcome, TaskState


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
    found, changed = _upserted(connection, book, identity, rest)
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
    found, changed = _upserted(
        connection, scan, {"book_id": book_id, "sha256": sha256}, {"name": name, "size": size, "pages": pages}
    )
    over = _forget_failures(
        connection,
        page_failure.c.book_id == book_id,
        page_failure.c.page_no.is_(None),
        or_(page_failure.c.scan_sha256 == sha256, page_failure.c.scan_name == name),
    )
    if changed or over:
        record(connection, MACHINE, "scan-noted", f"scan:{found}", {"failures ended": over})


def is_known(connection: Connection, ref: PageRef, fingerprint: str, book_id: int) -> bool:
    """Whether the latest run over that page of the book has that fingerprint."""
    latest = connection.scalar(
        select(page_run.c.fingerprint)
        .join_from(scan, page, page.c.scan_id == scan.c.id)
        .join(page_run, (page_run.c.page_id == page.c.id) & page_run.c.latest)
        .where(scan.c.sha256 == ref.scan_sha256, scan.c.book_id == book_id, page.c.page_no == ref.page_no)
    )
    return latest == fingerprint


def page_counts(connection: Connection, book_id: int) -> dict[str, int]:
    """Of each scan of a book that was counted, by its SHA-256."""
    rows = connection.execute(select(scan.c.sha256, scan.c.pages).where(scan.c.book_id == book_id))
    return {row.sha256: row.pages for row in rows}


def fingerprints(connection: Connection, book_id: int) -> dict[PageRef, str]:
    """Of the latest run over each page of a book."""
    rows = connection.execute(
        select(scan.c.sha256, page.c.page_no, page_run.c.fingerprint)
        .join_from(scan, page, page.c.scan_id == scan.c.id)
        .join(page_run, (page_run.c.page_id == page.c.id) & page_run.c.latest)
        .where(scan.c.book_id == book_id)
    )
    return {PageRef(sha256, page_no): fingerprint for sha256, page_no, fingerprint in rows}


def save_failure(
    connection: Connection,
    book_id: int,
    sha256: str,
    name: str,
    page_no: int | None,
    code: str,
    message: str,
    fingerprint: str | None = None,
) -> None:
    """In place of what was noted before about the same page of the same scan; failures alike are counted."""
    hold_book(connection, book_id)
    same = (
        page_failure.c.book_id == book_id,
        page_failure.c.scan_sha256 == sha256,
        page_failure.c.scan_name == name,
        page_failure.c.page_no.is_not_distinct_from(page_no),
    )
    alike = (page_failure.c.code == code, page_failure.c.fingerprint.is_not_distinct_from(fingerprint))
    tries = connection.scalar(select(page_failure.c.tries).where(*same, *alike).limit(1)) or 0
    _forget_failures(connection, *same)
    failed = {
        "book_id": book_id,
        "scan_sha256": sha256,
        "scan_name": name,
        "page_no": page_no,
        "code": code,
        "message": message,
        "failed_at": datetime.now(UTC),
        "fingerprint": fingerprint,
        "tries": tries + 1,
    }
    add(connection, page_failure, [failed])
    record(connection, MACHINE, "page-failed", f"book:{book_id}", {"code": code, "page": page_no})


def save_page(
    connection: Connection, declared: Declared, book_id: int, result: PageResult, fingerprint: str
) -> SaveOutcome:
    """A new run over a page: its readings and findings take the place of the last ones, which stay on record.

    Nothing happens when the latest run has the same fingerprint. Decisions are never touched.
    """
    page_id = _held_page(connection, book_id, result.ref)
    over = _forget_failures(
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
        mine = entry.c.page_id == page_id
        connection.execute(update(entry).where(mine).values(found=False, accepted=False))
        for one in result.entries:
            _add_entry(connection, declared, page_id, run_id, result.form, one)
        entry_ids = connection.scalars(select(entry.c.id).where(mine)).all()
        subjects = [(page_id, entry_id) for entry_id in (None, *entry_ids)]
        opened_again = follow(connection, declared, subjects)
        reopened = len(opened_again - {(page_id, None)})
    if is_new or over:
        told = {"fingerprint": fingerprint, "entries": len(result.entries), "reopened": reopened}
        record(connection, MACHINE, "page-saved", f"page:{page_id}", told)
    return _outcome(connection, page_id, reopened)


def _upserted(
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


def _held_page(connection: Connection, book_id: int, ref: PageRef) -> int:
    """The id of the page, made when it is new, and held."""
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


def _forget_failures(connection: Connection, *which: ColumnElement[bool]) -> int:
    """Take away what was noted about pages or scans that could not be used; returns how many. Two who forget some of
    the same failures take them in the same order."""
    over = select(page_failure.c.id).where(*which).order_by(page_failure.c.id)
    ids = connection.scalars(over.with_for_update()).all()
    if ids:
        connection.execute(delete(page_failure).where(page_failure.c.id.in_(ids)))
        wrote(connection, page_failure, ids)
    return len(ids)


def _new_run(connection: Connection, page_id: int, result: PageResult, fingerprint: str) -> int:
    last = update(page_run).where(page_run.c.page_id == page_id, page_run.c.latest).values(latest=False)
    wrote(connection, page_run, connection.scalars(last.returning(page_run.c.id)))
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
    connection: Connection, declared: Declared, page_id: int, run_id: int, form: str, one: EntryResult
) -> None:
    kind = declared.schemas.form(form).record
    entry_id, _ = _upserted(
        connection,
        entry,
        {"page_id": page_id, "row": one.row},
        {"record": kind, "found": True, "accepted": bool(one.accepted), "stands": True, "number_text": ""},
    )
    rows = [_reading_row(run_id, entry_id, word) for word in one.readings]
    for row in rows:
        declared.field(kind, row["field"])
    add(connection, reading, rows)
    _add_findings(connection, run_id, entry_id, one.findings)


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
        "hypotheses": [[one.text, float(one.chance)] for one in word.hypotheses] or None,
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
            "code": one.code,
            "severity": one.severity,
            "fields": list(one.fields),
            "details": dict(one.details),
        }
        for one in findings
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
