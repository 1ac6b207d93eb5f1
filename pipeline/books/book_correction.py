"""A book of the registry is corrected; it and the books that it was or is checked together with are checked anew."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.base.model import Ledger
from pipeline.books.book_checks import CheckReport, check_books
from pipeline.declarations.schema import Schemas
from pipeline.registry import BookCorrection, CorrectionOverview, Registry

HELD_SECONDS = 600.0
"""How long a correction may hold its book; the largest takes some seconds."""


@dataclass(frozen=True, slots=True)
class CorrectionReport:
    """The outcome of a correction.

    Attributes:
        correction: What was corrected.
        overview: What hangs on the book.
        checks: What the checks found since, in the book and those beside it.
        old_year: Entries whose number still bears the year of the cover before: people have decided it so.
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
    """Correct a book and check what it concerns anew.

    Args:
        registry: The registry.
        schemas: The declarations.
        book_id: The book.
        ledger: What its cover says.
        folder_name: The name of its folder.
        author: Who corrects it.
        reason: Why.

    Raises:
        BookBusy: A run reads the book.
        RegistryError: As of ``Registry.correct_book``; nothing is changed.
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
