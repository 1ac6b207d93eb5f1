"""Which of the rows that were written together belong to which task, so that the audit tells each with its act."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from pipeline.registry.database.audit import noted
from pipeline.registry.database.audit.stored import key_of
from pipeline.registry.tables.desk import keying, submission
from pipeline.registry.tables.entries import entry, resolved_place
from pipeline.registry.tables.tasks import decision

Rows = Mapping[str, Collection[int]]
"""Ids of rows by table."""


def rows_of_tasks(connection: Connection, tasks: Sequence[Mapping[str, Any]]) -> dict[int, Rows | None]:
    """What was written of each task (rows as ``task_rows`` gives them) and no ``record`` has taken yet, by the task's
    id; None where there is one task, whose all of it is."""
    if len(tasks) == 1:
        return {tasks[0]["id"]: None}
    owners: dict[Any, int] = {("task", task["id"]): task["id"] for task in tasks}
    owners |= {("entry", task["entry_id"]): task["id"] for task in tasks}
    owners |= {
        ("spot", task["book_id"], task["sha256"], task["page_no"], task["row"]): task["id"] for task in tasks
    }
    found: dict[int, dict[str, set[int]]] = {task["id"]: defaultdict(set) for task in tasks}
    for name, ids in noted(connection).items():
        for row_id, owner in _owners(connection, name, ids):
            if owner in owners:
                found[owners[owner]][name].add(row_id)
    return {**found}


def _owners(connection: Connection, table_name: str, ids: Collection[int]) -> Iterator[tuple[int, Any]]:
    """Each of these rows with what it is about."""
    for table in (keying, submission):
        if table_name == table.name:
            query = select(table.c.id, table.c.task_id).where(table.c.id.in_(ids))
            yield from ((row.id, ("task", row.task_id)) for row in connection.execute(query))
    if table_name == decision.name:
        query = select(
            decision.c.id, decision.c.book_id, decision.c.scan_sha256, decision.c.page_no, decision.c.row
        ).where(decision.c.id.in_(ids))
        yield from ((row[0], ("spot", *row[1:])) for row in connection.execute(query))
    elif table_name == resolved_place.name:
        query = select(resolved_place.c.id, resolved_place.c.entry_id).where(resolved_place.c.id.in_(ids))
        yield from ((row.id, ("entry", row.entry_id)) for row in connection.execute(query))
    elif table_name == entry.name or key_of(table_name) == "entry_id":
        yield from ((entry_id, ("entry", entry_id)) for entry_id in ids)
