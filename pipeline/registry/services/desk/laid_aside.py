"""Why a person laid a task aside, as rows that are only ever added; and which of these acts was their last."""

from __future__ import annotations

from sqlalchemy import Connection, RowMapping, String, cast, exists, select

from pipeline.registry.database.audit import add
from pipeline.registry.model.accounts import Person
from pipeline.registry.repositories.desk_context import DeskContext
from pipeline.registry.tables.desk import aside

SKIPPED = "skipped"
"""The kind of ``aside`` of a person who would rather not."""

ASKED = "asked"
"""The kind of ``aside`` that holds a question."""

RESCAN = "rescan"
"""The kind of ``aside`` of a person who asked that the page be scanned again; ``words`` is the ticket's number."""

TAKEN_BACK = "taken-back"
"""The kind of ``aside`` that takes another one back; ``words`` is its number."""


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


def last_laid_aside(connection: Connection, person: Person) -> RowMapping | None:
    """Return the last act by which a person laid a task aside and that they have not taken back."""
    back = aside.alias("taking_back")
    gone = (back.c.kind == TAKEN_BACK) & (back.c.words == cast(aside.c.id, String))
    mine = (aside.c.account_id == person.account_id) & aside.c.kind.in_((SKIPPED, ASKED, RESCAN))
    own = (back.c.account_id == person.account_id) & (back.c.task_id == aside.c.task_id)
    return (
        connection.execute(
            select(aside).where(mine, ~exists().where(gone, own)).order_by(aside.c.id.desc()).limit(1)
        )
        .mappings()
        .first()
    )
