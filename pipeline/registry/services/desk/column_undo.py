"""Taking back what a person did last in column mode: a submission, or what they did with one of its tasks."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import RowMapping

from pipeline.base.stages import Stage
from pipeline.registry.database.locks import hold_tasks
from pipeline.registry.model.accounts import Person
from pipeline.registry.model.desk import CannotUndo, LeasedColumn
from pipeline.registry.repositories.desk_context import DeskContext
from pipeline.registry.repositories.leases import KeyingMode, held
from pipeline.registry.repositories.permissions import stages
from pipeline.registry.services.desk.columns import take_snippets
from pipeline.registry.services.desk.laid_aside import last_laid_aside
from pipeline.registry.services.desk.task_loading import task_row
from pipeline.registry.services.desk.undo import (
    NOTHING_LEFT,
    last_confirmation,
    last_words,
    take_back_delivery,
    take_up_again,
    withdraw,
)


def undo_column(context: DeskContext, person: Person, shown: tuple[str, Stage] | None = None) -> LeasedColumn:
    """Take back what a person did last in column mode and lease them its snippets again.

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
            words and words[0]["keyed_at"],
            laid and laid["said_at"],
            confirmed and confirmed[1]["confirmed_at"],
        )
        if at
    ]
    if not times:
        raise CannotUndo(NOTHING_LEFT)
    last = max(times)
    if shown and confirmed is not None and confirmed[1]["confirmed_at"] == last:
        task_id = take_back_delivery(context, person, confirmed)
        return _leased(context, person, *shown, [task_id])
    if shown and laid is not None and laid["said_at"] == last:
        hold_tasks(connection, [laid["task_id"]])
        take_up_again(context, person, laid)
        return _leased(context, person, *shown, [int(laid["task_id"])])
    task_ids = _withdrawn(context, person, words)
    return _leased(context, person, words[0]["field"], Stage(words[0]["stage"]), task_ids, only=True)


def _withdrawn(context: DeskContext, person: Person, words: Sequence[RowMapping]) -> list[int]:
    """Take back keyed values as far as nobody has built on them; return their tasks.

    Raises:
        CannotUndo: None can be taken back.
    """
    hold_tasks(context.connection, [word["task_id"] for word in words])
    task_ids, refusals = [], []
    for word in words:
        try:
            withdraw(context, person, word["task_id"], [word])
            task_ids.append(int(word["task_id"]))
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
    """Lease snippets again; without ``only`` together with those in hand.

    Raises:
        CannotUndo: They cannot be shown in this column.
    """
    book_id = int(task_row(context.connection, task_ids[0])["book_id"])
    wanted = list(task_ids) if only else [*held(context, person, KeyingMode.COLUMN), *task_ids]
    found = take_snippets(context, person, book_id, field, stage, len(wanted), wanted)
    if found is None or not {task.task_id for task in found.tasks} & set(task_ids):
        raise CannotUndo(
            "Không hoàn tác được ở cột này: điều bạn làm sau cùng thuộc ô khác, hoặc đang có người khác làm. "
            "Hãy hoàn tác ở màn hình rà soát."
        )
    return found
