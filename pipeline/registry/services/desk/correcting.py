"""Correcting books at the desk: for supervisors and operators, of the books of their places alone."""

from __future__ import annotations

from pipeline.base.errors import RegistryError
from pipeline.base.model import Ledger
from pipeline.registry.model.accounts import Person, Role
from pipeline.registry.model.books import BookCorrection, CorrectionOverview, KnownBook
from pipeline.registry.repositories.book_locks import refuse_running
from pipeline.registry.repositories.books import known_book
from pipeline.registry.repositories.desk_context import DeskContext
from pipeline.registry.repositories.permissions import check_place, check_place_of_book, check_supervises
from pipeline.registry.services import book_corrections

WHAT = "sửa những gì ghi về một quyển sổ"


def check_correcting(context: DeskContext, person: Person, book_id: int) -> None:
    """Check that a person may correct a book: a supervisor of its place, or who scans there.

    Raises:
        NotYours: They may not, or the book belongs to another place.
        NotThere: There is no such book.
    """
    if person.role is Role.OPERATOR:
        check_place_of_book(context.connection, person, book_id)
    else:
        check_supervises(context.connection, person, book_id, WHAT)


def cover_of_book(
    context: DeskContext, person: Person, book_id: int
) -> tuple[KnownBook, CorrectionOverview, tuple[BookCorrection, ...]]:
    """Return what the registry holds of the cover of a book, what hangs on it, and what was corrected of it."""
    connection = context.connection
    check_correcting(context, person, book_id)
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
        RegistryError: Pages of it are read, and the person only scans.
        BookBusy: A run reads the book.
    """
    connection = context.connection
    check_correcting(context, person, book_id)
    check_place(person, ledger.place_code)
    if person.role is Role.OPERATOR and book_corrections.correction_overview(connection, book_id).pages:
        raise RegistryError("Sổ này đã có trang được đọc. Hãy nhờ người phụ trách sửa bìa sổ.")
    refuse_running(connection, book_id)
    folder_name = known_book(connection, book_id).folder_name
    return book_corrections.correct_book(
        connection, context.declared, book_id, ledger, folder_name, author=person.login, reason=reason
    )
