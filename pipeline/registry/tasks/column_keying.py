"""Values keyed in column mode: recorded snippet by snippet, handed back, and undone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from sqlalchemy import select

from pipeline.base.errors import RegistryError
from pipeline.base.stages import Stage
from pipeline.registry.accounts.model import Person
from pipeline.registry.accounts.permissions import STAGES, check_place, stages
from pipeline.registry.database.locks import hold_tasks
from pipeline.registry.desk_context import DeskContext
from pipeline.registry.errors import StaleTask
from pipeline.registry.tasks.columns import take_snippets
from pipeline.registry.tasks.consensus import Verdict
from pipeline.registry.tasks.keying import (
    KeyedTask,
    Submission,
    check_version,
    earlier_outcomes,
    record_keyed_values,
)
from pipeline.registry.tasks.leases import KeyingMode, hand_back, held, lease_lost, renew
from pipeline.registry.tasks.loading import LoadedTask, load_tasks, task_row
from pipeline.registry.tasks.model import CannotUndo, KeyOutcome, LeasedColumn, NotYours
from pipeline.registry.tasks.rows import KeyingRow, planted_answer
from pipeline.registry.tasks.setting_aside import last_laid_aside
from pipeline.registry.tasks.undo import (
    NOTHING_LEFT,
    last_confirmation,
    last_words,
    take_back_delivery,
    take_up_again,
    withdraw,
)
from pipeline.registry.tasks.waiting_fields import OPEN_STAGES
from pipeline.registry.tasks.way_choice import OVERLOOKED
from pipeline.registry.withdrawals.model import Withdrawn
from pipeline.registry.withdrawals.stored_withdrawals import part_of, refuse_withdrawn


def key_column(
    context: DeskContext,
    person: Person,
    words: Sequence[tuple[int, int, Verdict]],
    *,
    token: str,
    seconds: float = 0.0,
    kept: Collection[str] = (),
) -> tuple[KeyOutcome, ...]:
    """Record the values (task, version, verdict) keyed on snippets; return the outcome of each.

    A task that has changed, that the person no longer holds, or in which they confirmed a planted text is left alone,
    and ``refused`` of its outcome says why; the others go on. A value that contradicts itself stops all of them. The
    same ``token`` again gets the same answers and adds nothing. ``kept``: as of ``keying.key``.
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
        check_place(sent.person, case.row.place_code)
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
    overlooked = context.connection.scalars(
        select(planted_answer.c.task_id).where(
            planted_answer.c.token == token, planted_answer.c.missed, planted_answer.c.stage != Stage.SETTLED
        )
    )
    outcomes |= {task_id: replace(outcomes[task_id], refused=OVERLOOKED) for task_id in overlooked}
    return tuple(outcomes[task_id] for task_id in by_task)


def hand_back_column(context: DeskContext, person: Person) -> None:
    """End the leases of this person's column."""
    hand_back(context.connection, person, KeyingMode.COLUMN)


def _keyable_fields(case: LoadedTask, person: Person) -> tuple[str, ...]:
    """Return the fields of a task that a person may key in a column, at whatever stage each field is."""
    if case.stage not in OPEN_STAGES:
        return ()
    allowed = STAGES[person.role]
    return tuple(
        field
        for field, one in case.consensus.items()
        if one.stage in allowed and one.waits_for(person.account_id)
    )


def undo_column(context: DeskContext, person: Person, shown: tuple[str, Stage] | None = None) -> LeasedColumn:
    """Undo a person's last act in column mode and lease its snippets to them again.

    That is a submission, of which snippets stay as they are on which somebody has built; a task that they skipped,
    asked about or sent to be scanned again; or a value to be delivered that they confirmed on a snippet in hand.

    Args:
        shown: The field and the stage of the column on the screen, which a task that was laid aside comes back to.

    Raises:
        CannotUndo: No snippet can be taken back, or nothing is left.
    """
    stages(person)
    connection = context.connection
    words = last_words(connection, person, KeyingMode.COLUMN)
    laid = last_laid_aside(connection, person) if shown else None
    confirmed = last_confirmation(context, person, KeyingMode.COLUMN) if shown else None
    times = [
        at
        for at in (
            words and words[0].keyed_at,
            laid and laid.said_at,
            confirmed and confirmed[1].confirmed_at,
        )
        if at
    ]
    if not times:
        raise CannotUndo(NOTHING_LEFT)
    last = max(times)
    if shown and confirmed is not None and confirmed[1].confirmed_at == last:
        task_id = take_back_delivery(context, person, confirmed)
        return _leased(context, person, *shown, [task_id])
    if shown and laid is not None and laid.said_at == last:
        hold_tasks(connection, [laid.task_id])
        take_up_again(context, person, laid)
        return _leased(context, person, *shown, [int(laid.task_id)])
    task_ids = _withdrawn(context, person, words)
    return _leased(context, person, words[0].field, Stage(words[0].stage), task_ids, only=True)


def _withdrawn(context: DeskContext, person: Person, words: Sequence[KeyingRow]) -> list[int]:
    """Withdraw the keyed values on which nobody has built; return their tasks.

    Raises:
        CannotUndo: None can be taken back.
    """
    hold_tasks(context.connection, [word.task_id for word in words])
    task_ids, refusals = [], []
    for word in words:
        try:
            withdraw(context, person, word.task_id, [word])
            task_ids.append(int(word.task_id))
        except CannotUndo as error:
            refusals.append(error)
    if not task_ids:
        raise refusals[0]
    return task_ids


def _leased(
    context: DeskContext,
    person: Person,
    field: str,
    stage: Stage,
    task_ids: Sequence[int],
    *,
    only: bool = False,
) -> LeasedColumn:
    """Lease snippets again, without ``only`` together with the held snippets.

    Raises:
        CannotUndo: They cannot be shown in this column.
    """
    book_id = int(task_row(context.connection, task_ids[0]).book_id)
    wanted = list(task_ids) if only else [*held(context, person, KeyingMode.COLUMN), *task_ids]
    leased = take_snippets(context, person, book_id, field, stage, len(wanted), wanted)
    if leased is None or not {task.task_id for task in leased.tasks} & set(task_ids):
        raise CannotUndo(
            "Không hoàn tác được ở cột này: điều bạn làm sau cùng thuộc ô khác, hoặc đang có người khác làm. "
            "Hãy hoàn tác ở màn hình rà soát."
        )
    return leased
