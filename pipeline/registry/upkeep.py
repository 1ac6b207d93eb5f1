"""Keeps what follows from readings and decisions in step with them: the record, its places, the entry's number,
the task.

Called in the transaction that changed a reading or added a decision, so that nobody ever sees one without the
other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, update

from pipeline.model import FieldReading, FieldStatus
from pipeline.registry.audit import wrote
from pipeline.registry.declared import Declared
from pipeline.registry.placing import follow_places
from pipeline.registry.readback import (
    MachineView,
    decisions_of,
    keyed_of,
    machine_view,
    place_of,
    place_of_page,
    values_in_force,
)
from pipeline.registry.standing import left_to_decide
from pipeline.registry.tables import PAGE_ITSELF, entry
from pipeline.registry.tasks import keep_task
from pipeline.registry.values import Decision


def follow_entry(
    connection: Connection, declared: Declared, entry_id: int, machine: MachineView | None = None
) -> bool:
    """Bring record, number and task of an entry up to date. ``machine``: what it says of the entry, of a caller who
    knows. Returns whether the task was opened *again* by this."""
    place = place_of(connection, entry_id)
    machine = machine or machine_view(connection, place["page_id"], entry_id)
    readings = machine.readings
    decisions = decisions_of(connection, place)
    by_field = {reading.field: reading for reading in readings}
    keyed = keyed_of(connection, place["page_id"], place["row"], decisions)
    stands = place["found"] or bool(decisions or keyed)
    beside = machine.beside if stands else ()
    values = values_in_force(declared, place["record"], readings, decisions, beside, keyed)
    _keep_record(connection, declared, place["record"], entry_id, values if stands else None)
    follow_places(connection, declared, place["record"], entry_id, values if stands else {})
    number_field = declared.number_field(place["record"])
    in_force = values.get(number_field) if number_field else None
    read = by_field.get(number_field) if number_field else None
    connection.execute(
        update(entry)
        .where(entry.c.id == entry_id)
        .values(
            stands=stands,
            number_text=in_force or (read.text if read else ""),
            unaccepted=_unaccepted(readings, values, decisions) or None,
            **_number_and_year(in_force),
        )
    )
    wrote(connection, entry, [entry_id])
    left = left_to_decide(readings, machine.findings, decisions, beside, keyed)
    return keep_task(connection, place, entry_id, left, keyed)


def follow_page(connection: Connection, page_id: int) -> bool:
    """The same for the findings on a page itself."""
    place = {**place_of_page(connection, page_id), "page_id": page_id, "row": PAGE_ITSELF}
    decisions = decisions_of(connection, place)
    machine = machine_view(connection, page_id, None)
    keyed = keyed_of(connection, page_id, PAGE_ITSELF, decisions)
    left = left_to_decide((), machine.findings, decisions, machine.beside, keyed)
    return keep_task(connection, place, None, left, keyed)


def _unaccepted(
    readings: Sequence[FieldReading], values: Mapping[str, str | None], decisions: Mapping[str, Decision]
) -> dict[str, str]:
    """What the machine read and nobody has accepted or decided: for checks beside other entries, never in force."""
    return {
        reading.field: reading.canonical
        for reading in readings
        if reading.status is FieldStatus.READ
        and reading.canonical
        and values.get(reading.field) is None
        and reading.field not in decisions
    }


def _keep_record(
    connection: Connection,
    declared: Declared,
    record: str,
    entry_id: int,
    values: Mapping[str, str | None] | None,
) -> None:
    """The entry's one row in the table of its record, and none in the others; ``None`` = it has no row at all."""
    own = declared.records[record]
    if values is not None:
        wrote(connection, own, [entry_id])
        if connection.execute(update(own).where(own.c.entry_id == entry_id), dict(values)).rowcount:
            return
    for table in declared.records.values():
        if connection.execute(delete(table).where(table.c.entry_id == entry_id)).rowcount:
            wrote(connection, table, [entry_id])
    if values is not None:
        connection.execute(insert(own), {"entry_id": entry_id, **values})


def _number_and_year(value: str | None) -> dict[str, Any]:
    """A number in force, ``NN/YYYY`` or as far as it is written; never a year that is not there."""
    number, slash, year = (value or "").partition("/")
    if slash and not year.isdecimal():
        return {"number": value, "year": None}
    return {"number": number or None, "year": int(year) if slash else None}
