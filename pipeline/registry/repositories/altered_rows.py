"""Rows of a book that were changed behind the program's back: compared before what they say leaves the office.

Only rows that may change have a last digest at hand; what is only ever added (readings, decisions, amendments) is
compared by ``hotich audit verify``, which walks the whole chain.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import ColumnElement, Connection, select

from pipeline.registry.database.audit.key import Key
from pipeline.registry.database.audit.row_digests import compared
from pipeline.registry.tables.books import book, page, page_run, scan
from pipeline.registry.tables.entries import entry
from pipeline.registry.tables.record_schema import RecordSchema
from pipeline.registry.tables.tasks import PAGE_ITSELF, review_task


def altered_entries(
    connection: Connection,
    declared: RecordSchema,
    key: Key | None,
    book_id: int,
    entry_id: int | None = None,
) -> Mapping[int, tuple[str, ...]]:
    """Return the entries of a book of which a row is not as the audit says last, with the tables of those rows.

    Entries that are valid no more are looked at too: somebody may have made them so. One query a table, whatever the
    number of entries.

    Args:
        entry_id: Only this entry of it; None: all.
    """
    asked = () if entry_id is None else (entry.c.id == entry_id,)
    return _altered_of(connection, declared, key, scan.c.book_id == book_id, *asked)


def altered_among(
    connection: Connection, declared: RecordSchema, key: Key | None, entry_ids: Collection[int]
) -> Mapping[int, tuple[str, ...]]:
    """Return those of these entries, whatever their books, of which a row is not as the audit says last."""
    return _altered_of(connection, declared, key, entry.c.id.in_(entry_ids)) if entry_ids else {}


def _altered_of(
    connection: Connection, declared: RecordSchema, key: Key | None, *asked: ColumnElement[bool]
) -> Mapping[int, tuple[str, ...]]:
    """The altered ones among the entries of these conditions, with the tables of the altered rows."""
    rows = connection.execute(
        select(
            entry.c.id,
            entry.c.row,
            entry.c.record,
            page.c.id.label("page"),
            scan.c.id.label("scan"),
            scan.c.book_id.label("book"),
            page_run.c.id.label("run"),
        )
        .join_from(entry, page, entry.c.page_id == page.c.id)
        .join(scan, page.c.scan_id == scan.c.id)
        .outerjoin(page_run, (page_run.c.page_id == page.c.id) & page_run.c.latest)
        .where(*asked)
    ).all()
    of_page: dict[int, list[int]] = defaultdict(list)
    of_place: dict[tuple[int, int], list[int]] = defaultdict(list)
    needed: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for one in rows:
        of_page[one.page].append(one.id)
        of_place[one.page, one.row].append(one.id)
        needed[entry.name][one.id].append(one.id)
        needed[page.name][one.page].append(one.id)
        needed[scan.name][one.scan].append(one.id)
        needed[book.name][one.book].append(one.id)
        if one.run is not None:
            needed[page_run.name][one.run].append(one.id)
        if one.record in declared.records:
            needed[declared.records[one.record].name][one.id].append(one.id)
    tasks = select(review_task.c.id, review_task.c.page_id, review_task.c.row)
    wanted = (
        select(entry.c.page_id)
        .join_from(entry, page, entry.c.page_id == page.c.id)
        .join(scan, page.c.scan_id == scan.c.id)
        .where(*asked)
    )
    for task in connection.execute(tasks.where(review_task.c.page_id.in_(wanted))):
        held = of_page[task.page_id] if task.row == PAGE_ITSELF else of_place[task.page_id, task.row]
        needed[review_task.name][task.id] = list(held)
    found: dict[int, set[str]] = defaultdict(set)
    for table_name, entries_by_row in needed.items():
        for row_id in _altered(connection, key, table_name, entries_by_row):
            for entry_id in entries_by_row[row_id]:
                found[entry_id].add(table_name)
    return {entry_id: tuple(sorted(names)) for entry_id, names in sorted(found.items())}


def _altered(connection: Connection, key: Key | None, table_name: str, ids: Iterable[int]) -> Iterable[int]:
    return compared(connection, key, table_name, ids).altered
