"""Lots: drawn, looked at, accepted or opened again. Only supervisors, only of their places."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from pipeline.errors import RegistryError
from pipeline.registry.accounts import Person
from pipeline.registry.desk.values import NotYours
from pipeline.reports.data import ReportData
from pipeline.reports.sections.accuracy import VERDICTS, lot_table
from pipeline.review.admission import OfSession
from pipeline.review.numbers import RowId
from pipeline.review.reports.lots import characteristic_table, lot_figures
from pipeline.review.site import OfSite, Site

router = APIRouter(prefix="/lots")


@router.get("")
def show_lots(request: Request, site: OfSite, session: OfSession) -> Response:
    return _lots(request, site, session.person)


@router.post("")
def draw_lot(
    request: Request, site: OfSite, session: OfSession, books: Annotated[list[RowId], Form()]
) -> Response:
    try:
        lot = site.lots.draw(session.person, books)
    except NotYours:
        raise
    except RegistryError as refused:
        return _lots(request, site, session.person, refused.message)
    return RedirectResponse(f"/lots/{lot.lot_id}", status_code=303)


@router.get("/{lot_id}")
def show_lot(request: Request, site: OfSite, session: OfSession, lot_id: int) -> Response:
    return _lot(request, site, session.person, lot_id)


@router.post("/{lot_id}/close")
def close_lot(request: Request, site: OfSite, session: OfSession, lot_id: int) -> Response:
    """Put into question what is left of it, if anything is; else end the lot."""
    try:
        if site.lots.lot(session.person, lot_id).left:
            site.lots.carry_on(session.person, lot_id)
        else:
            site.lots.close(session.person, lot_id)
    except NotYours:
        raise
    except RegistryError as refused:
        return _lot(request, site, session.person, lot_id, refused.message)
    return RedirectResponse(f"/lots/{lot_id}", status_code=303)


@router.post("/{lot_id}/cancel")
def cancel_lot(
    request: Request, site: OfSite, session: OfSession, lot_id: int, reason: Annotated[str, Form()] = ""
) -> Response:
    try:
        site.lots.cancel(session.person, lot_id, reason)
    except NotYours:
        raise
    except RegistryError as refused:
        return _lot(request, site, session.person, lot_id, refused.message)
    return RedirectResponse(f"/lots/{lot_id}", status_code=303)


def _lots(request: Request, site: Site, person: Person, refused: str = "") -> Response:
    tallies = site.registry.counting(person.places, now=site.now).books()
    basis = ReportData(tallies, site.plan, site.schemas)
    return site.pages.page(
        request,
        "lots.html",
        status=422 if refused else 200,
        table=lot_table(basis, site.lots.lots(person)),
        books=[book for book in tallies.books if book.done],
        refused=refused,
    )


def _lot(request: Request, site: Site, person: Person, lot_id: int, refused: str = "") -> Response:
    lot = site.lots.lot(person, lot_id)
    return site.pages.page(
        request,
        "lot.html",
        status=422 if refused else 200,
        lot=lot,
        figures=lot_figures(lot),
        table=characteristic_table(lot.plan),
        verdicts=VERDICTS,
        refused=refused,
    )
