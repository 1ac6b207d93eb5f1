"""The wall of a book's pages for scanning staff: order, turning, cutting, removing, replacing, duplicates."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated

from fastapi import APIRouter, Form
from pydantic import BaseModel, Field
from starlette.background import BackgroundTask
from starlette.responses import JSONResponse, RedirectResponse, Response

from pipeline.base.errors import LedgerError, RegistryError, ScanError, SetupError, StorageError
from pipeline.base.model import PageKind, PageRef
from pipeline.registry.accounts.model import Role
from pipeline.registry.data_entry.model import FAILED, UNREAD
from pipeline.registry.errors import NotThere
from pipeline.registry.statistics.book_states import BookState
from pipeline.registry.withdrawals.page_wall import DONE, DOUBTED, RESCAN, WAITING, WallPage
from pipeline.scans.inbox.uploads import UploadState
from pipeline.scans.inbox.uploads.upload_desk import new_names
from pipeline.web.context import RowId, Visit, VisitDep
from pipeline.web.routes.book_list import book_of
from pipeline.web.routes.pictures import picture_response
from pipeline.web.routes.withdrawals import page_named
from pipeline.web.scanning.made_pages import MOST_AT_ONCE, halved, make_pages, turned

STATES: Mapping[str, tuple[str, str]] = {
    UNREAD: ("chưa đọc", "○"),
    FAILED: ("không mở được", "✕"),
    PageKind.UNKNOWN: ("không khớp mẫu", "?"),
    RESCAN: ("chờ quét lại", "↻"),
    DOUBTED: ("quét hai lần?", "⧉"),
    WAITING: ("chờ rà soát", "…"),
    DONE: ("xong", "✓"),
    PageKind.COVER: ("bìa", "▭"),
    PageKind.BLANK: ("trang trống", "·"),
}
"""Words and sign of each state, in the order of the filter."""

NOTING_SECONDS = 8.0
"""Longest duration of a request that notes new files; the page asks again for the rest."""

LONGEST_LIST = 120_000
PAGES = Annotated[str, Field(max_length=LONGEST_LIST)]
"""Names of pages, separated by commas."""

router = APIRouter()


@router.get("/books/{book_id}/pages")
def show_wall(visit: VisitDep, book_id: RowId, done: str = "") -> Response:
    return _shown(visit, book_of(visit, book_id), done=done[:20])


class ActForm(BaseModel):
    """An act on pages.

    Attributes:
        act: ``remove``, ``back``, ``number``, ``split``, ``replace``, ``turn-90``, ``turn-180`` or ``turn-270``.
        number: The withdrawal to take back.
        share: Where a double page is cut, in percent of its width.
        scan: The SHA-256 of the file that takes the place of a page.
    """

    act: str = Field(max_length=10)
    pages: PAGES = ""
    reason: str = Field(default="", max_length=500)
    number: RowId = 0
    share: int = Field(default=50, ge=10, le=90)
    scan: str = Field(default="", max_length=64)


@router.post("/books/{book_id}/pages")
def change_pages(visit: VisitDep, book_id: RowId, form: Annotated[ActForm, Form()]) -> Response:
    book = book_of(visit, book_id)
    with visit.refusing(
        lambda refused: _shown(visit, book, refused=refused),
        RegistryError,
        NotThere,
        LedgerError,
        ScanError,
        SetupError,
        StorageError,
    ):
        done = _done(visit, book, form)
    check = BackgroundTask(visit.site.work.check, book_id)
    return RedirectResponse(f"/books/{book_id}/pages?done={done}", status_code=303, background=check)


def _done(visit: Visit, book: BookState, form: ActForm) -> str:
    """Do an act; return the code of its message."""
    refs = [page_named(name) for name in form.pages.split(",") if name]
    if form.act == "number":
        visit.desk.order_pages_by_number(visit.person, book.book_id)
        return "ordered"
    if form.act == "back":
        visit.desk.put_back_page(
            visit.person, book.book_id, form.number, form.reason or "đặt lại trang đã bỏ"
        )
        return "back"
    if not refs:
        raise RegistryError("Hãy chọn trang trước.")
    if form.act == "remove":
        visit.desk.remove_pages(visit.person, book.book_id, refs, form.reason)
        return "removed"
    if form.act == "replace":
        _replace(visit, book, refs[0], form.scan)
        return "replaced"
    if len(refs) > MOST_AT_ONCE:
        raise RegistryError(
            f"Mỗi lần xoay hay tách nhiều nhất {MOST_AT_ONCE} trang. Cả quyển quét nghiêng thì không cần xoay: máy tự "
            "xoay khi đọc."
        )
    for ref in refs:
        if form.act == "split":
            make_pages(
                visit, book.book_id, book.folder_name, ref, halved(form.share / 100), "nua", "tách trang đôi"
            )
        else:
            degrees = int(form.act.removeprefix("turn-")) if form.act in TURNS else 0
            if not degrees:
                raise RegistryError("Không có việc ấy. Hãy tải lại trang.")
            make_pages(visit, book.book_id, book.folder_name, ref, turned(degrees), "xoay", "xoay trang")
    return "made"


TURNS = frozenset({"turn-90", "turn-180", "turn-270"})


def _replace(visit: Visit, book: BookState, old: PageRef, sha256: str) -> None:
    """Let the pages of an uploaded file take the place of a page."""
    upload = next(
        (
            one
            for one in visit.site.work.uploads.of_book(book.book_id)
            if one.digest == sha256 and one.state is UploadState.STORED and one.file
        ),
        None,
    )
    if upload is None:
        raise RegistryError("Ảnh mới chưa vào sổ. Hãy đợi máy kiểm tra xong rồi thử lại.")
    visit.registry.store_scan(book.book_id, sha256, upload.file, upload.size, upload.pages)
    pages = [PageRef(sha256, number) for number in range(1, upload.pages + 1)]
    visit.desk.take_places(visit.person, book.book_id, old, pages, "thay bằng ảnh khác")


class OrderRequest(BaseModel):
    """Pages to put before another page; ``before`` empty: at the end."""

    pages: PAGES
    before: str = Field(default="", max_length=80)


@router.post("/books/{book_id}/pages/order")
def move_pages(visit: VisitDep, book_id: RowId, request: OrderRequest) -> Response:
    book_of(visit, book_id)
    refs = [page_named(name) for name in request.pages.split(",")]
    before = page_named(request.before) if request.before else None
    visit.desk.move_pages(visit.person, book_id, refs, before)
    return JSONResponse({"moved": len(refs)}, background=BackgroundTask(visit.site.work.check, book_id))


@router.post("/books/{book_id}/pages/note")
def note_new_files(visit: VisitDep, book_id: RowId) -> Response:
    """Note files of the book's folder that no run has noted, for some seconds; say how many are noted and left."""
    book = book_of(visit, book_id)
    noted, until = 0, time.monotonic() + NOTING_SECONDS
    for scan in visit.site.work.uploads.new_scans(book_id, book.folder_name, _known_names(visit, book)):
        visit.registry.store_scan(book_id, scan.sha256, scan.name, scan.size, scan.pages)
        noted += 1
        if time.monotonic() > until:
            break
    return JSONResponse({"noted": noted, "left": len(_new_names(visit, book))})


THUMBNAILS = ThreadPoolExecutor(2, thread_name_prefix="thumbnails")
"""Separate threads, so that a wall that is scrolled through delays no other request."""

CLIENT_GONE = 499


@router.get("/pictures/books/{book_id}/thumbnails/{scan}/{page_no}")
async def thumbnail(visit: VisitDep, book_id: RowId, scan: str, page_no: RowId) -> Response:
    """Return a small picture of a page, withdrawn or not; the audit has a line for the wall that shows it.

    Nothing is drawn for a browser that has scrolled past the page and waits no more.
    """
    ref, loop = PageRef(scan, page_no), asyncio.get_running_loop()

    def drawn() -> Response:
        if asyncio.run_coroutine_threadsafe(visit.request.is_disconnected(), loop).result():
            return Response(status_code=CLIENT_GONE)
        _, turn = visit.desk.scan_page(visit.person, book_id, ref)
        return picture_response(visit.site.work.pictures.thumbnail(ref, turn))

    return await loop.run_in_executor(THUMBNAILS, drawn)


@router.get("/pictures/books/{book_id}/scans/{scan}/{page_no}")
def scanned_page(visit: VisitDep, book_id: RowId, scan: str, page_no: RowId) -> Response:
    """Return a page as scanned, upright as far as its reading says."""
    ref = PageRef(scan, page_no)
    _, turn = visit.desk.scan_page(visit.person, book_id, ref)
    visit.registry.note_view(visit.person, "page-shown", f"book:{book_id}")
    return picture_response(visit.site.work.pictures.scan(ref, turn))


def _known_names(visit: Visit, book: BookState) -> frozenset[str]:
    """Return the names of the files that a run or this page has noted, readable or not."""
    failed = {one.scan for one in visit.registry.read_failures(book.book_id) if one.page_no is None}
    return frozenset({*visit.registry.scans_named(book.book_id).values(), *failed})


def _new_names(visit: Visit, book: BookState) -> tuple[str, ...]:
    folder = visit.site.work.uploads.books
    return () if folder is None else new_names(folder / book.folder_name, _known_names(visit, book))


def _shown(visit: Visit, book: BookState, *, done: str = "", refused: str = "") -> Response:
    wall = visit.desk.wall(visit.person, book.book_id)
    counts = {state: sum(one.state == state for one in wall.pages) for state in STATES}
    return visit.page(
        "books/pages.html",
        book=book,
        title=visit.schemas.title_of(book.record),
        pages=wall.pages,
        removed=wall.removed,
        pairs=_pairs(wall.pages),
        numbered=sum(bool(one.printed) for one in wall.pages),
        in_order=wall.numbered == wall.pages,
        states=STATES,
        counts=counts,
        new=len(_new_names(visit, book)),
        supervises=visit.person.role is Role.SUPERVISOR,
        login=visit.person.login,
        most_bytes=visit.site.work.uploads.options.limits.max_bytes,
        takes=visit.site.work.uploads.is_open,
        done=done,
        refused=refused,
    )


def _pairs(pages: tuple[WallPage, ...]) -> tuple[tuple[int, WallPage, int, WallPage], ...]:
    """Return the pages that were scanned twice, each with its position and the earlier page."""
    at = {one.ref: (number, one) for number, one in enumerate(pages, 1)}
    return tuple(
        (*at[one.same], number, one)
        for number, one in enumerate(pages, 1)
        if one.same is not None and one.same in at
    )
