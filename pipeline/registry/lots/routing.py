"""Whom the tasks of a sample are kept from: those who had seen anything of its lot before."""

from __future__ import annotations

from sqlalchemy import ColumnElement, exists, select

from pipeline.registry.accounts.person import Person
from pipeline.registry.lots.tables import lot_closing, lot_entry, lot_witness
from pipeline.registry.lots.values import Part
from pipeline.registry.tables import review_task


def seen_before(person: Person) -> ColumnElement[bool]:
    """The condition on ``review_task`` that it is of the sample of an open lot that this person had seen before."""
    closed = exists().where(lot_closing.c.lot_id == lot_entry.c.lot_id)
    seen = lot_entry.join(lot_witness, lot_witness.c.lot_id == lot_entry.c.lot_id)
    return exists(
        select(lot_entry.c.id)
        .select_from(seen)
        .where(
            lot_entry.c.task_id == review_task.c.id,
            lot_entry.c.part == Part.SAMPLE,
            lot_witness.c.account_id == person.account_id,
            ~closed,
        )
        .correlate(review_task)
    )
