"""The hits of a search as they are shown: read from the registry, never from the index."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass

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
    *,
    read: bool = False,
) -> tuple[tuple[SearchHit, ...], tuple[SeenApproval, ...]]:
    """Return the hits of entries, in their order, and the approvals that were found in force on the way.

    Values that wait for people are left out, because a person who keys them blind must not have seen them.

    Args:
        entries: The id of each entry and the nearness of its name.
        name_ids: The names that match or nearly match.
        altered: Entries with a row that was changed behind the program's back.
        read: Whether readings that nobody has reviewed are shown, for a person who does not key them.
    """
    ids = [entry_id for entry_id, _ in entries]
    rows = _rows(connection, declared, ids, read=read)
    inked = _inked(connection, rows)
    linked = _linked(connection, ids)
    approved, seen = approvals_seen(connection, declared, {row.book_id for row in rows.values()})
    found = []
    for entry_id, nearness in entries:
        row = rows.get(entry_id)
        if row is None:
            continue
        people = tuple(_people(declared, row, name_ids, inked))
        if nearness is not None and not any(one.matches for one in people):
            continue
        spec = declared.schemas.record(row.record)
        fields = indexed_fields(spec)
        found.append(
            SearchHit(
                entry_id=entry_id,
                record=row.record,
                title=spec.title,
                number=row.shown(fields.number),
                registered_on=row.shown(fields.registered_on),
                book_id=row.book_id,
                volume=row.volume,
                place=row.place,
                scan=row.scan,
                ref=PageRef(row.sha256, row.page_no),
                row=row.row,
                people=people,
                nearness=nearness,
                state=HitState.ALTERED if entry_id in altered else row.state,
                waiting=len(row.waiting),
                approved=row.book_id in approved,
                amended=len(row.amended),
                linked=linked[entry_id],
                unreviewed=frozenset(row.read),
            )
        )
    return tuple(found), seen


@dataclass(frozen=True, slots=True)
class _EntryRow:
    """An entry with its place, its task and the values of the fields that a hit shows.

    ``values``: by field, amendments included; ``amended``: the fields that an amendment changes; ``read``: readings
    that are shown though nobody has reviewed them.
    """

    entry_id: int
    record: str
    accepted: bool
    row: int
    page_no: int
    sha256: str
    scan: str
    book_id: int
    volume: str
    place: str
    task_state: str | None
    task_fields: list[str] | None
    values: Mapping[str, str | None]
    amended: Set[str]
    read: Mapping[str, str]

    @property
    def waiting(self) -> Sequence[str]:
        """The fields that wait for people."""
        return self.task_fields or () if self.task_state == TaskState.OPEN else ()

    @property
    def state(self) -> HitState:
        if self.task_state == TaskState.OPEN:
            return HitState.WAITING
        return HitState.ACCEPTED if self.accepted else HitState.DECIDED

    def shown(self, field: str) -> str:
        """The value of a field; ``""`` if it waits or there is none."""
        if field in self.read:
            return self.read[field]
        return "" if field in self.waiting else self.values.get(field) or ""


def _rows(
    connection: Connection, declared: RecordSchema, entry_ids: Sequence[int], *, read: bool
) -> dict[int, _EntryRow]:
    """Return the standing entries with a declared record, by id."""
    records = connection.scalars(
        select(entry.c.record)
        .where(entry.c.id.in_(entry_ids), entry.c.stands, entry.c.record.in_(list(declared.schemas.records)))
        .distinct()
    ).all()
    amended = amendments_of_entries(connection, entry_ids)
    found = {}
    for record in records:
        fields = indexed_fields(declared.schemas.record(record))
        shown = (fields.number, fields.registered_on, *fields.people)
        names = tuple(dict.fromkeys(name for name in shown if name))
        query = (
            select_values(
                declared,
                record,
                {f"value_{name}": name for name in names},
                entry.c.record,
                entry.c.accepted,
                entry.c.row,
                page.c.page_no,
                scan.c.sha256,
                scan.c.name,
                scan.c.book_id,
                book.c.volume,
                book.c.place,
                review_task.c.state,
                review_task.c.fields,
                entry.c.unaccepted,
            )
            .join(book, scan.c.book_id == book.c.id)
            .outerjoin(review_task, review_task.c.entry_id == entry.c.id)
            .where(entry.c.id.in_(entry_ids))
        )
        for row in connection.execute(query):
            (*columns, unaccepted), values = row[: len(row) - len(names)], row[len(row) - len(names) :]
            mine = amended.get(row.entry_id, {})
            current = dict(zip(names, values, strict=True)) | {name: one.value for name, one in mine.items()}
            unreviewed = unaccepted if read and unaccepted else {}
            shown_readings = {
                name: unreviewed[name] for name in names if name in unreviewed and name not in mine
            }
            found[row.entry_id] = _EntryRow(*(*columns, current, mine.keys(), shown_readings))
    return found


def _people(
    declared: RecordSchema, row: _EntryRow, name_ids: Set[int], inked: Collection[tuple[int, str]]
) -> list[NamedPerson]:
    spec = declared.schemas.record(row.record)
    found = []
    for name in indexed_fields(spec).people:
        value = row.read.get(name) or row.values.get(name) or ""
        waits = name in row.waiting and name not in row.read
        known = name_row(folded(value)) if value else None
        if not (value or waits):
            continue
        found.append(
            NamedPerson(
                field=name,
                label=spec.by_name[name].label,
                name="" if waits else value,
                waits=waits,
                amended=name in row.amended,
                matches=known is not None and known[0] in name_ids,
                has_ink=(row.entry_id, name) in inked,
                unreviewed=name in row.read,
            )
        )
    return found


def _inked(connection: Connection, rows: Mapping[int, _EntryRow]) -> frozenset[tuple[int, str]]:
    """Return the entries and fields whose ink has a known region."""
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
