"""Accepted values that are drawn for a blind check: people decide them without seeing the reading."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, exists, or_, select

from pipeline.base.model import FieldReading, FieldStatus, Writing
from pipeline.base.model.adapted_reader import is_adapted, parent_of
from pipeline.recognition.calibration import SampleCheck
from pipeline.registry.approvals.rows import book_approval
from pipeline.registry.books.rows import page, page_run, scan
from pipeline.registry.database import clock
from pipeline.registry.database.audit import MACHINE, add, record
from pipeline.registry.database.columns import rows_of
from pipeline.registry.database.locks import hold_pages, hold_tasks
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.entries.current_readings import reading_of_row
from pipeline.registry.entries.projections import refresh_projections
from pipeline.registry.entries.rows import ReadingRow, entry, reading, sampled_value
from pipeline.registry.tasks.keyed_values import at_work
from pipeline.registry.tasks.rows import decision, keying, review_task
from pipeline.registry.withdrawals.stored_withdrawals import package, page_stands


class ValueSource(StrEnum):
    """The reason for which a value was accepted without a person.

    Attributes:
        PRINT: Print, check marks and blanks, by the confidence of their readers.
        MACHINE: Handwriting, by the reader that ships and its calibration alone.
        CONTEXT: Handwriting that waited until the rest of its book confirmed it.
        CLEAR: A waiting value that people decided on other entries.
        ADAPTER: Handwriting read with an adapter for the hand of the book.
        OFFICE: Handwriting read by the office's own reader.
    """

    PRINT = "print"
    MACHINE = "machine"
    CONTEXT = "context"
    CLEAR = "clear"
    ADAPTER = "adapter"
    OFFICE = "office"


@dataclass(frozen=True, slots=True)
class _PlacedReading:
    """A reading with its place; ``status``: read or blank, as in ``FieldStatus``."""

    entry_id: int
    page_id: int
    row: int
    record: str
    sha256: str
    page_no: int
    field: str
    status: str
    text: str
    canonical: str


@dataclass(frozen=True, slots=True)
class AcceptedValue(_PlacedReading):
    """A value that the latest run accepted and that nobody has decided.

    Attributes:
        untouched: Whether no value of the entry was keyed or decided.
    """

    source: ValueSource
    untouched: bool


@dataclass(frozen=True, slots=True)
class NewSample:
    """A value that is drawn for a blind check.

    Attributes:
        basis: The calibration by which it was accepted.
        share: The probability (0..1) of the draw.
        tolerated: The tolerated share of errors among values like it.
    """

    value: AcceptedValue
    critical: bool
    basis: str
    share: float
    tolerated: float


@dataclass(frozen=True, slots=True)
class SampledValue:
    """A drawn value and its outcome.

    Attributes:
        critical: Whether its field is critical; not kept for clear values.
        basis: The calibration by which it was accepted; ``""`` for clear values.
        share: The probability of the draw.
        tolerated: The tolerated share of errors; 0 if it is not kept.
        decided_at: When people decided it; None while it waits.
        wrong: Whether the decision differs from the reading.
    """

    book_id: int
    entry_id: int
    field: str
    source: ValueSource
    critical: bool
    basis: str
    share: float
    tolerated: float
    drawn_at: datetime
    decided_at: datetime | None = None
    wrong: bool = False

    def check(self, tolerated: float = 0.0) -> SampleCheck:
        """Return the check of the value; ``tolerated`` is used where the value has none of its own."""
        return SampleCheck(self.wrong, self.tolerated or tolerated, self.share)


AT_ONCE = 500
"""Entries in a statement."""

SECOND_PASS = "+"
"""Mark in the fingerprint of a page that was weighed again with its book (``book_context.second_pass``)."""


@dataclass(frozen=True, slots=True)
class _AcceptedReading(_PlacedReading):
    """An accepted reading; ``begun``: a value of its entry was keyed or decided."""

    writing: str
    engine: str
    hand_reader: str | None
    fingerprint: str
    begun: bool


def accepted_values(connection: Connection, book_id: int, office_reader: str) -> tuple[AcceptedValue, ...]:
    """Return the undecided values of a book that its latest runs accepted, in the order of their readings.

    Args:
        office_reader: The fingerprint of the office's own reader; ``""`` where none is in use.
    """
    decided = exists().where(*_same_entry(), decision.c.field == reading.c.field)
    begun = exists().where(*_same_entry()) | exists().where(
        keying.c.task_id == review_task.c.id,
        review_task.c.page_id == entry.c.page_id,
        review_task.c.row == entry.c.row,
    )
    query = (
        select(
            reading.c.entry_id,
            entry.c.page_id,
            entry.c.row,
            entry.c.record,
            scan.c.sha256,
            page.c.page_no,
            reading.c.field,
            reading.c.status,
            reading.c.text,
            reading.c.canonical,
            reading.c.writing,
            reading.c.engine,
            page_run.c.hand_reader,
            page_run.c.fingerprint,
            begun,
        )
        .join_from(reading, page_run, reading.c.page_run_id == page_run.c.id)
        .join(entry, entry.c.id == reading.c.entry_id)
        .join(page, page.c.id == entry.c.page_id)
        .join(scan, scan.c.id == page.c.scan_id)
        .where(
            scan.c.book_id == book_id,
            page_stands,
            entry.c.stands,
            page_run.c.latest,
            reading.c.accepted,
            reading.c.status.in_((FieldStatus.READ, FieldStatus.BLANK)),
            ~decided,
        )
        .order_by(reading.c.id)
    )
    rows = rows_of(connection, _AcceptedReading, query)
    before = _accepted_before(connection, {row.entry_id for row in rows if SECOND_PASS in row.fingerprint})
    return tuple(
        AcceptedValue(
            **{one.name: getattr(row, one.name) for one in fields(_PlacedReading)},
            source=_source(row, before, office_reader),
            untouched=not row.begun,
        )
        for row in rows
    )


def _same_entry() -> tuple[ColumnElement[bool], ...]:
    return (
        decision.c.book_id == scan.c.book_id,
        decision.c.scan_sha256 == scan.c.sha256,
        decision.c.page_no == page.c.page_no,
        decision.c.row == entry.c.row,
    )


def _accepted_before(
    connection: Connection, entry_ids: Collection[int]
) -> frozenset[tuple[int, str, str, str]]:
    """Return the readings of these entries that first passes accepted: entry, field, text and canonical form."""
    found: set[tuple[int, str, str, str]] = set()
    ordered = sorted(entry_ids)
    for start in range(0, len(ordered), AT_ONCE):
        rows = connection.execute(
            select(reading.c.entry_id, reading.c.field, reading.c.text, reading.c.canonical)
            .join(page_run, reading.c.page_run_id == page_run.c.id)
            .where(
                reading.c.entry_id.in_(ordered[start : start + AT_ONCE]),
                reading.c.accepted,
                page_run.c.fingerprint.not_like(f"%{SECOND_PASS}%"),
            )
        )
        found |= {(row[0], row[1], row[2], row[3]) for row in rows}
    return frozenset(found)


def _source(
    row: _AcceptedReading, before: frozenset[tuple[int, str, str, str]], office_reader: str
) -> ValueSource:
    if row.writing != Writing.HAND:
        return ValueSource.PRINT
    if is_adapted(row.engine):
        return ValueSource.ADAPTER
    value = (row.entry_id, row.field, row.text, row.canonical)
    if SECOND_PASS in row.fingerprint and value not in before:
        return ValueSource.CONTEXT
    is_office = bool(office_reader) and parent_of(row.hand_reader or "")[0] == office_reader
    return ValueSource.OFFICE if is_office else ValueSource.MACHINE


def is_delivered(connection: Connection, book_id: int) -> bool:
    """Return whether a book was packed or approved, so that no draw may reopen its values."""
    packed = exists().where(package.c.book_id == book_id)
    approved = exists().where(book_approval.c.book_id == book_id)
    return bool(connection.scalar(select(or_(packed, approved))))


def draw_samples(
    connection: Connection, declared: RecordSchema, book_id: int, new: Sequence[NewSample]
) -> int:
    """Draw values of a book for a blind check and return their number.

    Values that were drawn before, and values of entries that somebody has leased or keyed meanwhile, are skipped.
    """
    pages = sorted({one.value.page_id for one in new})
    if not pages or is_delivered(connection, book_id):
        return 0
    hold_pages(connection, pages)
    tasks = connection.execute(
        select(review_task.c.id).where(review_task.c.page_id.in_(pages)).order_by(review_task.c.id)
    ).scalars()
    hold_tasks(connection, tasks.all())
    busy = set(
        connection.scalars(
            select(review_task.c.page_id).where(review_task.c.page_id.in_(pages), at_work(connection))
        )
    )
    still = {
        (one.entry_id, one.field, one.text, one.canonical)
        for one in accepted_values(connection, book_id, "")
        if one.untouched
    }
    known = sampled_fields(connection, book_id)
    kept = [
        one
        for one in new
        if one.value.page_id not in busy
        and (one.value.entry_id, one.value.field) not in known
        and (one.value.entry_id, one.value.field, one.value.text, one.value.canonical) in still
    ]
    if kept:
        _add(connection, declared, book_id, kept)
    return len(kept)


def _add(connection: Connection, declared: RecordSchema, book_id: int, kept: Sequence[NewSample]) -> None:
    now = clock.now(connection)
    rows = [
        {
            "book_id": book_id,
            "entry_id": one.value.entry_id,
            "field": one.value.field,
            "status": one.value.status,
            "text": one.value.text,
            "canonical": one.value.canonical,
            "source": one.value.source,
            "critical": one.critical,
            "basis": one.basis,
            "share": one.share,
            "tolerated": one.tolerated,
            "drawn_at": now,
        }
        for one in kept
    ]
    add(connection, sampled_value, rows)
    refresh_projections(
        connection, declared, sorted({(one.value.page_id, one.value.entry_id) for one in kept})
    )
    counted = Counter(str(one.value.source) for one in kept)
    record(connection, MACHINE, "values-sampled", f"book:{book_id}", {"values": len(kept), **counted})


def sampled_fields(connection: Connection, book_id: int) -> frozenset[tuple[int, str]]:
    """Return entry and field of the drawn values of a book."""
    of_book = select(sampled_value.c.entry_id, sampled_value.c.field).where(
        sampled_value.c.book_id == book_id
    )
    return frozenset((entry_id, field) for entry_id, field in connection.execute(of_book))


@dataclass(frozen=True, slots=True)
class _DrawnReading(ReadingRow):
    share: float


def drawn_readings(connection: Connection, book_id: int) -> dict[tuple[int, str], tuple[FieldReading, float]]:
    """Return the latest readings of drawn values of a book, unhidden, with the probability of the draw.

    Only for learning from decisions; no page of the desk may show them.
    """
    query = (
        select(reading, sampled_value.c.share)
        .join(page_run, (page_run.c.id == reading.c.page_run_id) & page_run.c.latest)
        .join(
            sampled_value,
            (sampled_value.c.entry_id == reading.c.entry_id)
            & (sampled_value.c.field == reading.c.field)
            & (sampled_value.c.status == reading.c.status)
            & (sampled_value.c.text == reading.c.text)
            & (sampled_value.c.canonical == reading.c.canonical),
        )
        .join(entry, entry.c.id == reading.c.entry_id)
        .where(sampled_value.c.book_id == book_id, entry.c.stands)
    )
    return {
        (row.entry_id, row.field): (reading_of_row(row), row.share)
        for row in rows_of(connection, _DrawnReading, query)
    }
