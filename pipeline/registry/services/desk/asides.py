"""Laying a task aside: skipping it, asking the supervisor, the answer. All of it stays on record."""

from __future__ import annotations

from sqlalchemy import update

from pipeline.registry.database.audit import add, record
from pipeline.registry.model.accounts import Person
from pipeline.registry.repositories.desk_context import Sitting
from pipeline.registry.repositories.leases import Mode, hand_back
from pipeline.registry.repositories.permits import check_words
from pipeline.registry.services.desk.answers import ANSWERED
from pipeline.registry.services.desk.assignment import SKIPPED
from pipeline.registry.services.desk.cases import Case
from pipeline.registry.services.desk.keying import follow
from pipeline.registry.tables.desk import aside
from pipeline.registry.tables.tasks import review_task

ASKED = "asked"


def skip(sitting: Sitting, case: Case, person: Person, reason: str) -> None:
    """Somebody would rather not do a task, and says why."""
    _lay(sitting, case, person, SKIPPED, check_words(reason, "lý do bỏ qua"))


def ask(sitting: Sitting, case: Case, person: Person, question: str) -> None:
    """A task waits for the supervisor from now on."""
    question = check_words(question, "câu hỏi")
    _put_question(sitting, case, question)
    _lay(sitting, case, person, ASKED, question)


def answer(sitting: Sitting, case: Case, person: Person, words: str) -> None:
    """A task goes back to where it stood before it was asked about."""
    words = check_words(words, "câu trả lời")
    _put_question(sitting, case, "")
    _lay(sitting, case, person, ANSWERED, f"{case.row['question']} — {words}")


def _lay(sitting: Sitting, case: Case, person: Person, kind: str, words: str) -> None:
    """Note it and hand the task back."""
    row = {
        "task_id": case.task_id,
        "account_id": person.account_id,
        "login": person.login,
        "kind": kind,
        "words": words,
        "said_at": sitting.now,
    }
    add(sitting.connection, aside, [row])
    record(sitting.connection, person.login, f"task-{kind}", f"task:{case.task_id}")
    hand_back(sitting.connection, person, Mode.DESK, [case.task_id])


def _put_question(sitting: Sitting, case: Case, question: str) -> None:
    mine = review_task.c.id == case.task_id
    sitting.connection.execute(update(review_task).where(mine).values(question=question))
    follow(sitting, [case])
