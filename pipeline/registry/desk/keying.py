"""A person's words on a task come in: recorded, and settled where enough people have said the same."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import update

from pipeline.errors import RegistryError
from pipeline.model import FieldStatus
from pipeline.registry import upkeep
from pipeline.registry.accounts.person import Person
from pipeline.registry.audit import add, record
from pipeline.registry.deciding import add_decision, checked_verdict
from pipeline.registry.declared import Declared
from pipeline.registry.desk.agreement import Standing
from pipeline.registry.desk.cases import Case, case_in_hand, case_of
from pipeline.registry.desk.leases import Mode, hand_back
from pipeline.registry.desk.sitting import Sitting
from pipeline.registry.desk.tables import submission
from pipeline.registry.desk.values import KeyOutcome, Stage
from pipeline.registry.desk.words import add_words, earlier_submission, live_standings, were_said
from pipeline.registry.locks import hold_tasks
from pipeline.registry.standing import whole_seen
from pipeline.registry.tables import review_task
from pipeline.registry.values import WHOLE_ENTRY, Seen, StaleTask, Verdict


@dataclass(frozen=True, slots=True)
class Submission:
    """Whose words they are and how they came in. ``token``: the same one comes twice when a browser sends twice;
    ``seconds`` that the person took."""

    person: Person
    mode: Mode
    token: str
    seconds: float


def key_task(
    sitting: Sitting, task_id: int, version: int, words: Sequence[Verdict], sent: Submission
) -> KeyOutcome:
    """A person's words on a task in hand. They keep it as long as something else on it waits for them. Raises
    ``NotYours``, and ``StaleTask`` when the task is no longer the one that was shown."""
    hold_tasks(sitting.connection, [task_id])
    again = outcome_again(sitting, sent, task_id, words)
    if again is not None:
        return again
    case = case_in_hand(sitting, sent.person, task_id)
    check_version(case, version)
    outcome = record_words(sitting, case, words, sent, case.wanted_of(sent.person.account_id))
    if not outcome.waiting:
        hand_back(sitting.connection, sent.person, Mode.DESK, [task_id])
    return outcome


def outcome_again(
    sitting: Sitting, sent: Submission, task_id: int, words: Sequence[Verdict]
) -> KeyOutcome | None:
    """What the same submission came to before; None when it is new. Raises ``RegistryError`` when somebody else's, or
    other ``words``, had that token: nobody is told that words were taken which were not."""
    if not sent.token:
        raise RegistryError("Lần gửi này thiếu mã. Hãy tải lại trang rồi gửi lại.")
    row = earlier_submission(sitting.connection, sent.token, task_id)
    if row is None:
        return None
    if row["account_id"] != sent.person.account_id or not were_said(
        sitting.connection, sent.token, task_id, words
    ):
        raise RegistryError("Mã của lần gửi này đã dùng rồi. Hãy tải lại trang rồi gửi lại.")
    return KeyOutcome(Stage(row["stage"]), tuple(row["settled"]), row["version"], tuple(row["waiting"]))


def check_version(case: Case, version: int) -> None:
    """Raises ``StaleTask`` when the task is no longer the one that was shown."""
    if case.version != version:
        raise StaleTask("Việc này vừa được người khác sửa hoặc máy vừa đọc lại. Hãy tải lại rồi xem tiếp.")


def record_words(
    sitting: Sitting, case: Case, words: Sequence[Verdict], sent: Submission, wanted: Collection[str]
) -> KeyOutcome:
    """Record the words of one person on the fields that are ``wanted`` of them, decide what they settle, and bring the
    task after them. Raises ``RegistryError`` for a field that is not, and for a word that contradicts itself."""
    connection, declared = sitting.connection, sitting.declared
    if not words or len({word.field for word in words}) < len(words):
        raise RegistryError("Mỗi lần gửi phải có ít nhất một trường, mỗi trường một lần.")
    for word in words:
        if word.field not in wanted:
            raise RegistryError(f"{_label(declared, case, word.field)} không chờ bạn. Hãy tải lại việc này.")
    verdicts = [checked_verdict(declared, case.row["record"], word) for word in words]
    add_words(connection, [_row(case, verdict, sent, sitting) for verdict in verdicts])
    standings = live_standings(connection, {case.task_id: case.decisions})[case.task_id]
    settled = [word.field for word in words if standings[word.field].stage is Stage.SETTLED]
    for field in settled:
        _decide(sitting, case, field, standings[field])
    if case.row["question"]:
        connection.execute(update(review_task).where(review_task.c.id == case.task_id).values(question=""))
    follow(sitting, case)
    outcome = _outcome(sitting, case, settled, sent)
    told = {"fields": [word.field for word in words], "settled": settled, "mode": sent.mode}
    record(connection, sent.person.login, "keyed", f"task:{case.task_id}", told)
    return outcome


def follow(sitting: Sitting, case: Case) -> None:
    """Bring record and task in step with the words on a task, and give the task a new version in any case."""
    connection, before = sitting.connection, case.version
    subject = case.row["page_id"], case.row["entry_id"]
    upkeep.follow(connection, sitting.declared, [subject], {subject: case.machine})
    connection.execute(
        update(review_task)
        .where(review_task.c.id == case.task_id, review_task.c.version == before)
        .values(version=before + 1)
    )


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


def _decide(sitting: Sitting, case: Case, field: str, one: Standing) -> None:
    assert one.settled is not None
    seen = whole_seen(case.machine.findings) if field == WHOLE_ENTRY else Seen.of(case.readings.get(field))
    said = one.settled.verdict
    verdict = checked_verdict(
        sitting.declared, case.row["record"], Verdict(field, FieldStatus(said.status), said.text)
    )
    add_decision(
        sitting.connection,
        case.row["page_id"],
        case.row,
        verdict,
        seen,
        ", ".join(one.authors),
        "",
        decided_at=sitting.now,
        keyings=[word.keying_id for word in one.words],
    )


def _outcome(sitting: Sitting, before: Case, settled: Sequence[str], sent: Submission) -> KeyOutcome:
    now = case_of(sitting, before.task_id, before.machine)
    waiting = now.wanted_of(sent.person.account_id) if now.stage is before.stage else ()
    outcome = KeyOutcome(now.stage, tuple(settled), now.version, waiting)
    row = {
        "token": sent.token,
        "task_id": before.task_id,
        "account_id": sent.person.account_id,
        "login": sent.person.login,
        "submitted_at": sitting.now,
        "stage": outcome.stage,
        "settled": list(outcome.settled),
        "waiting": list(outcome.waiting),
        "version": outcome.version,
    }
    add(sitting.connection, submission, [row])
    return outcome


def _label(declared: Declared, case: Case, field: str) -> str:
    if field == WHOLE_ENTRY:
        return "Phần chung của việc này"
    return f"“{declared.field(case.row['record'], field).label}”"
