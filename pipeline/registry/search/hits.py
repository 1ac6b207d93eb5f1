"""What is shown of entries that were found: read from the registry itself, never from the index."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence, Set
from typing import Any

from sqlalchemy import Connection, select

from pipeline.base.model import PageRef
from pipeline.base.text.tones import folded
from pipeline.registry.books.rows import book, page, page_run, scan
from pipeline.registry.checks.links import stored_links
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.entries.effective_values import select_values
from pipeline.registry.entries.machine_view import amendments_of_entries
from pipeline.registry.entries.rows import entry, reading
from pipeline.registry.search.following import SeenApproval, approvals_seen
from pipeline.registry.search.index import indexed_fields, name_row
from pipeline.registry.search.model import HitState, NamedPerson, Nearness, SearchHit
from pipeline.registry.tasks.model import TaskState
from pipeline.registry.tasks.rows import review_task
from pipeline.registry.withdrawals.stored_withdrawals import entry_stands


def hits_of(
    connection: Connection,
    declared: RecordSchema,
    entries: Sequence[tuple[int, Nearness | None]],
    name_ids: Set[int],
    altered: Collection[int] = (),
) -> tuple[tuple[SearchHit, ...], tuple[SeenApproval, ...]]:
    """Return what is shown of entries, in their order, and which approvals were found to hold on the way.

    Values that wait for people are left out: who keys them blind must not have seen them.

    Args:
        connection: A transaction.
        declared: The declared records and their tables.
        entries: The entries, each with how near its name is.
        name_ids: The names that were looked for or are near.
        altered: Those of them of which a row was changed behind the program's back.
    """
    ids = [entry_id for entry_id, _ in entries]
    rows = _rows(connection, declared, ids)
    inked = _inked(connection, rows)
    linked = _linked(connection, ids)
    approved, seen = approvals_seen(connection, declared, {row["book_id"] for row in rows.values()})
    found = []
    for entry_id, nearness in entries:
        row = rows.get(entry_id)
        if row is None:
            continue
        people = tuple(_people(declared, row, name_ids, inked))
        if nearness is not None and not any(one.matches for one in people):
            continue
        waiting = row["waiting"]
        fields = indexed_fields(declared.schemas.record(row["record"]))
        shown = {
            name: "" if name in waiting else row["current"].get(name) or ""
            for name in (fields.number, fields.registered_on)
        }
        found.append(
            SearchHit(
                entry_id=entry_id,
                record=row["record"],
                title=declared.schemas.record(row["record"]).title,
                number=shown[fields.number],
                registered_on=shown[fields.registered_on],
                book_id=row["book_id"],
                volume=row["volume"],
                place=row["place"],
                scan=row["scan"],
                ref=PageRef(row["sha256"], row["page_no"]),
                row=row["row"],
                people=people,
                nearness=nearness,
                state=HitState.ALTERED if entry_id in altered else _state(row),
                waiting=len(waiting),
                approved=row["book_id"] in approved,
                amended=row["amended"],
                linked=linked[entry_id],
            )
        )
    return tuple(found), seen


def _rows(
    connection: Connection, declared: RecordSchema, entry_ids: Sequence[int]
) -> dict[int, dict[str, Any]]:
    """What the registry holds of these entries that stand and whose kind is declared, by entry."""
    records = connection.scalars(
        select(entry.c.record)
        .where(entry.c.id.in_(entry_ids), entry.c.stands, entry.c.record.in_(list(declared.schemas.records)))
        .distinct()
    ).all()
    amended = amendments_of_entries(connection, entry_ids)
    found = {}
    for record in records:
        fields = indexed_fields(declared.schemas.record(record))
        names = tuple(name for name in (fields.number, fields.registered_on, *fields.people) if name)
        query = (
            select_values(
                declared,
                record,
                {f"v:{name}": name for name in names},
                entry.c.record,
                entry.c.accepted,
                entry.c.row,
                page.c.page_no,
                scan.c.sha256,
                scan.c.name.label("scan"),
                scan.c.book_id,
                book.c.volume,
                book.c.place,
                review_task.c.state,
                review_task.c.fields,
            )
            .join(book, scan.c.book_id == book.c.id)
            .outerjoin(review_task, review_task.c.entry_id == entry.c.id)
            .where(entry.c.id.in_(entry_ids))
        )
        for row in connection.execute(query).mappings():
            entry_id = row["entry_id"]
            mine = amended.get(entry_id, {})
            opened = row["state"] == TaskState.OPEN
            found[entry_id] = {
                **row,
                "opened": opened,
                "waiting": frozenset(row["fields"] or ()) if opened else frozenset(),
                "current": {name: row[f"v:{name}"] for name in names}
                | {name: one.value for name, one in mine.items()},
                "amended_fields": mine.keys(),
                "amended": len(mine),
            }
    return found


def _state(row: Mapping[str, Any]) -> HitState:
    if row["opened"]:
        return HitState.WAITING
    return HitState.ACCEPTED if row["accepted"] else HitState.DECIDED


def _people(
    declared: RecordSchema, row: Mapping[str, Any], name_ids: Set[int], inked: Collection[tuple[int, str]]
) -> list[NamedPerson]:
    spec = declared.schemas.record(row["record"])
    found = []
    for name in indexed_fields(spec).people:
        value = row["current"].get(name) or ""
        waits = name in row["waiting"]
        known = name_row(folded(value)) if value else None
        if not (value or waits):
            continue
        found.append(
            NamedPerson(
                field=name,
                label=spec.by_name[name].label,
                name="" if waits else value,
                waits=waits,
                amended=name in row["amended_fields"],
                matches=known is not None and known[0] in name_ids,
                has_ink=(row["entry_id"], name) in inked,
            )
        )
    return found


def _inked(connection: Connection, rows: Mapping[int, Mapping[str, Any]]) -> frozenset[tuple[int, str]]:
    """The entries and fields of which it is known where their ink lies."""
    query = (
        select(reading.c.entry_id, reading.c.field)
        .join(page_run, reading.c.page_run_id == page_run.c.id)
        .join(entry, reading.c.entry_id == entry.c.id)
        .where(entry.c.id.in_(rows.keys()), entry_stands(entry.c.id), page_run.c.latest)
        .where(reading.c.box.is_not(None))
    )
    return frozenset((entry_id, field) for entry_id, field in connection.execute(query))


def _linked(connection: Connection, entry_ids: Sequence[int]) -> Counter[int]:
    counted: Counter[int] = Counter()
    for one in stored_links(connection, entry_ids=entry_ids):
        counted.update({one.first_entry_id, one.second_entry_id})
    return counted
