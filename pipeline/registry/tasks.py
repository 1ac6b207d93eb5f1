"""The task of an entry or of a page: what is left to decide on it, and where it stands at the reviewers' desk."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, exists, insert, select, update

from pipeline.registry.desk.agreement import Standing, finished, stage_of, standing
from pipeline.registry.desk.tables import ticket, ticket_closing
from pipeline.registry.desk.values import Stage
from pipeline.registry.standing import LeftToDecide
from pipeline.registry.tables import book, review_task
from pipeline.registry.values import TaskState
from pipeline.review_policy import Way

_UNTOUCHED = standing(Way.SINGLE, ())
"""Of a field nobody has said anything yet; in which way it is settled makes no difference then."""


def keep_task(
    connection: Connection,
    place: Mapping[str, Any],
    entry_id: int | None,
    left: LeftToDecide,
    keyed: Mapping[str, Standing],
) -> bool:
    """Bring the task at ``place`` (``page_id``, ``row``, ``book_id``) in step with what is ``left`` and ``keyed``.
    Returns whether it was opened *again* by this."""
    mine = (review_task.c.page_id == place["page_id"]) & (review_task.c.row == place["row"])
    before = connection.execute(select(review_task).where(mine)).mappings().first()
    if before is None and not left.fields:
        return False
    now = datetime.now(UTC)
    wanted: dict[str, Any] = {
        "state": TaskState.OPEN if left.fields else TaskState.DONE,
        "reasons": list(left.reasons),
        "fields": list(left.fields),
        "reopened": left.reopened,
        **_at_the_desk(connection, place["page_id"], left, keyed, before["question"] if before else ""),
    }
    if before is None:
        connection.execute(
            insert(review_task).values(
                page_id=place["page_id"],
                row=place["row"],
                entry_id=entry_id,
                version=1,
                opened_at=now,
                book_id=place["book_id"],
                place_code=select(book.c.place_code).where(book.c.id == place["book_id"]).scalar_subquery(),
                **wanted,
            )
        )
        return left.reopened
    if all(before[name] == value for name, value in wanted.items()):
        return False
    if left.fields and before["state"] == TaskState.DONE:
        wanted |= {"opened_at": now, "closed_at": None}
    elif not left.fields:
        wanted |= {"closed_at": now}
    connection.execute(update(review_task).where(mine).values(version=before["version"] + 1, **wanted))
    return left.reopened and not before["reopened"]


def _at_the_desk(
    connection: Connection, page_id: int, left: LeftToDecide, keyed: Mapping[str, Standing], question: str
) -> dict[str, Any]:
    """Where a task stands and who has nothing more to say there."""
    standings = [keyed.get(field, _UNTOUCHED) for field in left.fields]
    stage = stage_of(standings)
    nobody = {"first_keyer": None, "second_keyer": None}
    if stage is Stage.SETTLED:
        return {"stage": stage, "question": "", **nobody}
    if must_be_scanned_again(connection, page_id):
        return {"stage": Stage.RESCAN, "question": question, **nobody}
    if question:
        return {"stage": Stage.SUPERVISOR, "question": question, **nobody}
    first, second = (*finished(standings, stage), None, None)[:2]
    return {"stage": stage, "question": "", "first_keyer": first, "second_keyer": second}


def must_be_scanned_again(connection: Connection, page_id: int) -> bool:
    """Whether a ticket of a person is open for that page; those of the machine keep nobody waiting."""
    closed = exists().where(ticket_closing.c.ticket_id == ticket.c.id)
    mine = (ticket.c.page_id == page_id) & ticket.c.code.is_(None)
    return bool(connection.scalar(select(exists().where(mine, ~closed))))
