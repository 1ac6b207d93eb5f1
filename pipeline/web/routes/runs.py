"""Runs: one book now or all books now, how far they are, what the last night came to. Prefect itself is never seen."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response, StreamingResponse

from pipeline.registry import RegistryPart
from pipeline.registry.accounts.model import Person
from pipeline.runs.prefect_runs import NIGHT, NightResult, RunRefused, RunState
from pipeline.web.context import RowId, Site, Visit, VisitDep
from pipeline.web.routes.book_list import book_of
from pipeline.web.scanning.progress import progress_events
from pipeline.web.security.access import SCANNING

ALL_BOOKS = "books:all"

WATCHING = ThreadPoolExecutor(4, thread_name_prefix="progress")
"""Threads of their own for what open pages are told: many pages, or a slow answer of Prefect, hold nobody else up."""

router = APIRouter(prefix="/runs")


@dataclass(frozen=True, slots=True)
class AskedRun:
    """A run that somebody asked for or that was planned, in words.

    Attributes:
        name: The book or what else it reads.
        state: Where it is, in Vietnamese.
        run: What Prefect tells of it.
    """

    name: str
    state: str
    run: RunState


@dataclass(frozen=True, slots=True)
class Night:
    """What the last night came to, of the books that a person may see; ``ids``: of each book, by its folder."""

    result: NightResult
    books: tuple[Mapping[str, Any], ...]
    ids: Mapping[str, int]


@router.get("")
def show_runs(visit: VisitDep, asked: str = "") -> Response:
    return _runs_page(visit, "Đã yêu cầu. Máy bắt đầu trong chốc lát." if asked else "")


@router.post("")
def start_night(visit: VisitDep) -> Response:
    """Have all books read now that the night would read."""
    with visit.refusing(lambda refused: _runs_page(visit, refused=refused), RunRefused):
        visit.site.runs.start_night()
    visit.registry.note_view(visit.person, "run-asked", ALL_BOOKS)
    return RedirectResponse("/runs?asked=1", status_code=303)


@router.get("/progress")
async def tell_progress(visit: VisitDep) -> Response:
    """Tell a page how far the runs are, as events, as long as its person may see it."""

    def looked() -> tuple[str, bool]:
        now = visit.site.accounts.session(visit.session.token, is_used=False)
        if now is None or now.must_change or now.person.role not in SCANNING:
            return "", False
        told = _progress(visit.site, now.person)
        return visit.site.renderer.text("fragments/progress.html", **told), any(told.values())

    async def snapshot() -> tuple[str, bool]:
        return await asyncio.get_running_loop().run_in_executor(WATCHING, looked)

    return StreamingResponse(
        progress_events(snapshot), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"}
    )


@router.post("/{book_id}")
def start_book(visit: VisitDep, book_id: RowId) -> Response:
    """Have one book read now."""
    book = book_of(visit, book_id)
    visit.registry.refuse_withdrawn(RegistryPart(book_id))
    with visit.refusing(lambda refused: _runs_page(visit, refused=refused), RunRefused):
        if visit.site.uploads.books is None or not (visit.site.uploads.books / book.folder_name).is_dir():
            raise RunRefused(
                "Không thấy thư mục của sổ này ở máy chủ nên chưa đọc được. Hãy báo người quản trị máy."
            )
        visit.site.runs.start_book(visit.site.uploads.books / book.folder_name)
    visit.registry.note_view(visit.person, "run-asked", f"book:{book_id}")
    return RedirectResponse("/runs?asked=1", status_code=303)


def _runs_page(visit: Visit, done: str = "", *, refused: str = "") -> Response:
    engine = visit.site.runs.engine()
    runs, night = _asked_runs(visit)
    return visit.page(
        "runs.html",
        engine=engine,
        runs=runs,
        night=night,
        **_progress(visit.site, visit.person),
        done=done,
        refused=refused,
    )


def _progress(site: Site, person: Person) -> dict[str, Any]:
    """Return what is read now, and whether anything waits to be read, for the page and for its events."""
    lines = site.registry.statistics(person.places).reading_runs()
    return {"lines": lines, "waits": _anything_waits(site)}


def _anything_waits(site: Site) -> bool:
    """Whether a run was asked for that has not begun, or is at work between two books."""
    try:
        return any(one.is_waiting or one.is_at_work for one in site.runs.recent(10))
    except RunRefused:
        return False


def _asked_runs(visit: Visit) -> tuple[tuple[AskedRun, ...], Night | None]:
    """Return the last runs and the last night, of books that the person may see; nothing where Prefect is away."""
    try:
        recent, night = visit.site.runs.recent(), visit.site.runs.last_night()
    except RunRefused:
        return (), None
    seen = {
        state.folder_name: state.book_id
        for state in visit.registry.statistics(visit.person.places).book_states()
    }
    runs = []
    for run in recent:
        folder = run.folder.rstrip("/").rpartition("/")[2]
        if run.flow == NIGHT or folder in seen:
            runs.append(AskedRun("Mọi sổ" if run.flow == NIGHT else folder, _in_words(run), run))
    if night is None:
        return tuple(runs[:10]), None
    return tuple(runs[:10]), Night(night, tuple(row for row in night.books if row.get("book") in seen), seen)


def _in_words(run: RunState) -> str:
    if run.is_at_work:
        return "đang đọc"
    if run.is_waiting:
        return "đang chờ"
    return "bị dừng giữa chừng; chạy lại thì máy đọc tiếp" if run.has_failed else "xong"
