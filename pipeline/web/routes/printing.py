"""Printing in the browser of a supervisor: an entry, drafts and extracts of it, the list of a book."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote
from uuid import uuid4

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from pipeline.base.errors import PrintRefused, RegistryError, RegistryUnavailable
from pipeline.delivery.printing.contents import Signer
from pipeline.delivery.printing.service import Asker, PrintedFile
from pipeline.registry import NotThere
from pipeline.registry.accounts.model import Session
from pipeline.registry.extracts.model import MOST_COPIES, ExtractOrder
from pipeline.registry.tasks.model import NotYours
from pipeline.web.context import RowId, Site, SiteDep
from pipeline.web.routes.book_list import book_of
from pipeline.web.security.authentication import SessionDep

router = APIRouter()

Line = Annotated[str, Form(max_length=500)]


def file_response(file: PrintedFile) -> Response:
    """Return a printed file as an answer that no browser keeps."""
    disposition = f"attachment; filename*=UTF-8''{quote(file.name)}"
    headers = {"Content-Disposition": disposition, "Cache-Control": "no-store"}
    return Response(file.content, media_type=file.media_type, headers=headers)


@router.get("/entries/{entry_id}/print")
def show_printing(request: Request, site: SiteDep, session: SessionDep, entry_id: int) -> Response:
    """Show what can be printed of an entry, or why nothing can."""
    return _shown(request, site, session, entry_id)


@router.get("/entries/{entry_id}/print.pdf")
def print_entry(site: SiteDep, session: SessionDep, entry_id: int) -> Response:
    """Print an entry beside the scans of its pages."""
    site.desk.entry(session.person, entry_id)
    return file_response(site.printer.entry(entry_id, Asker.of(session.person)))


@router.post("/entries/{entry_id}/extract/draft")
def draft_extract(
    request: Request,
    site: SiteDep,
    session: SessionDep,
    entry_id: int,
    recipient: Line = "",
    reason: Line = "",
    copies: Annotated[int, Form()] = 1,
    signer: Line = "",
    signer_title: Line = "",
) -> Response:
    """Print the draft of an extract; what else the form holds is for the page that shows a refusal."""
    site.desk.entry(session.person, entry_id)
    try:
        file = site.printer.draft(entry_id, Signer(signer, signer_title), Asker.of(session.person))
    except PrintRefused as refused:
        order = ExtractOrder(recipient, reason, copies, signer, signer_title)
        return _shown(request, site, session, entry_id, order, refused=refused.message)
    return file_response(file)


@router.post("/entries/{entry_id}/extract")
def issue_extract(
    request: Request,
    site: SiteDep,
    session: SessionDep,
    entry_id: int,
    recipient: Line = "",
    reason: Line = "",
    copies: Annotated[int, Form()] = 1,
    signer: Line = "",
    signer_title: Line = "",
    seen: Annotated[str, Form(max_length=64)] = "",
    token: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Issue an extract of an entry as the page showed it (``seen``); a form sent twice issues one."""
    site.desk.entry(session.person, entry_id)
    order = ExtractOrder(recipient, reason, copies, signer, signer_title, token)
    try:
        line = site.printer.issue(entry_id, order, seen, Asker.of(session.person))
    except (NotThere, NotYours, RegistryUnavailable):
        raise
    except (PrintRefused, RegistryError) as refused:
        return _shown(request, site, session, entry_id, order, refused=refused.message)
    return RedirectResponse(f"/extracts?issued={line.extract_id}", status_code=303)


def _shown(
    request: Request,
    site: Site,
    session: Session,
    entry_id: int,
    order: ExtractOrder | None = None,
    *,
    refused: str = "",
) -> Response:
    _, waiting = site.desk.entry(session.person, entry_id)
    view = site.printer.view(entry_id, Asker.of(session.person), waiting)
    if order is None:  # a form that nobody has filled in yet: whoever signs as a rule
        order = ExtractOrder("", "", signer=view.office.signer, signer_title=view.office.signer_title)
    return site.renderer.render(
        request,
        "printing/entry.html",
        status=422 if refused else 200,
        view=view,
        order=order,
        token=uuid4().hex,
        most_copies=MOST_COPIES,
        refused=refused,
    )


@router.get("/books/{book_id}/list.pdf")
def print_list(site: SiteDep, session: SessionDep, book_id: RowId) -> Response:
    """Print the list of the entries of a book."""
    return _list(site, session, book_id, ".pdf")


@router.get("/books/{book_id}/list.xlsx")
def write_list(site: SiteDep, session: SessionDep, book_id: RowId) -> Response:
    """Write the list of the entries of a book as a workbook."""
    return _list(site, session, book_id, ".xlsx")


def _list(site: Site, session: Session, book_id: int, ending: str) -> Response:
    book_of(site, session.person, book_id)
    return file_response(site.printer.book_list(book_id, ending, Asker.of(session.person)))
