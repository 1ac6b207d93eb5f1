"""What is known of the entry of a task besides what a person is keying: rules are asked about both together."""

from __future__ import annotations

from sqlalchemy import select

from pipeline.base.model import FieldReading, FieldStatus
from pipeline.registry.model.accounts import Person, Role
from pipeline.registry.model.decisions import Decision
from pipeline.registry.model.desk import KnownEntry
from pipeline.registry.repositories import leases
from pipeline.registry.repositories.books import ledger_of_row
from pipeline.registry.repositories.desk_context import DeskContext
from pipeline.registry.repositories.permissions import check_place, stages
from pipeline.registry.services.desk.task_loading import LoadedTask, load_task
from pipeline.registry.services.desk.visibility import is_blind
from pipeline.registry.tables.books import book


def load_shown_task(context: DeskContext, person: Person, task_id: int) -> LoadedTask:
    """Return all about a task that a person was shown.

    Its lease is not renewed: what a page asks by itself keeps nothing from others.

    Raises:
        NotYours: The person neither has the task in hand nor supervises its place.
    """
    stages(person)
    case = load_task(context, task_id)
    check_place(person, case.row["place_code"])
    if person.role is not Role.SUPERVISOR and not leases.keeps(context.connection, task_id, person):
        raise leases.lease_lost()
    return case


def known_entry(context: DeskContext, person: Person, task_id: int) -> KnownEntry:
    """Return what may be known of the entry of a task by who has it in hand or supervises its place.

    Nothing is recorded: the person has been shown all of it. Where a field is blind for them no value is known.

    Raises:
        NotYours: The person neither has the task in hand nor supervises its place.
    """
    case = load_shown_task(context, person, task_id)
    row = context.connection.execute(select(book).where(book.c.id == case.row["book_id"])).mappings().one()
    policy = context.policy.of_book(case.row["folder_name"])
    keyable = case.keyable_by(person.account_id)
    hidden = any(is_blind(case.consensus[field], policy) for field in keyable)
    return KnownEntry(
        entry_id=case.row["entry_id"],
        record=case.row["record"],
        form=case.row["form"],
        ledger=ledger_of_row(row),
        fields=keyable,
        readings=() if hidden else _readings(case, keyable),
        is_blind=hidden,
    )


def _readings(case: LoadedTask, keyable: tuple[str, ...]) -> tuple[FieldReading, ...]:
    """Return the effective values of the fields that this person does not key, as readings."""
    names = dict.fromkeys((*case.readings, *case.decisions))
    found = (_effective(case, name) for name in names if name and name not in keyable)
    return tuple(one for one in found if one is not None)


def _effective(case: LoadedTask, name: str) -> FieldReading | None:
    decided = case.decisions.get(name)
    if decided is not None:
        return _decided(decided)
    reading = case.readings[name]
    is_known = reading.accepted or reading.status is FieldStatus.NOT_ON_FORM
    return reading if is_known and name not in case.consensus else None


def _decided(one: Decision) -> FieldReading:
    return FieldReading(one.field, one.status, one.text, one.canonical)
