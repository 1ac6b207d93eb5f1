"""Exclusion of people who know the value of a reopened field from keying it, and the end of that exclusion.

Exclusions are released once too few other people are left to key the field. This is checked wherever people become
fewer (an account is deactivated, a role changes, a lot excludes its witnesses), so the search for the next task does
not check it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select, true

from pipeline.registry.database.audit import MACHINE, add, record
from pipeline.registry.database.audit.chain import audit
from pipeline.registry.database.columns import rows_of
from pipeline.registry.database.locks import hold_pages
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.entries.machine_view import decisions_at
from pipeline.registry.entries.projections import refresh_projections
from pipeline.registry.entries.rows import EntryPlace
from pipeline.registry.lots.stored_lots import SHOWN, witnesses_of_samples
from pipeline.registry.reconciliation.model import difference
from pipeline.registry.tasks.assignment import checkers
from pipeline.registry.tasks.consensus import Consensus
from pipeline.registry.tasks.found_readings import finders, release_finders
from pipeline.registry.tasks.keyed_values import EXCLUDED, RELEASED, live_consensus
from pipeline.registry.tasks.model import TaskState
from pipeline.registry.tasks.rows import ReviewTaskRow, aside, keying, review_task

NOBODY = 0
"""Account id of the first keyed value of a reopened field; it belongs to no person."""

AT_ONCE = 500
"""Tasks of one step."""


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
    if task_id is None:
        release_finders(connection, now)
    tasks = _open_tasks(
        connection, review_task.c.id.in_(select(aside.c.task_id).where(aside.c.kind == EXCLUDED, of_task))
    )
    released: dict[int, frozenset[str]] = {}
    for start in range(0, len(tasks), AT_ONCE):
        released |= _release(connection, declared, now, [task.id for task in tasks[start : start + AT_ONCE]])
    return released


def _release(
    connection: Connection, declared: RecordSchema, now: datetime, task_ids: Collection[int]
) -> Mapping[int, frozenset[str]]:
    mine = review_task.c.id.in_(task_ids)
    hold_pages(connection, connection.scalars(select(review_task.c.page_id).where(mine)))
    tasks = _open_tasks(connection, mine)
    decisions = decisions_at(connection, [(task.page_id, task.entry_id) for task in tasks])
    consensus = live_consensus(
        connection, {task.id: decisions[task.page_id, task.entry_id] for task in tasks}
    )
    able = {place: checkers(connection, place) for place in {task.place_code for task in tasks}}
    witnesses = witnesses_of_samples(connection, task_ids)
    seen = finders(connection, task_ids)
    released: dict[int, dict[str, Consensus]] = defaultdict(dict)
    for task in tasks:
        others = able[task.place_code] - witnesses.get(task.id, frozenset()) - seen.get(task.id, frozenset())
        for field, state in consensus[task.id].items():
            if state.excluded and len(others - state.ineligible) < state.values_wanted:
                released[task.id][field] = state
    if released:
        _record_release(connection, now, released)
        refresh_projections(
            connection, declared, [(task.page_id, task.entry_id) for task in tasks if task.id in released]
        )
    return {task_id: frozenset(fields) for task_id, fields in released.items()}


def _open_tasks(connection: Connection, condition: ColumnElement[bool]) -> list[ReviewTaskRow]:
    """Return the open tasks that meet a condition, in the order of pages."""
    query = select(review_task).where(condition, review_task.c.state == TaskState.OPEN)
    return rows_of(connection, ReviewTaskRow, query.order_by(review_task.c.page_id, review_task.c.id))


def _record_release(
    connection: Connection, now: datetime, released: Mapping[int, Mapping[str, Consensus]]
) -> None:
    """Add the end of the exclusions; the exclusions themselves stay on record."""
    for task_id, fields in released.items():
        first = [state.words[0].keying_id for state in fields.values()]
        tokens = connection.scalars(select(keying.c.token).where(keying.c.id.in_(first)).distinct())
        row = {"task_id": task_id, "account_id": NOBODY, "login": MACHINE, "kind": RELEASED, "said_at": now}
        add(connection, aside, [{**row, "words": token} for token in tokens])
        record(connection, MACHINE, "witnesses-let-back", f"task:{task_id}", {"fields": sorted(fields)})


@dataclass(frozen=True, slots=True)
class Seen:
    """The ``logins`` that saw an entry, by the audit rows up to and including the id ``up_to``."""

    logins: frozenset[str] = frozenset()
    up_to: int = 0


def seen_of(connection: Connection, place: EntryPlace, before: Seen = Seen()) -> Seen:
    """Return the people who have seen the values of an entry.

    They saw the entry itself, its task, a snippet of it in a column, a difference about it, or the package of its
    book. The audit has no index by subject, so this takes long; a caller that must not make others wait reads most of
    it beforehand.

    Args:
        before: Result of an earlier call; only later rows are read.
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
