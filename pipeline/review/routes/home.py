"""The first page: what waits for this person, by book and stage."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from pipeline.registry.desk.desk import MOST_BOOKS
from pipeline.review.access import REVIEWING
from pipeline.review.admission import OfSession
from pipeline.review.desk.overview import rows_of, stages_of
from pipeline.review.site import OfSite

router = APIRouter()


@router.get("/")
def home(request: Request, site: OfSite, session: OfSession) -> Response:
    if session.person.role not in REVIEWING:
        return site.pages.page(request, "home.html")
    counts = site.desk.counts(session.person)
    stages = stages_of(session.person.role)
    rows = rows_of(counts, stages)
    return site.pages.page(request, "queue.html", rows=rows, stages=stages, most=MOST_BOOKS)
