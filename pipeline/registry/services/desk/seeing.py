"""Who was shown what an entry says, by the audit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from pipeline.registry.repositories.lot_population import SHOWN
from pipeline.registry.tables.audit import audit
from pipeline.registry.tables.reconciliation import difference
from pipeline.registry.tables.tasks import review_task


@dataclass(frozen=True, slots=True)
class Seen:
    """The ``logins`` of those who were shown something, by the rows of the audit as far as ``up_to``."""

    logins: frozenset[str] = frozenset()
    up_to: int = 0


def seen_of(connection: Connection, place: Mapping[str, Any], before: Seen = Seen()) -> Seen:
    """Who has seen what an entry says: itself, its task, a snippet of it in a column, a difference about it, or the
    package of its book. ``place``: of the entry (``readback.place_of``). Only what came after ``before`` is read: the
    audit knows no subjects, so whoever must not make others wait reads the most of it beforehand."""
    task_ids = set(
        connection.scalars(
            select(review_task.c.id).where(
                review_task.c.page_id == place["page_id"], review_task.c.row == place["row"]
            )
        )
    )
    differences = connection.scalars(select(difference.c.id).where(difference.c.entry_id == place["id"]))
    book = f"book:{place['book_id']}"
    subjects = {f"entry:{place['id']}", book, *(f"task:{one}" for one in task_ids)}
    subjects |= {f"difference:{one}" for one in differences}
    last = connection.scalar(select(func.max(audit.c.id))) or 0
    rows = connection.execute(
        select(audit.c.actor, audit.c.action, audit.c.detail).where(
            audit.c.id > before.up_to,
            audit.c.id <= last,
            audit.c.action.in_(SHOWN),
            audit.c.subject.in_(subjects),
        )
    )
    logins = {
        row.actor
        for row in rows
        if row.action != "column-shown" or not task_ids.isdisjoint(json.loads(row.detail).get("tasks", ()))
    }
    return Seen(before.logins | logins, last)
