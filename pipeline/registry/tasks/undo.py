"""Undo of a person's last act at the desk, as long as nobody has built on it. The act stays on record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

from sqlalchemy import Connection, exists, select

from pipeline.base.stages import Stage
from pipeline.registry.accounts.model import Person
from pipeline.registry.accounts.permissions import check_place, stages
from pipeline.registry.approvals.rows import ConfirmedDeliveryRow
from pipeline.registry.approvals.stored_deliveries import confirmations_in_force, take_back_confirmation
from pipeline.registry.database import clock
from pipeline.registry.database.audit import record
from pipeline.registry.database.locks import hold_tasks
from pipeline.registry.desk_context import DeskContext
from pipeline.registry.tasks.keyed_values import add_keyings, is_live, live_keyings
from pipeline.registry.tasks.keying import refresh_tasks_of
from pipeline.registry.tasks.leases import KeyingMode, held, lasts, take
from pipeline.registry.tasks.loading import LoadedTask, load_task, task_rows
from pipeline.registry.tasks.model import CannotUndo, DeskTask
from pipeline.registry.tasks.redrawing import last_redrawn, undo_region
from pipeline.registry.tasks.rescans import take_back_ticket
from pipeline.registry.tasks.rows import WITHDRAWN, AsideRow, KeyingRow, keying, lease
from pipeline.registry.tasks.setting_aside import (
    ASKED,
    RESCAN,
    TAKEN_BACK,
    last_laid_aside,
    note_act,
    put_question,
)
from pipeline.registry.tasks.visibility import show
from pipeline.registry.withdrawals.stored_withdrawals import part_of, part_of_row


def undo(context: DeskContext, person: Person) -> DeskTask:
    """Undo a person's last act at the desk and lease its task to them again.

    That is a submission, whose values settle nothing any longer; a task that they skipped, asked about or sent to be
    scanned again; or, on a task in hand, a value to be delivered that they confirmed or a region that they redrew.

    Raises:
        CannotUndo: Somebody has built on it, or nothing is left.
    """
    stages(person)
    connection = context.connection
    confirmed = last_confirmation(context, person)
    laid = last_laid_aside(connection, person)
    words = last_words(connection, person, KeyingMode.DESK)
    redrawn = last_redrawn(context, person)
    times = [
        at
        for at in (
            confirmed and confirmed[1].confirmed_at,
            laid and laid.said_at,
            words and words[0].keyed_at,
            redrawn and redrawn[1].drawn_at,
        )
        if at
    ]
    if not times:
        raise CannotUndo(NOTHING_LEFT)
    last = max(times)
    if confirmed is not None and confirmed[1].confirmed_at == last:
        task_id = take_back_delivery(context, person, confirmed)
    elif redrawn is not None and redrawn[1].drawn_at == last:
        task_id = redrawn[0]
        undo_region(context, person, task_id, redrawn[1])
    elif laid is not None and laid.said_at == last:
        task_id = int(laid.task_id)
        hold_tasks(connection, [task_id])
        take_up_again(context, person, laid)
    else:
        task_id = int(words[0].task_id)
        hold_tasks(connection, [task_id])
        withdraw(context, person, task_id, words)
    take(context, task_id, person, KeyingMode.DESK)
    return show(context, task_id, person)


def take_back_delivery(
    context: DeskContext, person: Person, confirmed: tuple[int, ConfirmedDeliveryRow]
) -> int:
    """Withdraw a confirmed delivery of a person; return its task."""
    task_id, row = confirmed
    take_back_confirmation(context.connection, row, person.login, clock.now(context.connection))
    details = {"of": "delivery", "field": row.field}
    record(context.connection, person.login, "undone", f"task:{task_id}", details)
    return task_id


NOTHING_LEFT = "Không còn gì để hoàn tác."


def last_confirmation(
    context: DeskContext, person: Person, mode: KeyingMode = KeyingMode.DESK
) -> tuple[int, ConfirmedDeliveryRow] | None:
    """Return the last confirmed delivery in force by a person on a leased task, and the task."""
    rows = task_rows(context.connection, held(context, person, mode))
    parts = {part_of(row): task_id for task_id, row in rows.items()}
    confirmed = [
        (task_id, row)
        for row in confirmations_in_force(context.connection, {part.book_id for part in parts})
        if row.author == person.login and (task_id := parts.get(part_of_row(row)))
    ]
    return confirmed[-1] if confirmed else None


def take_up_again(context: DeskContext, person: Person, laid: AsideRow) -> None:
    """Withdraw a person's act of setting aside a task that the caller holds.

    Raises:
        CannotUndo: Somebody has gone on with it.
    """
    task_id = int(laid.task_id)
    if laid.kind == RESCAN:
        take_back_ticket(context, person, int(laid.words))
    case = load_task(context, task_id)
    check_place(person, case.row.place_code)
    _check_not_elsewhere(context, task_id, person)
    if laid.kind == ASKED:
        if case.stage is not Stage.SUPERVISOR or case.row.question != laid.words:
            raise CannotUndo("Không hoàn tác được: câu hỏi đã được trả lời.")
        put_question(context, case, "")
        case = load_task(context, task_id)
    if case.stage not in stages(person) or not case.keyable_by(person.account_id):
        raise CannotUndo("Không hoàn tác được: đã có người làm tiếp nhiệm vụ này.")
    note_act(context, person, task_id, TAKEN_BACK, str(laid.id))
    record(context.connection, person.login, "undone", f"task:{task_id}", {"of": laid.kind})


def last_words(connection: Connection, person: Person, mode: KeyingMode) -> Sequence[KeyingRow]:
    mine = (keying.c.account_id == person.account_id) & (keying.c.mode == mode)
    token = connection.scalar(
        select(keying.c.token).where(mine, is_live).order_by(keying.c.id.desc()).limit(1)
    )
    if token is None:
        return ()
    return live_keyings(connection, mine, keying.c.token == token)


def withdraw(context: DeskContext, person: Person, task_id: int, words: Sequence[KeyingRow]) -> None:
    """Withdraw these keyed values of a person on a task that the caller holds.

    What they settled no longer counts; the task is where it was before them.

    Raises:
        CannotUndo: Somebody has built on them.
    """
    case = load_task(context, task_id)
    check_place(person, case.row.place_code)
    _check_undoable(context, case, words, person)
    token = f"undo-{uuid4().hex}"
    withdrawals = [
        replace(
            word,
            status=WITHDRAWN,
            text="",
            canonical="",
            compared=None,
            seconds=0.0,
            keyed_at=context.now,
            token=token,
            takes_back_id=word.id,
        )
        for word in words
    ]
    add_keyings(context.connection, withdrawals)
    refresh_tasks_of(context, [case])
    details = {"fields": [word.field for word in words]}
    record(context.connection, person.login, "undone", f"task:{task_id}", details)


def _check_undoable(
    context: DeskContext, case: LoadedTask, words: Sequence[KeyingRow], person: Person
) -> None:
    """Check that nobody has keyed, decided or taken the task since these keyed values.

    Raises:
        CannotUndo: Somebody has.
    """
    later = (keying.c.task_id == case.task_id) & (keying.c.id > max(word.id for word in words))
    if any(row.account_id != person.account_id for row in live_keyings(context.connection, later)):
        raise CannotUndo("Không hoàn tác được: đã có người làm tiếp nhiệm vụ này.")
    for word in words:
        decision = case.decisions.get(word.field)
        in_force = decision.decision_id if decision else None
        settled = decision is not None and word.id in decision.keyings
        if not settled and in_force != word.after_decision_id:
            raise CannotUndo("Không hoàn tác được: trường này đã được quyết định lại.")
    if case.stage is Stage.WITHDRAWN:
        raise CannotUndo("Không hoàn tác được: nhiệm vụ này đã được thu hồi.")
    if case.stage in (Stage.SUPERVISOR, Stage.RESCAN):
        raise CannotUndo("Không hoàn tác được: nhiệm vụ này đang chờ người phụ trách hoặc chờ quét lại.")
    _check_not_elsewhere(context, case.task_id, person)


def _check_not_elsewhere(context: DeskContext, task_id: int, person: Person) -> None:
    """Check that nobody else has a task in hand.

    Raises:
        CannotUndo: Somebody has.
    """
    elsewhere = (lease.c.account_id != person.account_id) & lasts(context)
    if context.connection.scalar(select(exists().where(lease.c.task_id == task_id, elsewhere))):
        raise CannotUndo("Không hoàn tác được: đang có người khác làm việc này.")
