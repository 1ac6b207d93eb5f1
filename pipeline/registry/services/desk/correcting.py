"""Correcting books at the desk: for supervisors, of the books of their places alone."""

from __future__ import annotations

from pipeline.model import Ledger
from pipeline.registry.model.accounts import Person
from pipeline.registry.model.books import BookCorrection, CorrectionOverview, KnownBook
from pipeline.registry.repositories.book_locks import refuse_running
from pipeline.registry.repositories.books import known_book
from pipeline.registry.repositories.desk_context import DeskContext
from pipeline.registry.repositories.permissions import check_place, check_supervises
from pipeline.registry.services import book_corrections

WHAT = "sửa những gì ghi về một quyển sổ"


def cover_of_book(
    context: DeskContext, person: Person, book_id: int
) -> tuple[KnownBook, CorrectionOverview, tuple[BookCorrection, ...]]:
    """Return what the registry holds of the cover of a book, what hangs on it, and what was corrected of it."""
    connection = context.connection
    check_supervises(connection, person, book_id, WHAT)
    return (
        known_book(connection, book_id),
        book_corrections.correction_overview(connection, book_id),
        book_corrections.book_corrections(connection, book_id),
    )


def correct_book(
    context: DeskContext, person: Person, book_id: int, ledger: Ledger, reason: str
) -> BookCorrection:
    """Correct the cover of a book, as ``services.book_corrections`` does.

    Raises:
        NotYours: The book belongs to another place, or would.
        BookBusy: A run reads the book.
    """
    connection = context.connection
    check_supervises(connection, person, book_id, WHAT)
    check_place(person, ledger.place_code)
    refuse_running(connection, book_id)
    folder_name = known_book(connection, book_id).folder_name
    return book_corrections.correct_book(
        connection, context.declared, book_id, ledger, folder_name, author=person.login, reason=reason
    )
