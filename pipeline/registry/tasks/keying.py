"""Keyed values on a task: recorded, and settled once enough people keyed the same value."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy import case as sql_case

from pipeline.base.errors import RegistryError
from pipeline.base.model import FieldStatus
from pipeline.base.stages import Stage
from pipeline.declarations.office.review import Way
from pipeline.registry.accounts.model import Person
from pipeline.registry.database.audit import add, change, noted, record, write
from pipeline.registry.database.audit.stored import key_of
from pipeline.registry.database.locks import hold_tasks
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.desk_context import DeskContext
from pipeline.registry.entries import projections
from pipeline.registry.entries.decisions import NewDecision, add_decisions, checked_verdict
from pipeline.registry.entries.rows import added_field, entry, resolved_place
from pipeline.registry.errors import StaleTask
from pipeline.registry.tasks.consensus import (
    WHOLE_ENTRY,
    Consensus,
    Verdict,
    consensus_of,
)
from pipeline.registry.tasks.keyed_values import (
    add_keyings,
    earlier_submissions,
    keyed_value_of,
    were_keyed,
)
from pipeline.registry.tasks.leases import KeyingMode, hand_back
from pipeline.registry.tasks.loading import (
    LoadedTask,
    TaskRow,
    initial_consensus,
    load_leased_task,
    open_noted_fields,
)
from pipeline.registry.tasks.model import KeyOutcome
from pipeline.registry.tasks.rows import (
    KeyingRow,
    decision,
    keying,
    planted_answer,
    review_task,
    submission,
)
from pipeline.registry.tasks.way_choice import answer_checks, settled_way
from pipeline.registry.withdrawals.stored_withdrawals import part_of, part_of_row


@dataclass(frozen=True, slots=True)
class Submission:
    """A submission at the desk.

    Attributes:
        token: Identifies a submission that a browser sends twice.
        kept: Fields that the person confirmed on request: a text that is no value of its field, or a blank where the
            machine saw ink.
    """

    person: Person
    mode: KeyingMode
    token: str
    seconds: float
    kept: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class KeyedTask:
    """The values that a person keyed on a task; ``wanted``: the fields that they may key there."""

    case: LoadedTask
    words: Sequence[Verdict]
    wanted: Collection[str]


def key(
    context: DeskContext,
    person: Person,
    task_id: int,
    version: int,
    words: Sequence[Verdict],
    *,
    token: str,
    seconds: float = 0.0,
    kept: Collection[str] = (),
) -> KeyOutcome:
    """Record the values that a person keyed for some or all fields of a task they hold.

    They keep the task while other fields of it wait for them. A repeated ``token`` gets the same answer and adds
    nothing. The audit names the fields of ``kept``.

    Raises:
        NotYours: The person does not hold the task.
        StaleTask: The task has changed since it was shown.
    """
    sent = Submission(person, KeyingMode.DESK, token, seconds, kept)
    hold_tasks(context.connection, [task_id])
    again = earlier_outcomes(context, sent, {task_id: words})
    if again:
        return again[task_id]
    case = load_leased_task(context, sent.person, task_id)
    check_version(case, version)
    said = KeyedTask(case, words, case.keyable_by(sent.person.account_id))
    outcome = record_keyed_values(context, [said], sent)[task_id]
    if not outcome.waiting:
        hand_back(context.connection, sent.person, KeyingMode.DESK, [task_id])
    return outcome


def earlier_outcomes(
    context: DeskContext, sent: Submission, words: Mapping[int, Sequence[Verdict]]
) -> dict[int, KeyOutcome]:
    """Return the outcomes of the same earlier submission, by task.

    Raises:
        RegistryError: The token belongs to another person's submission or to other ``words``, which must not be
            reported as recorded.
    """
    if not sent.token:
        raise RegistryError("Lần gửi này thiếu mã. Hãy tải lại trang rồi gửi lại.")
    outcomes = {}
    for task_id, row in earlier_submissions(context.connection, sent.token, list(words)).items():
        if row.account_id != sent.person.account_id or not were_keyed(
            context.connection, sent.token, task_id, words[task_id]
        ):
            raise RegistryError("Mã của lần gửi này đã dùng rồi. Hãy tải lại trang rồi gửi lại.")
        outcomes[task_id] = KeyOutcome(Stage(row.stage), tuple(row.settled), row.version, tuple(row.waiting))
    return outcomes


def check_version(case: LoadedTask, version: int) -> None:
    """Raise ``StaleTask`` if a task has changed since it was shown."""
    if case.version != version:
        raise StaleTask(
            "Nhiệm vụ này vừa được người khác sửa hoặc máy vừa đọc lại. Hãy tải lại rồi xem tiếp."
        )


def record_keyed_values(
    context: DeskContext, said: Sequence[KeyedTask], sent: Submission
) -> dict[int, KeyOutcome]:
    """Record the values that a person keyed on tasks that the caller holds, and decide the fields that they settle.

    Records and tasks are updated.

    Returns:
        The outcome of each task, by its id.

    Raises:
        RegistryError: A field is not ``wanted``, or a value contradicts itself; nothing is recorded then.
    """
    rows = [_checked_rows(context, task, sent) for task in said]
    ids = iter(add_keyings(context.connection, list(chain.from_iterable(rows))))
    spoken = [
        _keyed(task.case, [replace(row, id=next(ids)) for row in of_task])
        for task, of_task in zip(said, rows, strict=True)
    ]
    settled = [(one.case, field, now) for one in spoken for field, now in one.settled.items()]
    add_decisions(context.connection, [_decision(context, *one) for one in settled], context.now)
    if asked := [one.case.task_id for one in said if one.case.row.question]:
        change(context.connection, review_task, asked, question="")
    opened = [
        open_noted_fields(context, sent.person, task.case, [keyed_value_of(row).verdict for row in of_task])
        for task, of_task in zip(said, rows, strict=True)
    ]
    now = refresh_tasks_of(context, opened)
    outcomes = {one.case.task_id: one.outcome(context, now[one.case.task_id], sent.person) for one in spoken}
    add(
        context.connection,
        submission,
        [_submission(context, task_id, sent, came_to) for task_id, came_to in outcomes.items()],
    )
    written = rows_of_tasks(context.connection, [one.case.row for one in said])
    for one in spoken:
        details = {"fields": list(one.consensus), "settled": list(one.settled), "mode": sent.mode}
        if kept := [field for field in one.consensus if field in sent.kept]:
            details["kept"] = kept
        task_id = one.case.task_id
        record(
            context.connection, sent.person.login, "keyed", f"task:{task_id}", details, rows=written[task_id]
        )
    return outcomes


@dataclass(frozen=True, slots=True)
class _TaskState:
    """The columns of a task that change when values are keyed."""

    stage: str
    fields: list[str]
    version: int


def refresh_tasks_of(context: DeskContext, cases: Sequence[LoadedTask]) -> dict[int, _TaskState]:
    """Update records and tasks to the keyed values, and raise the version of each task.

    Returns:
        The state of the tasks afterwards, by id.
    """
    machines = {(case.row.page_id, case.row.entry_id): case.machine for case in cases}
    projections.refresh_projections(context.connection, context.declared, list(machines), machines)
    versions = {case.task_id: case.version + 1 for case in cases}
    rows = write(
        context.connection,
        review_task,
        versions,
        update(review_task)
        .where(review_task.c.id.in_(versions))
        .values(version=sql_case(versions, value=review_task.c.id))
        .returning(review_task.c.id, review_task.c.stage, review_task.c.fields, review_task.c.version),
    )
    return {row.id: _TaskState(row.stage, row.fields, row.version) for row in rows}


@dataclass(frozen=True, slots=True)
class _KeyedOutcome:
    """A task on which a person has just keyed values, with the consensus afterwards."""

    case: LoadedTask
    consensus: Mapping[str, Consensus]

    @property
    def settled(self) -> dict[str, Consensus]:
        return {
            field: consensus
            for field, consensus in self.consensus.items()
            if consensus.stage is Stage.SETTLED
        }

    def outcome(self, context: DeskContext, now: _TaskState, person: Person) -> KeyOutcome:
        """Return the outcome; ``now``: the state of the task."""
        stage, settled = Stage(now.stage), self.settled
        row = replace(self.case.row, stage=now.stage, fields=now.fields, version=now.version)
        consensus = {
            field: initial_consensus(context, row, field, self.case.machine, self.case.chosen)
            if field in settled
            else self.consensus.get(field)
            or self.case.consensus.get(field)
            or initial_consensus(context, row, field, self.case.machine, self.case.chosen)
            for field in now.fields
        }
        later = replace(self.case, row=row, consensus=consensus)
        waiting = later.keyable_by(person.account_id) if stage is self.case.stage else ()
        return KeyOutcome(stage, tuple(settled), later.version, waiting)


def _checked_rows(context: DeskContext, said: KeyedTask, sent: Submission) -> list[KeyingRow]:
    """Return the keyed values of a task as rows, without ids."""
    if not said.words or len({word.field for word in said.words}) < len(said.words):
        raise RegistryError("Mỗi lần gửi phải có ít nhất một trường, mỗi trường một lần.")
    for word in said.words:
        if word.field not in said.wanted:
            label = _label(context.declared, said.case, word.field)
            raise RegistryError(f"{label} không chờ bạn. Hãy tải lại nhiệm vụ này.")
    words = said.words
    if sent.mode in (KeyingMode.DESK, KeyingMode.COLUMN):
        words = answer_checks(context, said.case, words, sent.token)
    return [_row(context, said.case, word, sent) for word in words]


def _keyed(case: LoadedTask, rows: Sequence[KeyingRow]) -> _KeyedOutcome:
    """Return the consensus on the fields after these keyed values."""
    consensus = {}
    for row in rows:
        before = case.consensus[row.field]
        consensus[row.field] = consensus_of(
            Way(row.way), (*before.words, keyed_value_of(row)), before.excluded
        )
    return _KeyedOutcome(case, consensus)


def _row(context: DeskContext, case: LoadedTask, word: Verdict, sent: Submission) -> KeyingRow:
    of_task, field = case.row, word.field
    checked = checked_verdict(context.declared, of_task.record, word)
    consensus, decision = case.consensus[field], case.decisions.get(field)
    return KeyingRow(
        id=0,
        task_id=of_task.id,
        entry_id=of_task.entry_id,
        page_id=of_task.page_id,
        field=field,
        stage=consensus.stage,
        way=consensus.way if sent.mode is KeyingMode.IMPORT else settled_way(context, case, word),
        status=checked["status"],
        text=checked["text"],
        canonical=checked["canonical"],
        account_id=sent.person.account_id,
        login=sent.person.login,
        keyed_at=context.now,
        seconds=sent.seconds,
        mode=sent.mode,
        token=sent.token,
        after_decision_id=decision.decision_id if decision else None,
        takes_back_id=None,
        compared=context.compared(
            of_task.folder_name, of_task.volume, of_task.record, field, checked["text"]
        ),
    )


def _decision(context: DeskContext, case: LoadedTask, field: str, consensus: Consensus) -> NewDecision:
    """Return the decision of a settled field."""
    assert consensus.settled is not None
    said = consensus.settled.verdict
    return NewDecision(
        case.row,
        checked_verdict(
            context.declared, case.row.record, Verdict(field, FieldStatus(said.status), said.text)
        ),
        case.machine.seen_of(field),
        ", ".join(consensus.authors),
        keyings=[word.keying_id for word in consensus.words],
    )


def _submission(context: DeskContext, task_id: int, sent: Submission, came_to: KeyOutcome) -> dict[str, Any]:
    return {
        "token": sent.token,
        "task_id": task_id,
        "account_id": sent.person.account_id,
        "login": sent.person.login,
        "submitted_at": context.now,
        "stage": came_to.stage,
        "settled": list(came_to.settled),
        "waiting": list(came_to.waiting),
        "version": came_to.version,
    }


def _label(declared: RecordSchema, case: LoadedTask, field: str) -> str:
    if field == WHOLE_ENTRY:
        return "Phần chung của nhiệm vụ này"
    return f"“{declared.field(case.row.record, field).label}”"


Rows = Mapping[str, Collection[int]]
"""Ids of rows by table."""


def rows_of_tasks(connection: Connection, tasks: Sequence[TaskRow]) -> dict[int, Rows | None]:
    """Return the rows written for each task that no ``record`` has taken yet, by task id.

    With a single task, to which all rows belong, the value is None.
    """
    if len(tasks) == 1:
        return {tasks[0].id: None}
    owners: dict[Any, int] = {("task", task.id): task.id for task in tasks}
    owners |= {("entry", task.entry_id): task.id for task in tasks}
    owners |= {part_of(task): task.id for task in tasks}
    written: dict[int, dict[str, set[int]]] = {task.id: defaultdict(set) for task in tasks}
    for name, ids in noted(connection).items():
        for row_id, owner in _owners(connection, name, ids):
            if owner in owners:
                written[owners[owner]][name].add(row_id)
    return {**written}


def _owners(connection: Connection, table_name: str, ids: Collection[int]) -> Iterator[tuple[int, Any]]:
    """Yield each row id with a key for the task, entry or place that the row is about."""
    for table in (keying, submission, planted_answer):
        if table_name == table.name:
            query = select(table.c.id, table.c.task_id).where(table.c.id.in_(ids))
            yield from ((row.id, ("task", row.task_id)) for row in connection.execute(query))
    if table_name == review_task.name:
        yield from ((task_id, ("task", task_id)) for task_id in ids)
    elif table_name == added_field.name:
        query = select(added_field.c.id, added_field.c.entry_id).where(added_field.c.id.in_(ids))
        yield from ((row.id, ("entry", row.entry_id)) for row in connection.execute(query))
    elif table_name == decision.name:
        query = select(
            decision.c.id, decision.c.book_id, decision.c.scan_sha256, decision.c.page_no, decision.c.row
        ).where(decision.c.id.in_(ids))
        yield from ((row.id, part_of_row(row)) for row in connection.execute(query))
    elif table_name == resolved_place.name:
        query = select(resolved_place.c.id, resolved_place.c.entry_id).where(resolved_place.c.id.in_(ids))
        yield from ((row.id, ("entry", row.entry_id)) for row in connection.execute(query))
    elif table_name == entry.name or key_of(table_name) == "entry_id":
        yield from ((entry_id, ("entry", entry_id)) for entry_id in ids)
