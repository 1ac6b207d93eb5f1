"""Counts of books for a report by administrative units: progress, what left the office, and samples."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, exists, func, select

from pipeline.registry.books.rows import book
from pipeline.registry.extracts.stored_extracts import issued_extract, voided_extract
from pipeline.registry.lots.stored_lots import Lot
from pipeline.registry.statistics.model import BookStatistics
from pipeline.registry.statistics.scope import Places, of_places
from pipeline.registry.withdrawals.stored_withdrawals import book_stands, package


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
class SampleCount:
    """Entries checked in the samples of lots, and those found wrong."""

    checked: int = 0
    wrong: int = 0


@dataclass(frozen=True, slots=True)
class CommuneCounts:
    """The counts of one moment.

    Attributes:
        deliveries: What left the office, by id of the book.
        samples: The samples of lots, by id of the first book of the lot.
    """

    at: datetime
    books: tuple[BookStatistics, ...] = ()
    deliveries: Mapping[int, BookDelivery] = field(default_factory=dict)
    samples: Mapping[int, SampleCount] = field(default_factory=dict)


def samples_of(lots: Iterable[Lot], books: Iterable[BookStatistics]) -> Mapping[int, SampleCount]:
    """Return the samples of lots by the first book of each lot; lots of other books are left out."""
    ids = {book.folder_name: book.book_id for book in books}
    found: dict[int, SampleCount] = {}
    for lot in lots:
        book_id = ids.get(lot.books[0]) if lot.books else None
        if book_id is not None:
            before = found.get(book_id, SampleCount())
            found[book_id] = SampleCount(
                before.checked + lot.findings.checked, before.wrong + lot.findings.wrong
            )
    return found


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
