"""Tasks that a person skips, asks about, or answers."""

from __future__ import annotations

from sqlalchemy import update

from pipeline.base.stages import Stage
from pipeline.registry.database.audit import changing, record, wrote
from pipeline.registry.model.accounts import Person
from pipeline.registry.repositories.desk_context import DeskContext
from pipeline.registry.repositories.leases import hand_back
from pipeline.registry.repositories.permissions import require_text, stages
from pipeline.registry.services.desk.keying import refresh_tasks_of
from pipeline.registry.services.desk.laid_aside import ASKED, SKIPPED, note_act
from pipeline.registry.services.desk.task_loading import (
    ANSWERED,
    EITHER_MODE,
    LoadedTask,
    load_held_task,
)
from pipeline.registry.tables.tasks import review_task


def skip(context: DeskContext, person: Person, task_id: int, reason: str) -> None:
    """Give a task back for somebody else; this person gets it again only when nothing else is there."""
    case = load_held_task(context, person, task_id, EITHER_MODE)
    _lay(context, case, person, SKIPPED, require_text(reason, "lý do bỏ qua"))


def ask(context: DeskContext, person: Person, task_id: int, question: str) -> None:
    """Hand a task to the supervisor with a question."""
    case = load_held_task(context, person, task_id, EITHER_MODE)
    question = require_text(question, "câu hỏi")
    put_question(context, case, question)
    _lay(context, case, person, ASKED, question)


def answer(context: DeskContext, person: Person, task_id: int, answer: str) -> None:
    """Send a question back to the stage of the task, with the answer and without keying any field."""
    stages(person, Stage.SUPERVISOR)
    case = load_held_task(context, person, task_id)
    answer = require_text(answer, "câu trả lời")
    put_question(context, case, "")
    _lay(context, case, person, ANSWERED, f"{case.row['question']} — {answer}")


def _lay(context: DeskContext, case: LoadedTask, person: Person, kind: str, words: str) -> None:
    """Note it and hand the task back."""
    note_act(context, person, case.task_id, kind, words)
    record(context.connection, person.login, f"task-{kind}", f"task:{case.task_id}")
    for mode in EITHER_MODE:
        hand_back(context.connection, person, mode, [case.task_id])


def put_question(context: DeskContext, case: LoadedTask, question: str) -> None:
    """Put a question to the supervisor on a task that the caller holds; with ``""`` none is open any longer."""
    mine = review_task.c.id == case.task_id
    changing(context.connection, review_task, [case.task_id])
    context.connection.execute(update(review_task).where(mine).values(question=question))
    wrote(context.connection, review_task, [case.task_id])
    refresh_tasks_of(context, [case])
