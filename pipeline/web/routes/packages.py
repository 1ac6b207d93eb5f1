"""Packages for the shared software: requested, watched, downloaded; only of books of one's own places."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from starlette.responses import FileResponse, RedirectResponse, Response

from pipeline.base.errors import RegistryError
from pipeline.delivery.printing.service import Asker, HandoverOrder, HandoverParty
from pipeline.registry.accounts.model import Person, Session
from pipeline.registry.approvals.model import ApprovalKind
from pipeline.registry.books.model import BookRow
from pipeline.web.context import Site, SiteDep
from pipeline.web.routes.printing import file_response
from pipeline.web.security.authentication import SessionDep

FILE_WORDS = {
    "manifest.json": "bản kê của gói",
    "manifest.sig": "chữ ký của bản kê",
    ".layers.json": "chữ trên sổ của các ô giao theo quy tắc",
    ".xlsx": "danh sách sự kiện (Excel)",
    ".zip": "ảnh trang sổ, mỗi sự kiện một PDF",
}
"""What each file of a package is, by its name or the end of it; the first that fits."""

router = APIRouter(prefix="/packages")

Party = Annotated[str, Form(max_length=120)]


def file_words(name: str) -> str:
    """Return what a file of a package is, in words; its name where it is none of those that a package has."""
    return next((words for end, words in FILE_WORDS.items() if name.endswith(end)), name)


@router.get("")
def show_packages(request: Request, site: SiteDep, session: SessionDep) -> Response:
    rows = [(book, site.packages.state(book.book_id)) for book in _books(site, session)]
    under_way = any(state.is_under_way for _, state in rows)
    return site.renderer.render(
        request,
        "packages.html",
        rows=rows,
        under_way=under_way,
        is_open=site.packages.is_open,
        file_words=file_words,
        exports_of=site.schemas.exports_of,
    )


@router.post("/{book_id}")
def ask_for_package(
    site: SiteDep, session: SessionDep, book_id: int, partial: Annotated[bool, Form()] = False
) -> Response:
    book = _book(site, session, book_id)
    if site.packages.start(book.book_id, partial=partial):
        site.registry.note_view(session.person, "package-asked", f"book:{book_id}")
    return RedirectResponse("/packages", status_code=303)


@router.get("/{book_id}/{name}")
def take_file(site: SiteDep, session: SessionDep, book_id: int, name: str) -> Response:
    book = _book(site, session, book_id)
    path = site.packages.file(book.book_id, name)
    if path is None:
        raise HTTPException(404)
    refuse_taken_back(site, session.person, book_id)
    site.registry.note_view(session.person, "package-taken", f"book:{book_id}")
    return FileResponse(path, filename=path.name, headers={"Cache-Control": "no-store"})


@router.post("/{book_id}/handover")
def print_handover(
    site: SiteDep,
    session: SessionDep,
    book_id: int,
    giver: Party = "",
    giver_title: Party = "",
    receiver_office: Party = "",
    receiver: Party = "",
    receiver_title: Party = "",
) -> Response:
    """Print the handover minutes of the last package of a book; what is left out stays open on the paper."""
    book = _book(site, session, book_id)
    folder = site.packages.folder_of(book.book_id)
    if folder is None:
        raise RegistryError("Sổ này chưa có gói nào để lập biên bản. Hãy xuất gói rồi in.")
    refuse_taken_back(site, session.person, book_id)
    order = HandoverOrder(
        HandoverParty("", giver.strip(), giver_title.strip()),
        HandoverParty(receiver_office.strip(), receiver.strip(), receiver_title.strip()),
    )
    return file_response(site.printer.handover(folder, order, Asker.of(session.person), book_id))


def refuse_taken_back(site: Site, person: Person, book_id: int) -> None:
    """Raise where the approval of a book was taken back after its last package was made."""
    if site.approval.book and _approval_taken_back(site, person, book_id):
        raise RegistryError(
            "Phê duyệt của sổ đã được rút sau khi gói này được xuất, nên không tải gói này nữa. Hãy phê duyệt lại rồi "
            "xuất gói mới."
        )


def _approval_taken_back(site: Site, person: Person, book_id: int) -> bool:
    """Whether somebody took the approval of a book back after its last package was made."""
    made_at = site.packages.state(book_id).made_at
    acts = site.desk.approval_view(person, book_id).acts
    return made_at is not None and any(
        one.kind is ApprovalKind.WITHDRAWN and one.approved_at > made_at for one in acts
    )


def _books(site: Site, session: Session) -> list[BookRow]:
    rows = [row for record in site.schemas.records for row in site.registry.book_rows(record)]
    return [row for row in rows if session.person.may_see(row.place_code)]


def _book(site: Site, session: Session, book_id: int) -> BookRow:
    for book in _books(site, session):
        if book.book_id == book_id:
            return book
    raise HTTPException(404)
