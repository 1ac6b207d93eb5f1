"""Deliveries of scanners: today's counts for all who scan; deliveries without a book for people with all places."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import Response

from pipeline.base.errors import LedgerError, SetupError
from pipeline.web.context import Visit, VisitDep
from pipeline.web.pictures import PageSource

router = APIRouter(prefix="/intake")


@router.get("")
def show_intake(visit: VisitDep) -> Response:
    return _intake_page(visit, sees_all=visit.person.places is None)


@router.post("")
def assign(
    visit: VisitDep,
    folder: Annotated[str, Form(max_length=200)] = "",
    deliveries: Annotated[list[str], Form(max_length=1000)] = [],  # noqa: B006 (FastAPI copies it)
) -> Response:
    if visit.person.places is not None:
        return _intake_page(visit, refused="Chỉ người được giao mọi nơi mới gán sổ.", sees_all=False)
    with visit.refusing(lambda refused: _intake_page(visit, refused=refused), LedgerError, SetupError):
        placed, left = visit.site.work.intake.assign(deliveries, folder.strip(), visit.person.login)
    visit.registry.note_view(visit.person, "scans-assigned", "books:all")
    return _intake_page(visit, done=f"Đã gán {placed} trang vào sổ {folder}.", refused=" ".join(left))


@router.get("/{scanner}/{day}/{serial}")
def page_of_delivery(visit: VisitDep, scanner: str, day: str, serial: str) -> Response:
    """Return the first page of a delivery that waits for a book; 204 for an unknown delivery or insufficient rights."""
    page = (
        visit.site.work.intake.page_of(f"{scanner}/{day}/{serial}") if visit.person.places is None else None
    )
    if page is None:
        return Response(status_code=204)
    visit.registry.note_view(visit.person, "page-shown", "intake")
    picture = visit.site.work.pictures.page(PageSource(page, None))
    return Response(picture.content, media_type=picture.media_type)


def _intake_page(visit: Visit, *, done: str = "", refused: str = "", sees_all: bool = True) -> Response:
    folders = sorted(visit.registry.folder_names()) if sees_all else []
    return visit.page(
        "intake.html",
        status=422 if refused and not done else 200,
        intake=visit.site.work.intake.view(),
        folders=folders,
        done=done,
        refused=refused,
        sees_all=sees_all,
    )
