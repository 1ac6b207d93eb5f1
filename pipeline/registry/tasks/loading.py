"""A review task with all that the desk needs: its stage, the machine's readings, the keyed values.

Fields of the acts in a margin note are opened as soon as somebody keys the note. They wait like fields that a person
added, at the ink of the note; what follows from the note is offered there.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain

from sqlalchemy import Connection, ScalarSelect, func, select

from pipeline.base.model import FieldReading, FieldStatus, PageRef
from pipeline.base.stages import Stage
from pipeline.declarations.office.review import Way
from pipeline.declarations.schema import RecordSpec, Schemas
from pipeline.registry.accounts.model import Person
from pipeline.registry.accounts.permissions import check_place
from pipeline.registry.accounts.permissions import stages as allowed_stages
from pipeline.registry.books.pages import rectification_of
from pipeline.registry.books.rows import book, page, scan
from pipeline.registry.data_entry.model import corners_of
from pipeline.registry.database.audit import add
from pipeline.registry.database.columns import rows_of
from pipeline.registry.database.locks import hold_tasks
from pipeline.registry.desk_context import DeskContext
from pipeline.registry.entries.machine_view import MachineView, decisions_at, machine_view, machine_views
from pipeline.registry.entries.rows import added_field, entry
from pipeline.registry.errors import NotThere
from pipeline.registry.tasks.chosen_ways import ChosenWays, chosen_ways
from pipeline.registry.tasks.consensus import ORDER, WHOLE_ENTRY, Consensus, Decision, Verdict, consensus_of
from pipeline.registry.tasks.found_readings import FIRST_AND_SECOND, finders
from pipeline.registry.tasks.keyed_values import (
    Exclusions,
    excluded_by_token,
    keyed_value_of,
    keyings_on,
    live_consensus_among,
)
from pipeline.registry.tasks.leases import KeyingMode, lease_lost, renew
from pipeline.registry.tasks.model import NotYours
from pipeline.registry.tasks.rows import KeyingRow, ReviewTaskRow, aside, lease, review_task
from pipeline.registry.tasks.way_plans import doubt_in, plan_of
from pipeline.registry.withdrawals.stored_withdrawals import part_of, refuse_withdrawn
from pipeline.values.derivations import ON_DEMAND, DerivationContext, derived
from pipeline.values.kinds.note import NotedActKind, noted_acts
from pipeline.values.predicates import Value

ANSWERED = "answered"
"""``aside.kind`` of an answer, with its question."""


def last_answer() -> ScalarSelect[str]:
    """Return the column with the last answer on a row of ``review_task`` and its question; NULL without an answer."""
    return (
        select(aside.c.words)
        .where(aside.c.task_id == review_task.c.id, aside.c.kind == ANSWERED)
        .order_by(aside.c.id.desc())
        .limit(1)
        .correlate(review_task)
        .scalar_subquery()
    )


@dataclass(frozen=True, slots=True)
class TaskRow(ReviewTaskRow):
    """A task with its page, scan and book.

    ``lease_until`` is None when nobody holds the task, ``answer`` (the last one) when there is none.
    """

    page_no: int
    sha256: str
    name: str
    folder_name: str
    volume: str
    form: str
    record: str
    number_text: str
    lease_until: datetime | None
    answer: str | None


@dataclass(frozen=True, slots=True)
class LoadedTask:
    """A task with its readings, decisions and keyed values.

    Attributes:
        row: The row of the task with those of its page, scan and book.
        decisions: The last decisions on its fields.
        consensus: The agreement on each field that is left, in the order of the form, and on the settled fields that
            are asked again.
        words: All its rows of ``keying``, oldest first.
        chosen: The ways that the program chose for its fields.
        finders: Accounts that saw its reading in a search; they key no first and no second value.
    """

    row: TaskRow
    machine: MachineView
    readings: Mapping[str, FieldReading]
    decisions: Mapping[str, Decision]
    consensus: Mapping[str, Consensus]
    words: Sequence[KeyingRow]
    chosen: ChosenWays
    finders: frozenset[int] = frozenset()

    @property
    def task_id(self) -> int:
        return int(self.row.id)

    @property
    def version(self) -> int:
        return int(self.row.version)

    @property
    def stage(self) -> Stage:
        return Stage(self.row.stage)

    @property
    def ref(self) -> PageRef:
        return PageRef(self.row.sha256, self.row.page_no)

    def withdrawn_by(self, account_id: int) -> dict[str, Verdict]:
        """Return the last keyed value of a person on each field, if they withdrew it."""
        gone = {row.takes_back_id for row in self.words}
        mine = {
            row.field: row for row in self.words if row.account_id == account_id and row.takes_back_id is None
        }
        return {field: keyed_value_of(row).verdict for field, row in mine.items() if row.id in gone}

    def decided(self, field: str) -> Verdict | None:
        """Return the last decision on a field."""
        decision = self.decisions.get(field)
        return None if decision is None else Verdict(field, decision.status, decision.text)

    def is_asked_again(self, field: str) -> bool:
        """Return whether a field is settled and asked of somebody else once more."""
        return field in self.chosen.asked_again and field not in self.row.fields

    def keyable_by(self, account_id: int) -> tuple[str, ...]:
        """Return the fields that this person may key at the stage of the task."""
        if self.stage in (Stage.RESCAN, Stage.SETTLED, Stage.WITHDRAWN):
            return ()
        return tuple(
            field
            for field, consensus in self.consensus.items()
            if consensus.waits_for(account_id)
            and self.stage in (consensus.stage, Stage.SUPERVISOR)
            and (account_id not in self.finders or consensus.stage not in FIRST_AND_SECOND)
        )


def task_row(connection: Connection, task_id: int) -> TaskRow:
    """Return a task with its page, scan and book.

    Raises:
        NotThere: There is no such task.
    """
    return task_rows(connection, [task_id])[task_id]


def task_rows(connection: Connection, task_ids: Collection[int]) -> dict[int, TaskRow]:
    """Return tasks as ``task_row`` does, by id, in the order of ``task_ids``."""
    query = (
        select(
            review_task,
            page.c.page_no,
            scan.c.sha256,
            scan.c.name,
            book.c.folder_name,
            book.c.volume,
            book.c.form,
            func.coalesce(entry.c.record, book.c.record),
            func.coalesce(entry.c.number_text, ""),
            lease.c.until,
            last_answer(),
        )
        .join_from(review_task, page, review_task.c.page_id == page.c.id)
        .join(scan)
        .join(book)
        .outerjoin(entry, review_task.c.entry_id == entry.c.id)
        .outerjoin(lease, lease.c.task_id == review_task.c.id)
        .where(review_task.c.id.in_(task_ids))
    )
    by_id = {row.id: row for row in rows_of(connection, TaskRow, query)}
    for task_id in task_ids:
        if task_id not in by_id:
            raise NotThere(f"Không có nhiệm vụ số {task_id}. Hãy tải lại danh sách nhiệm vụ.")
    return {task_id: by_id[task_id] for task_id in task_ids}


def load_task(context: DeskContext, task_id: int) -> LoadedTask:
    """Return all about one task.

    Raises:
        NotThere: There is no such task.
    """
    return load_tasks(context, [task_id])[task_id]


def load_tasks(context: DeskContext, task_ids: Collection[int]) -> dict[int, LoadedTask]:
    """Return tasks as ``load_task`` does, with as many queries as for a single task."""
    connection = context.connection
    rows = task_rows(connection, task_ids)
    subjects = [row.subject for row in rows.values()]
    decisions = decisions_at(connection, subjects)
    by_task = {task_id: decisions[row.subject] for task_id, row in rows.items()}
    words = keyings_on(connection, task_ids)
    excluded = excluded_by_token(connection, chain.from_iterable(words.values()))
    machines = machine_views(connection, context.declared, subjects)
    chosen = chosen_ways(connection, by_task)
    seen = finders(connection, task_ids)
    return {
        task_id: _case(
            context,
            row,
            machines[row.subject],
            by_task[task_id],
            words[task_id],
            excluded,
            chosen[task_id],
            seen.get(task_id, frozenset()),
        )
        for task_id, row in rows.items()
    }


def _case(
    context: DeskContext,
    row: TaskRow,
    machine: MachineView,
    decisions: Mapping[str, Decision],
    words: Sequence[KeyingRow],
    excluded: Exclusions,
    chosen: ChosenWays,
    seen: frozenset[int],
) -> LoadedTask:
    keyed = live_consensus_among(words, decisions, excluded)
    case = LoadedTask(
        row=row,
        machine=machine,
        readings={reading.field: reading for reading in machine.readings},
        decisions=decisions,
        consensus={
            field: keyed.get(field) or initial_consensus(context, row, field, machine, chosen)
            for field in row.fields
        },
        words=words,
        chosen=chosen,
        finders=seen,
    )
    return with_asked_again(case)


def with_asked_again(case: LoadedTask) -> LoadedTask:
    """Return a task with the settled fields that are asked again: typed unseen by somebody who has not keyed them."""
    asked = [name for name in case.chosen.asked_again if case.is_asked_again(name)]
    if not asked or case.stage not in ORDER:
        return case
    again = {
        name: Consensus(
            Way.BLIND_TWICE,
            case.stage,
            (),
            excluded=frozenset(word.account_id for word in case.words if word.field == name),
        )
        for name in asked
    }
    place = {name: at for at, name in enumerate(case.readings)}
    consensus = sorted({**case.consensus, **again}.items(), key=lambda item: place.get(item[0], len(place)))
    return replace(case, consensus=dict(consensus))


def initial_consensus(
    context: DeskContext, row: TaskRow, field: str, machine: MachineView, chosen: ChosenWays
) -> Consensus:
    """Return the consensus on a field that nobody has keyed."""
    of_book = context.policy.of_book(row.folder_name)
    if field == WHOLE_ENTRY:
        return consensus_of(of_book.whole, ())
    spec = context.declared.field(row.record, field)
    way = of_book.way(spec) or chosen.way(field)
    if way is None:
        plan = plan_of(context, row.book_id, row.folder_name)
        way = plan.way(doubt_in(machine, field), critical=spec.critical).way
    return consensus_of(way, ())


EITHER_MODE = (KeyingMode.DESK, KeyingMode.COLUMN)
"""A task may be leased by itself or as a snippet of a column: acts on the whole task are the same."""


def load_held_task(
    context: DeskContext, person: Person, task_id: int, modes: Collection[KeyingMode] = (KeyingMode.DESK,)
) -> LoadedTask:
    """Return a task that a person holds and may work on, and renew its lease.

    Args:
        modes: How they may hold it.

    Raises:
        NotYours: The person does not hold it.
        Withdrawn: What it is about was withdrawn.
    """
    hold_tasks(context.connection, [task_id])
    return load_leased_task(context, person, task_id, modes)


def load_leased_task(
    context: DeskContext, person: Person, task_id: int, modes: Collection[KeyingMode] = (KeyingMode.DESK,)
) -> LoadedTask:
    """Return a task as ``load_held_task`` does, for a caller that has locked it already."""
    allowed = allowed_stages(person)
    case = load_task(context, task_id)
    check_place(person, case.row.place_code)
    if case.stage is Stage.WITHDRAWN:
        refuse_withdrawn(context.connection, part_of(case.row))
    if not any(renew(context, [task_id], person, mode) for mode in modes):
        raise lease_lost()
    if case.stage not in allowed:
        raise NotYours("Nhiệm vụ này không còn ở bước của bạn. Hãy nhận nhiệm vụ khác.")
    return case


ALWAYS = frozenset({"noted_kind", "noted_number", "noted_day", "noted_authority"})
"""Derivations of fields that people always key, however clear the text is: the ink may say more."""


def open_noted_fields(
    context: DeskContext, person: Person, case: LoadedTask, words: Sequence[Verdict]
) -> LoadedTask:
    """Open the fields whose values keyed texts hold, such as the acts in a note, and return the task with them.

    Fields that wait, were read or were decided stay as they are; so does the task of a note that tells of no act.
    """
    schemas, entry_id = context.declared.schemas, case.row.entry_id
    record = schemas.record(case.row.record)
    if entry_id is None:
        return case
    opened = _opened_by(record, [word for word in words if word.status is FieldStatus.READ], schemas)
    taken = {one.field for one in case.readings.values() if one.status is not FieldStatus.NOT_ON_FORM}
    fields = [name for name in opened if name not in taken | case.decisions.keys()]
    if not fields:
        return case
    shown = rectification_of(context.connection, case.row.book_id, case.ref)
    boxes = {name: reading.box for name in fields if (reading := case.readings.get(opened[name]))}
    corners = {
        name: [list(point) for point in corners_of(box, None if shown is None else shown.matrix)]
        for name, box in boxes.items()
        if box is not None
    }
    add(
        context.connection,
        added_field,
        [
            {
                "entry_id": entry_id,
                "field": name,
                "text": "",
                "canonical": "",
                "corners": corners.get(name),
                "account_id": person.account_id,
                "login": person.login,
                "added_at": context.now,
            }
            for name in fields
        ],
    )
    machine = machine_view(context.connection, context.declared, case.row.subject)
    return replace(case, machine=machine, readings={one.field: one for one in machine.readings})


def _opened_by(record: RecordSpec, words: Sequence[Verdict], schemas: Schemas) -> dict[str, str]:
    """Return the fields whose values keyed texts hold, in the record's order, each with the field of the text."""
    values = {word.field: Value(word.text, word.text, FieldStatus.READ) for word in words}
    context = DerivationContext(lists=schemas.vocabularies)
    note = None if record.book is None else values.get(record.book.notes)
    acts = () if note is None else noted_acts(note.text)
    # a stamp that says nothing but the kind of registration has a field of its own
    is_act = any(act.kind is not NotedActKind.RE_REGISTRATION or act.number for act in acts)
    opened: dict[str, str] = {}
    for one in record.derivations:
        source = one.fields[0]
        if one.rule not in ON_DEMAND or source not in values:
            continue
        if record.book is not None and source == record.book.notes and not is_act:
            continue
        given = [values.get(name) for name in one.fields]
        if one.rule in ALWAYS or derived(one.rule, given, one.limits, context) is not None:
            opened[one.field] = source
    return {spec.name: opened[spec.name] for spec in record.fields if spec.name in opened}
