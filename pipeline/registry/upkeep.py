"""Keeps what follows from readings and decisions in step with them: the record, its places, the entry's number,
the task.

Called in the transaction that changed a reading or added a decision, so that nobody ever sees one without the
other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from pipeline.model import FieldReading, FieldStatus
from pipeline.registry.audit import wrote
from pipeline.registry.declared import Declared
from pipeline.registry.placing import follow_places
from pipeline.registry.readback import (
    beside_of,
    decisions_of,
    findings_of,
    place_of,
    place_of_page,
    readings_of,
    values_in_force,
)
from pipeline.registry.standing import LeftToDecide, left_to_decide
from pipeline.registry.tables import PAGE_ITSELF, entry, review_task
from pipeline.registry.values import Decision, TaskState


def follow_entry(connection: Connection, declared: Declared, entry_id: int) -> bool:
    """Bring record, number and task of an entry up to date. Returns whether its task was opened *again* by this."""
    place = place_of(connection, entry_id)
    readings = readings_of(connection, entry_id)
    decisions = decisions_of(connection, place)
    by_field = {reading.field: reading for reading in readings}
    stands = place["found"] or bool(decisions)
    beside = beside_of(connection, place["page_id"], entry_id) if stands else ()
    values = values_in_force(declared, place["record"], readings, decisions, beside)
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
    findings = findings_of(connection, place["page_id"], entry_id)
    left = left_to_decide(readings, findings, decisions, beside)
    return _keep_task(connection, place["page_id"], place["row"], entry_id, left)


def follow_page(connection: Connection, page_id: int) -> bool:
    """The same for the findings on a page itself."""
    place = {**place_of_page(connection, page_id), "row": PAGE_ITSELF}
    beside = beside_of(connection, page_id, None)
    left = left_to_decide((), findings_of(connection, page_id, None), decisions_of(connection, place), beside)
    return _keep_task(connection, page_id, PAGE_ITSELF, None, left)


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
    for name, table in declared.records.items():
        mine = table.c.entry_id == entry_id
        if name != record or values is None:
            if connection.execute(delete(table).where(mine)).rowcount == 0:
                continue
        elif connection.execute(update(table).where(mine), dict(values)).rowcount == 0:
            connection.execute(insert(table), {"entry_id": entry_id, **values})
        wrote(connection, table, [entry_id])


def _number_and_year(value: str | None) -> dict[str, Any]:
    """A number in force, ``NN/YYYY`` or as far as it is written; never a year that is not there."""
    number, slash, year = (value or "").partition("/")
    if slash and not year.isdecimal():
        return {"number": value, "year": None}
    return {"number": number or None, "year": int(year) if slash else None}


def _keep_task(
    connection: Connection, page_id: int, row: int, entry_id: int | None, left: LeftToDecide
) -> bool:
    mine = (review_task.c.page_id == page_id) & (review_task.c.row == row)
    before = connection.execute(select(review_task).where(mine)).mappings().first()
    now = datetime.now(UTC)
    wanted: dict[str, Any] = {
        "state": TaskState.OPEN if left.fields else TaskState.DONE,
        "reasons": list(left.reasons),
        "fields": list(left.fields),
        "reopened": left.reopened,
    }
    if before is None:
        if not left.fields:
            return False
        connection.execute(
            insert(review_task).values(
                page_id=page_id, row=row, entry_id=entry_id, version=1, opened_at=now, **wanted
            )
        )
        return left.reopened
    if all(before[name] == value for name, value in wanted.items()):
        return False
    if left.fields and before["state"] == TaskState.DONE:
        wanted |= {"opened_at": now, "closed_at": None}
    elif not left.fields:
        wanted |= {"closed_at": now}
    connection.execute(update(review_task).where(mine).values(version=before["version"] + 1, **wanted))
    return left.reopened and not before["reopened"]
