"""The tickets of pages that must be scanned again: which page of which volume, and the scan that answers them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from pipeline.base.errors import RegistryError
from pipeline.registry import NotThere
from pipeline.registry.accounts.model import Role, Session
from pipeline.registry.tasks.model import NotYours
from pipeline.scans.inbox.uploads import UploadState
from pipeline.web.context import Site, SiteDep
from pipeline.web.security.authentication import SessionDep

router = APIRouter(prefix="/tickets")


@router.get("")
def show_tickets(request: Request, site: SiteDep, session: SessionDep, closed: bool = False) -> Response:
    return _tickets_page(request, site, session, closed=closed)


@router.post("/{ticket_id}/close")
def close_ticket(
    request: Request, site: SiteDep, session: SessionDep, ticket_id: int, note: Annotated[str, Form()] = ""
) -> Response:
    try:
        site.desk.close_ticket(session.person, ticket_id, note)
    except (NotThere, NotYours):
        raise
    except RegistryError as refused:
        return _tickets_page(request, site, session, refused=refused.message)
    return RedirectResponse("/tickets", status_code=303)


def _tickets_page(
    request: Request, site: Site, session: Session, *, closed: bool = False, refused: str = ""
) -> Response:
    tickets = site.desk.tickets(session.person, closed=closed)
    answers = {
        upload.ticket_id: upload.file
        for book_id in {one.book_id for one in tickets}
        for upload in site.uploads.of_book(book_id)
        if upload.state is UploadState.STORED
    }
    return site.renderer.render(
        request,
        "tickets.html",
        status=422 if refused else 200,
        tickets=tickets,
        answered={one.ticket_id: answers.get(one.ticket_id, "") for one in tickets},
        title_of=site.schemas.title_of,
        records=tuple(site.schemas.records),
        takes=site.uploads.is_open,
        closed=closed,
        refused=refused,
        withdraws=session.person.role is Role.SUPERVISOR,
    )
