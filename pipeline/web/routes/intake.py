"""What scanners delivered: counts of today for all who scan; what is in no book yet for people of all places."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from pipeline.base.errors import LedgerError, SetupError
from pipeline.web.context import Site, SiteDep
from pipeline.web.pictures import PageSource
from pipeline.web.security.authentication import SessionDep

router = APIRouter(prefix="/intake")


@router.get("")
def show_intake(request: Request, site: SiteDep, session: SessionDep) -> Response:
    return _intake_page(request, site, sees_all=session.person.places is None)


@router.post("")
def assign(
    request: Request,
    site: SiteDep,
    session: SessionDep,
    folder: Annotated[str, Form(max_length=200)] = "",
    deliveries: Annotated[list[str], Form(max_length=1000)] = [],  # noqa: B006 (FastAPI copies it)
) -> Response:
    """Put deliveries into the book that a person names."""
    if session.person.places is not None:
        return _intake_page(request, site, refused="Chỉ người được giao mọi nơi mới gán sổ.", sees_all=False)
    try:
        placed, left = site.intake.assign(deliveries, folder.strip(), session.person.login)
    except (LedgerError, SetupError) as refused:
        return _intake_page(request, site, refused=refused.message)
    site.registry.note_view(session.person, "scans-assigned", "books:all")
    return _intake_page(request, site, done=f"Đã gán {placed} trang vào sổ {folder}.", refused=" ".join(left))


@router.get("/{scanner}/{day}/{serial}")
def page_of_delivery(site: SiteDep, session: SessionDep, scanner: str, day: str, serial: str) -> Response:
    """Return the first page of a delivery that waits for a book; nothing where none does, or for others to see."""
    page = site.intake.page_of(f"{scanner}/{day}/{serial}") if session.person.places is None else None
    if page is None:
        return Response(status_code=204)
    site.registry.note_view(session.person, "page-shown", "intake")
    picture = site.pictures.page(PageSource(page, None))
    return Response(picture.content, media_type=picture.media_type)


def _intake_page(
    request: Request, site: Site, *, done: str = "", refused: str = "", sees_all: bool = True
) -> Response:
    folders = sorted(site.registry.folder_names()) if sees_all else []
    return site.renderer.render(
        request,
        "intake.html",
        status=422 if refused and not done else 200,
        intake=site.intake.view(),
        folders=folders,
        done=done,
        refused=refused,
        sees_all=sees_all,
    )
