"""The descriptions of physical books that are the program's own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from sqlalchemy import Connection, Table, select

from pipeline.registry.custody.rows import PhysicalBookRow, physical_book
from pipeline.registry.database.audit.key import Key
from pipeline.registry.database.audit.row_digests import compared
from pipeline.registry.database.columns import rows_of

AlteredRows = Callable[[Connection, Table, Sequence[int]], Collection[int]]
"""Tells which of these rows of a table were changed or added behind the program's back."""


def unproven_with(key: Key | None) -> AlteredRows:
    """Return what compares rows where nothing is written."""
    return lambda connection, table, ids: compared(connection, key, table.name, ids).altered.keys()


def own_descriptions(connection: Connection, altered: AlteredRows) -> list[PhysicalBookRow]:
    """Return the descriptions that are the program's own, oldest first."""
    rows = rows_of(connection, PhysicalBookRow, select(physical_book).order_by(physical_book.c.id))
    not_own = altered(connection, physical_book, [row.id for row in rows])
    return [row for row in rows if row.id not in not_own]


def counted_pages(connection: Connection, key: Key | None) -> Mapping[tuple[str, str], int | None]:
    """Return the pages counted before scanning, by folder name and place code of the last description."""
    last = {row.folder_name: row for row in own_descriptions(connection, unproven_with(key))}
    return {(row.folder_name, row.place_code): row.pages for row in last.values()}
