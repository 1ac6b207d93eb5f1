"""Whoever is apart from a field that was opened again is let back once too few others are left to say it.

Asked wherever others become fewer (an account put out of use, other duties, a lot that keeps its witnesses away), so
that finding the next task has nothing more to ask.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, RowMapping, select, true

from pipeline.registry.database.audit import MACHINE, add, record
from pipeline.registry.database.locks import hold_pages
from pipeline.registry.model.consensus import Standing
from pipeline.registry.model.tasks import TaskState
from pipeline.registry.repositories.entries import decisions_at
from pipeline.registry.repositories.keyings import APART, LET_BACK, live_standings
from pipeline.registry.repositories.lot_routing import witnesses_of_samples
from pipeline.registry.repositories.projections import refresh_projections
from pipeline.registry.services.desk.checkers import checkers
from pipeline.registry.services.desk.questioning import NOBODY
from pipeline.registry.tables.desk import aside, keying
from pipeline.registry.tables.record_schema import RecordSchema
from pipeline.registry.tables.tasks import review_task

AT_ONCE = 500
"""Tasks that are looked at together."""


def let_back(
    connection: Connection, declared: RecordSchema, now: datetime, task_id: int | None = None
) -> Mapping[int, frozenset[str]]:
    """Let back all who are apart from a field that too few others may say, of one task or of all that wait; the fields
    of which it was done, by task. Whoever calls for all holds the accounts."""
    of_task = true() if task_id is None else aside.c.task_id == task_id
    tasks = _tasks(
        connection, review_task.c.id.in_(select(aside.c.task_id).where(aside.c.kind == APART, of_task))
    )
    found: dict[int, frozenset[str]] = {}
    for start in range(0, len(tasks), AT_ONCE):
        found |= _let_back(connection, declared, now, [row["id"] for row in tasks[start : start + AT_ONCE]])
    return found


def _let_back(
    connection: Connection, declared: RecordSchema, now: datetime, task_ids: Collection[int]
) -> Mapping[int, frozenset[str]]:
    mine = review_task.c.id.in_(task_ids)
    hold_pages(connection, connection.scalars(select(review_task.c.page_id).where(mine)))
    tasks = _tasks(connection, mine)
    decisions = decisions_at(connection, [(row["page_id"], row["row"]) for row in tasks])
    standings = live_standings(
        connection, {row["id"]: decisions[row["page_id"], row["row"]] for row in tasks}
    )
    able = {place: checkers(connection, place) for place in {row["place_code"] for row in tasks}}
    kept_away = witnesses_of_samples(connection, task_ids)
    found: dict[int, dict[str, Standing]] = defaultdict(dict)
    for row in tasks:
        others = able[row["place_code"]] - kept_away.get(row["id"], frozenset())
        for field, one in standings[row["id"]].items():
            if one.apart and len(others - one.passed_over) < one.words_wanted:
                found[row["id"]][field] = one
    if found:
        _note(connection, now, found)
        refresh_projections(
            connection, declared, [(row["page_id"], row["entry_id"]) for row in tasks if row["id"] in found]
        )
    return {task_id: frozenset(fields) for task_id, fields in found.items()}


def _tasks(connection: Connection, which: ColumnElement[bool]) -> list[RowMapping]:
    """Those of these tasks that wait, in the order of pages."""
    query = select(
        review_task.c.id,
        review_task.c.page_id,
        review_task.c.row,
        review_task.c.entry_id,
        review_task.c.place_code,
    ).where(which, review_task.c.state == TaskState.OPEN)
    return list(connection.execute(query.order_by(review_task.c.page_id, review_task.c.id)).mappings())


def _note(connection: Connection, now: datetime, found: Mapping[int, Mapping[str, Standing]]) -> None:
    """Add that it no longer holds; why it held stays on record."""
    for task_id, fields in found.items():
        first = [one.words[0].keying_id for one in fields.values()]
        tokens = connection.scalars(select(keying.c.token).where(keying.c.id.in_(first)).distinct())
        told = {"task_id": task_id, "account_id": NOBODY, "login": MACHINE, "kind": LET_BACK, "said_at": now}
        add(connection, aside, [{**told, "words": token} for token in tokens])
        record(connection, MACHINE, "witnesses-let-back", f"task:{task_id}", {"fields": sorted(fields)})
