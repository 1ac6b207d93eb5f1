"""The list of backups; making and checking a backup in the background. No backup is sent to a browser."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Any

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from pipeline.base.errors import HotichError
from pipeline.web.background_jobs import JobOutcome, JobRefused
from pipeline.web.context import Visit, VisitDep
from pipeline.web.supervising.first_day import (
    BACKUP_JOBS,
    CHECK_TITLE,
    KEYS_JOBS,
    MAKE_TITLE,
    REHEARSE_TITLE,
)

SHOWN = 30
NO_FOLDER = (
    "Máy chủ chưa được cho biết thư mục sao lưu nên chưa sao lưu ở đây được. Hãy báo người quản trị máy."
)

router = APIRouter(prefix="/backup")


@router.get("")
def show_backups(visit: VisitDep) -> Response:
    return _page(visit)


@router.get("/progress")
def show_progress(visit: VisitDep) -> Response:
    return visit.page("fragments/jobs.html", **_jobs(visit))


@router.post("")
def make_backup(visit: VisitDep) -> Response:
    """Start a backup into the machine's backup folder."""
    return _start(visit, "make")


@router.post("/check")
def check_backup(visit: VisitDep) -> Response:
    """Start a check that reads every file of the newest backup."""
    return _start(visit, "check")


@router.post("/keys")
def note_copied_keys(visit: VisitDep) -> Response:
    """Keep that the person copied the keys to another place."""
    with visit.refusing(lambda refused: _page(visit, refused=refused), JobRefused):
        if visit.site.office.backups is None:
            raise JobRefused(NO_FOLDER)
        visit.site.office.jobs.start(
            KEYS_JOBS,
            "Chép khóa ra nơi khác",
            visit.person.login,
            lambda _: JobOutcome(("Đã chép backup.key, audit.key, package.key.",)),
            partial(visit.registry.note_view, visit.person, "keys-copied", "backup:keys"),
        )
    return RedirectResponse("/backup", status_code=303)


@router.post("/rehearse")
def rehearse(visit: VisitDep) -> Response:
    """Start a restoration of the newest backup into a side workspace, which is removed afterwards."""
    return _start(visit, "rehearse")


@router.post("/machine")
def check_machine(visit: VisitDep) -> Response:
    """Start the check of this machine, which says in words what ``hotich doctor`` finds."""
    work = visit.site.office.check_machine
    with visit.refusing(lambda refused: _page(visit, refused=refused), JobRefused):
        if work is None:
            raise JobRefused("Máy chủ này không kiểm tra máy trên trình duyệt. Hãy dùng lệnh hotich doctor.")
        note = partial(visit.registry.note_view, visit.person, "backup-asked", "backup:machine")
        visit.site.office.jobs.start(BACKUP_JOBS, "Kiểm tra máy", visit.person.login, work, note)
    return RedirectResponse("/backup", status_code=303)


TITLES = {
    "make": MAKE_TITLE,
    "check": CHECK_TITLE,
    "rehearse": REHEARSE_TITLE,
}


def _start(visit: Visit, what: str) -> Response:
    work = visit.site.office.backups
    with visit.refusing(lambda refused: _page(visit, refused=refused), JobRefused):
        if work is None:
            raise JobRefused(NO_FOLDER)
        works = {"make": work.make, "check": work.check, "rehearse": work.rehearse}
        visit.site.office.jobs.start(
            BACKUP_JOBS,
            TITLES[what],
            visit.person.login,
            works[what],
            partial(visit.registry.note_view, visit.person, "backup-asked", f"backup:{what}"),
        )
    return RedirectResponse("/backup", status_code=303)


def _jobs(visit: Visit) -> dict[str, Any]:
    return {"jobs": visit.site.office.jobs.jobs(BACKUP_JOBS)[:10], "address": "/backup/progress"}


def _made_at(name: str) -> datetime | None:
    """Return the time in a backup's name; None where the name has another form."""
    try:
        return datetime.strptime(name, "%Y%m%d-%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def _page(visit: Visit, *, refused: str = "") -> Response:
    work, broken = visit.site.office.backups, ""
    names: tuple[str, ...] = ()
    if work is not None:
        try:
            names = work.names()[::-1]
        except HotichError as error:
            broken = error.message
    return visit.page(
        "supervising/backup.html",
        folder=work.folder if work is not None else "",
        no_folder="" if work is not None else NO_FOLDER,
        backups=[(name, _made_at(name)) for name in names[:SHOWN]],
        count=len(names),
        broken=broken,
        refused=refused,
        copied=next(iter(visit.site.office.jobs.jobs(KEYS_JOBS)), None),
        **_jobs(visit),
    )
