"""Pictures of pages and of the ink of fields, for people who may see them. No browser caches them.

The pictures of a task are for the person who has it in hand, and for supervisors of its place.

The audit log gets a line here when a person is shown a page, or ink outside the fields of a task that they hold. The
desk itself records that it showed a task or a column, with the ink of its fields.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path
from starlette.responses import Response

from pipeline.base.model import Box, PageRef
from pipeline.registry.data_entry.model import box_around
from pipeline.registry.reconciliation.model import Asked
from pipeline.registry.tasks.model import PagePlace
from pipeline.web.context import RowId, Site, SiteDep, page_source
from pipeline.web.pictures import EncodedPicture, PageSource
from pipeline.web.routes.book_list import book_of
from pipeline.web.security.authentication import SessionDep

router = APIRouter(prefix="/pictures")

MOST = 100_000
Pixel = Annotated[int, Path(ge=0, le=MOST)]


@router.get("/tasks/{task_id}/page")
def page_of_task(site: SiteDep, session: SessionDep, task_id: int) -> Response:
    place = site.desk.page_of(session.person, task_id)
    site.registry.note_view(session.person, "page-shown", f"task:{task_id}")
    return picture_response(site.pictures.page(_sheet(site, place)))


@router.get("/tasks/{task_id}/ink/{left}/{top}/{right}/{bottom}")
def ink_of_task(
    site: SiteDep, session: SessionDep, task_id: int, left: Pixel, top: Pixel, right: Pixel, bottom: Pixel
) -> Response:
    """Return that box of the task's rectified page; the same people may see all of the page."""
    box = Box(left, top, max(right, left + 1), max(bottom, top + 1))
    place, is_recorded = site.desk.ink_of(session.person, task_id, box)
    if not is_recorded:
        site.registry.note_view(session.person, "page-shown", f"task:{task_id}")
    return picture_response(site.pictures.snippet(_sheet(site, place), box))


@router.get("/books/{book_id}/{scan}/{page_no}")
def page_of_book(site: SiteDep, session: SessionDep, book_id: RowId, scan: str, page_no: RowId) -> Response:
    """Return a page of a book, read or not, for a person who may add entries to it."""
    page = site.desk.scanned_page(session.person, book_id, PageRef(scan, page_no))
    subject = f"book:{book_id}" if page.page_id is None else f"page:{page.page_id}"
    site.registry.note_view(session.person, "page-shown", subject)
    return picture_response(site.pictures.page(page_source(site, book_id, page.ref)))


@router.get("/tickets/{ticket_id}/page")
def page_of_ticket(site: SiteDep, session: SessionDep, ticket_id: int) -> Response:
    place = site.desk.page_of_ticket(session.person, ticket_id)
    site.registry.note_view(session.person, "page-shown", f"ticket:{ticket_id}")
    return picture_response(site.pictures.page(_sheet(site, place)))


@router.get("/books/{book_id}/failures/{sha256}/{page_no}")
def page_that_failed(
    site: SiteDep, session: SessionDep, book_id: RowId, sha256: str, page_no: RowId
) -> Response:
    """Return a page that could not be read, as it was scanned; other pages of the book are not shown here."""
    book_of(site, session.person, book_id)
    failed = site.registry.read_failures(book_id)
    if (sha256, page_no) not in {(one.sha256, one.page_no) for one in failed}:
        raise HTTPException(404)
    site.registry.note_view(session.person, "page-shown", f"book:{book_id}")
    return picture_response(site.pictures.page(PageSource(PageRef(sha256, page_no), None)))


@router.get("/entries/{entry_id}/page")
def page_of_entry(site: SiteDep, session: SessionDep, entry_id: int) -> Response:
    """Return the page of an entry. ``desk.entry`` records that the person sees it."""
    entry, _ = site.desk.entry(session.person, entry_id)
    return picture_response(site.pictures.page(page_source(site, entry.book_id, entry.ref)))


@router.get("/guidelines/{guideline_id}/{number}")
def guideline_example(site: SiteDep, session: SessionDep, guideline_id: int, number: int) -> Response:
    """Return an example of a guideline; the desk records that the person sees it."""
    shown = site.desk.guideline_example(session.person, guideline_id, number)
    sheet = page_source(site, shown.book_id, shown.ref)
    matrix = None if sheet.straightening is None else sheet.straightening.matrix
    return picture_response(site.pictures.snippet(sheet, box_around(shown.corners, matrix)))


@router.get("/differences/{difference_id}/page")
def page_of_difference(site: SiteDep, session: SessionDep, difference_id: int) -> Response:
    asked = site.registry.reconciliations().asked(session.person, difference_id)
    site.registry.note_view(session.person, "page-shown", f"difference:{difference_id}")
    return picture_response(site.pictures.page(_sheet_of(site, asked)))


@router.get("/differences/{difference_id}/ink")
def ink_of_difference(site: SiteDep, session: SessionDep, difference_id: int) -> Response:
    """Return the field that differs; that the difference was shown is recorded already."""
    asked = site.registry.reconciliations().asked(session.person, difference_id)
    if asked.box is None:
        raise HTTPException(404)
    return picture_response(site.pictures.snippet(_sheet_of(site, asked), asked.box))


def _sheet_of(site: Site, asked: Asked) -> PageSource:
    """Return the page of a difference. Raises 404 for a row without an entry."""
    if asked.ref is None or asked.found.book_id is None:
        raise HTTPException(404)
    return page_source(site, asked.found.book_id, asked.ref)


def _sheet(site: Site, place: PagePlace) -> PageSource:
    return page_source(site, place.book_id, place.ref)


def picture_response(picture: EncodedPicture) -> Response:
    """Return the picture, or its placeholder, as a response."""
    return Response(picture.content, media_type=picture.media_type)
