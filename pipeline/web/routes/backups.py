"""Backups: what there is, one made or read again behind the answer. Nothing of a backup is sent to a browser."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from pipeline.base.errors import HotichError
from pipeline.registry.accounts.model import Session
from pipeline.web.background_jobs import JobRefused
from pipeline.web.context import Site, SiteDep
from pipeline.web.security.authentication import SessionDep

KIND = "backup"
SHOWN = 30
NO_FOLDER = (
    "Máy chủ chưa được cho biết thư mục sao lưu nên chưa sao lưu ở đây được. Hãy báo người quản trị máy."
)

router = APIRouter(prefix="/backup")


@router.get("")
def show_backups(request: Request, site: SiteDep) -> Response:
    return _page(request, site)


@router.get("/progress")
def show_progress(request: Request, site: SiteDep) -> Response:
    return site.renderer.render(request, "fragments/jobs.html", **_jobs(site))


@router.post("")
def make_backup(request: Request, site: SiteDep, session: SessionDep) -> Response:
    """Start a backup into the folder of the machine."""
    return _started(request, site, session, check=False)


@router.post("/check")
def check_backup(request: Request, site: SiteDep, session: SessionDep) -> Response:
    """Start reading every file of the newest backup again."""
    return _started(request, site, session, check=True)


def _started(request: Request, site: Site, session: Session, *, check: bool) -> Response:
    work = site.office.backups
    try:
        if work is None:
            raise JobRefused(NO_FOLDER)
        title = "Kiểm tra bản sao lưu mới nhất" if check else "Sao lưu"
        site.office.jobs.start(
            KIND,
            title,
            session.person.login,
            work.check if check else work.make,
            partial(
                site.registry.note_view,
                session.person,
                "backup-asked",
                "backup:check" if check else "backup:make",
            ),
        )
    except JobRefused as refused:
        return _page(request, site, refused=refused.message)
    return RedirectResponse("/backup", status_code=303)


def _jobs(site: Site) -> dict[str, Any]:
    return {"jobs": site.office.jobs.jobs(KIND)[:10], "address": "/backup/progress"}


def _made_at(name: str) -> datetime | None:
    """Return the time that a backup is named after."""
    try:
        return datetime.strptime(name, "%Y%m%d-%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def _page(request: Request, site: Site, *, refused: str = "") -> Response:
    work, broken = site.office.backups, ""
    names: tuple[str, ...] = ()
    if work is not None:
        try:
            names = work.names()[::-1]
        except HotichError as error:
            broken = error.message
    return site.renderer.render(
        request,
        "supervising/backup.html",
        status=422 if refused else 200,
        folder=work.folder if work is not None else "",
        no_folder="" if work is not None else NO_FOLDER,
        backups=[(name, _made_at(name)) for name in names[:SHOWN]],
        count=len(names),
        broken=broken,
        refused=refused,
        **_jobs(site),
    )
