"""Effective values of entries, and the fields that people still have to decide.

``derive_effective_values`` derives them from readings and decisions; ``projections`` stores them in the tables of the
records. Everybody else reads them back through ``select_values``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from pipeline.base.model import FieldReading, FieldStatus, Finding, Severity, Writing
from pipeline.registry.books.page_order import in_page_order
from pipeline.registry.books.rows import page, scan
from pipeline.registry.checks.model import CrossEntryFinding
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.entries.machine_view import MachineView, amendments_in, whole_codes
from pipeline.registry.entries.model import RecordRow
from pipeline.registry.entries.rows import ENTRIES, entry
from pipeline.registry.entries.subjects import place_of
from pipeline.registry.tasks.consensus import WHOLE_ENTRY, Decision, PendingDecisions, SeenReading
from pipeline.registry.tasks.model import TaskState
from pipeline.registry.tasks.rows import review_task
from pipeline.registry.withdrawals.model import RegistryPart


def left_to_decide(
    machine: MachineView,
    decisions: Mapping[str, Decision],
    cross_entry_findings: Sequence[CrossEntryFinding] = (),
    keyed: Collection[str] = (),
) -> PendingDecisions:
    """Return what people still have to decide on an entry.

    A field whose reading was not accepted, or that a finding names, waits until a person decides it. It waits again
    when the machine reads anything else than the person saw, or when a finding across entries that is younger than the
    decision names it. A field that people have keyed waits until enough of them agree, whatever the machine reads.
    """
    by_field = {reading.field: reading for reading in machine.readings}
    serious = [finding for finding in machine.findings if finding.severity is not Severity.INFO]
    changed = {
        field
        for field, decision in decisions.items()
        if field != WHOLE_ENTRY and has_changed(decision, machine.seen.get(field))
    }
    doubtful = {reading.field for reading in machine.readings if not reading.accepted}
    doubtful |= {field for finding in serious for field in finding.fields}
    doubted_across = doubted(cross_entry_findings, decisions)
    wanted = changed | (doubtful - decisions.keys()) | doubted_across | set(keyed)
    left = [field for field in dict.fromkeys([*by_field, *sorted(wanted)]) if field in wanted]
    unseen = _unseen(serious, decisions.get(WHOLE_ENTRY))
    if WHOLE_ENTRY in left:
        left.remove(WHOLE_ENTRY)
    if unseen or WHOLE_ENTRY in wanted:
        left.append(WHOLE_ENTRY)
    reasons = [f.code for f in serious if set(f.fields) & set(left) or f.code in unseen]
    reasons += [across.finding.code for across in cross_entry_findings if doubted([across], decisions)]
    named = {field for finding in serious for field in finding.fields}
    reasons += [
        _reading_doubt(by_field[field])
        for field in left
        if field in by_field and field not in named and not by_field[field].accepted
    ]
    reopened = bool(changed or doubted_across & decisions.keys() or (unseen and WHOLE_ENTRY in decisions))
    return PendingDecisions(tuple(left), tuple(dict.fromkeys(reasons)), reopened)


def doubted(cross_entry_findings: Sequence[CrossEntryFinding], decisions: Mapping[str, Decision]) -> set[str]:
    """Return the fields that findings across entries name and that nobody has decided since.

    A finding that names no field puts the whole (``""``) in doubt; figures (INFO) put nothing in doubt.
    """
    found: set[str] = set()
    for across in cross_entry_findings:
        if across.finding.severity is Severity.INFO:
            continue
        for field in across.finding.fields or (WHOLE_ENTRY,):
            decision = decisions.get(field)
            if decision is None or across.raised_at is None or decision.decided_at < across.raised_at:
                found.add(field)
    return found


def has_changed(decision: Decision, now: SeenReading | None) -> bool:
    """Return whether the machine now says something that the person who decided neither saw nor said."""
    return now != decision.seen and not (now is not None and _agrees(decision, now))


def derive_effective_value(
    decision: Decision | None, reading: FieldReading | None, *, doubted: bool = False
) -> str | None:
    """Return the value of the last decision, else of the accepted reading unless it is ``doubted``, else None.

    ``""`` is a field known to be blank. A value is in its canonical form, or as written where it has none.
    """
    source = decision or (reading if reading and reading.accepted and not doubted else None)
    if source is None:
        return None
    if source.status is FieldStatus.BLANK:
        return ""
    return (source.canonical or source.text) if source.status is FieldStatus.READ else None


def derive_effective_values(
    declared: RecordSchema,
    record: str,
    readings: Sequence[FieldReading],
    decisions: Mapping[str, Decision],
    cross_entry_findings: Sequence[CrossEntryFinding],
    keyed: Collection[str],
) -> dict[str, str | None]:
    """Return the effective value of every field of the record.

    Fields that people have keyed and not settled (``keyed``) take no reading.
    """
    by_field = {reading.field: reading for reading in readings}
    doubts = doubted(cross_entry_findings, decisions) | set(keyed)
    return {
        field: derive_effective_value(decisions.get(field), by_field.get(field), doubted=field in doubts)
        for field in declared.fields(record)
    }


def _agrees(decision: Decision, now: SeenReading) -> bool:
    return now.status == decision.status and (
        now.text == decision.text or (now.canonical != "" and now.canonical == decision.canonical)
    )


def _unseen(findings: Sequence[Finding], decision: Decision | None) -> set[str]:
    seen = decision.seen.text.split() if decision and decision.seen else []
    return whole_codes(findings) - set(seen)


def _reading_doubt(reading: FieldReading) -> str:
    """Return why a reading without a finding was not accepted, as the code of a reason."""
    if reading.status in (FieldStatus.ILLEGIBLE, FieldStatus.UNREADABLE):
        return "READ-NONE"
    return "READ-HAND" if reading.writing is Writing.HAND else "READ-LOW"


def select_values(
    declared: RecordSchema,
    record: str,
    fields: Mapping[str, str],
    *columns: ColumnElement[Any],
    else_read: bool = False,
) -> Select[Any]:
    """Return the query for effective values of the entries of a record that stand, with their pages and scans.

    All readers of values in bulk add their conditions to it: ``effective_values_of`` (desk, export, registry),
    ``record_rows`` (reconciliation) and ``frames`` (checks and reports).

    Args:
        fields: The fields, by the names of their columns in the result.
        columns: Further columns of ``entry``, ``page`` and ``scan``, between the entry's id and the values.
        else_read: Whether a field without an effective value takes its reading that nobody has accepted yet.
    """
    table = declared.records[record]
    values = {
        name: func.coalesce(table.c[field], entry.c.unaccepted[field].as_string())
        if else_read
        else table.c[field]
        for name, field in fields.items()
    }
    return (
        select(entry.c.id.label("entry_id"), *columns, *(value.label(name) for name, value in values.items()))
        .select_from(ENTRIES)
        .join(table, table.c.entry_id == entry.c.id)
        .where(entry.c.stands, entry.c.record == record)
    )


def effective_values_of(
    connection: Connection, declared: RecordSchema, entries: Mapping[int, str]
) -> Mapping[int, Mapping[str, str | None]]:
    """Return the effective values of these entries.

    Args:
        entries: The record of each entry, by its id.

    Returns:
        By entry, the value of every field of its record: ``""`` = known to be blank, ``None`` = nothing is effective.
        An entry that does not stand has no effective value.
    """
    found: dict[int, Mapping[str, str | None]] = {}
    for record in set(entries.values()):
        names = list(declared.fields(record))
        ids = [entry_id for entry_id, of in entries.items() if of == record]
        found |= dict.fromkeys(ids, dict.fromkeys(names))
        query = select_values(declared, record, {name: name for name in names})
        for entry_id, *values in connection.execute(query.where(entry.c.id.in_(ids))):
            found[entry_id] = dict(zip(names, values, strict=True))
    return found


def effective_value(connection: Connection, declared: RecordSchema, entry_id: int, field: str) -> str | None:
    """Return the last decision, else the accepted reading, else None; ``""`` is a field known to be blank.

    Raises:
        NotThere: There is no such entry.
        RegistryError: Its record has no such field.
    """
    record = place_of(connection, entry_id).record
    declared.field(record, field)
    return effective_values_of(connection, declared, {entry_id: record})[entry_id][field]


def record_rows(
    connection: Connection, declared: RecordSchema, record: str, book_ids: Sequence[int]
) -> tuple[RecordRow, ...]:
    """Return the effective values of the entries of books of one record, amendments included, in their order."""
    names = list(declared.fields(record))
    query = (
        select_values(
            declared,
            record,
            {name: name for name in names},
            scan.c.book_id,
            scan.c.id.label("scan_id"),
            scan.c.sha256,
            page.c.page_no,
            entry.c.row,
            entry.c.unaccepted,
            review_task.c.state,
            review_task.c.fields,
        )
        .outerjoin(review_task, review_task.c.entry_id == entry.c.id)
        .where(scan.c.book_id.in_(book_ids))
        .order_by(scan.c.book_id, scan.c.id, page.c.page_no, entry.c.row)
    )
    amended = amendments_in(connection, book_ids)
    rows = []
    found = in_page_order(connection, connection.execute(query).all())
    for entry_id, book_id, _, sha256, page_no, row_no, unaccepted, state, left, *values in found:
        amendments = amended.get(RegistryPart(book_id, sha256, page_no, row_no), {})
        current = dict(zip(names, values, strict=True)) | {
            name: amended_value.value for name, amended_value in amendments.items()
        }
        waiting = left if state == TaskState.OPEN else ()
        unsettled = frozenset((*(unaccepted or ()), *(waiting or ()))) - amendments.keys()
        rows.append(RecordRow(entry_id, book_id, current, unsettled))
    return tuple(rows)
