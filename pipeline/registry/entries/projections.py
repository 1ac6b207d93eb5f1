"""Keeps what follows from readings and decisions in step with them.

The record, its places, the entry's number, the task.

Called in the transaction that changed readings or added decisions, so that nobody ever sees one without the other.
Many entries are asked about and written together: a check of all books touches thousands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, literal, select, union_all, update

from pipeline.base.model import FIRST_TYPED_ROW, FieldReading, FieldStatus
from pipeline.registry.checks.model import CrossEntryFinding
from pipeline.registry.database.audit import changing, wrote
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.entries.effective_values import derive_effective_values, left_to_decide
from pipeline.registry.entries.machine_view import MachineView, decisions_at, machine_views, tasks_at
from pipeline.registry.entries.model import EffectiveValues
from pipeline.registry.entries.places import refresh_places
from pipeline.registry.entries.rows import EntryPlace, Subject, SubjectPlace, entry
from pipeline.registry.entries.subjects import places_of_subjects
from pipeline.registry.tasks.consensus import Consensus, Decision
from pipeline.registry.tasks.keyed_values import live_consensus
from pipeline.registry.tasks.rows import ReviewTaskRow
from pipeline.registry.tasks.stored_tasks import TaskWanted, refresh_tasks
from pipeline.registry.withdrawals.stored_withdrawals import part_of, withdrawn_places

AT_ONCE = 500
"""Entries and pages that one statement asks about."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What there is on an entry, or on a page itself."""

    subject: Subject
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
        """Whether it is there by what the machine or people say, as a page always is, and is not withdrawn."""
        added = self.place.row >= FIRST_TYPED_ROW
        there = self.subject[1] is None or bool(self.entry.found or added or self.decisions or self.keyed)
        return there and not self.withdrawn

    @property
    def cross_entry_findings(self) -> tuple[CrossEntryFinding, ...]:
        """What checks across entries found, as long as there is anything for it to stand on."""
        return self.machine.cross_entry_findings if self.stands else ()

    @property
    def task_wanted(self) -> TaskWanted:
        left = left_to_decide(
            self.machine,
            self.decisions,
            self.cross_entry_findings,
            self.keyed,
        )
        of_book = (
            {one.finding.code for one in self.cross_entry_findings} if self.subject[1] is None else set()
        )
        return TaskWanted(
            self.subject,
            self.place,
            self.task,
            left,
            self.keyed,
            withdrawn=self.withdrawn,
            is_about_book=not of_book.isdisjoint(left.reasons),
        )


def refresh_projections(
    connection: Connection,
    declared: RecordSchema,
    subjects: Iterable[Subject],
    machines: Mapping[Subject, MachineView] | None = None,
    *,
    leave: bool = False,
) -> set[Subject]:
    """Bring record, number and task of entries, and the tasks of pages themselves, up to date.

    Args:
        subjects: The entries and pages.
        machines: What the machine says of some of them, of a caller who knows.
        leave: Leave those as they are whose rows were altered behind the program's back, and go on with the rest.

    Returns:
        The subjects whose task was opened *again* by this.

    Raises:
        RegistryError: One of them is not there.
        RowTampered: A row of one of them was altered.
    """
    wanted = list(dict.fromkeys(subjects))
    reopened: set[Subject] = set()
    for start in range(0, len(wanted), AT_ONCE):
        known = _known(connection, declared, wanted[start : start + AT_ONCE], machines or {})
        entries = [one for one in known if one.subject[1] is not None]
        altered = _compare(connection, declared, [one.entry.id for one in entries], leave=leave)
        _follow_entries(connection, declared, [one for one in entries if one.entry.id not in altered])
        reopened |= refresh_tasks(connection, [one.task_wanted for one in known], leave=leave)
    return reopened


def _known(
    connection: Connection,
    declared: RecordSchema,
    subjects: Sequence[Subject],
    machines: Mapping[Subject, MachineView],
) -> list[_Known]:
    places = places_of_subjects(connection, subjects)
    views = {
        **machine_views(connection, declared, [one for one in subjects if one not in machines]),
        **machines,
    }
    decisions = decisions_at(connection, subjects)
    tasks = tasks_at(connection, subjects)
    keyed = live_consensus(connection, {task.id: decisions[subject] for subject, task in tasks.items()})
    gone = withdrawn_places(connection, places.values())
    return [
        _Known(
            subject,
            places[subject],
            views[subject],
            decisions[subject],
            task := tasks.get(subject),
            {} if task is None else keyed[task.id],
            withdrawn=part_of(places[subject]) in gone,
        )
        for subject in subjects
    ]


def _compare(
    connection: Connection, declared: RecordSchema, entry_ids: Sequence[int], *, leave: bool
) -> frozenset[int]:
    """Compare the rows of these entries with their last digests; returns the entries that were altered."""
    if not entry_ids:
        return frozenset()
    altered = changing(connection, entry, entry_ids, leave=leave)
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
        altered |= changing(connection, table, there[table.name], leave=leave)
    return altered


def _follow_entries(connection: Connection, declared: RecordSchema, entries: Sequence[_Known]) -> None:
    """Bring their records, places and numbers up to date."""
    if not entries:
        return
    values = [
        derive_effective_values(
            declared,
            one.entry.record,
            one.machine.readings,
            one.decisions,
            one.cross_entry_findings,
            one.keyed,
        )
        for one in entries
    ]
    in_force = [
        EffectiveValues(one.entry.id, one.entry.record, its if one.stands else None)
        for one, its in zip(entries, values, strict=True)
    ]
    _keep_records(connection, declared, in_force)
    refresh_places(connection, declared, in_force)
    connection.execute(
        update(entry).where(entry.c.id == bindparam("of_entry")),
        [_entry_row(declared, one, its) for one, its in zip(entries, values, strict=True)],
    )
    wrote(connection, entry, [one.entry_id for one in in_force])


def _entry_row(declared: RecordSchema, one: _Known, values: Mapping[str, str | None]) -> dict[str, Any]:
    readings = one.machine.readings
    field = declared.number_field(one.entry.record)
    number = values.get(field) if field else None
    read = next((reading.text for reading in readings if reading.field == field), "")
    return {
        "of_entry": one.entry.id,
        "stands": one.stands,
        "number_text": number or read,
        "unaccepted": _unaccepted(readings, values, one.decisions) or None,
        **_number_and_year(number),
    }


def _unaccepted(
    readings: Sequence[FieldReading], values: Mapping[str, str | None], decisions: Mapping[str, Decision]
) -> dict[str, str]:
    """Return what the machine read and nobody has accepted or decided: for checks across entries, never effective."""
    return {
        reading.field: reading.canonical
        for reading in readings
        if reading.status is FieldStatus.READ
        and reading.canonical
        and values.get(reading.field) is None
        and reading.field not in decisions
    }


def _keep_records(connection: Connection, declared: RecordSchema, entries: Sequence[EffectiveValues]) -> None:
    """Keep one row of each valid entry in the table of its record, and none in the others.

    An invalid entry has no row at all.
    """
    new: dict[str, list[EffectiveValues]] = {}
    for record in dict.fromkeys(one.record for one in entries):
        own = declared.records[record]
        standing = [one for one in entries if one.record == record and one.values is not None]
        ids = [one.entry_id for one in standing]
        there = set(connection.scalars(select(own.c.entry_id).where(own.c.entry_id.in_(ids))))
        if rows := [
            {"of_entry": one.entry_id, **(one.values or {})} for one in standing if one.entry_id in there
        ]:
            connection.execute(update(own).where(own.c.entry_id == bindparam("of_entry")), rows)
        new[record] = [one for one in standing if one.entry_id not in there]
        wrote(connection, own, there)
    homeless = [one.entry_id for one in entries if one.values is None]
    homeless += [one.entry_id for some in new.values() for one in some]
    if homeless:
        for table in declared.records.values():
            elsewhere = delete(table).where(table.c.entry_id.in_(homeless)).returning(table.c.entry_id)
            wrote(connection, table, connection.scalars(elsewhere))
    for record, some in new.items():
        if some:
            rows = [{"entry_id": one.entry_id, **(one.values or {})} for one in some]
            connection.execute(insert(declared.records[record]), rows)
            wrote(connection, declared.records[record], [one.entry_id for one in some], new=True)


def _number_and_year(value: str | None) -> dict[str, Any]:
    """A number in force, ``NN/YYYY`` or as far as it is written; never a year that is not there."""
    number, slash, year = (value or "").partition("/")
    if slash and not year.isdecimal():
        return {"number": value, "year": None}
    return {"number": number or None, "year": int(year) if slash else None}
