"""What the machine and people say of entries and of pages themselves: machine views, tasks, decisions, amendments.

Each function reads many subjects with as few queries as one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Connection, func, select

from pipeline.base.model import CONFIRMABLE, FieldReading, FieldStatus, Finding, PageRef, Severity
from pipeline.registry.amendments.model import Amendment, AmendmentKind, AmendmentOrder
from pipeline.registry.amendments.rows import AmendmentRow, amendment
from pipeline.registry.books.rows import PAGES, on_page, page, page_run
from pipeline.registry.checks.model import CrossEntryFinding
from pipeline.registry.checks.rows import BookFindingRow, book_finding
from pipeline.registry.database.columns import rows_of
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.entries.current_readings import CurrentReadings, current_readings
from pipeline.registry.entries.rows import ENTRIES, FindingRow, Subject, entry, finding, on_entry
from pipeline.registry.tasks.consensus import WHOLE_ENTRY, Decision, SeenReading
from pipeline.registry.tasks.keyed_values import withdrawn
from pipeline.registry.tasks.rows import PAGE_ITSELF, DecisionRow, ReviewTaskRow, decision, review_task
from pipeline.registry.withdrawals.model import RegistryPart
from pipeline.registry.withdrawals.stored_withdrawals import part_of_row


@dataclass(frozen=True, slots=True)
class MachineView:
    """What the machine says now of an entry, or of a page itself, which has no readings.

    It stays so as long as the page is held.

    Attributes:
        readings: In the order of the run; fields that only people added come last.
        findings: Of the latest run, without the doubts that clear values answer.
        cross_entry_findings: Of the checks of books and of the registry.
        seen: What decisions are compared with, by field (``CurrentReadings``).
    """

    readings: tuple[FieldReading, ...]
    findings: tuple[Finding, ...]
    cross_entry_findings: tuple[CrossEntryFinding, ...]
    seen: Mapping[str, SeenReading]

    def seen_of(self, field: str) -> SeenReading | None:
        """Return what there is to see of a field; of ``WHOLE_ENTRY`` the codes of findings that name no field."""
        if field != WHOLE_ENTRY:
            return self.seen.get(field)
        codes = whole_codes(self.findings)
        return SeenReading("", " ".join(sorted(codes)), "") if codes else None


def machine_view(connection: Connection, declared: RecordSchema, subject: Subject) -> MachineView:
    """Return what the machine says now of an entry or a page itself."""
    return machine_views(connection, declared, [subject])[subject]


def machine_views(
    connection: Connection, declared: RecordSchema, subjects: Collection[Subject]
) -> dict[Subject, MachineView]:
    """Return what the machine says now of entries and pages themselves."""
    if not subjects:
        return {}
    entry_ids = [entry_id for _, entry_id in subjects if entry_id is not None]
    current = current_readings(connection, declared, entry_ids)
    findings = _findings_of(connection, subjects)
    cross_entry_findings = _cross_entry_findings_of(connection, subjects)
    views = {}
    for subject in subjects:
        now = current.get(subject[1] or 0, _UNREAD)
        views[subject] = MachineView(
            now.readings,
            tuple(_without_answered(findings[subject], now.clear)),
            tuple(cross_entry_findings[subject]),
            now.seen,
        )
    return views


_UNREAD = CurrentReadings()


def whole_codes(findings: Iterable[Finding]) -> set[str]:
    """Return the codes of the findings that name no field and are doubts."""
    return {doubt.code for doubt in findings if not doubt.fields and doubt.severity is not Severity.INFO}


def _without_answered(findings: Sequence[Finding], clear: Collection[str]) -> Iterator[Finding]:
    """Yield the findings of an entry without the doubts (``CONFIRMABLE``) that its clear fields answer."""
    for doubt in findings:
        left = tuple(name for name in doubt.fields if name not in clear)
        if doubt.code not in CONFIRMABLE or doubt.severity is Severity.INFO or left == doubt.fields:
            yield doubt
        elif left:
            yield replace(doubt, fields=left)


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


def _cross_entry_findings_of(
    connection: Connection, subjects: Collection[Subject]
) -> Mapping[Subject, list[CrossEntryFinding]]:
    """Return the findings of checks across entries that no later check has cleared."""
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
    """Return the condition that a row is about one of these entries, or about a page itself.

    ``coalesce`` keeps SQLite from the index of ``entry_id``, in which the rows of all pages themselves are alike.
    """
    return func.coalesce(entry_id, 0).in_({about or 0 for _, about in subjects})


def cross_entry_finding(row: BookFindingRow) -> CrossEntryFinding:
    """Return a row of ``book_finding`` as a value."""
    return CrossEntryFinding(
        row.book_id,
        row.page_id,
        row.entry_id,
        _finding(row),
        row.raised_at,
    )


def _finding(row: FindingRow | BookFindingRow) -> Finding:
    """Return a row as a value. A row that no check writes was put in by somebody else: it counts as a block."""
    try:
        return Finding(row.code, Severity(row.severity), tuple(row.fields), dict(row.details))
    except (TypeError, ValueError):
        return Finding(row.code, Severity.BLOCK)


def tasks_at(connection: Connection, subjects: Collection[Subject]) -> dict[Subject, ReviewTaskRow]:
    """Return the tasks of entries and pages themselves."""
    query = select(review_task).where(
        review_task.c.page_id.in_({page_id for page_id, _ in subjects}),
        _among(review_task.c.entry_id, subjects),
    )
    return {(row.page_id, row.entry_id): row for row in rows_of(connection, ReviewTaskRow, query)}


@dataclass(frozen=True, slots=True)
class _PlacedDecision(DecisionRow):
    page_id: int
    entry_id: int | None


AT_ONCE = 500
"""Most entries that a statement names; for more, it reads whole pages."""


def decisions_at(
    connection: Connection, subjects: Collection[Subject]
) -> Mapping[Subject, dict[str, Decision]]:
    """Return the last decision on each field of entries and pages themselves.

    A decision whose keyed values were taken back does not count, nor does one of a status that the program never
    writes: such a row is unproven and holds its entry back.
    """
    query = (
        select(decision, page.c.id, entry.c.id)
        .select_from(PAGES)
        .join(decision, on_page(decision))
        .outerjoin(entry, (entry.c.page_id == page.c.id) & (entry.c.row == decision.c.row))
        .where(
            page.c.id.in_({page_id for page_id, _ in subjects}),
            decision.c.status.in_(FieldStatus),
            entry.c.id.is_not(None) | (decision.c.row == PAGE_ITSELF),
        )
        .order_by(decision.c.id)
    )
    wanted = frozenset(subjects)
    if len(wanted) <= AT_ONCE:
        query = query.where(_among(entry.c.id, subjects))
    rows = rows_of(connection, _PlacedDecision, query)
    gone = withdrawn(connection, {keying_id for row in rows for keying_id in row.keyings or ()})
    found: dict[Subject, dict[str, Decision]] = defaultdict(dict)
    for row in rows:
        if (row.page_id, row.entry_id) in wanted and gone.isdisjoint(row.keyings or ()):
            found[row.page_id, row.entry_id][row.field] = _decision(row)
    return found


def decisions_of(connection: Connection, subject: Subject) -> dict[str, Decision]:
    """Return the last decision on each field of an entry or a page itself."""
    return decisions_at(connection, [subject])[subject]


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


of_known_kind = amendment.c.kind.in_(AmendmentKind)
"""The condition that the program wrote a row of ``amendment``; another row is unproven and holds its entry back."""


def amendments_in(
    connection: Connection, book_ids: Collection[int]
) -> dict[RegistryPart, dict[str, Amendment]]:
    """Return the effective amendments of whole books, by entry and field."""
    query = select(amendment).where(amendment.c.book_id.in_(book_ids), of_known_kind).order_by(amendment.c.id)
    found: dict[RegistryPart, list[AmendmentRow]] = {}
    for row in rows_of(connection, AmendmentRow, query):
        found.setdefault(part_of_row(row), []).append(row)
    return {part: _in_force(rows) for part, rows in found.items()}


@dataclass(frozen=True, slots=True)
class _PlacedAmendment(AmendmentRow):
    of_entry: int


def amendments_of_entries(
    connection: Connection, entry_ids: Collection[int]
) -> dict[int, dict[str, Amendment]]:
    """Return the effective amendments of these entries, by entry and field."""
    query = (
        select(amendment, entry.c.id)
        .select_from(ENTRIES)
        .join(amendment, on_entry(amendment))
        .where(entry.c.id.in_(entry_ids), of_known_kind)
        .order_by(amendment.c.id)
    )
    found: dict[int, list[AmendmentRow]] = {}
    for row in rows_of(connection, _PlacedAmendment, query):
        found.setdefault(row.of_entry, []).append(row)
    return {entry_id: _in_force(some) for entry_id, some in found.items()}


def _in_force(rows: Iterable[AmendmentRow]) -> dict[str, Amendment]:
    """Return the last amendment of each field that nobody took back."""
    rows = list(rows)
    gone = {row.withdraws_id for row in rows}
    return {
        row.field: amendment_of(row)
        for row in rows
        if row.kind != AmendmentKind.WITHDRAWN and row.id not in gone
    }


def amendment_of(row: AmendmentRow) -> Amendment:
    """Return a row of ``amendment`` as a value."""
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
