"""What the views by the commune of today need: books with their places, deliveries and extracts, values of entries."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, exists, func, or_, select

from pipeline.registry.books.rows import book, scan
from pipeline.registry.database.columns import rows_of
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.entries.effective_values import select_values
from pipeline.registry.entries.rows import entry
from pipeline.registry.extracts.stored_extracts import issued_extract, voided_extract
from pipeline.registry.statistics.scope import Places, of_places
from pipeline.registry.withdrawals.stored_withdrawals import book_stands, package

AT_ONCE = 10_000
"""Entries fetched in one piece."""


@dataclass(frozen=True, slots=True)
class PlacedBook:
    """A book with its registration place, as its cover says."""

    book_id: int
    place_code: str
    place: str
    volume: str
    record: str


@dataclass(frozen=True, slots=True)
class BookDelivery:
    """What left the office from a book.

    Attributes:
        delivered_at: When its last package was written.
        extracts: Number of its issued extracts that are not void.
    """

    delivered_at: datetime | None = None
    extracts: int = 0


@dataclass(frozen=True, slots=True)
class EntryValues:
    """Values of an entry, in the order in which they were asked for; None: not known, or waiting for people."""

    entry_id: int
    book_id: int
    year: int | None
    values: tuple[str | None, ...]


def placed_books(connection: Connection, places: Places) -> tuple[PlacedBook, ...]:
    """Return the books of these places, in the order of places, records and volumes."""
    query = (
        select(book.c.id, book.c.place_code, book.c.place, book.c.volume, book.c.record)
        .where(book_stands, of_places(places))
        .order_by(book.c.place_code, book.c.record, book.c.volume, book.c.id)
    )
    return tuple(rows_of(connection, PlacedBook, query))


def book_deliveries(connection: Connection, places: Places) -> Mapping[int, BookDelivery]:
    """Return what left the office, by book; books of which nothing did are left out."""
    delivered: dict[int, datetime] = dict(
        connection.execute(
            select(package.c.book_id, func.max(package.c.written_at))
            .join(book, book.c.id == package.c.book_id)
            .where(book_stands, of_places(places))
            .group_by(package.c.book_id)
        ).all()
    )
    void = exists().where(voided_extract.c.extract_id == issued_extract.c.id)
    extracts: dict[int, int] = dict(
        connection.execute(
            select(issued_extract.c.book_id, func.count())
            .join(book, book.c.id == issued_extract.c.book_id)
            .where(~void, book_stands, of_places(places))
            .group_by(issued_extract.c.book_id)
        ).all()
    )
    return {
        book_id: BookDelivery(delivered.get(book_id), extracts.get(book_id, 0))
        for book_id in delivered.keys() | extracts.keys()
    }


def entry_values(
    connection: Connection,
    places: Places,
    declared: RecordSchema,
    record: str,
    fields: Sequence[str],
    *,
    years: Collection[int] = (),
    books: Collection[int] | None = None,
) -> Iterator[EntryValues]:
    """Yield the values of entries that stand, book by book.

    Args:
        years: Only entries whose number or book is of one of these years, or whose day of registration is; none: all.
        books: Ids of the only books; None: all books of the places.
    """
    query = select_values(
        declared,
        record,
        {f"value_{at}": name for at, name in enumerate(fields)},
        scan.c.book_id,
        entry.c.year,
    ).join(book, book.c.id == scan.c.book_id)
    query = query.where(book_stands, of_places(places))
    spec = declared.schemas.record(record)
    if years:
        of_years = [entry.c.year.in_(sorted(years))]
        of_years += [book.c.volume.like(f"%/{year}") for year in sorted(years)]
        if spec.book is not None:
            day = declared.records[record].c[spec.book.registered_on]
            of_years += [day.like(f"%{year}") for year in sorted(years)]
        query = query.where(or_(*of_years))
    wanted = None if books is None else frozenset(books)
    rows = connection.execute(query.order_by(scan.c.book_id, entry.c.id)).yield_per(AT_ONCE)
    for entry_id, book_id, year, *values in rows:
        if wanted is None or book_id in wanted:
            yield EntryValues(entry_id, book_id, year, tuple(values))
