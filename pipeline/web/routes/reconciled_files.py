"""Uploaded files of the Ministry's software for reconciliation: compared one at a time in the background.

A file is kept until its comparison ends; the registry keeps its name, its SHA-256 and the differences.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from pipeline.base.errors import HotichError, ReconcileError
from pipeline.base.files import sha256_and_size, storage_errors, write_atomically
from pipeline.delivery.workbook_reading.upload_bounds import check_sent_workbook
from pipeline.registry.accounts.model import Person
from pipeline.web.background_jobs import FAULT, Job, JobOutcome, OnProgress
from pipeline.web.context import MAX_ROW_ID, Visit, VisitDep
from pipeline.web.security.middleware import log_fault
from pipeline.web.supervising.office_desk import ReconcileWork

KIND = "reconcile"
NOT_HERE = "Máy chủ này không đối soát. Hãy báo người quản trị máy."

router = APIRouter(prefix="/reconcile/files")


@router.get("")
def show_jobs(visit: VisitDep) -> Response:
    """Return the progress of comparisons as a page fragment, with the page's table once none is running."""
    values = job_values(visit)
    all_ended = not any(job.is_running for job in values["jobs"])
    return visit.page(
        "fragments/reconcile_jobs.html",
        swapped=all_ended,
        found=visit.registry.reconciliations().all_for(visit.person) if all_ended else (),
        answers=True,
        sends=True,
        **values,
    )


@router.post("")
async def send_file(
    visit: VisitDep,
    name: Annotated[str, Query(min_length=1, max_length=255)],
    book: Annotated[list[int], Query(max_length=500)] = [],  # noqa: B006 (FastAPI copies it)
    again: bool = False,
) -> Response:
    """Store the file in the body, and start its comparison."""
    content = await visit.request.body()
    job = await run_in_threadpool(_start_comparison, visit, name, tuple(sorted(set(book))), content, again)
    return JSONResponse({"number": job.number})


def job_values(visit: Visit) -> dict[str, Any]:
    """Return the values of the fragment: the person's comparisons, or all for a person with all places."""
    person, jobs = visit.person, visit.site.office.jobs.jobs(KIND)
    visible = [job for job in jobs if person.places is None or job.author == person.login]
    return {"jobs": visible[:10], "address": "/reconcile/files"}


def _start_comparison(visit: Visit, name: str, books: tuple[int, ...], content: bytes, again: bool) -> Job:
    work, person = visit.site.office.reconcile, visit.person
    if work is None:
        raise ReconcileError(NOT_HERE)
    if not name.isprintable() or not name.lower().endswith(".xlsx"):
        raise ReconcileError("Chỉ nhận tệp Excel có đuôi .xlsx. Hãy mở bằng Excel, lưu lại thành .xlsx.")
    _refuse_other_books(visit, books)
    digest = sha256_and_size((content,))[0]
    earlier = visit.registry.reconciliations().with_file(person, digest)
    if earlier is not None and not again:
        raise ReconcileError(
            f"Tệp này đã được đối soát ở lần {earlier}. Vẫn muốn đối soát lại thì đánh dấu “Đối soát lại tệp đã gửi”."
        )
    path = visit.site.office.folder / f"{secrets.token_hex(8)}.xlsx"
    with storage_errors(visit.site.office.folder):
        write_atomically(path, content, mode=0o600)
    try:
        with _with_sent_name(path, name):
            check_sent_workbook(path)
        return visit.site.office.jobs.start(
            KIND,
            name,
            person.login,
            partial(_compare, work, path, name, books, person),
            partial(visit.registry.note_view, person, "reconcile-asked", f"file:{digest}"),
        )
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _compare(
    work: ReconcileWork,
    path: Path,
    name: str,
    books: tuple[int, ...],
    person: Person,
    on_progress: OnProgress,
) -> JobOutcome:
    try:
        with _with_sent_name(path, name):
            return work(path, name, books, person, on_progress)
    except HotichError as error:
        if isinstance(error, ReconcileError):
            raise
        log_fault(error)  # the message is for administrators: it names files and servers
        raise ReconcileError(FAULT) from None
    finally:
        path.unlink(missing_ok=True)


@contextmanager
def _with_sent_name(path: Path, name: str) -> Iterator[None]:
    """Replace the stored file's name in complaints by the name under which it was sent."""
    try:
        yield
    except ReconcileError as error:
        raise ReconcileError(error.message.replace(path.name, name)) from None


def _refuse_other_books(visit: Visit, books: tuple[int, ...]) -> None:
    """Refuse books that do not exist or that the person may not see."""
    if any(not 0 <= book <= MAX_ROW_ID for book in books):
        raise ReconcileError("Không có quyển sổ ấy. Hãy tải lại trang.")
    states = visit.registry.statistics(visit.person.places).book_states() if books else ()
    if not {state.book_id for state in states} >= set(books):
        raise ReconcileError("Có quyển sổ không thuộc nơi bạn được giao, hoặc không còn. Hãy tải lại trang.")
