"""Upload of scans: a file arrives in pieces, each with its SHA-256, and resumes where it stopped.

The scripts of a book's scan page and of the telephone page send the requests; the answers are JSON.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Header, Query
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from pipeline.registry import RegistryPart
from pipeline.registry.tasks.rescans import answer_name
from pipeline.web.context import MAX_ROW_ID, RowId, VisitDep
from pipeline.web.routes.book_list import book_of

DIGEST = r"^[0-9a-f]{64}$"
MOST = 2**53 - 1

UploadId = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]


class BeginRequest(BaseModel):
    """A file to upload; ``original``: the photograph from which a page was cut."""

    name: str = Field(min_length=1, max_length=255)
    size: int = Field(ge=0, le=MOST)
    modified: int = Field(default=0, ge=0, le=MOST)
    ticket: int | None = Field(default=None, ge=0, le=MAX_ROW_ID)
    original: bool = False


class EndRequest(BaseModel):
    """The digest of a completely sent file."""

    sha256: str = Field(pattern=DIGEST)


router = APIRouter(prefix="/uploads")


@router.get("/{book_id}")
def show_uploads(visit: VisitDep, book_id: RowId) -> Response:
    """Return the progress of a book's uploads: counts, and the uploads that a person must look at."""
    book_of(visit, book_id)
    page = visit.site.work.uploads.page_of(book_id)
    flawed = [asdict(upload) for upload in (*page.refused, *page.broken)]
    keys = ("upload_id", "name", "state", "message", "broken", "login", "ticket_id")
    return JSONResponse(
        {
            "stored": page.stored,
            "checking": page.checking,
            "inspected": page.inspected,
            "half": len(page.half),
            "flawed": [{key: upload[key] for key in keys} for upload in flawed],
        }
    )


@router.post("/{book_id}")
def begin(visit: VisitDep, book_id: RowId, request: BeginRequest) -> Response:
    """Begin an upload, or resume a half one."""
    book = book_of(visit, book_id)
    visit.registry.refuse_withdrawn(RegistryPart(book_id))
    if request.ticket is not None:
        visit.desk.open_ticket(visit.person, book_id, request.ticket)
    upload, received = visit.site.work.uploads.begin(
        book_id,
        book.folder_name,
        visit.person.login,
        request.name,
        request.size,
        request.modified,
        request.ticket,
        "" if request.ticket is None else answer_name(request.ticket, ""),
        is_original=request.original,
    )
    return JSONResponse(
        {
            "upload": upload.upload_id,
            "received": received,
            "state": upload.state,
            "piece": visit.site.work.uploads.options.piece_bytes,
        }
    )


@router.post("/{book_id}/{upload_id}")
async def append(
    visit: VisitDep,
    book_id: RowId,
    upload_id: UploadId,
    offset: Annotated[int, Query(ge=0, le=MOST)],
    x_sha256: Annotated[str, Header(pattern=DIGEST)],
) -> Response:
    """Append a piece of bytes, which is the body; only this route takes a body that is neither form nor JSON."""
    piece = await visit.request.body()
    login = visit.person.login
    received = await run_in_threadpool(
        visit.site.work.uploads.append, book_id, upload_id, login, offset, piece, x_sha256
    )
    return JSONResponse({"received": received})


@router.post("/{book_id}/{upload_id}/end")
def end(visit: VisitDep, book_id: RowId, upload_id: UploadId, request: EndRequest) -> Response:
    """Verify the whole upload, and inspect it in the background."""
    book = book_of(visit, book_id)
    upload = visit.site.work.uploads.end(
        book_id, upload_id, visit.person.login, request.sha256, book.folder_name
    )
    visit.registry.note_view(visit.person, "scan-sent", f"book:{book_id}")
    return JSONResponse({"state": upload.state})
