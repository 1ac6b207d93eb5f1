"""Correct a book of the registry; check it again together with its former and present series."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.base.model import Ledger
from pipeline.books.book_checks import CheckReport, check_books
from pipeline.declarations.schema import Schemas
from pipeline.registry import BookCorrection, CorrectionOverview, Registry

HELD_SECONDS = 600.0
"""Time limit of a correction's lock on its book, in seconds; the largest correction takes some seconds."""


@dataclass(frozen=True, slots=True)
class CorrectionReport:
    """The outcome of a correction.

    Attributes:
        overview: The data that depends on the book.
        checks: The findings of the new checks, in the book and its series.
        old_year: Entries whose number keeps the earlier cover's year because people decided it so.
    """

    correction: BookCorrection
    overview: CorrectionOverview
    checks: CheckReport
    old_year: int


def correct_book(
    registry: Registry,
    schemas: Schemas,
    book_id: int,
    ledger: Ledger,
    folder_name: str,
    *,
    author: str,
    reason: str,
) -> CorrectionReport:
    """Correct a book and repeat the affected checks.

    Raises:
        BookBusy: A run is reading the book.
        RegistryError: As in ``Registry.correct_book``; nothing is changed.
    """
    before = registry.known_book(book_id).ledger
    beside = registry.series_books(book_id)
    with registry.lock_book(book_id, HELD_SECONDS):
        correction = registry.correct_book(book_id, ledger, folder_name, author=author, reason=reason)
    checks = check_books(registry, schemas, sorted({*beside, book_id}))
    moved = before.year != ledger.year
    return CorrectionReport(
        correction,
        registry.correction_overview(book_id),
        checks,
        registry.numbers_of_year(book_id, before.year) if moved else 0,
    )
