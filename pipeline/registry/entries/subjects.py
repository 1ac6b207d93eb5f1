"""Entries and pages themselves, with their places in books."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields

from sqlalchemy import Connection, literal, select

from pipeline.declarations.schema import RecordSpec
from pipeline.registry.books.rows import PAGES, book, page, scan
from pipeline.registry.database.columns import rows_of
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.entries.rows import ENTRIES, EntryPlace, Subject, SubjectPlace, entry
from pipeline.registry.errors import NotThere
from pipeline.registry.tasks.rows import PAGE_ITSELF

_WITHIN = (page.c.page_no, scan.c.sha256, scan.c.name, scan.c.book_id, book.c.place_code)


def place_of(connection: Connection, entry_id: int) -> EntryPlace:
    """Return an entry with its page, scan and book.

    Raises:
        NotThere: There is no such entry.
    """
    return places_of_entries(connection, [entry_id])[entry_id]


def record_of(connection: Connection, declared: RecordSchema, entry_id: int) -> RecordSpec:
    """Return the record of an entry."""
    return declared.schemas.record(place_of(connection, entry_id).record)


def place_of_page(connection: Connection, page_id: int) -> SubjectPlace:
    """Return a page with its scan and book, with ``PAGE_ITSELF`` as its row.

    Raises:
        NotThere: There is no such page.
    """
    return places_of_subjects(connection, [(page_id, None)])[page_id, None]


def places_of_entries(connection: Connection, entry_ids: Collection[int]) -> dict[int, EntryPlace]:
    """Return entries with their pages, scans and books, by their ids.

    Raises:
        NotThere: One of them does not exist.
    """
    columns = [entry.c[place.name] for place in fields(EntryPlace) if place.name in entry.c]
    query = (
        select(*columns[:2], *_WITHIN, *columns[2:])
        .select_from(ENTRIES.join(book))
        .where(entry.c.id.in_(entry_ids))
    )
    found = {place.id: place for place in rows_of(connection, EntryPlace, query)} if entry_ids else {}
    for entry_id in entry_ids:
        if entry_id not in found:
            raise NotThere(
                f"Không có sự kiện hộ tịch số {entry_id} trong cơ sở dữ liệu. Hãy kiểm tra lại số."
            )
    return found


def places_of_subjects(connection: Connection, subjects: Collection[Subject]) -> dict[Subject, SubjectPlace]:
    """Return entries and pages themselves with their scans and books.

    Raises:
        NotThere: One of them does not exist.
    """
    entries = places_of_entries(connection, [entry_id for _, entry_id in subjects if entry_id is not None])
    found: dict[Subject, SubjectPlace] = {place.subject: place for place in entries.values()}
    if page_ids := [page_id for page_id, entry_id in subjects if entry_id is None]:
        query = (
            select(page.c.id, literal(PAGE_ITSELF), *_WITHIN)
            .select_from(PAGES.join(book))
            .where(page.c.id.in_(page_ids))
        )
        found |= {place.subject: place for place in rows_of(connection, SubjectPlace, query)}
        for page_id in page_ids:
            if (page_id, None) not in found:
                raise NotThere(f"Không có trang số {page_id} trong cơ sở dữ liệu. Hãy kiểm tra lại số.")
    return found
