"""People who saw the reading of a task in a search: they key neither its first nor its second value.

A third person sees two values that differ and a supervisor a question, so that both may have seen the reading.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, exists, select

from pipeline.base.stages import Stage
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.accounts.permissions import STAGES
from pipeline.registry.accounts.rows import account
from pipeline.registry.database.audit import MACHINE, add, record
from pipeline.registry.database.locks import hold_tasks
from pipeline.registry.tasks.keyed_values import RELEASED
from pipeline.registry.tasks.model import TaskState
from pipeline.registry.tasks.rows import aside, lease, review_task

FOUND = "reading-found"
"""``aside.kind`` of a person who saw the reading of the task in a search."""

FIRST_AND_SECOND = (Stage.REVIEW, Stage.CHECK)
"""The stages at which a person who saw the reading keys nothing."""

_released = aside.alias("released")
_in_force = (aside.c.kind == FOUND) & ~exists().where(
    _released.c.task_id == aside.c.task_id,
    _released.c.kind == RELEASED,
    _released.c.words == FOUND,
    _released.c.id > aside.c.id,
)


def saw_reading(account_id: int) -> ColumnElement[bool]:
    """Return the condition on ``review_task`` that a person saw its reading and therefore does not key it."""
    mine = (aside.c.task_id == review_task.c.id) & (aside.c.account_id == account_id)
    return review_task.c.stage.in_(FIRST_AND_SECOND) & exists().where(mine, _in_force)


def finders(connection: Connection, task_ids: Collection[int]) -> Mapping[int, frozenset[int]]:
    """Return by task the accounts that saw its reading in a search."""
    found: dict[int, set[int]] = defaultdict(set)
    query = select(aside.c.task_id, aside.c.account_id).where(aside.c.task_id.in_(task_ids), _in_force)
    for task_id, account_id in connection.execute(query):
        found[task_id].add(account_id)
    return {task_id: frozenset(accounts) for task_id, accounts in found.items()}


def enough_others(connection: Connection, place_code: str, without: Collection[int]) -> bool:
    """Return whether enough people are left to key both values at a place: two, of whom one may check."""
    rows = connection.execute(
        select(account.c.id, account.c.role, account.c.places).where(
            account.c.active, account.c.id.not_in(without)
        )
    )
    stages = [STAGES[Role(row.role)] for row in rows if row.places is None or place_code in row.places]
    return sum(Stage.REVIEW in one for one in stages) > 1 and any(Stage.CHECK in one for one in stages)


def note_found(
    connection: Connection, person: Person, entry_ids: Collection[int], at: datetime
) -> frozenset[int]:
    """Note that a person is about to see the readings of entries; return the entries that they may see.

    Left out are entries whose task the person has in hand, and those that too few others could key.
    """
    query = select(review_task.c.id, review_task.c.entry_id, review_task.c.place_code).where(
        review_task.c.entry_id.in_(entry_ids), review_task.c.state == TaskState.OPEN
    )
    tasks = {row.id: row for row in connection.execute(query)}
    hold_tasks(connection, tasks)
    mine = (lease.c.task_id.in_(tasks)) & (lease.c.account_id == person.account_id)
    in_hand = set(connection.scalars(select(lease.c.task_id).where(mine)))
    known = finders(connection, tasks)
    shown, new = set(), []
    for task_id, row in tasks.items():
        without = known.get(task_id, frozenset()) | {person.account_id}
        if task_id in in_hand or not enough_others(connection, row.place_code, without):
            continue
        shown.add(row.entry_id)
        if person.account_id not in known.get(task_id, ()):
            new.append(task_id)
    mark = {"account_id": person.account_id, "login": person.login, "kind": FOUND, "words": "", "said_at": at}
    if new:
        add(connection, aside, [{"task_id": task_id, **mark} for task_id in new])
    return frozenset(shown)


def release_finders(connection: Connection, now: datetime) -> None:
    """Let people who saw readings key them after all where too few others are left."""
    query = (
        select(review_task.c.id, review_task.c.place_code)
        .where(review_task.c.stage.in_(FIRST_AND_SECOND), review_task.c.state == TaskState.OPEN)
        .where(exists().where(aside.c.task_id == review_task.c.id, _in_force))
    )
    places = {row.id: row.place_code for row in connection.execute(query)}
    known = finders(connection, places)
    freed = [
        task_id
        for task_id, accounts in known.items()
        if not enough_others(connection, places[task_id], accounts)
    ]
    row = {"account_id": 0, "login": MACHINE, "kind": RELEASED, "words": FOUND, "said_at": now}
    if freed:
        add(connection, aside, [{"task_id": task_id, **row} for task_id in freed])
    for task_id in freed:
        record(connection, MACHINE, "witnesses-let-back", f"task:{task_id}", {"fields": []})
