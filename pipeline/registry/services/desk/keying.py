"""A person's words on a task come in: recorded, and settled where enough people have said the same."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from sqlalchemy import case as sql_case
from sqlalchemy import update

from pipeline.errors import RegistryError
from pipeline.model import FieldStatus
from pipeline.registry.database.audit import add, record
from pipeline.registry.database.locks import hold_tasks
from pipeline.registry.model.accounts import Person
from pipeline.registry.model.consensus import Standing, Word, standing
from pipeline.registry.model.decisions import WHOLE_ENTRY, SeenReading, Verdict
from pipeline.registry.model.desk import KeyOutcome, Stage
from pipeline.registry.model.errors import StaleTask
from pipeline.registry.repositories import projections
from pipeline.registry.repositories.decisions import NewDecision, add_decisions, checked_verdict
from pipeline.registry.repositories.desk_context import Sitting
from pipeline.registry.repositories.effective_values import whole_seen
from pipeline.registry.repositories.keyings import add_words, earlier_submissions, were_said
from pipeline.registry.repositories.leases import Mode, hand_back
from pipeline.registry.services.desk.cases import Case, case_in_hand, untouched
from pipeline.registry.services.desk.written import rows_of_tasks
from pipeline.registry.tables.desk import submission
from pipeline.registry.tables.record_schema import RecordSchema
from pipeline.registry.tables.tasks import review_task


@dataclass(frozen=True, slots=True)
class Submission:
    """Whose words they are and how they came in. ``token``: the same one comes twice when a browser sends twice;
    ``seconds`` that the person took."""

    person: Person
    mode: Mode
    token: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Said:
    """One person's words on one task. ``wanted``: the fields of which they may say something there."""

    case: Case
    words: Sequence[Verdict]
    wanted: Collection[str]


def key_task(
    sitting: Sitting, task_id: int, version: int, words: Sequence[Verdict], sent: Submission
) -> KeyOutcome:
    """A person's words on a task in hand. They keep it as long as something else on it waits for them. Raises
    ``NotYours``, and ``StaleTask`` when the task is no longer the one that was shown."""
    hold_tasks(sitting.connection, [task_id])
    again = outcomes_again(sitting, sent, {task_id: words})
    if again:
        return again[task_id]
    case = case_in_hand(sitting, sent.person, task_id)
    check_version(case, version)
    said = Said(case, words, case.wanted_of(sent.person.account_id))
    outcome = record_words(sitting, [said], sent)[task_id]
    if not outcome.waiting:
        hand_back(sitting.connection, sent.person, Mode.DESK, [task_id])
    return outcome


def outcomes_again(
    sitting: Sitting, sent: Submission, words: Mapping[int, Sequence[Verdict]]
) -> dict[int, KeyOutcome]:
    """What the same submission came to before, on each task where it did. Raises ``RegistryError`` when somebody
    else's, or other ``words``, had that token: nobody is told that words were taken which were not."""
    if not sent.token:
        raise RegistryError("Lần gửi này thiếu mã. Hãy tải lại trang rồi gửi lại.")
    found = {}
    for task_id, row in earlier_submissions(sitting.connection, sent.token, list(words)).items():
        if row["account_id"] != sent.person.account_id or not were_said(
            sitting.connection, sent.token, task_id, words[task_id]
        ):
            raise RegistryError("Mã của lần gửi này đã dùng rồi. Hãy tải lại trang rồi gửi lại.")
        found[task_id] = KeyOutcome(
            Stage(row["stage"]), tuple(row["settled"]), row["version"], tuple(row["waiting"])
        )
    return found


def check_version(case: Case, version: int) -> None:
    """Raises ``StaleTask`` when the task is no longer the one that was shown."""
    if case.version != version:
        raise StaleTask("Việc này vừa được người khác sửa hoặc máy vừa đọc lại. Hãy tải lại rồi xem tiếp.")


def record_words(sitting: Sitting, said: Sequence[Said], sent: Submission) -> dict[int, KeyOutcome]:
    """Record the words of one person on tasks that the caller holds, decide what they settle, and bring the tasks after
    them; what came of each task, by its id. Raises ``RegistryError`` for a field that is not ``wanted``, and for a word
    that contradicts itself; nothing is recorded then."""
    checked = [_checked(sitting, one) for one in said]
    rows = [
        _row(one.case, verdict, sent, sitting)
        for one, verdicts in zip(said, checked, strict=True)
        for verdict in verdicts
    ]
    ids = iter(add_words(sitting.connection, rows))
    spoken = [
        _spoken(one.case, verdicts, tuple(islice(ids, len(verdicts))), sent.person)
        for one, verdicts in zip(said, checked, strict=True)
    ]
    settled = [(one.case, field, now) for one in spoken for field, now in one.settled.items()]
    add_decisions(sitting.connection, [_decision(sitting, *one) for one in settled], sitting.now)
    if asked := [one.case.task_id for one in said if one.case.row["question"]]:
        sitting.connection.execute(update(review_task).where(review_task.c.id.in_(asked)).values(question=""))
    now = follow(sitting, [one.case for one in said])
    outcomes = {one.case.task_id: one.outcome(sitting, now[one.case.task_id], sent.person) for one in spoken}
    add(
        sitting.connection,
        submission,
        [_submission(sitting, task_id, sent, came_to) for task_id, came_to in outcomes.items()],
    )
    written = rows_of_tasks(sitting.connection, [one.case.row for one in said])
    for one in spoken:
        told = {"fields": list(one.standings), "settled": list(one.settled), "mode": sent.mode}
        task_id = one.case.task_id
        record(sitting.connection, sent.person.login, "keyed", f"task:{task_id}", told, rows=written[task_id])
    return outcomes


def follow(sitting: Sitting, cases: Sequence[Case]) -> dict[int, Mapping[str, Any]]:
    """Bring records and tasks in step with the words on these tasks, and give each task a new version in any case; the
    rows of the tasks then, by id."""
    machines = {(case.row["page_id"], case.row["entry_id"]): case.machine for case in cases}
    projections.refresh_projections(sitting.connection, sitting.declared, list(machines), machines)
    versions = {case.task_id: case.version + 1 for case in cases}
    rows = sitting.connection.execute(
        update(review_task)
        .where(review_task.c.id.in_(versions))
        .values(version=sql_case(versions, value=review_task.c.id))
        .returning(review_task.c.id, review_task.c.stage, review_task.c.fields, review_task.c.version)
    )
    return {row["id"]: dict(row) for row in rows.mappings()}


@dataclass(frozen=True, slots=True)
class _Spoken:
    """What a person has just said on a task: ``standings`` of the fields after it, ``settled`` those of them that these
    words settle."""

    case: Case
    standings: Mapping[str, Standing]

    @property
    def settled(self) -> dict[str, Standing]:
        return {field: one for field, one in self.standings.items() if one.stage is Stage.SETTLED}

    def outcome(self, sitting: Sitting, now: Mapping[str, Any], person: Person) -> KeyOutcome:
        """What it came to; ``now``: the row of the task."""
        stage, settled = Stage(now["stage"]), self.settled
        row = {**self.case.row, **now}
        standings = {
            field: untouched(sitting, row, field)
            if field in settled
            else self.standings.get(field) or self.case.standings.get(field) or untouched(sitting, row, field)
            for field in now["fields"]
        }
        later = replace(self.case, row=row, standings=standings)
        waiting = later.wanted_of(person.account_id) if stage is self.case.stage else ()
        return KeyOutcome(stage, tuple(settled), later.version, waiting)


def _checked(sitting: Sitting, said: Said) -> list[dict[str, str]]:
    """The words as columns."""
    if not said.words or len({word.field for word in said.words}) < len(said.words):
        raise RegistryError("Mỗi lần gửi phải có ít nhất một trường, mỗi trường một lần.")
    for word in said.words:
        if word.field not in said.wanted:
            label = _label(sitting.declared, said.case, word.field)
            raise RegistryError(f"{label} không chờ bạn. Hãy tải lại việc này.")
    record_name = said.case.row["record"]
    return [checked_verdict(sitting.declared, record_name, word) for word in said.words]


def _spoken(case: Case, verdicts: Sequence[Mapping[str, str]], ids: Sequence[int], person: Person) -> _Spoken:
    """The fields after these words, which got these ``ids``."""
    standings = {}
    for verdict, keying_id in zip(verdicts, ids, strict=True):
        field = verdict["field"]
        said = Verdict(field, FieldStatus(verdict["status"]), verdict["text"])
        word = Word(keying_id, person.account_id, person.login, said)
        before = case.standings[field]
        standings[field] = standing(before.way, (*before.words, word), before.apart)
    return _Spoken(case, standings)


def _row(case: Case, verdict: Mapping[str, str], sent: Submission, sitting: Sitting) -> dict[str, Any]:
    one, decision = case.standings[verdict["field"]], case.decisions.get(verdict["field"])
    return {
        "task_id": case.task_id,
        "entry_id": case.row["entry_id"],
        "page_id": case.row["page_id"],
        **verdict,
        "stage": one.stage,
        "way": one.way,
        "account_id": sent.person.account_id,
        "login": sent.person.login,
        "keyed_at": sitting.now,
        "seconds": sent.seconds,
        "mode": sent.mode,
        "token": sent.token,
        "after_decision_id": decision.decision_id if decision else None,
        "takes_back_id": None,
    }


def _decision(sitting: Sitting, case: Case, field: str, one: Standing) -> NewDecision:
    """What these words settle."""
    assert one.settled is not None
    seen = (
        whole_seen(case.machine.findings)
        if field == WHOLE_ENTRY
        else SeenReading.of(case.readings.get(field))
    )
    said = one.settled.verdict
    return NewDecision(
        case.row,
        checked_verdict(
            sitting.declared, case.row["record"], Verdict(field, FieldStatus(said.status), said.text)
        ),
        seen,
        ", ".join(one.authors),
        keyings=[word.keying_id for word in one.words],
    )


def _submission(sitting: Sitting, task_id: int, sent: Submission, came_to: KeyOutcome) -> dict[str, Any]:
    return {
        "token": sent.token,
        "task_id": task_id,
        "account_id": sent.person.account_id,
        "login": sent.person.login,
        "submitted_at": sitting.now,
        "stage": came_to.stage,
        "settled": list(came_to.settled),
        "waiting": list(came_to.waiting),
        "version": came_to.version,
    }


def _label(declared: RecordSchema, case: Case, field: str) -> str:
    if field == WHOLE_ENTRY:
        return "Phần chung của việc này"
    return f"“{declared.field(case.row['record'], field).label}”"
