"""In which books scans are that the check of the store found altered or missing."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, select

from pipeline.registry.model.statistics import ScanOfBook
from pipeline.registry.services.statistics.scope import Places, of_places
from pipeline.registry.tables.books import book, scan

AT_ONCE = 500
"""Hashes in one statement."""


def scans_of_books(connection: Connection, places: Places, hashes: Collection[str]) -> tuple[ScanOfBook, ...]:
    """Return the scans with these SHA-256 in the books of these places, book by book."""
    wanted = sorted(hashes)
    found: list[ScanOfBook] = []
    for start in range(0, len(wanted), AT_ONCE):
        query = (
            select(
                scan.c.sha256,
                scan.c.name,
                scan.c.pages,
                book.c.id,
                book.c.folder_name,
                book.c.place,
                book.c.place_code,
            )
            .join_from(scan, book, book.c.id == scan.c.book_id)
            .where(scan.c.sha256.in_(wanted[start : start + AT_ONCE]), of_places(places))
        )
        found += [ScanOfBook(*row) for row in connection.execute(query)]
    return tuple(sorted(found, key=lambda one: (one.folder_name, one.name)))
