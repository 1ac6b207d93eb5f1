"""The handbook: contents, pages and pictures. It is the same for everybody and names nobody."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import FileResponse, Response

from pipeline.registry import NotThere
from pipeline.web.context import SiteDep, VisitDep
from pipeline.web.handbook import START, TECHNICAL

router = APIRouter(prefix=START)

CACHED = {"Cache-Control": "private, max-age=3600"}


@router.get("")
def show_start(visit: VisitDep, words: Annotated[str, Query(alias="q", max_length=200)] = "") -> Response:
    """Show the contents, or the pages that hold the search words."""
    return visit.page(
        "handbook/start.html",
        page=visit.site.handbook.start(),
        words=words,
        found=visit.site.handbook.search(words),
        start=START,
        technical=TECHNICAL,
    )


@router.get("/images/{name}")
def show_image(site: SiteDep, name: str) -> Response:
    path = site.handbook.image(name)
    if path is None:
        raise NotThere("Không có hình này trong hướng dẫn sử dụng. Hãy tìm ở mục lục.")
    return FileResponse(path, headers=CACHED)


@router.get("/{section}/{name}")
def show_page(visit: VisitDep, section: str, name: str) -> Response:
    page = visit.site.handbook.page(f"{section}/{name}")
    if page is None:
        raise NotThere("Không có bài này trong hướng dẫn sử dụng. Hãy tìm ở mục lục.")
    return visit.page("handbook/page.html", page=page, start=START, technical=TECHNICAL)
