"""What left the office, by book: packages and issued extracts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, exists, func, select

from pipeline.registry.books.rows import book
from pipeline.registry.extracts.stored_extracts import issued_extract, voided_extract
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
