"""Tickets of pages to be scanned again: page, volume, and the scan that answers the ticket."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import RedirectResponse, Response

from pipeline.registry.accounts.model import Role
from pipeline.scans.inbox.uploads import UploadState
from pipeline.web.context import Visit, VisitDep

router = APIRouter(prefix="/tickets")


@router.get("")
def show_tickets(visit: VisitDep, closed: bool = False) -> Response:
    return _tickets_page(visit, closed=closed)


@router.post("/{ticket_id}/close")
def close_ticket(visit: VisitDep, ticket_id: int, note: Annotated[str, Form()] = "") -> Response:
    with visit.refusing(lambda refused: _tickets_page(visit, refused=refused)):
        visit.desk.close_ticket(visit.person, ticket_id, note)
    return RedirectResponse("/tickets", status_code=303)


def _tickets_page(visit: Visit, *, closed: bool = False, refused: str = "") -> Response:
    tickets = visit.desk.tickets(visit.person, closed=closed)
    answers = {
        upload.ticket_id: upload.file
        for book_id in {ticket.book_id for ticket in tickets}
        for upload in visit.site.work.uploads.of_book(book_id)
        if upload.state is UploadState.STORED
    }
    return visit.page(
        "tickets.html",
        tickets=tickets,
        answered={ticket.id: answers.get(ticket.id, "") for ticket in tickets},
        title_of=visit.schemas.title_of,
        records=tuple(visit.schemas.records),
        takes=visit.site.work.uploads.is_open,
        closed=closed,
        refused=refused,
        withdraws=visit.person.role is Role.SUPERVISOR,
    )
