"""Who may not key a reopened field, because they know its value; and when that exclusion ends.

Exclusions are released once too few other people are left to key the field. This is checked wherever people become
fewer (an account is deactivated, duties change, a lot keeps its witnesses away), so that finding the next task has
nothing more to check.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, RowMapping, func, select, true

from pipeline.registry.database.audit import MACHINE, add, record
from pipeline.registry.database.audit.chain import audit
from pipeline.registry.database.locks import hold_pages
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.entries.machine_view import decisions_at
from pipeline.registry.entries.projections import refresh_projections
from pipeline.registry.entries.rows import EntryPlace
from pipeline.registry.lots.stored_lots import SHOWN, witnesses_of_samples
from pipeline.registry.reconciliation.model import difference
from pipeline.registry.tasks.assignment import checkers
from pipeline.registry.tasks.consensus import Consensus
from pipeline.registry.tasks.keyed_values import EXCLUDED, RELEASED, live_consensus
from pipeline.registry.tasks.model import TaskState
from pipeline.registry.tasks.rows import aside, keying, review_task

NOBODY = 0
"""The account of the first keyed value of a field that is reopened; no person has it."""

AT_ONCE = 500
"""Tasks that are looked at together."""


def release_exclusions(
    connection: Connection, declared: RecordSchema, now: datetime, task_id: int | None = None
) -> Mapping[int, frozenset[str]]:
    """Release the exclusions of fields that too few other people may key.

    Args:
        connection: The transaction; without a ``task_id`` its caller holds the lock of the accounts.
        now: The time in UTC.
        task_id: Only this task; None: all open tasks.

    Returns:
        The fields whose exclusions were released, by task.
    """
    of_task = true() if task_id is None else aside.c.task_id == task_id
    tasks = _open_tasks(
        connection, review_task.c.id.in_(select(aside.c.task_id).where(aside.c.kind == EXCLUDED, of_task))
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
    tasks = _open_tasks(connection, mine)
    decisions = decisions_at(connection, [(row["page_id"], row["entry_id"]) for row in tasks])
    consensus = live_consensus(
        connection, {row["id"]: decisions[row["page_id"], row["entry_id"]] for row in tasks}
    )
    able = {place: checkers(connection, place) for place in {row["place_code"] for row in tasks}}
    kept_away = witnesses_of_samples(connection, task_ids)
    found: dict[int, dict[str, Consensus]] = defaultdict(dict)
    for row in tasks:
        others = able[row["place_code"]] - kept_away.get(row["id"], frozenset())
        for field, one in consensus[row["id"]].items():
            if one.excluded and len(others - one.ineligible) < one.values_wanted:
                found[row["id"]][field] = one
    if found:
        _record_release(connection, now, found)
        refresh_projections(
            connection, declared, [(row["page_id"], row["entry_id"]) for row in tasks if row["id"] in found]
        )
    return {task_id: frozenset(fields) for task_id, fields in found.items()}


def _open_tasks(connection: Connection, which: ColumnElement[bool]) -> list[RowMapping]:
    """Those of these tasks that wait, in the order of pages."""
    query = select(
        review_task.c.id,
        review_task.c.page_id,
        review_task.c.row,
        review_task.c.entry_id,
        review_task.c.place_code,
    ).where(which, review_task.c.state == TaskState.OPEN)
    return list(connection.execute(query.order_by(review_task.c.page_id, review_task.c.id)).mappings())


def _record_release(
    connection: Connection, now: datetime, found: Mapping[int, Mapping[str, Consensus]]
) -> None:
    """Add that it no longer holds; why it held stays on record."""
    for task_id, fields in found.items():
        first = [one.words[0].keying_id for one in fields.values()]
        tokens = connection.scalars(select(keying.c.token).where(keying.c.id.in_(first)).distinct())
        told = {"task_id": task_id, "account_id": NOBODY, "login": MACHINE, "kind": RELEASED, "said_at": now}
        add(connection, aside, [{**told, "words": token} for token in tokens])
        record(connection, MACHINE, "witnesses-let-back", f"task:{task_id}", {"fields": sorted(fields)})


@dataclass(frozen=True, slots=True)
class Seen:
    """The ``logins`` of those who were shown something, by the rows of the audit as far as ``up_to``."""

    logins: frozenset[str] = frozenset()
    up_to: int = 0


def seen_of(connection: Connection, place: EntryPlace, before: Seen = Seen()) -> Seen:
    """Return who has seen what an entry says.

    They saw the entry itself, its task, a snippet of it in a column, a difference about it, or the package of its
    book. The audit knows no subjects, so reading it takes long; a caller that must not make others wait reads most of
    it beforehand.

    Args:
        place: The place of the entry, as ``entries.place_of`` gives it.
        before: Only what came after this is read.
    """
    task_ids = set(
        connection.scalars(
            select(review_task.c.id).where(
                review_task.c.page_id == place.page_id, review_task.c.row == place.row
            )
        )
    )
    differences = connection.scalars(select(difference.c.id).where(difference.c.entry_id == place.id))
    book = f"book:{place.book_id}"
    subjects = {f"entry:{place.id}", book, *(f"task:{one}" for one in task_ids)}
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
