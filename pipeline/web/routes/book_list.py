"""The list of books with their states, the form for a new book, and the page of a book's scans."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Query
from pydantic import Field
from starlette.responses import RedirectResponse, Response

from pipeline.base.errors import LedgerError, RegistryError, RegistryUnavailable, SchemaError
from pipeline.base.model import Ledger
from pipeline.declarations.ledger import LEDGER_LABELS
from pipeline.registry.accounts.model import Role
from pipeline.registry.accounts.saved_filters import MOST_NAME, FilteredPage
from pipeline.registry.statistics.book_states import BOOK_STAGE_LABELS, BookState
from pipeline.scans.inbox.book_folder import files_in_book, folder_name_of, open_book_folder
from pipeline.scans.inbox.separator_sheet import SeparatorSheet, is_folder_name
from pipeline.web.context import RowId, Visit, VisitDep
from pipeline.web.form_design.from_book import begin_from_book, pages_of_one_form
from pipeline.web.scanning.book_list import MOST_ROWS, BookFilter, ListedBook, book_list, ledger_in
from pipeline.web.scanning.covers import CoverForm, cover_choices, ledger_of_form, with_checked_code
from pipeline.web.scanning.place_codes import AmbiguousPlace, DoubtfulCode, PlaceChoice

NO_FOLDER = (
    "Máy chủ chưa được cho biết thư mục các sổ, nên chưa lập sổ và chưa nhận bản quét trên trình duyệt được. Hãy nhờ "
    "người quản trị máy khởi động bằng “hotich server THƯ_MỤC_SỔ”, hoặc đặt HOTICH_BOOKS."
)
NEW_BOOK = "lập sổ mới trên trình duyệt"

router = APIRouter(prefix="/books")


@router.get("")
def show_books(visit: VisitDep, narrowed: Annotated[BookFilter, Query()]) -> Response:
    return list_page(visit, narrowed)


def list_page(visit: Visit, narrowed: BookFilter, refused: str = "") -> Response:
    """Return the list of books; ``refused`` says why its filter was not saved."""
    books = visit.registry.statistics(visit.person.places).book_states()
    browses = visit.person.role is Role.SUPERVISOR
    return visit.page(
        "books/list.html",
        listed=book_list(
            books,
            visit.person,
            narrowed,
            visit.site.work.uploads.books,
            visit.registry.folder_names(),
            visit.units,
        ),
        narrowed=narrowed,
        refused=refused,
        saved=visit.registry.filters_of(visit.person, FilteredPage.BOOKS),
        most_name=MOST_NAME,
        title_of=visit.schemas.title_of,
        records=tuple(visit.schemas.records),
        stage_labels=BOOK_STAGE_LABELS,
        most=MOST_ROWS,
        no_folder="" if visit.site.work.uploads.is_open else NO_FOLDER,
        browses=browses,
        people=visit.desk.assignable(visit.person) if browses else (),
        teams=visit.desk.teams(visit.person) if browses else (),
    )


@router.get("/new")
def show_new_book(visit: VisitDep) -> Response:
    return _new_book_page(visit, {})


class NewBookForm(CoverForm):
    """The cover of a new book; ``folder``: an existing folder."""

    folder: str = Field(default="", max_length=200)


@router.post("/new")
def make_book(visit: VisitDep, form: Annotated[NewBookForm, Form()]) -> Response:
    """Make a book: its folder with ``ledger.toml``, and its row. With ``folder`` alone, register an existing folder.

    A missing place code is looked up by the place's name.
    """
    typed, folder = form.words(), form.folder
    try:
        if visit.site.work.uploads.books is None:
            raise LedgerError(NO_FOLDER)
        known = folder and not any(typed.values())  # a button beside a folder sends its name alone
        if not known:
            typed = with_checked_code(visit.site, visit.person, typed, form.sure)
        ledger = (
            ledger_in(visit.site.work.uploads.books, folder) if known else ledger_of_form(visit.site, typed)
        )
        prefix = visit.schemas.record(visit.schemas.form(ledger.form).record).prefix
        name = folder or folder_name_of(ledger, prefix)
        book_id = _add_book(visit, visit.site.work.uploads.books, ledger, name)
    except RegistryUnavailable:
        raise
    except (LedgerError, SchemaError, RegistryError) as refused:
        doubted = refused.code if isinstance(refused, DoubtfulCode) else ""
        choices = refused.choices if isinstance(refused, AmbiguousPlace) else ()
        words = {**typed, "folder": folder}
        return _new_book_page(visit, words, refused.message, doubted=doubted, choices=choices)
    return RedirectResponse(f"/books/{book_id}/scans", status_code=303)


def _add_book(visit: Visit, books: Path, ledger: Ledger, folder: str) -> int:
    """Make the folder and the row of a book; return the book's id.

    Raises:
        LedgerError: The folder belongs to another book, or its name is not allowed.
        RegistryError: The book exists, or it belongs to a place that the person may not see.
    """
    visit.schemas.form(ledger.form)
    if not is_folder_name(folder):
        raise LedgerError("Tên thư mục chỉ gồm chữ, số và các dấu . - _ ( ), không bắt đầu bằng dấu.")
    if not visit.person.may_see(ledger.place_code):
        raise RegistryError(
            "Bạn không được giao nơi đăng ký có mã này. Hãy kiểm tra mã, hoặc hỏi người quản trị."
        )
    record = visit.schemas.form(ledger.form).record
    for state in visit.registry.statistics([ledger.place_code]).book_states():
        if (state.record, state.volume) == (record, ledger.volume):
            known = visit.registry.known_book(state.book_id).ledger
            if known.series is ledger.series and known.opened_on in ("", ledger.opened_on):
                raise RegistryError(
                    f"Quyển {ledger.volume} của nơi này đã có, ở thư mục «{state.folder_name}». Mỗi quyển chỉ lập "
                    "một lần."
                )
    folder_path = open_book_folder(books, SeparatorSheet(folder, ledger))
    return visit.registry.add_book(ledger, folder_path.name, author=visit.person.login, reason=NEW_BOOK)


def _new_book_page(
    visit: Visit,
    typed: dict[str, str],
    refused: str = "",
    *,
    doubted: str = "",
    choices: tuple[PlaceChoice, ...] = (),
) -> Response:
    return visit.page(
        "books/new.html",
        words=dict.fromkeys((*LEDGER_LABELS, "folder"), "") | typed,
        refused=refused,
        doubted=doubted,
        choices=choices,
        no_folder="" if visit.site.work.uploads.is_open else NO_FOLDER,
        **cover_choices(visit.site, visit.person),
    )


@router.get("/{book_id}/scans")
def show_scans(visit: VisitDep, book_id: RowId) -> Response:
    """Show the scans of a book: the upload form, refused files and unreadable pages."""
    book = book_of(visit, book_id)
    folder = visit.site.work.uploads.books
    files = None if folder is None else files_in_book(folder / book.folder_name)
    unfit = visit.registry.unfit_pages(book_id)
    return visit.page(
        "books/scans.html",
        book=ListedBook(book, files),
        title=visit.schemas.title_of(book.record),
        unread=files is None or book.unread > 0 or ListedBook(book, files).new_files > 0 or not book.read,
        stage=BOOK_STAGE_LABELS[book.stage],
        uploads=visit.site.work.uploads.page_of(book_id),
        failures=visit.registry.read_failures(book_id),
        tickets=[ticket for ticket in visit.desk.tickets(visit.person) if ticket.book_id == book_id],
        no_folder="" if visit.site.work.uploads.is_open else NO_FOLDER,
        most_bytes=visit.site.work.uploads.options.limits.max_bytes,
        supervises=visit.person.role is Role.SUPERVISOR,
        unfit=len(unfit),
        of_one_form=len(pages_of_one_form(unfit)) if visit.site.forms.own is not None else 0,
    )


@router.post("/{book_id}/form")
def design_form(visit: VisitDep, book_id: RowId) -> Response:
    """Begin a form draft from the pages of a book that fit no declared form."""
    draft = begin_from_book(visit.site, visit.session, book_of(visit, book_id))
    return RedirectResponse(f"/forms/drafts/{draft.draft_id}", status_code=303)


def book_of(visit: Visit, book_id: int) -> BookState:
    """Return a book that the person may see; 404 for any other book."""
    states = visit.registry.statistics(visit.person.places).book_states([book_id])
    if not states:
        raise HTTPException(404)
    return states[0]
