"""The list of books with where each stands, the form of a new book, and the page of a book's scans."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Query, Request
from starlette.responses import RedirectResponse, Response

from pipeline.base.errors import LedgerError, RegistryError, RegistryUnavailable, SchemaError
from pipeline.base.model import Ledger
from pipeline.declarations.ledger import LEDGER_LABELS, load_ledger
from pipeline.registry.accounts.model import Person, Role, Session
from pipeline.registry.statistics.book_states import BOOK_STAGE_LABELS, BookState
from pipeline.scans.inbox.book_folder import files_in_book, folder_name_of, open_book_folder
from pipeline.scans.inbox.separator_sheet import SeparatorSheet, is_folder_name
from pipeline.web.context import RowId, Site, SiteDep
from pipeline.web.form_design.from_book import begin_from_book, pages_of_one_form
from pipeline.web.scanning.book_list import MOST_ROWS, BookFilter, ListedBook, book_list
from pipeline.web.scanning.covers import Cover, cover_choices, ledger_of_form, with_checked_code
from pipeline.web.scanning.place_codes import DoubtfulCode
from pipeline.web.security.authentication import SessionDep

NO_FOLDER = (
    "Máy chủ chưa được cho biết thư mục các sổ, nên chưa lập sổ và chưa nhận bản quét trên trình duyệt được. Hãy nhờ "
    "người quản trị máy khởi động bằng “hotich server THƯ_MỤC_SỔ”, hoặc đặt HOTICH_BOOKS."
)
NEW_BOOK = "lập sổ mới trên trình duyệt"

router = APIRouter(prefix="/books")


@router.get("")
def show_books(
    request: Request,
    site: SiteDep,
    session: SessionDep,
    place: Annotated[str, Query(max_length=40)] = "",
    record: Annotated[str, Query(max_length=40)] = "",
    year: Annotated[str, Query(max_length=4)] = "",
    stage: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    narrowed = BookFilter(place, record, year, stage)
    books = site.registry.statistics(session.person.places).book_states()
    return site.renderer.render(
        request,
        "books/list.html",
        listed=book_list(books, session.person, narrowed, site.uploads.books, site.registry.folder_names()),
        narrowed=narrowed,
        title_of=site.schemas.title_of,
        records=tuple(site.schemas.records),
        stage_labels=BOOK_STAGE_LABELS,
        most=MOST_ROWS,
        no_folder="" if site.uploads.is_open else NO_FOLDER,
        browses=session.person.role is Role.SUPERVISOR,
    )


@router.get("/new")
def show_new_book(request: Request, site: SiteDep, session: SessionDep) -> Response:
    return _new_book_page(request, site, session, {})


@router.post("/new")
def make_book(
    request: Request,
    site: SiteDep,
    session: SessionDep,
    typed: Cover,
    folder: Annotated[str, Form(max_length=200)] = "",
    sure: Annotated[str, Form(max_length=300)] = "",
) -> Response:
    """Make a book: its folder with ``ledger.toml``, and its row. With ``folder`` alone, of a folder that is there.

    A code of the place that is not given is found from its name; ``sure``: a doubtful one that the person confirms.
    """
    try:
        if site.uploads.books is None:
            raise LedgerError(NO_FOLDER)
        known = folder and not any(typed.values())  # a button beside a folder sends its name alone
        if not known:
            typed = with_checked_code(site, session.person, typed, sure)
        ledger = _ledger_in(site.uploads.books, folder) if known else ledger_of_form(site, typed)
        prefix = site.schemas.record(site.schemas.form(ledger.form).record).prefix
        name = folder or folder_name_of(ledger, prefix)
        book_id = _made(site, site.uploads.books, session.person, ledger, name)
    except RegistryUnavailable:
        raise
    except (LedgerError, SchemaError, RegistryError) as refused:
        doubted = refused.code if isinstance(refused, DoubtfulCode) else ""
        words = {**typed, "folder": folder}
        return _new_book_page(request, site, session, words, refused.message, doubted=doubted)
    return RedirectResponse(f"/books/{book_id}/scans", status_code=303)


def _ledger_in(books: Path, folder: str) -> Ledger:
    """Return the ledger of a folder among the books; its name leads nowhere else."""
    if not is_folder_name(folder) or (books / folder).is_symlink() or not (books / folder).is_dir():
        raise LedgerError("Không có thư mục sổ ấy.")
    try:
        return load_ledger(books / folder)
    except LedgerError as error:
        raise LedgerError(error.message.replace(f"{books / folder}/", "")) from None


def _made(site: Site, books: Path, person: Person, ledger: Ledger, folder: str) -> int:
    """Make the folder and the row of a book; return its id.

    Raises:
        LedgerError: The folder is of another book, or has a name that it cannot have.
        RegistryError: The book is there, or belongs to a place that the person may not see.
    """
    site.schemas.form(ledger.form)
    if not is_folder_name(folder):
        raise LedgerError("Tên thư mục chỉ gồm chữ, số và các dấu . - _ ( ), không bắt đầu bằng dấu.")
    if not person.may_see(ledger.place_code):
        raise RegistryError(
            "Bạn không được giao nơi đăng ký có mã này. Hãy kiểm tra mã, hoặc hỏi người quản trị."
        )
    record = site.schemas.form(ledger.form).record
    for one in site.registry.statistics([ledger.place_code]).book_states():
        if (one.record, one.volume) == (record, ledger.volume):
            known = site.registry.known_book(one.book_id).ledger
            if known.series is ledger.series and known.opened_on in ("", ledger.opened_on):
                raise RegistryError(
                    f"Quyển {ledger.volume} của nơi này đã có, ở thư mục «{one.folder_name}». Mỗi quyển chỉ lập "
                    "một lần."
                )
    made = open_book_folder(books, SeparatorSheet(folder, ledger))
    return site.registry.add_book(ledger, made.name, author=person.login, reason=NEW_BOOK)


def _new_book_page(
    request: Request,
    site: Site,
    session: Session,
    typed: dict[str, str],
    refused: str = "",
    *,
    doubted: str = "",
) -> Response:
    return site.renderer.render(
        request,
        "books/new.html",
        status=422 if refused else 200,
        words=dict.fromkeys((*LEDGER_LABELS, "folder"), "") | typed,
        refused=refused,
        doubted=doubted,
        no_folder="" if site.uploads.is_open else NO_FOLDER,
        **cover_choices(site, session.person),
    )


@router.get("/{book_id}/scans")
def show_scans(request: Request, site: SiteDep, session: SessionDep, book_id: RowId) -> Response:
    """Show the scans of a book: where to send new ones, what was refused, what could not be read."""
    book = book_of(site, session.person, book_id)
    folder = site.uploads.books
    files = None if folder is None else files_in_book(folder / book.folder_name)
    unfit = site.registry.unfit_pages(book_id)
    return site.renderer.render(
        request,
        "books/scans.html",
        book=ListedBook(book, files),
        title=site.schemas.title_of(book.record),
        stage=BOOK_STAGE_LABELS[book.stage],
        uploads=site.uploads.page_of(book_id),
        failures=site.registry.read_failures(book_id),
        tickets=[one for one in site.desk.tickets(session.person) if one.book_id == book_id],
        no_folder="" if site.uploads.is_open else NO_FOLDER,
        most_bytes=site.uploads.options.limits.max_bytes,
        supervises=session.person.role is Role.SUPERVISOR,
        unfit=len(unfit),
        of_one_form=len(pages_of_one_form(unfit)) if site.forms.own is not None else 0,
    )


@router.post("/{book_id}/form")
def design_form(site: SiteDep, session: SessionDep, book_id: RowId) -> Response:
    """Begin a draft of a form from the pages of a book that fit no declared one."""
    draft = begin_from_book(site, session, book_of(site, session.person, book_id))
    return RedirectResponse(f"/forms/drafts/{draft.draft_id}", status_code=303)


def book_of(site: Site, person: Person, book_id: int) -> BookState:
    """Return a book that the person may see; 404 for any other."""
    found = site.registry.statistics(person.places).book_states(book_id)
    if not found:
        raise HTTPException(404)
    return found[0]
