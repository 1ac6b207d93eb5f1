"""The door for scans: a file comes in pieces, each with its SHA-256, and goes on where it stopped.

Scripts of the page of a book's scans, and of a telephone, send the requests; JSON comes back.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from pipeline.registry import RegistryPart
from pipeline.registry.tasks.rescans import answer_name
from pipeline.web.context import MAX_ROW_ID, RowId, SiteDep
from pipeline.web.routes.book_list import book_of
from pipeline.web.security.authentication import SessionDep

DIGEST = r"^[0-9a-f]{64}$"
MOST = 2**53 - 1

UploadId = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]


class BeginRequest(BaseModel):
    """A file that a browser wants to send; ``original``: the photograph from which a page was cut."""

    name: str = Field(min_length=1, max_length=255)
    size: int = Field(ge=0, le=MOST)
    modified: int = Field(default=0, ge=0, le=MOST)
    ticket: int | None = Field(default=None, ge=0, le=MAX_ROW_ID)
    original: bool = False


class EndRequest(BaseModel):
    """What a browser says of a file of which it has sent all."""

    sha256: str = Field(pattern=DIGEST)


router = APIRouter(prefix="/uploads")


@router.get("/{book_id}")
def show_uploads(site: SiteDep, session: SessionDep, book_id: RowId) -> Response:
    """Return how far the uploads of a book are: counts, and those that a person must look at."""
    book_of(site, session.person, book_id)
    page = site.uploads.page_of(book_id)
    looked_at = [asdict(one) for one in (*page.refused, *page.broken)]
    kept = ("upload_id", "name", "state", "message", "broken", "login", "ticket_id")
    return JSONResponse(
        {
            "stored": page.stored,
            "checking": page.checking,
            "half": len(page.half),
            "flawed": [{key: one[key] for key in kept} for one in looked_at],
        }
    )


@router.post("/{book_id}")
def begin(site: SiteDep, session: SessionDep, book_id: RowId, wanted: BeginRequest) -> Response:
    """Begin an upload, or go on with a half one."""
    book = book_of(site, session.person, book_id)
    site.registry.refuse_withdrawn(RegistryPart(book_id))
    if wanted.ticket is not None:
        site.desk.open_ticket(session.person, book_id, wanted.ticket)
    upload, here = site.uploads.begin(
        book_id,
        book.folder_name,
        session.person.login,
        wanted.name,
        wanted.size,
        wanted.modified,
        wanted.ticket,
        "" if wanted.ticket is None else answer_name(wanted.ticket, ""),
        is_original=wanted.original,
    )
    return JSONResponse(
        {
            "upload": upload.upload_id,
            "received": here,
            "state": upload.state,
            "piece": site.uploads.options.piece_bytes,
        }
    )


@router.post("/{book_id}/{upload_id}")
async def append(
    request: Request,
    site: SiteDep,
    session: SessionDep,
    book_id: RowId,
    upload_id: UploadId,
    offset: Annotated[int, Query(ge=0, le=MOST)],
    x_sha256: Annotated[str, Header(pattern=DIGEST)],
) -> Response:
    """Add a piece of bytes, which is the body; only here is a body neither form nor JSON."""
    piece = await request.body()
    login = session.person.login
    here = await run_in_threadpool(site.uploads.append, book_id, upload_id, login, offset, piece, x_sha256)
    return JSONResponse({"received": here})


@router.post("/{book_id}/{upload_id}/end")
def end(
    site: SiteDep, session: SessionDep, book_id: RowId, upload_id: UploadId, said: EndRequest
) -> Response:
    """Prove all of an upload, and look through it behind the answer."""
    book = book_of(site, session.person, book_id)
    upload = site.uploads.end(book_id, upload_id, session.person.login, said.sha256, book.folder_name)
    site.registry.note_view(session.person, "scan-sent", f"book:{book_id}")
    return JSONResponse({"state": upload.state})
