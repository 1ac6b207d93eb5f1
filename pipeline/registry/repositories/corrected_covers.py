"""Readings of corrected books: what they took from the cover of their book is what the cover says now.

Readings stay as they were stored. The pages of a corrected book are read again by the next run; until then, and where
nobody reads them again, what follows from the cover is right at once.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from sqlalchemy import Connection, select

from pipeline.base.model import FieldReading, FieldStatus, Ledger
from pipeline.registry.repositories.books import ledger_of_row
from pipeline.registry.tables.books import book, book_correction
from pipeline.registry.tables.record_schema import ENTRY_NUMBER, RecordSchema

COVER = "ledger"
"""The engine of a reading that was taken from the cover (``pipeline.digitize.parse``)."""


def corrected_covers(connection: Connection, book_ids: Collection[int]) -> dict[int, Ledger]:
    """Return what the covers say of those of the books that were ever corrected."""
    corrected = select(book_correction.c.book_id).where(book_correction.c.book_id.in_(sorted(set(book_ids))))
    rows = connection.execute(select(book).where(book.c.id.in_(corrected)))
    return {row["id"]: ledger_of_row(row) for row in rows.mappings()}


def under_cover(
    declared: RecordSchema, record: str, readings: Sequence[FieldReading], ledger: Ledger | None
) -> tuple[FieldReading, ...]:
    """Return the readings of an entry with what they take from the cover; ``None``: the book was never corrected."""
    if ledger is None:
        return tuple(readings)
    return tuple(_under_cover(declared, record, reading, ledger) for reading in readings)


def _under_cover(declared: RecordSchema, record: str, reading: FieldReading, ledger: Ledger) -> FieldReading:
    spec = declared.fields(record).get(reading.field)
    if spec is None or reading.status is not FieldStatus.READ:
        return reading
    if reading.engine == COVER and spec.ledger:
        text = str(getattr(ledger, spec.ledger))
        return replace(reading, text=text, canonical=declared.canonical(record, reading.field, text) or text)
    if spec.kind == ENTRY_NUMBER and reading.canonical:
        number = declared.canonical(record, reading.field, reading.text)
        if number and "/" not in number:
            return replace(reading, canonical=f"{number}/{ledger.year}")
    return reading
