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
from pipeline.registry.reconciliation.model import StoredDifference
from pipeline.registry.tasks.model import PagePlace
from pipeline.web.context import RowId, Visit, VisitDep, page_source
from pipeline.web.pictures import EncodedPicture, PageSource
from pipeline.web.routes.book_list import book_of

router = APIRouter(prefix="/pictures")

MOST = 100_000
Pixel = Annotated[int, Path(ge=0, le=MOST)]


@router.get("/tasks/{task_id}/page")
def page_of_task(visit: VisitDep, task_id: int) -> Response:
    place = visit.desk.page_of(visit.person, task_id)
    visit.registry.note_view(visit.person, "page-shown", f"task:{task_id}")
    return picture_response(visit.site.work.pictures.page(_sheet(visit, place)))


@router.get("/tasks/{task_id}/ink/{left}/{top}/{right}/{bottom}")
def ink_of_task(
    visit: VisitDep, task_id: int, left: Pixel, top: Pixel, right: Pixel, bottom: Pixel
) -> Response:
    """Return a box of the task's rectified page; the same people may see the whole page."""
    return picture_response(
        ink_picture(visit, task_id, Box(left, top, max(right, left + 1), max(bottom, top + 1)))
    )


@router.get("/tasks/{task_id}/copy/page")
def page_of_copy(visit: VisitDep, task_id: int) -> Response:
    """Return the page with the same entry in the second copy of the ledger."""
    place = visit.desk.page_of(visit.person, task_id, of_copy=True)
    visit.registry.note_view(visit.person, "page-shown", f"task:{task_id}", {"page": "copy"})
    return picture_response(visit.site.work.pictures.page(_sheet(visit, place)))


@router.get("/tasks/{task_id}/copy/ink/{left}/{top}/{right}/{bottom}")
def ink_of_copy(
    visit: VisitDep, task_id: int, left: Pixel, top: Pixel, right: Pixel, bottom: Pixel
) -> Response:
    """Return a box of the page with the same entry in the second copy of the ledger."""
    box = Box(left, top, max(right, left + 1), max(bottom, top + 1))
    place, is_recorded = visit.desk.ink_of(visit.person, task_id, box, of_copy=True)
    if not is_recorded:
        visit.registry.note_view(visit.person, "page-shown", f"task:{task_id}", {"page": "copy"})
    return picture_response(visit.site.work.pictures.snippet(_sheet(visit, place), box))


@router.get("/books/{book_id}/{scan}/{page_no}")
def page_of_book(visit: VisitDep, book_id: RowId, scan: str, page_no: RowId) -> Response:
    """Return a page of a book, read or not, for a person who may add entries to it."""
    page = visit.desk.scanned_page(visit.person, book_id, PageRef(scan, page_no))
    subject = f"book:{book_id}" if page.page_id is None else f"page:{page.page_id}"
    visit.registry.note_view(visit.person, "page-shown", subject)
    return picture_response(visit.site.work.pictures.page(page_source(visit.site, book_id, page.ref)))


@router.get("/tickets/{ticket_id}/page")
def page_of_ticket(visit: VisitDep, ticket_id: int) -> Response:
    place = visit.desk.page_of_ticket(visit.person, ticket_id)
    visit.registry.note_view(visit.person, "page-shown", f"ticket:{ticket_id}")
    return picture_response(visit.site.work.pictures.page(_sheet(visit, place)))


@router.get("/books/{book_id}/failures/{sha256}/{page_no}")
def page_that_failed(visit: VisitDep, book_id: RowId, sha256: str, page_no: RowId) -> Response:
    """Return an unreadable page as scanned; 404 for the book's other pages."""
    book_of(visit, book_id)
    failures = visit.registry.read_failures(book_id)
    if (sha256, page_no) not in {(failure.sha256, failure.page_no) for failure in failures}:
        raise HTTPException(404)
    visit.registry.note_view(visit.person, "page-shown", f"book:{book_id}")
    return picture_response(visit.site.work.pictures.page(PageSource(PageRef(sha256, page_no), None)))


@router.get("/entries/{entry_id}/page")
def page_of_entry(visit: VisitDep, entry_id: int) -> Response:
    """Return the page of an entry. ``desk.entry`` records the access."""
    entry, _ = visit.desk.entry(visit.person, entry_id)
    return picture_response(visit.site.work.pictures.page(page_source(visit.site, entry.book_id, entry.ref)))


@router.get("/guidelines/{guideline_id}/{number}")
def guideline_example(visit: VisitDep, guideline_id: int, number: int) -> Response:
    """Return an example of a guideline; the desk records the access."""
    shown = visit.desk.guideline_example(visit.person, guideline_id, number)
    sheet = page_source(visit.site, shown.book_id, shown.ref)
    matrix = None if sheet.straightening is None else sheet.straightening.matrix
    return picture_response(visit.site.work.pictures.snippet(sheet, box_around(shown.corners, matrix)))


@router.get("/differences/{difference_id}/page")
def page_of_difference(visit: VisitDep, difference_id: int) -> Response:
    asked = visit.registry.reconciliations().asked(visit.person, difference_id)
    visit.registry.note_view(visit.person, "page-shown", f"difference:{difference_id}")
    return picture_response(visit.site.work.pictures.page(_sheet_of(visit, asked)))


@router.get("/differences/{difference_id}/ink")
def ink_of_difference(visit: VisitDep, difference_id: int) -> Response:
    """Return the ink of the differing field; the access was recorded with the difference."""
    asked = visit.registry.reconciliations().asked(visit.person, difference_id)
    if asked.box is None:
        raise HTTPException(404)
    return picture_response(visit.site.work.pictures.snippet(_sheet_of(visit, asked), asked.box))


def _sheet_of(visit: Visit, asked: StoredDifference) -> PageSource:
    """Return the page of a difference. Raises 404 for a row without an entry."""
    if asked.ref is None or asked.book_id is None:
        raise HTTPException(404)
    return page_source(visit.site, asked.book_id, asked.ref)


def ink_picture(visit: Visit, task_id: int, box: Box) -> EncodedPicture:
    """Return the picture of a box on the rectified page of a task."""
    place, is_recorded = visit.desk.ink_of(visit.person, task_id, box)
    if not is_recorded:
        visit.registry.note_view(visit.person, "page-shown", f"task:{task_id}")
    return visit.site.work.pictures.snippet(_sheet(visit, place), box)


def _sheet(visit: Visit, place: PagePlace) -> PageSource:
    return page_source(visit.site, place.book_id, place.ref)


def picture_response(picture: EncodedPicture) -> Response:
    """Return the picture, or its placeholder, as a response."""
    return Response(picture.content, media_type=picture.media_type)
