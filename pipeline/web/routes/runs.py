"""Runs: reading a book or all books at once, the progress, and the result of the last night. Prefect stays hidden."""

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
"""Separate threads for the events of open pages, so that many pages or a slow Prefect delay no other request."""

router = APIRouter(prefix="/runs")


@dataclass(frozen=True, slots=True)
class RequestedRun:
    """A run in words, requested by a person or planned.

    Attributes:
        name: The book, or "all books".
        state: The state in Vietnamese.
        run: The state from Prefect.
    """

    name: str
    state: str
    run: RunState


@dataclass(frozen=True, slots=True)
class Night:
    """The result of the last night for the books that a person may see; ``ids``: book ids by folder."""

    result: NightResult
    books: tuple[Mapping[str, Any], ...]
    ids: Mapping[str, int]


@router.get("")
def show_runs(visit: VisitDep, asked: str = "") -> Response:
    return _runs_page(visit, "Đã yêu cầu. Máy bắt đầu trong chốc lát." if asked else "")


@router.post("")
def start_night(visit: VisitDep) -> Response:
    """Start reading all books that are due at night."""
    with visit.refusing(lambda refused: _runs_page(visit, refused=refused), RunRefused):
        visit.site.work.runs.start_night()
    visit.registry.note_view(visit.person, "run-asked", ALL_BOOKS)
    return RedirectResponse("/runs?asked=1", status_code=303)


@router.get("/progress")
async def tell_progress(visit: VisitDep) -> Response:
    """Send the progress of the runs to a page as events, as long as the person may see it."""

    def read_progress() -> tuple[str, bool]:
        now = visit.site.accounts.session(visit.session.token, is_used=False)
        if now is None or now.must_change or now.person.role not in SCANNING:
            return "", False
        values = _progress(visit.site, now.person)
        return visit.site.renderer.text("fragments/progress.html", **values), any(values.values())

    async def snapshot() -> tuple[str, bool]:
        return await asyncio.get_running_loop().run_in_executor(WATCHING, read_progress)

    return StreamingResponse(
        progress_events(snapshot), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"}
    )


@router.post("/{book_id}")
def start_book(visit: VisitDep, book_id: RowId) -> Response:
    book = book_of(visit, book_id)
    visit.registry.refuse_withdrawn(RegistryPart(book_id))
    with visit.refusing(lambda refused: _runs_page(visit, refused=refused), RunRefused):
        books = visit.site.work.uploads.books
        if books is None or not (books / book.folder_name).is_dir():
            raise RunRefused(
                "Không thấy thư mục của sổ này ở máy chủ nên chưa đọc được. Hãy báo người quản trị máy."
            )
        visit.site.work.runs.start_book(books / book.folder_name)
    visit.registry.note_view(visit.person, "run-asked", f"book:{book_id}")
    return RedirectResponse("/runs?asked=1", status_code=303)


def _runs_page(visit: Visit, done: str = "", *, refused: str = "") -> Response:
    engine = visit.site.work.runs.engine()
    runs, night = _recent_runs(visit)
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
    """Return the books in reading, and whether any run waits, for the page and for its events."""
    lines = site.registry.statistics(person.places).reading_runs()
    return {"lines": lines, "waits": _anything_waits(site)}


def _anything_waits(site: Site) -> bool:
    """Return whether a requested run has not begun, or is between two books."""
    try:
        return any(run.is_waiting or run.is_at_work for run in site.work.runs.recent(10))
    except RunRefused:
        return False


def _recent_runs(visit: Visit) -> tuple[tuple[RequestedRun, ...], Night | None]:
    """Return the last runs and the last night, limited to books that the person may see; nothing without Prefect."""
    try:
        recent, night = visit.site.work.runs.recent(), visit.site.work.runs.last_night()
    except RunRefused:
        return (), None
    visible_books = {
        state.folder_name: state.book_id
        for state in visit.registry.statistics(visit.person.places).book_states()
    }
    runs = []
    for run in recent:
        folder = run.folder.rstrip("/").rpartition("/")[2]
        if run.flow == NIGHT or folder in visible_books:
            runs.append(RequestedRun("Mọi sổ" if run.flow == NIGHT else folder, _in_words(run), run))
    if night is None:
        return tuple(runs[:10]), None
    return tuple(runs[:10]), Night(
        night, tuple(row for row in night.books if row.get("book") in visible_books), visible_books
    )


def _in_words(run: RunState) -> str:
    if run.is_at_work:
        return "đang đọc"
    if run.is_waiting:
        return "đang chờ"
    return "bị dừng giữa chừng; chạy lại thì máy đọc tiếp" if run.has_failed else "xong"
