"""Rows become values again: of one entry, or of many entries and pages with as few questions as of one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Connection, Select, func, literal, select

from pipeline.base.model import (
    Box,
    Evidence,
    FieldReading,
    FieldStatus,
    Finding,
    Hypothesis,
    PageRef,
    Severity,
    Writing,
)
from pipeline.declarations.schema import RecordSpec
from pipeline.registry.amendments.model import Amendment, AmendmentKind, AmendmentOrder
from pipeline.registry.amendments.rows import AmendmentRow, amendment
from pipeline.registry.books.rows import book, page, page_run, scan
from pipeline.registry.checks.model import CrossEntryFinding
from pipeline.registry.checks.rows import BookFindingRow, book_finding
from pipeline.registry.database.columns import rows_of
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.entries.accepted_readings import (
    clear_in_force,
    sampled_in,
    says,
    with_clear,
    with_sampled,
    without_answered,
)
from pipeline.registry.entries.added_readings import (
    added_readings,
    redrawn_readings,
    with_added,
    with_redrawn,
)
from pipeline.registry.entries.rows import (
    EntryPlace,
    FindingRow,
    ReadingRow,
    SubjectPlace,
    entry,
    finding,
    reading,
)
from pipeline.registry.errors import NotThere
from pipeline.registry.tasks.consensus import Decision, SeenReading
from pipeline.registry.tasks.keyed_values import withdrawn
from pipeline.registry.tasks.rows import PAGE_ITSELF, DecisionRow, ReviewTaskRow, decision, review_task

Subject: TypeAlias = tuple[int, int | None]
"""The id of a page and that of one of its entries, or None: the page itself."""

Spot: TypeAlias = tuple[int, int]
"""The id of a page and a row on it, or ``PAGE_ITSELF``: what tasks and decisions name."""


@dataclass(frozen=True, slots=True)
class MachineView:
    """What the machine says of an entry, or of a page itself.

    ``readings`` and ``findings`` of its last run, and what checks across entries found. It stays so as long
    as one holds the page.
    """

    readings: tuple[FieldReading, ...]
    findings: tuple[Finding, ...]
    cross_entry_findings: tuple[CrossEntryFinding, ...]


def machine_view(connection: Connection, page_id: int, entry_id: int | None) -> MachineView:
    """What the machine says of that entry, or with ``None`` of the page itself, which has no readings."""
    subject = page_id, entry_id
    return machine_views(connection, [subject])[subject]


def machine_views(connection: Connection, subjects: Collection[Subject]) -> dict[Subject, MachineView]:
    """What the machine says of each of them."""
    if not subjects:
        return {}
    readings = _readings_of(connection, [entry_id for _, entry_id in subjects if entry_id is not None])
    findings = _answered(connection, _findings_of(connection, subjects), readings)
    cross_entry_findings = _cross_entry_findings_of(connection, subjects)
    return {
        subject: MachineView(
            readings=() if subject[1] is None else tuple(readings[subject[1]]),
            findings=tuple(findings[subject]),
            cross_entry_findings=tuple(cross_entry_findings[subject]),
        )
        for subject in subjects
    }


def place_of(connection: Connection, entry_id: int) -> EntryPlace:
    """Return an entry with its page, scan and book.

    Raises:
        NotThere: There is no such entry.
    """
    found = rows_of(connection, EntryPlace, _entry_places().where(entry.c.id == entry_id))
    if not found:
        raise _no_entry(entry_id)
    return found[0]


def record_of(connection: Connection, declared: RecordSchema, entry_id: int) -> RecordSpec:
    """Return the record that an entry is of."""
    return declared.schemas.record(place_of(connection, entry_id).record)


def place_of_page(connection: Connection, page_id: int) -> SubjectPlace:
    """Return a page with its scan and book, with ``PAGE_ITSELF`` as its row.

    Raises:
        NotThere: There is no such page.
    """
    found = rows_of(connection, SubjectPlace, _page_places().where(page.c.id == page_id))
    if not found:
        raise _no_page(page_id)
    return found[0]


def places_of_entries(connection: Connection, entry_ids: Collection[int]) -> dict[int, EntryPlace]:
    """Return entries with their pages, scans and books, as ``place_of`` does, by their ids."""
    query = _entry_places().where(entry.c.id.in_(entry_ids))
    found = {one.id: one for one in rows_of(connection, EntryPlace, query)} if entry_ids else {}
    for entry_id in entry_ids:
        if entry_id not in found:
            raise _no_entry(entry_id)
    return found


def places_of_subjects(connection: Connection, subjects: Collection[Subject]) -> dict[Subject, SubjectPlace]:
    """Return the places of entries and pages, as ``place_of`` and ``place_of_page`` do.

    Raises:
        NotThere: One of them does not exist.
    """
    entries = places_of_entries(connection, [entry_id for _, entry_id in subjects if entry_id is not None])
    found: dict[Subject, SubjectPlace] = {(one.page_id, one.id): one for one in entries.values()}
    if page_ids := [page_id for page_id, entry_id in subjects if entry_id is None]:
        query = _page_places().where(page.c.id.in_(page_ids))
        found |= {(one.page_id, None): one for one in rows_of(connection, SubjectPlace, query)}
    for page_id, entry_id in subjects:
        if (page_id, entry_id) not in found:
            raise _no_page(page_id) if entry_id is None else _no_entry(entry_id)
    return found


def _no_entry(entry_id: int) -> NotThere:
    return NotThere(f"Không có sự kiện hộ tịch số {entry_id} trong cơ sở dữ liệu. Hãy kiểm tra lại số.")


def _no_page(page_id: int) -> NotThere:
    return NotThere(f"Không có trang số {page_id} trong cơ sở dữ liệu. Hãy kiểm tra lại số.")


def _entry_places() -> Select[Any]:
    columns = [entry.c[one.name] for one in fields(EntryPlace) if one.name in entry.c]
    within = (page.c.page_no, scan.c.sha256, scan.c.name, scan.c.book_id, book.c.place_code)
    return select(*columns[:2], *within, *columns[2:]).join_from(entry, page).join(scan).join(book)


def _page_places() -> Select[Any]:
    within = (page.c.page_no, scan.c.sha256, scan.c.name, scan.c.book_id, book.c.place_code)
    return select(page.c.id, literal(PAGE_ITSELF), *within).join_from(page, scan).join(book)


def readings_of(connection: Connection, entry_id: int) -> tuple[FieldReading, ...]:
    """The readings of the page's latest run, in the order they were read, then the fields that are to be typed.

    What was read where a person redrew the region of a field takes the place of what the run read. Values that are
    clear by decisions on other entries are accepted.
    """
    return tuple(_readings_of(connection, [entry_id])[entry_id])


def _readings_of(connection: Connection, entry_ids: Collection[int]) -> Mapping[int, list[FieldReading]]:
    found: dict[int, list[FieldReading]] = defaultdict(list)
    if entry_ids:
        query = (
            select(reading)
            .join(page_run)
            .where(reading.c.entry_id.in_(entry_ids), page_run.c.latest)
            .order_by(reading.c.id)
        )
        for row in rows_of(connection, ReadingRow, query):
            found[row.entry_id].append(reading_of_row(row))
        for entry_id, clear in clear_in_force(connection, entry_ids).items():
            found[entry_id] = with_clear(found[entry_id], clear)
        for entry_id, sampled in sampled_in(connection, entry_ids).items():
            found[entry_id] = with_sampled(found[entry_id], sampled)
        for entry_id, added in added_readings(connection, entry_ids).items():
            found[entry_id] = with_added(found[entry_id], added)
        for entry_id, redrawn in redrawn_readings(connection, entry_ids).items():
            found[entry_id] = with_redrawn(found[entry_id], redrawn)
    return found


def findings_of(connection: Connection, page_id: int, entry_id: int | None) -> tuple[Finding, ...]:
    """The latest run's findings on an entry, or with ``None`` those on the page itself."""
    return machine_view(connection, page_id, entry_id).findings


@dataclass(frozen=True, slots=True)
class _PlacedFinding(FindingRow):
    page_id: int


def _findings_of(connection: Connection, subjects: Collection[Subject]) -> Mapping[Subject, list[Finding]]:
    query = (
        select(finding, page_run.c.page_id)
        .join(page_run)
        .where(
            page_run.c.page_id.in_({page_id for page_id, _ in subjects}),
            page_run.c.latest,
            _among(finding.c.entry_id, subjects),
        )
        .order_by(finding.c.id)
    )
    found: dict[Subject, list[Finding]] = defaultdict(list)
    for row in rows_of(connection, _PlacedFinding, query):
        found[row.page_id, row.entry_id].append(_finding(row))
    return found


def _answered(
    connection: Connection,
    findings: Mapping[Subject, list[Finding]],
    readings: Mapping[int, Sequence[FieldReading]],
) -> Mapping[Subject, list[Finding]]:
    """Return the findings without the doubts that clear values answer."""
    clear = clear_in_force(connection, [entry_id for entry_id, some in readings.items() if some])
    if not clear:
        return findings
    accepted = {
        entry_id: {
            one.field
            for one in readings[entry_id]
            if one.accepted and one.field in rows and says(one, rows[one.field])
        }
        for entry_id, rows in clear.items()
    }
    return defaultdict(
        list,
        {
            subject: without_answered(some, accepted.get(subject[1] or 0, frozenset()))
            for subject, some in findings.items()
        },
    )


def _cross_entry_findings_of(
    connection: Connection, subjects: Collection[Subject]
) -> Mapping[Subject, list[CrossEntryFinding]]:
    """What the checks of books and of the registry say of them as long as it holds."""
    query = (
        select(book_finding)
        .where(
            book_finding.c.page_id.in_({page_id for page_id, _ in subjects}),
            _among(book_finding.c.entry_id, subjects),
            book_finding.c.cleared_at.is_(None),
        )
        .order_by(book_finding.c.id)
    )
    found: dict[Subject, list[CrossEntryFinding]] = defaultdict(list)
    for row in rows_of(connection, BookFindingRow, query):
        found[row.page_id, row.entry_id].append(cross_entry_finding(row))
    return found


def _among(entry_id: ColumnElement[int], subjects: Collection[Subject]) -> ColumnElement[bool]:
    """Rows of these entries, or of a page itself.

    Said so that SQLite does not look for the latter by the index of ``entry_id``, in which those of all pages
    are alike.
    """
    return func.coalesce(entry_id, 0).in_({one or 0 for _, one in subjects})


def cross_entry_finding(row: BookFindingRow) -> CrossEntryFinding:
    """A row of ``book_finding``."""
    return CrossEntryFinding(
        row.book_id,
        row.page_id,
        row.entry_id,
        _finding(row),
        row.raised_at,
    )


def _finding(row: FindingRow | BookFindingRow) -> Finding:
    return Finding(row.code, Severity(row.severity), tuple(row.fields), dict(row.details))


def tasks_at(connection: Connection, spots: Collection[Spot]) -> dict[Spot, ReviewTaskRow]:
    """The rows of the tasks there."""
    query = select(review_task).where(
        review_task.c.page_id.in_({page_id for page_id, _ in spots}),
        review_task.c.row.in_({row for _, row in spots}),
    )
    return {(row.page_id, row.row): row for row in rows_of(connection, ReviewTaskRow, query)}


@dataclass(frozen=True, slots=True)
class _PlacedDecision(DecisionRow):
    page_id: int


def decisions_at(connection: Connection, spots: Collection[Spot]) -> Mapping[Spot, dict[str, Decision]]:
    """Return the last decision on every field that has any, without those whose keyed values were taken back."""
    same = (
        (decision.c.book_id == scan.c.book_id)
        & (decision.c.scan_sha256 == scan.c.sha256)
        & (decision.c.page_no == page.c.page_no)
    )
    query = (
        select(decision, page.c.id)
        .join_from(page, scan)
        .join(decision, same)
        .where(
            page.c.id.in_({page_id for page_id, _ in spots}),
            decision.c.row.in_({row for _, row in spots}),
        )
        .order_by(decision.c.id)
    )
    rows = rows_of(connection, _PlacedDecision, query)
    gone = withdrawn(connection, {keying_id for row in rows for keying_id in row.keyings or ()})
    found: dict[Spot, dict[str, Decision]] = defaultdict(dict)
    for row in rows:
        if gone.isdisjoint(row.keyings or ()):
            found[row.page_id, row.row][row.field] = _decision(row)
    return found


def decisions_of(connection: Connection, page_id: int, row: int) -> dict[str, Decision]:
    """Return the last decisions on one entry, or on a page itself, as ``decisions_at`` does."""
    return decisions_at(connection, [(page_id, row)])[page_id, row]


def reading_of_row(row: ReadingRow) -> FieldReading:
    return FieldReading(
        field=row.field,
        status=FieldStatus(row.status),
        text=row.text,
        canonical=row.canonical,
        confidence=row.confidence,
        writing=Writing(row.writing),
        engine=row.engine,
        box=None if row.box is None else Box(*row.box),
        lines=tuple(Box(*line) for line in row.lines),
        accepted=row.accepted,
        hypotheses=tuple(Hypothesis(text, chance) for text, chance in row.hypotheses or ()),
        evidence=None if row.evidence is None else Evidence(**row.evidence),
    )


def _decision(row: DecisionRow) -> Decision:
    seen = None
    if row.seen_status is not None:
        seen = SeenReading(row.seen_status, row.seen_text or "", row.seen_canonical or "")
    return Decision(
        decision_id=row.id,
        field=row.field,
        status=FieldStatus(row.status),
        text=row.text,
        canonical=row.canonical,
        author=row.author,
        decided_at=row.decided_at,
        reason=row.reason,
        seen=seen,
        seen_fingerprint=row.seen_fingerprint,
        keyings=tuple(row.keyings or ()),
    )


def amendments_in(
    connection: Connection, book_ids: Collection[int]
) -> dict[tuple[int, str, int, int], dict[str, Amendment]]:
    """Return the effective amendments of whole books, by book, scan, page and row."""
    query = select(amendment).where(amendment.c.book_id.in_(book_ids)).order_by(amendment.c.id)
    found: dict[tuple[int, str, int, int], list[AmendmentRow]] = {}
    for row in rows_of(connection, AmendmentRow, query):
        key = (row.book_id, row.scan_sha256, row.page_no, row.row)
        found.setdefault(key, []).append(row)
    return {key: _in_force(rows) for key, rows in found.items()}


@dataclass(frozen=True, slots=True)
class _PlacedAmendment(AmendmentRow):
    of_entry: int


def amendments_of_entries(
    connection: Connection, entry_ids: Collection[int]
) -> dict[int, dict[str, Amendment]]:
    """Return the effective amendments of these entries, by entry and field."""
    query = (
        select(amendment, entry.c.id)
        .join_from(entry, page, entry.c.page_id == page.c.id)
        .join(scan, page.c.scan_id == scan.c.id)
        .join(
            amendment,
            (amendment.c.book_id == scan.c.book_id)
            & (amendment.c.scan_sha256 == scan.c.sha256)
            & (amendment.c.page_no == page.c.page_no)
            & (amendment.c.row == entry.c.row),
        )
        .where(entry.c.id.in_(entry_ids))
        .order_by(amendment.c.id)
    )
    found: dict[int, list[AmendmentRow]] = {}
    for row in rows_of(connection, _PlacedAmendment, query):
        found.setdefault(row.of_entry, []).append(row)
    return {entry_id: _in_force(some) for entry_id, some in found.items()}


def _in_force(rows: Iterable[AmendmentRow]) -> dict[str, Amendment]:
    """Of each field the last amendment that nobody took back."""
    rows = list(rows)
    gone = {row.withdraws_id for row in rows}
    return {
        row.field: amendment_of(row)
        for row in rows
        if row.kind != AmendmentKind.WITHDRAWN and row.id not in gone
    }


def amendment_of(row: AmendmentRow) -> Amendment:
    """A row as a value."""
    paper = None if row.paper_sha256 is None else PageRef(row.paper_sha256, row.paper_page_no or 0)
    return Amendment(
        row.id,
        row.field,
        AmendmentKind(row.kind),
        row.old,
        row.canonical or row.text,
        AmendmentOrder(row.decision_number, row.decided_on, row.legal_basis, row.authority, paper),
        row.author,
        row.noted_at,
        row.reason,
    )
