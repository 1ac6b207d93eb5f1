"""All that the registry tells of one entry."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select

from pipeline.model import PageRef
from pipeline.registry.model.entries import PastReading, StoredEntry
from pipeline.registry.repositories.amendments import amendments_of
from pipeline.registry.repositories.effective_values import values_in_force
from pipeline.registry.repositories.entries import (
    decisions_of,
    machine_view,
    place_of,
    reading_of_row,
    tasks_at,
)
from pipeline.registry.repositories.keyings import live_standings
from pipeline.registry.repositories.places import places_of
from pipeline.registry.tables.books import page_run
from pipeline.registry.tables.entries import reading
from pipeline.registry.tables.record_schema import Declared


def stored_entry(connection: Connection, declared: Declared, entry_id: int) -> StoredEntry:
    """All that is known of one entry; ``RegistryError`` when there is none of that id."""
    row = place_of(connection, entry_id)
    spot = row["page_id"], row["row"]
    machine = machine_view(connection, row["page_id"], entry_id)
    decisions = decisions_of(connection, *spot)
    task = tasks_at(connection, [spot]).get(spot)
    keyed = {} if task is None else live_standings(connection, {task["id"]: decisions})[task["id"]]
    return StoredEntry(
        entry_id=entry_id,
        book_id=row["book_id"],
        ref=PageRef(row["sha256"], row["page_no"]),
        scan=row["name"],
        row=row["row"],
        record=row["record"],
        readings=machine.readings,
        findings=machine.findings,
        decisions=decisions,
        values=values_in_force(declared, row["record"], machine.readings, decisions, machine.beside, keyed),
        places=places_of(connection, entry_id),
        beside=machine.beside,
        hand_reader=connection.scalar(
            select(page_run.c.hand_reader).where(page_run.c.page_id == row["page_id"], page_run.c.latest)
        ),
        amendments=amendments_of(connection, row),
    )


def past_readings(connection: Connection, entry_id: int) -> Iterator[PastReading]:
    """The readings of every run, oldest first."""
    rows = connection.execute(
        select(reading, page_run.c.fingerprint, page_run.c.saved_at, page_run.c.latest)
        .join(page_run)
        .where(reading.c.entry_id == entry_id)
        .order_by(reading.c.id)
    )
    for row in rows.mappings():
        yield PastReading(row["fingerprint"], row["saved_at"], row["latest"], reading_of_row(row))
