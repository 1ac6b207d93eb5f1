"""The machine's learning from a book, and a pilot report of the office's own figures for its supervisors."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from starlette.responses import Response

from pipeline.base.errors import RegistryError
from pipeline.reports.pilot import PilotReport, pilot_report
from pipeline.reports.pilot_files import NAME, pilot_document, pilot_json, pilot_section
from pipeline.reports.sections.learning import learning
from pipeline.web.context import RowId, Visit, VisitDep
from pipeline.web.routes.book_list import book_of

router = APIRouter()

MOST_BOOKS = 200
"""Largest number of books in a report."""

Books = Annotated[list[int], Query(max_length=MOST_BOOKS)]


@router.get("/books/{book_id}/learning")
def show_learning(visit: VisitDep, book_id: RowId) -> Response:
    """Show how the work of checking a book falls while the machine learns from it."""
    book = book_of(visit, book_id)
    counting = visit.registry.statistics(visit.person.places, now=visit.site.now)
    part = learning(counting.learning(book_id), counting.sampled(book_id), by_entry=True)
    return visit.page("supervising/learning.html", book=book, part=part)


@router.get("/reports/pilot")
def show_pilot(visit: VisitDep, book: Books = []) -> Response:  # noqa: B006 (FastAPI copies it)
    """Show the choice of books, and the whole report on the chosen books."""
    known = visit.registry.statistics(visit.person.places).books().books
    refused, part = "", None
    if book:
        try:
            part = pilot_section(_report(visit, book))
        except RegistryError as error:
            refused = error.message
    return visit.page(
        "supervising/pilot.html",
        status=200,
        books=known,
        chosen=frozenset(book),
        query="&".join(f"book={book_id}" for book_id in book),
        part=part,
        refused=refused,
    )


@router.get(f"/reports/pilot/{NAME}.pdf")
def download_pilot(visit: VisitDep, book: Books = []) -> Response:  # noqa: B006
    content = pilot_document(_report(visit, book), visit.site.now())
    return _file(visit, book, content, "pdf")


@router.get(f"/reports/pilot/{NAME}.json")
def download_pilot_figures(visit: VisitDep, book: Books = []) -> Response:  # noqa: B006
    return _file(visit, book, pilot_json(_report(visit, book)), "json")


def _report(visit: Visit, book_ids: list[int]) -> PilotReport:
    """Return the report on the books; 404 where the person may not see all of them."""
    counting = visit.registry.statistics(visit.person.places)
    known = {book.book_id for book in counting.books().books}
    if not book_ids or not known.issuperset(book_ids):
        raise HTTPException(404)
    return pilot_report(counting.pilot(book_ids), visit.schemas)


def _file(visit: Visit, book_ids: list[int], content: bytes, ending: str) -> Response:
    """Return a file and record the download."""
    books = ", ".join(str(book_id) for book_id in sorted(set(book_ids)))
    visit.registry.note_view(visit.person, "pilot-taken", "", {"books": books, "file": ending})
    headers = {"Content-Disposition": f'attachment; filename="{NAME}.{ending}"'}
    return Response(content, media_type=f"application/{ending}", headers=headers)
