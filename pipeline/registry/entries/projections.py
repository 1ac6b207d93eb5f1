"""Projections: records, resolved places, numbers of entries and tasks follow readings and decisions.

Whoever changes readings or adds decisions refreshes them in the same transaction, so that nobody sees one without the
other. A check of all books touches thousands of entries, so that one statement reads or writes many.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, literal, select, union_all, update

from pipeline.base.model import FIRST_TYPED_ROW, FieldReading, FieldStatus
from pipeline.registry.checks.model import CrossEntryFinding
from pipeline.registry.database.audit import add, compare, remove, write
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.entries.effective_values import derive_effective_values, left_to_decide
from pipeline.registry.entries.machine_view import MachineView, decisions_at, machine_views, tasks_at
from pipeline.registry.entries.model import EffectiveValues
from pipeline.registry.entries.places import refresh_places
from pipeline.registry.entries.rows import EntryPlace, Subject, SubjectPlace, entry
from pipeline.registry.entries.second_copies import copies_among
from pipeline.registry.entries.subjects import places_of_subjects
from pipeline.registry.tasks.consensus import Consensus, Decision
from pipeline.registry.tasks.keyed_values import live_consensus
from pipeline.registry.tasks.model import TaskState
from pipeline.registry.tasks.rows import ReviewTaskRow, review_task
from pipeline.registry.tasks.stored_tasks import TaskWanted, refresh_tasks
from pipeline.registry.withdrawals.stored_withdrawals import part_of, withdrawn_places

AT_ONCE = 500
"""Entries and pages in one statement."""


@dataclass(frozen=True, slots=True)
class _Known:
    """All that projections of an entry or a page itself follow from.

    ``withdrawn``: it is withdrawn, or in a second copy, which is not delivered and waits for nobody.
    """

    place: SubjectPlace
    machine: MachineView
    decisions: Mapping[str, Decision]
    task: ReviewTaskRow | None
    keyed: Mapping[str, Consensus]
    withdrawn: bool

    @property
    def entry(self) -> EntryPlace:
        assert isinstance(self.place, EntryPlace)
        return self.place

    @property
    def stands(self) -> bool:
        """Whether the machine or a person says that the entry exists and it is not withdrawn; a page always exists."""
        if self.withdrawn or not isinstance(self.place, EntryPlace):
            return not self.withdrawn
        is_typed = self.place.row >= FIRST_TYPED_ROW
        return bool(self.place.found or is_typed or self.decisions or self.keyed)

    @property
    def cross_entry_findings(self) -> tuple[CrossEntryFinding, ...]:
        """Findings of checks across entries; an entry that does not stand has none."""
        return self.machine.cross_entry_findings if self.stands else ()

    @property
    def task_wanted(self) -> TaskWanted:
        left = left_to_decide(self.machine, self.decisions, self.cross_entry_findings, self.keyed)
        is_page = not isinstance(self.place, EntryPlace)
        codes = {across.finding.code for across in self.cross_entry_findings}
        return TaskWanted(
            self.place,
            self.task,
            left,
            self.keyed,
            withdrawn=self.withdrawn,
            is_about_book=is_page and not codes.isdisjoint(left.reasons),
        )


def refresh_projections(
    connection: Connection,
    declared: RecordSchema,
    subjects: Iterable[Subject],
    machines: Mapping[Subject, MachineView] | None = None,
    *,
    leave: bool = False,
) -> set[Subject]:
    """Bring the records, numbers and tasks of entries and the tasks of pages themselves up to date.

    Args:
        machines: Machine views that the caller has read already.
        leave: Skip subjects whose rows were altered behind the program's back, instead of raising.

    Returns:
        The subjects whose finished tasks are open again.

    Raises:
        RegistryError: A subject does not exist.
        RowTampered: A row of a subject was altered.
    """
    wanted = list(dict.fromkeys(subjects))
    reopened: set[Subject] = set()
    for start in range(0, len(wanted), AT_ONCE):
        known = _known(connection, declared, wanted[start : start + AT_ONCE], machines or {})
        entries = [each for each in known if isinstance(each.place, EntryPlace)]
        altered = _compare(connection, declared, [each.entry.id for each in entries], leave=leave)
        _follow_entries(connection, declared, [each for each in entries if each.entry.id not in altered])
        reopened |= refresh_tasks(connection, [each.task_wanted for each in known], leave=leave)
    return reopened


def unlike_projections(
    connection: Connection,
    declared: RecordSchema,
    subjects: Collection[Subject],
    machines: Mapping[Subject, MachineView] | None = None,
) -> Mapping[int, tuple[str, ...]]:
    """Return the entries whose record or task is not what readings and decisions make of it, and those tables.

    An older state of a row has a digest that was right once; so what it says is derived anew.

    Args:
        machines: Machine views that the caller has read already.
    """
    wanted = list(subjects)
    found: dict[int, tuple[str, ...]] = {}
    for start in range(0, len(wanted), AT_ONCE):
        known = _known(connection, declared, wanted[start : start + AT_ONCE], machines or {})
        stored = _stored_values(connection, declared, [each.entry.id for each in known])
        for each in known:
            record = each.entry.record
            if record not in declared.records:
                continue
            values = derive_effective_values(
                declared,
                record,
                each.machine.readings,
                each.decisions,
                each.cross_entry_findings,
                each.keyed,
            )
            unlike = []
            if stored.get(each.entry.id) != (values if each.stands else None):
                unlike.append(declared.records[record].name)
            is_open = each.task is not None and each.task.state == TaskState.OPEN
            if each.stands and is_open != bool(each.task_wanted.left.fields):
                unlike.append(review_task.name)
            if unlike:
                found[each.entry.id] = tuple(unlike)
    return found


def _stored_values(
    connection: Connection, declared: RecordSchema, entry_ids: Sequence[int]
) -> Mapping[int, Mapping[str, str | None]]:
    """Return the row of each entry in the tables of the records, without its id."""
    found: dict[int, Mapping[str, str | None]] = {}
    for name, table in declared.records.items():
        fields = list(declared.fields(name))
        columns = [table.c[field] for field in fields]
        for entry_id, *values in connection.execute(
            select(table.c.entry_id, *columns).where(table.c.entry_id.in_(entry_ids))
        ):
            found[entry_id] = dict(zip(fields, values, strict=True))
    return found


def _known(
    connection: Connection,
    declared: RecordSchema,
    subjects: Sequence[Subject],
    machines: Mapping[Subject, MachineView],
) -> list[_Known]:
    places = places_of_subjects(connection, subjects)
    unread = [subject for subject in subjects if subject not in machines]
    views = {**machine_views(connection, declared, unread), **machines}
    decisions = decisions_at(connection, subjects)
    tasks = tasks_at(connection, subjects)
    keyed = live_consensus(connection, {task.id: decisions[subject] for subject, task in tasks.items()})
    gone = withdrawn_places(connection, places.values())
    copies = copies_among(connection, {place.book_id for place in places.values()})
    return [
        _Known(
            places[subject],
            views[subject],
            decisions[subject],
            task := tasks.get(subject),
            {} if task is None else keyed[task.id],
            withdrawn=part_of(places[subject]) in gone or places[subject].book_id in copies,
        )
        for subject in subjects
    ]


def _compare(
    connection: Connection, declared: RecordSchema, entry_ids: Sequence[int], *, leave: bool
) -> frozenset[int]:
    """Compare rows of entries and records with their last digests; return the ids of the altered entries."""
    if not entry_ids:
        return frozenset()
    altered = compare(connection, entry, entry_ids, leave=leave)
    there: dict[str, list[int]] = {table.name: [] for table in declared.records.values()}
    for name, entry_id in connection.execute(
        union_all(
            *(
                select(literal(table.name), table.c.entry_id).where(table.c.entry_id.in_(entry_ids))
                for table in declared.records.values()
            )
        )
    ):
        there[name].append(entry_id)
    for table in declared.records.values():
        altered |= compare(connection, table, there[table.name], leave=leave)
    return altered


def _follow_entries(connection: Connection, declared: RecordSchema, entries: Sequence[_Known]) -> None:
    """Bring the records, resolved places and numbers of entries up to date."""
    if not entries:
        return
    values = [
        derive_effective_values(
            declared,
            each.entry.record,
            each.machine.readings,
            each.decisions,
            each.cross_entry_findings,
            each.keyed,
        )
        for each in entries
    ]
    in_force = [
        EffectiveValues(each.entry.id, each.entry.record, of_entry if each.stands else None)
        for each, of_entry in zip(entries, values, strict=True)
    ]
    _keep_records(connection, declared, in_force)
    refresh_places(connection, declared, in_force)
    write(
        connection,
        entry,
        [each.entry.id for each in entries],
        update(entry).where(entry.c.id == bindparam("of_entry")),
        [_entry_row(declared, *each) for each in zip(entries, values, strict=True)],
    )


def _entry_row(declared: RecordSchema, known: _Known, values: Mapping[str, str | None]) -> dict[str, Any]:
    readings = known.machine.readings
    field = declared.number_field(known.entry.record)
    number = values.get(field) if field else None
    read = next((reading.text for reading in readings if reading.field == field), "")
    return {
        "of_entry": known.entry.id,
        "stands": known.stands,
        "number_text": number or read,
        "unaccepted": _unaccepted(readings, values, known.decisions) or None,
        **_number_and_year(number),
    }


def _unaccepted(
    readings: Sequence[FieldReading], values: Mapping[str, str | None], decisions: Mapping[str, Decision]
) -> dict[str, str]:
    """Return readings that nobody has accepted or decided, by field: for checks across entries, never effective."""
    return {
        reading.field: reading.canonical
        for reading in readings
        if reading.status is FieldStatus.READ
        and reading.canonical
        and values.get(reading.field) is None
        and reading.field not in decisions
    }


def _keep_records(connection: Connection, declared: RecordSchema, entries: Sequence[EffectiveValues]) -> None:
    """Keep one row of each entry that stands, in the table of its record; an entry that does not stand has none."""
    new: dict[str, list[EffectiveValues]] = {}
    for record in dict.fromkeys(each.record for each in entries):
        table = declared.records[record]
        standing = [each for each in entries if each.record == record and each.values is not None]
        ids = [each.entry_id for each in standing]
        kept = set(connection.scalars(select(table.c.entry_id).where(table.c.entry_id.in_(ids))))
        if rows := [
            {"of_entry": each.entry_id, **(each.values or {})} for each in standing if each.entry_id in kept
        ]:
            one_row = update(table).where(table.c.entry_id == bindparam("of_entry"))
            write(connection, table, kept, one_row, rows)
        new[record] = [each for each in standing if each.entry_id not in kept]
    removed = [each.entry_id for each in entries if each.values is None]
    removed += [each.entry_id for added in new.values() for each in added]
    if removed:
        for table in declared.records.values():
            elsewhere = select(table.c.entry_id).where(table.c.entry_id.in_(removed))
            if there := connection.scalars(elsewhere).all():
                remove(connection, table, there)
    for record, added in new.items():
        rows = [{"entry_id": each.entry_id, **(each.values or {})} for each in added]
        add(connection, declared.records[record], rows)


def _number_and_year(value: str | None) -> dict[str, Any]:
    """Return the columns of an effective number, ``NN/YYYY`` or as far as it is written: no year is ever added."""
    number, slash, year = (value or "").partition("/")
    if slash and not year.isdecimal():
        return {"number": value, "year": None}
    return {"number": number or None, "year": int(year) if slash else None}
