"""Tasks that a person skips, asks about or answers, as rows that are only added."""

from __future__ import annotations

from sqlalchemy import Connection, String, cast, exists, select

from pipeline.base.stages import Stage
from pipeline.registry.accounts.model import Person
from pipeline.registry.accounts.permissions import require_text, stages
from pipeline.registry.database.audit import add, change, record
from pipeline.registry.database.columns import rows_of
from pipeline.registry.desk_context import DeskContext
from pipeline.registry.tasks.keying import refresh_tasks_of
from pipeline.registry.tasks.leases import hand_back
from pipeline.registry.tasks.loading import ANSWERED, EITHER_MODE, LoadedTask, load_held_task
from pipeline.registry.tasks.rows import AsideRow, aside, review_task

SKIPPED = "skipped"
"""``aside.kind`` of a skipped task."""

ASKED = "asked"
"""``aside.kind`` of a question."""

RESCAN = "rescan"
"""``aside.kind`` of a request to scan the page again; ``words``: id of the ticket."""

TAKEN_BACK = "taken-back"
"""``aside.kind`` of the withdrawal of another row; ``words``: its id."""


def note_act(context: DeskContext, person: Person, task_id: int, kind: str, words: str) -> None:
    row = {
        "task_id": task_id,
        "account_id": person.account_id,
        "login": person.login,
        "kind": kind,
        "words": words,
        "said_at": context.now,
    }
    add(context.connection, aside, [row])


def last_laid_aside(connection: Connection, person: Person) -> AsideRow | None:
    """Return a person's last act of setting a task aside that is not withdrawn."""
    back = aside.alias("taking_back")
    gone = (back.c.kind == TAKEN_BACK) & (back.c.words == cast(aside.c.id, String))
    mine = (aside.c.account_id == person.account_id) & aside.c.kind.in_((SKIPPED, ASKED, RESCAN))
    own = (back.c.account_id == person.account_id) & (back.c.task_id == aside.c.task_id)
    query = select(aside).where(mine, ~exists().where(gone, own)).order_by(aside.c.id.desc()).limit(1)
    return next(iter(rows_of(connection, AsideRow, query)), None)


def skip(context: DeskContext, person: Person, task_id: int, reason: str) -> None:
    """Skip a task: the person gets it again only when no other task waits."""
    case = load_held_task(context, person, task_id, EITHER_MODE)
    _lay(context, case, person, SKIPPED, require_text(reason, "lý do bỏ qua"))


def ask(context: DeskContext, person: Person, task_id: int, question: str) -> None:
    """Send a task to the supervisor with a question."""
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
    _lay(context, case, person, ANSWERED, f"{case.row.question} — {answer}")


def _lay(context: DeskContext, case: LoadedTask, person: Person, kind: str, words: str) -> None:
    """Add the row and end the lease of the task."""
    note_act(context, person, case.task_id, kind, words)
    record(context.connection, person.login, f"task-{kind}", f"task:{case.task_id}")
    for mode in EITHER_MODE:
        hand_back(context.connection, person, mode, [case.task_id])


def put_question(context: DeskContext, case: LoadedTask, question: str) -> None:
    """Set the open question of a task that the caller holds; ``""``: no question."""
    change(context.connection, review_task, [case.task_id], question=question)
    refresh_tasks_of(context, [case])
