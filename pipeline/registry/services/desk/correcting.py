"""Correcting books at the desk: for supervisors, of the books of their places alone."""

from __future__ import annotations

from sqlalchemy import Connection, select

from pipeline.model import Ledger
from pipeline.registry.model.accounts import Person, Role
from pipeline.registry.model.books import BookCorrection, CorrectionOverview, KnownBook
from pipeline.registry.model.desk import NotYours
from pipeline.registry.model.errors import NotThere
from pipeline.registry.repositories.book_locks import refuse_running
from pipeline.registry.repositories.books import known_book
from pipeline.registry.repositories.desk_context import DeskContext
from pipeline.registry.repositories.permissions import check_place
from pipeline.registry.services import book_corrections
from pipeline.registry.tables.books import book


def check_correcting(connection: Connection, person: Person, book_id: int) -> None:
    """Check that a person may correct a book.

    Raises:
        NotYours: They may not, or the book belongs to another place.
        NotThere: There is no such book.
    """
    if person.role is not Role.SUPERVISOR:
        raise NotYours("Chỉ người phụ trách sửa được những gì ghi về một quyển sổ.")
    place_code = connection.scalar(select(book.c.place_code).where(book.c.id == book_id))
    if place_code is None:
        raise NotThere(f"Không có quyển sổ số {book_id}. Hãy tải lại danh sách.")
    check_place(person, place_code)


def cover_of_book(
    context: DeskContext, person: Person, book_id: int
) -> tuple[KnownBook, CorrectionOverview, tuple[BookCorrection, ...]]:
    """Return what the registry holds of the cover of a book, what hangs on it, and what was corrected of it."""
    connection = context.connection
    check_correcting(connection, person, book_id)
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
    check_correcting(connection, person, book_id)
    check_place(person, ledger.place_code)
    refuse_running(connection, book_id)
    folder_name = known_book(connection, book_id).folder_name
    return book_corrections.correct_book(
        connection, context.declared, book_id, ledger, folder_name, author=person.login, reason=reason
    )
