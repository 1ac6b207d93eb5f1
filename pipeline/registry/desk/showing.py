"""What a person sees of a task. What might tell them what to say is left out where they are to key blind."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from pipeline.registry.declared import Declared
from pipeline.registry.desk.agreement import Standing
from pipeline.registry.desk.asides import answered
from pipeline.registry.desk.cases import Case
from pipeline.registry.desk.tables import keying
from pipeline.registry.desk.values import DeskTask, FieldWork, Stage
from pipeline.registry.desk.words import taken_back, word_of
from pipeline.registry.values import WHOLE_ENTRY, Verdict
from pipeline.review_policy import BookPolicy, Way


def shown(
    connection: Connection,
    declared: Declared,
    policy: BookPolicy,
    case: Case,
    account_id: int,
    until: datetime,
) -> DeskTask:
    """The task as that person may see it.

    Where a field is blind for them, no value, finding or number is shown that might tell it; and that what was found
    about the whole has been seen is then asked afterwards, when it can be shown.
    """
    mine = _mine(connection, case.task_id, account_id)
    works = [work_of(case, field, policy, mine.get(field)) for field in case.wanted_of(account_id)]
    hidden = any(work.blind for work in works)
    if hidden:
        works = [work for work in works if work.field != WHOLE_ENTRY]
    row = case.row
    number = declared.number_field(row["record"])
    number_hidden = any(work.blind and work.field == number for work in works)
    return DeskTask(
        task_id=case.task_id,
        version=case.version,
        stage=case.stage,
        lease_until=until,
        book_id=row["book_id"],
        book=row["folder_name"],
        volume=row["volume"],
        place_code=row["place_code"],
        record=row["record"],
        form=row["form"],
        entry_id=row["entry_id"],
        entry_number="" if number_hidden else row["number_text"],
        ref=case.ref,
        scan=row["name"],
        row=row["row"],
        fields=tuple(works),
        values={} if hidden else dict(case.values),
        findings=() if hidden else (*case.findings, *case.beside),
        question=row["question"] or answered(connection, case.task_id),
        reopened=row["reopened"],
    )


def work_of(case: Case, field: str, policy: BookPolicy, mine: Verdict | None) -> FieldWork:
    """One field as the person sees it who says the next word on it."""
    one, reading, decision = case.standings[field], case.readings.get(field), case.decisions.get(field)
    blind = is_blind(one, policy)
    decided = None if decision is None else Verdict(field, decision.status, decision.text)
    return FieldWork(
        field=field,
        way=one.way,
        blind=blind,
        box=reading.box if reading else None,
        lines=reading.lines if reading else (),
        reading=None if blind else reading,
        first=one.words[0].verdict if one.stage is Stage.CHECK and not blind else None,
        candidates=_candidates(one),
        mine=mine,
        decided=None if blind else decided,
    )


def is_blind(one: Standing, policy: BookPolicy) -> bool:
    """Whether the next person sees nothing that was read or said: the second one of a field that is keyed blind, the
    first one too where the office wants it so. A third one sees what the two said, and nothing else."""
    if one.way is not Way.BLIND:
        return False
    return one.stage is not Stage.REVIEW or policy.blind_first


def _candidates(one: Standing) -> tuple[Verdict, ...]:
    """The words that differ, in the order of their letters."""
    if one.stage is not Stage.THIRD:
        return ()
    return tuple(sorted((word.verdict for word in one.words), key=lambda said: (said.status, said.text)))


def _mine(connection: Connection, task_id: int, account_id: int) -> dict[str, Verdict]:
    """What that person said last of each field and took back."""
    rows = connection.execute(
        select(keying)
        .where(
            keying.c.task_id == task_id, keying.c.account_id == account_id, keying.c.takes_back_id.is_(None)
        )
        .order_by(keying.c.id)
    )
    last = {row["field"]: word_of(row) for row in rows.mappings()}
    gone = taken_back(connection, [word.keying_id for word in last.values()])
    return {field: word.verdict for field, word in last.items() if word.keying_id in gone}
