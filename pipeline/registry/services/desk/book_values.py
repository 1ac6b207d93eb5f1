"""Texts that people decided several times in the book of a task: officers, places, hospitals, stamps."""

from __future__ import annotations

from sqlalchemy import and_, func, select

from pipeline.base.model import FieldStatus
from pipeline.registry.model.accounts import Person, Role
from pipeline.registry.repositories import leases
from pipeline.registry.repositories.desk_context import DeskContext
from pipeline.registry.repositories.permissions import check_place, stages
from pipeline.registry.repositories.withdrawals import decision_stands
from pipeline.registry.services.desk.task_loading import task_row
from pipeline.registry.tables.tasks import decision

FEWEST_ENTRIES = 2
"""On how many other entries a text must have been decided; what stands once may be of one person alone."""

MOST_VALUES = 100


def book_values(context: DeskContext, person: Person, task_id: int, field: str) -> tuple[str, ...]:
    """Return the texts that were decided last of a field on other entries of the book of a task, the commonest first.

    Nothing decided of the task itself is among them, so that they tell nothing of a field that is keyed blind. Names of
    the people whom an entry is about are never among them.

    Raises:
        NotYours: The person neither has the task in hand nor supervises its place.
        NotThere: There is no such task.
    """
    stages(person)
    row = task_row(context.connection, task_id)
    check_place(person, row["place_code"])
    if person.role is not Role.SUPERVISOR and not leases.keeps(context.connection, task_id, person):
        raise leases.lease_lost()
    record = context.declared.schemas.record(row["record"])
    if field not in record.by_name or field in {one.name for one in record.people}:
        return ()
    spot = (decision.c.scan_sha256, decision.c.page_no, decision.c.row)
    own = and_(
        *(column == row[name] for column, name in zip(spot, ("sha256", "page_no", "row"), strict=True))
    )
    last = (
        select(func.max(decision.c.id))
        .where(decision.c.book_id == row["book_id"], decision.c.field == field, ~own, decision_stands)
        .group_by(*spot)
    )
    found = context.connection.scalars(
        select(decision.c.text)
        .where(decision.c.id.in_(last), decision.c.status == FieldStatus.READ)
        .group_by(decision.c.text)
        .having(func.count() >= FEWEST_ENTRIES)
        .order_by(func.count().desc(), decision.c.text)
        .limit(MOST_VALUES)
    )
    return tuple(found)
