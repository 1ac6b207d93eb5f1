"""Values that a person keyed on the snippets of a column, recorded each by itself; and the column handed back."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from pipeline.base.errors import RegistryError
from pipeline.base.stages import Stage
from pipeline.registry.database.locks import hold_tasks
from pipeline.registry.model.accounts import Person
from pipeline.registry.model.decisions import Verdict
from pipeline.registry.model.desk import (
    KeyOutcome,
    NotYours,
)
from pipeline.registry.model.errors import StaleTask
from pipeline.registry.model.withdrawals import Withdrawn
from pipeline.registry.repositories.desk_context import DeskContext
from pipeline.registry.repositories.leases import (
    KeyingMode,
    hand_back,
    lease_lost,
    renew,
)
from pipeline.registry.repositories.permissions import STAGES, check_place, stages
from pipeline.registry.repositories.withdrawals import part_of, refuse_withdrawn
from pipeline.registry.services.desk.keying import (
    KeyedTask,
    Submission,
    check_version,
    earlier_outcomes,
    record_keyed_values,
)
from pipeline.registry.services.desk.task_loading import LoadedTask, load_tasks
from pipeline.registry.services.desk.waiting_fields import (
    OPEN_STAGES,
)


def key_column(
    context: DeskContext,
    person: Person,
    words: Sequence[tuple[int, int, Verdict]],
    *,
    token: str,
    seconds: float = 0.0,
    kept: Collection[str] = (),
) -> tuple[KeyOutcome, ...]:
    """Record the values (task, version, verdict) that a person keyed on snippets; return the outcome of each.

    A task that has changed, or that the person no longer holds, is left alone, and ``refused`` of its outcome says why;
    the others go on. A value that contradicts itself stops all of them. The same ``token`` again gets the same answers
    and adds nothing. ``kept``: as of ``keying.key``.
    """
    stages(person)
    sent = Submission(person, KeyingMode.COLUMN, token, seconds, kept)
    by_task = {task_id: (version, word) for task_id, version, word in words}
    if len(by_task) < len(words):
        raise RegistryError("Mỗi lần gửi, mỗi nhiệm vụ chỉ được một chữ.")
    hold_tasks(context.connection, by_task)
    outcomes = earlier_outcomes(context, sent, {task_id: [word] for task_id, (_, word) in by_task.items()})
    cases = load_tasks(context, [task_id for task_id in by_task if task_id not in outcomes])
    for case in cases.values():
        check_place(sent.person, case.row["place_code"])
    in_hand = renew(context, cases, sent.person, KeyingMode.COLUMN)
    said = []
    for task_id, case in cases.items():
        version, word = by_task[task_id]
        try:
            if case.stage is Stage.WITHDRAWN:
                refuse_withdrawn(context.connection, part_of(case.row))
            if task_id not in in_hand:
                raise lease_lost()
            check_version(case, version)
        except (NotYours, StaleTask, Withdrawn) as error:
            outcomes[task_id] = KeyOutcome(case.stage, (), case.version, refused=error.message)
        else:
            said.append(KeyedTask(case, [word], _keyable_fields(case, sent.person)))
    if said:
        outcomes |= record_keyed_values(context, said, sent)
        hand_back(context.connection, sent.person, KeyingMode.COLUMN, [one.case.task_id for one in said])
    return tuple(outcomes[task_id] for task_id in by_task)


def hand_back_column(context: DeskContext, person: Person) -> None:
    """End the leases of this person's column."""
    hand_back(context.connection, person, KeyingMode.COLUMN)


def _keyable_fields(case: LoadedTask, person: Person) -> tuple[str, ...]:
    """The fields of a task of which that person may say something in a column, at whatever stage each of them is."""
    if case.stage not in OPEN_STAGES:
        return ()
    allowed = STAGES[person.role]
    return tuple(
        field
        for field, one in case.consensus.items()
        if one.stage in allowed and one.waits_for(person.account_id)
    )
