"""Whom the tasks of a sample are kept from: those who had seen anything of its lot before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from sqlalchemy import ColumnElement, Connection, exists, select

from pipeline.registry.model.accounts import Person
from pipeline.registry.model.lots import Part
from pipeline.registry.tables.lots import lot_closing, lot_entry, lot_witness
from pipeline.registry.tables.tasks import review_task

_SEEN = lot_entry.join(lot_witness, lot_witness.c.lot_id == lot_entry.c.lot_id)
_OF_OPEN_SAMPLE = (lot_entry.c.part == Part.SAMPLE) & ~exists().where(
    lot_closing.c.lot_id == lot_entry.c.lot_id
)


def seen_before(person: Person) -> ColumnElement[bool]:
    """The condition on ``review_task`` that it is of the sample of an open lot that this person had seen before."""
    return exists(
        select(lot_entry.c.id)
        .select_from(_SEEN)
        .where(
            lot_entry.c.task_id == review_task.c.id,
            _OF_OPEN_SAMPLE,
            lot_witness.c.account_id == person.account_id,
        )
        .correlate(review_task)
    )


def witnesses_of_samples(connection: Connection, task_ids: Collection[int]) -> Mapping[int, frozenset[int]]:
    """The accounts from which each of these tasks is kept that is of the sample of an open lot."""
    query = (
        select(lot_entry.c.task_id, lot_witness.c.account_id)
        .select_from(_SEEN)
        .where(lot_entry.c.task_id.in_(task_ids), _OF_OPEN_SAMPLE)
    )
    found: dict[int, set[int]] = defaultdict(set)
    for row in connection.execute(query):
        found[row.task_id].add(row.account_id)
    return {task_id: frozenset(accounts) for task_id, accounts in found.items()}
