"""Taking back what one has keyed, as long as nobody has built on it.

The keyed values stay on record but no longer count.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from sqlalchemy import Connection, RowMapping, exists, select

from pipeline.registry.database.audit import record
from pipeline.registry.database.locks import hold_tasks
from pipeline.registry.model.accounts import Person
from pipeline.registry.model.desk import CannotUndo, DeskTask
from pipeline.registry.repositories.desk_context import DeskContext
from pipeline.registry.repositories.keyed_values import add_keyings, is_live, live_keyings
from pipeline.registry.repositories.leases import KeyingMode, lasts, take
from pipeline.registry.repositories.permissions import check_place, stages
from pipeline.registry.services.desk.keying import refresh_tasks_of
from pipeline.registry.services.desk.task_loading import LoadedTask, load_task
from pipeline.registry.services.desk.visibility import show
from pipeline.registry.tables.desk import WITHDRAWN, keying, lease
from pipeline.stages import Stage


def undo(context: DeskContext, person: Person) -> DeskTask:
    """Take back a person's last submission at the desk and lease them its task again.

    What it settled is no longer settled.

    Raises:
        CannotUndo: Somebody has built on it, or nothing is left.
    """
    stages(person)
    words = last_submission(context.connection, person, KeyingMode.DESK)
    task_id = int(words[0]["task_id"])
    hold_tasks(context.connection, [task_id])
    withdraw(context, person, task_id, words)
    take(context, task_id, person, KeyingMode.DESK)
    return show(context, task_id, person)


def last_submission(connection: Connection, person: Person, mode: KeyingMode) -> Sequence[RowMapping]:
    """Return the keyed values of that person's last submission that was not taken back.

    Raises:
        CannotUndo: There is none.
    """
    mine = (keying.c.account_id == person.account_id) & (keying.c.mode == mode)
    token = connection.scalar(
        select(keying.c.token).where(mine, is_live).order_by(keying.c.id.desc()).limit(1)
    )
    if token is None:
        raise CannotUndo("Không còn gì để hoàn tác.")
    return live_keyings(connection, mine, keying.c.token == token)


def withdraw(context: DeskContext, person: Person, task_id: int, words: Sequence[RowMapping]) -> None:
    """Withdraw these keyed values of a person on a task that the caller holds.

    What they settled no longer counts; the task is where it was before them.

    Raises:
        CannotUndo: Somebody has built on them.
    """
    case = load_task(context, task_id)
    check_place(person, case.row["place_code"])
    _check_undoable(context, case, words, person)
    token = f"undo-{uuid4().hex}"
    withdrawn = {
        "status": WITHDRAWN,
        "text": "",
        "canonical": "",
        "compared": None,
        "seconds": 0.0,
        "keyed_at": context.now,
        "token": token,
    }
    add_keyings(
        context.connection,
        [
            {name: word[name] for name in word if name != "id"} | withdrawn | {"takes_back_id": word["id"]}
            for word in words
        ],
    )
    refresh_tasks_of(context, [case])
    told = {"fields": [word["field"] for word in words]}
    record(context.connection, person.login, "undone", f"task:{task_id}", told)


def _check_undoable(
    context: DeskContext, case: LoadedTask, words: Sequence[RowMapping], person: Person
) -> None:
    """Check that nobody has keyed, decided or taken the task since these keyed values.

    Raises:
        CannotUndo: Somebody has.
    """
    later = (keying.c.task_id == case.task_id) & (keying.c.id > max(word["id"] for word in words))
    if any(row["account_id"] != person.account_id for row in live_keyings(context.connection, later)):
        raise CannotUndo("Không hoàn tác được: đã có người làm tiếp việc này.")
    for word in words:
        decision = case.decisions.get(word["field"])
        in_force = decision.decision_id if decision else None
        settled = decision is not None and word["id"] in decision.keyings
        if not settled and in_force != word["after_decision_id"]:
            raise CannotUndo("Không hoàn tác được: trường này đã được quyết định lại.")
    if case.stage is Stage.WITHDRAWN:
        raise CannotUndo("Không hoàn tác được: việc này đã được thu hồi.")
    if case.stage in (Stage.SUPERVISOR, Stage.RESCAN):
        raise CannotUndo("Không hoàn tác được: việc này đang chờ người phụ trách hoặc chờ quét lại.")
    elsewhere = (lease.c.account_id != person.account_id) & lasts(context)
    if context.connection.scalar(select(exists().where(lease.c.task_id == case.task_id, elsewhere))):
        raise CannotUndo("Không hoàn tác được: đang có người khác làm việc này.")
