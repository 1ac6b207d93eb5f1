"""Pages that must be scanned again, for the scanning desk."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from pipeline.errors import RegistryError
from pipeline.registry import NotThere
from pipeline.registry.desk.values import NotYours
from pipeline.review.admission import OfSession
from pipeline.review.site import OfSite

router = APIRouter(prefix="/tickets")


@router.get("")
def show_tickets(request: Request, site: OfSite, session: OfSession, closed: bool = False) -> Response:
    tickets = site.desk.tickets(session.person, closed=closed)
    return site.pages.page(request, "tickets.html", tickets=tickets, closed=closed, refused="")


@router.post("/{ticket_id}/close")
def close_ticket(
    request: Request, site: OfSite, session: OfSession, ticket_id: int, note: Annotated[str, Form()] = ""
) -> Response:
    try:
        site.desk.close_ticket(session.person, ticket_id, note)
    except (NotThere, NotYours):
        raise
    except RegistryError as refused:
        tickets = site.desk.tickets(session.person)
        return site.pages.page(
            request, "tickets.html", status=422, tickets=tickets, closed=False, refused=refused.message
        )
    return RedirectResponse("/tickets", status_code=303)
