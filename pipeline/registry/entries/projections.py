"""Keeps what follows from readings and decisions in step with them.

The record, its places, the entry's number, the task.

Called in the transaction that changed readings or added decisions, so that nobody ever sees one without the other.
Many entries are asked about and written together: a check of all books touches thousands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, literal, select, union_all, update

from pipeline.base.model import FIRST_TYPED_ROW, FieldReading, FieldStatus
from pipeline.registry.checks.model import CrossEntryFinding
from pipeline.registry.database.audit import add, compare, remove, write
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.entries.added_readings import corrected_covers, under_cover
from pipeline.registry.entries.effective_values import derive_effective_values, left_to_decide
from pipeline.registry.entries.machine_view import (
    MachineView,
    Subject,
    decisions_at,
    machine_views,
    places_of_subjects,
    tasks_at,
)
from pipeline.registry.entries.model import EffectiveValues
from pipeline.registry.entries.places import refresh_places
from pipeline.registry.entries.rows import EntryPlace, SubjectPlace, entry
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
            self.machine.readings,
            self.machine.findings,
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
        known = _known(connection, wanted[start : start + AT_ONCE], machines or {})
        entries = [one for one in known if one.subject[1] is not None]
        altered = _compare(connection, declared, [one.entry.id for one in entries], leave=leave)
        _follow_entries(connection, declared, [one for one in entries if one.entry.id not in altered])
        reopened |= refresh_tasks(connection, [one.task_wanted for one in known], leave=leave)
    return reopened


def _known(
    connection: Connection, subjects: Sequence[Subject], machines: Mapping[Subject, MachineView]
) -> list[_Known]:
    places = places_of_subjects(connection, subjects)
    views = {**machine_views(connection, [one for one in subjects if one not in machines]), **machines}
    spots = {subject: (place.page_id, place.row) for subject, place in places.items()}
    decisions = decisions_at(connection, spots.values())
    tasks = tasks_at(connection, spots.values())
    keyed = live_consensus(connection, {task.id: decisions[spot] for spot, task in tasks.items()})
    gone = withdrawn_places(connection, places.values())
    found = []
    for subject in subjects:
        spot = spots[subject]
        task = tasks.get(spot)
        consensus = {} if task is None else keyed[task.id]
        found.append(
            _Known(
                subject,
                places[subject],
                views[subject],
                decisions[spot],
                task,
                consensus,
                withdrawn=part_of(places[subject]) in gone,
            )
        )
    return found


def _compare(
    connection: Connection, declared: RecordSchema, entry_ids: Sequence[int], *, leave: bool
) -> frozenset[int]:
    """Compare the rows of these entries with their last digests; returns the entries that were altered."""
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
    """Bring their records, places and numbers up to date."""
    if not entries:
        return
    covers = corrected_covers(connection, {one.place.book_id for one in entries})
    readings = [
        under_cover(declared, one.entry.record, one.machine.readings, covers.get(one.place.book_id))
        for one in entries
    ]
    values = [
        derive_effective_values(
            declared,
            one.entry.record,
            read,
            one.decisions,
            one.cross_entry_findings,
            one.keyed,
        )
        for one, read in zip(entries, readings, strict=True)
    ]
    in_force = [
        EffectiveValues(one.entry.id, one.entry.record, its if one.stands else None)
        for one, its in zip(entries, values, strict=True)
    ]
    _keep_records(connection, declared, in_force)
    refresh_places(connection, declared, in_force)
    write(
        connection,
        entry,
        [one.entry_id for one in in_force],
        update(entry).where(entry.c.id == bindparam("of_entry")),
        [
            _entry_row(declared, one, read, its)
            for one, read, its in zip(entries, readings, values, strict=True)
        ],
    )


def _entry_row(
    declared: RecordSchema,
    one: _Known,
    readings: Sequence[FieldReading],
    values: Mapping[str, str | None],
) -> dict[str, Any]:
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
            write(connection, own, there, update(own).where(own.c.entry_id == bindparam("of_entry")), rows)
        new[record] = [one for one in standing if one.entry_id not in there]
    homeless = [one.entry_id for one in entries if one.values is None]
    homeless += [one.entry_id for some in new.values() for one in some]
    if homeless:
        for table in declared.records.values():
            elsewhere = select(table.c.entry_id).where(table.c.entry_id.in_(homeless))
            if there := set(connection.scalars(elsewhere)):
                remove(connection, table, there)
    for record, some in new.items():
        rows = [{"entry_id": one.entry_id, **(one.values or {})} for one in some]
        add(connection, declared.records[record], rows)


def _number_and_year(value: str | None) -> dict[str, Any]:
    """A number in force, ``NN/YYYY`` or as far as it is written; never a year that is not there."""
    number, slash, year = (value or "").partition("/")
    if slash and not year.isdecimal():
        return {"number": value, "year": None}
    return {"number": number or None, "year": int(year) if slash else None}
