"""What the machine learnt of a book, and an office's own figures that it may send: seen by its supervisors first."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from starlette.responses import Response

from pipeline.base.errors import RegistryError
from pipeline.registry.accounts.model import Person
from pipeline.reports.pilot import PilotReport, pilot_report
from pipeline.reports.pilot_files import NAME, pilot_document, pilot_json, pilot_section
from pipeline.reports.sections.learning import learning
from pipeline.web.context import RowId, Site, SiteDep
from pipeline.web.routes.book_list import book_of
from pipeline.web.security.authentication import SessionDep

router = APIRouter()

MOST_BOOKS = 200
"""Books of one report at most."""

Books = Annotated[list[int], Query(max_length=MOST_BOOKS)]


@router.get("/books/{book_id}/learning")
def show_learning(request: Request, site: SiteDep, session: SessionDep, book_id: RowId) -> Response:
    """Show what checking a book costs as the machine learns from it."""
    book = book_of(site, session.person, book_id)
    counting = site.registry.statistics(session.person.places, now=site.now)
    part = learning(counting.learning(book_id), counting.sampled(book_id), by_entry=True)
    return site.renderer.render(request, "supervising/learning.html", book=book, part=part)


@router.get("/reports/pilot")
def show_pilot(request: Request, site: SiteDep, session: SessionDep, book: Books = []) -> Response:  # noqa: B006 (FastAPI copies it)
    """Show the books to choose from, and all that a report of the chosen ones holds."""
    known = site.registry.statistics(session.person.places).books().books
    refused, part = "", None
    if book:
        try:
            part = pilot_section(_report(site, session.person, book))
        except RegistryError as error:
            refused = error.message
    return site.renderer.render(
        request,
        "supervising/pilot.html",
        books=known,
        chosen=frozenset(book),
        query="&".join(f"book={one}" for one in book),
        part=part,
        refused=refused,
    )


@router.get(f"/reports/pilot/{NAME}.pdf")
def download_pilot(site: SiteDep, session: SessionDep, book: Books = []) -> Response:  # noqa: B006
    content = pilot_document(_report(site, session.person, book), site.now())
    return _file(site, session.person, book, content, "pdf")


@router.get(f"/reports/pilot/{NAME}.json")
def download_pilot_figures(site: SiteDep, session: SessionDep, book: Books = []) -> Response:  # noqa: B006
    return _file(site, session.person, book, pilot_json(_report(site, session.person, book)), "json")


def _report(site: Site, person: Person, book_ids: list[int]) -> PilotReport:
    """Return the report of these books; 404 where the person may not see one of them."""
    counting = site.registry.statistics(person.places)
    known = {book.book_id for book in counting.books().books}
    if not book_ids or not known.issuperset(book_ids):
        raise HTTPException(404)
    return pilot_report(counting.pilot(book_ids), site.schemas)


def _file(site: Site, person: Person, book_ids: list[int], content: bytes, ending: str) -> Response:
    """Return a file and record that somebody took it."""
    books = ", ".join(str(one) for one in sorted(set(book_ids)))
    site.registry.note_view(person, "pilot-taken", "", {"books": books, "file": ending})
    headers = {"Content-Disposition": f'attachment; filename="{NAME}.{ending}"'}
    return Response(content, media_type=f"application/{ending}", headers=headers)
