"""Pictures of pages and of the ink of fields, for those who may see the book. They are kept by no browser.

That somebody was shown a page, or any ink beside the fields of what they have in hand, is noted here; that they were
shown a task or a column, with the ink of its fields, the desk notes itself.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path
from starlette.responses import Response

from pipeline.model import Box
from pipeline.registry.desk.values import PagePlace
from pipeline.registry.reconciliation import Asked
from pipeline.review.admission import OfSession
from pipeline.review.pictures import Picture, Sheet
from pipeline.review.site import OfSite, Site, sheet_of

router = APIRouter(prefix="/pictures")

MOST = 100_000
Pixel = Annotated[int, Path(ge=0, le=MOST)]


@router.get("/tasks/{task_id}/page")
def page_of_task(site: OfSite, session: OfSession, task_id: int) -> Response:
    place = site.desk.page_of(session.person, task_id)
    site.registry.note_view(session.person, "page-shown", f"task:{task_id}")
    return _answer(site.pictures.page(_sheet(site, place)))


@router.get("/tasks/{task_id}/ink/{left}/{top}/{right}/{bottom}")
def ink_of_task(
    site: OfSite, session: OfSession, task_id: int, left: Pixel, top: Pixel, right: Pixel, bottom: Pixel
) -> Response:
    """What stands in that box of the task's straight page; the page itself is open to the same people."""
    box = Box(left, top, max(right, left + 1), max(bottom, top + 1))
    place, told = site.desk.ink_of(session.person, task_id, box)
    if not told:
        site.registry.note_view(session.person, "page-shown", f"task:{task_id}")
    return _answer(site.pictures.snippet(_sheet(site, place), box))


@router.get("/tickets/{ticket_id}/page")
def page_of_ticket(site: OfSite, session: OfSession, ticket_id: int) -> Response:
    place = site.desk.page_of_ticket(session.person, ticket_id)
    site.registry.note_view(session.person, "page-shown", f"ticket:{ticket_id}")
    return _answer(site.pictures.page(_sheet(site, place)))


@router.get("/entries/{entry_id}/page")
def page_of_entry(site: OfSite, session: OfSession, entry_id: int) -> Response:
    """That the person sees the entry is noted with it."""
    entry, _ = site.desk.entry(session.person, entry_id)
    return _answer(site.pictures.page(sheet_of(site, entry.book_id, entry.ref)))


@router.get("/differences/{difference_id}/page")
def page_of_difference(site: OfSite, session: OfSession, difference_id: int) -> Response:
    asked = site.registry.reconciliations().asked(session.person, difference_id)
    site.registry.note_view(session.person, "page-shown", f"difference:{difference_id}")
    return _answer(site.pictures.page(_sheet_of(site, asked)))


@router.get("/differences/{difference_id}/ink")
def ink_of_difference(site: OfSite, session: OfSession, difference_id: int) -> Response:
    """What stands in the field that differs; showing the difference was noted."""
    asked = site.registry.reconciliations().asked(session.person, difference_id)
    if asked.box is None:
        raise HTTPException(404)
    return _answer(site.pictures.snippet(_sheet_of(site, asked), asked.box))


def _sheet_of(site: Site, asked: Asked) -> Sheet:
    """The page of a difference; a row without an entry has none."""
    if asked.ref is None or asked.found.book_id is None:
        raise HTTPException(404)
    return sheet_of(site, asked.found.book_id, asked.ref)


def _sheet(site: Site, place: PagePlace) -> Sheet:
    return sheet_of(site, place.book_id, place.ref)


def _answer(picture: Picture) -> Response:
    """The picture, or the notice that stands in its place."""
    return Response(picture.content, media_type=picture.media_type)
