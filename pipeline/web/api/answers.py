"""Models of the API's answers, and how an answer or an error is sent."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from fastapi import Request
from pydantic import AliasPath, BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from pipeline.registry.publishing.model import (
    PublishedAmendment,
    PublishedEntry,
    PublishedState,
    PublishedValue,
)
from pipeline.registry.statistics.book_states import BookState

CACHING = "private, no-cache"
"""A client that caches an answer asks before each use whether it is still current."""


class BookCounts(BaseModel):
    """Counts that show how far the work on a book is."""

    model_config = ConfigDict(from_attributes=True)

    scans: int
    pages: int
    read: int
    failed: int
    entries: int
    waiting: int
    rescans: int = Field(validation_alias="tickets")


class BookAnswer(BaseModel):
    """A book and its state.

    ``awaits_declaration``: the form or record of the book is not declared at present, because the office's own file is
    missing or has a flaw; its entries are neither listed nor searched until an administrator has mended the file.
    """

    book_id: int
    record: str
    form: str
    place: str
    place_code: str
    volume: str
    state: str
    awaits_declaration: bool
    counts: BookCounts
    read_at: datetime | None
    delivered_at: datetime | None


class BooksAnswer(BaseModel):
    """Books in ascending order of their ids; ``next``: the address of the next page, null on the last page."""

    books: list[BookAnswer]
    next: str | None


class EntryAnswer(BaseModel):
    """An entry that is not withdrawn."""

    model_config = ConfigDict(from_attributes=True)

    entry_id: int
    book_id: int
    record: str
    title: str
    scan: str
    scan_sha256: str = Field(validation_alias=AliasPath("ref", "scan_sha256"))
    page_no: int = Field(validation_alias=AliasPath("ref", "page_no"))
    row: int
    state: PublishedState
    values: tuple[PublishedValue, ...]
    notes: str | None
    amendments: tuple[PublishedAmendment, ...]


class EntriesAnswer(BaseModel):
    """Entries of a book in the book's order; ``next``: the address of the next page, null on the last page."""

    entries: list[EntryAnswer]
    next: str | None


class PersonAnswer(BaseModel):
    """A person named in an entry; ``name``: null unless the entry is settled."""

    field: str
    label: str
    name: str | None
    matches: bool


class HitAnswer(BaseModel):
    """An entry that matches a search; ``number``, ``registered_on``: null unless the entry is settled."""

    entry_id: int
    book_id: int
    record: str
    title: str
    place: str
    volume: str
    state: PublishedState
    nearness: str | None
    number: str | None
    registered_on: str | None
    people: list[PersonAnswer]


class SearchAnswer(BaseModel):
    """A page of search results; ``next``: the value to send as ``after``, null on the last page.

    ``books_left_out``: number of books in the token's places that were not searched, as they await a declaration.
    """

    request_id: int
    hits: list[HitAnswer]
    narrowed: bool
    books_left_out: int
    next: str | None


class PackageAnswer(BaseModel):
    """The last package of a book; ``withdrawn``: numbers of its entries that were withdrawn afterwards."""

    book_id: int
    made_at: datetime
    manifest_sha256: str
    manifest: dict[str, Any]
    withdrawn: list[str]


class ProblemAnswer(BaseModel):
    """An error (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str


def book_answer(state: BookState, awaiting: Collection[int]) -> BookAnswer:
    """Return a book as the API shows it; ``awaiting``: ids of the books that await a declaration."""
    return BookAnswer(
        book_id=state.book_id,
        record=state.record,
        form=state.form,
        place=state.place,
        place_code=state.place_code,
        volume=state.volume,
        state=state.stage,
        awaits_declaration=state.book_id in awaiting,
        counts=BookCounts.model_validate(state),
        read_at=state.read_at,
        delivered_at=state.delivered_at,
    )


def entry_answer(entry: PublishedEntry) -> EntryAnswer:
    """Return an entry as the API shows it."""
    return EntryAnswer.model_validate(entry)


def tagged(request: Request, answer: BaseModel) -> Response:
    """Return an answer with an entity tag; an empty 304 where the client already has this content."""
    body = answer.model_dump_json().encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": CACHING}
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    if known & {tag, "*"}:
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")


TITLES = {
    400: "Yêu cầu không đúng dạng",
    401: "Cần mã truy cập",
    403: "Không được đọc",
    404: "Không có",
    405: "Không làm được ở đây",
    409: "Chờ tệp khai báo của cơ quan",
    413: "Nội dung quá dài",
    415: "Không nhận nội dung dạng này",
    422: "Tham số không đúng",
    429: "Quá nhiều yêu cầu",
    503: "Tạm thời chưa đọc được",
}


def problem(status: int, detail: str, code: str, headers: Mapping[str, str]) -> Response:
    """Return an error as a problem (RFC 9457).

    Args:
        detail: The advice to the user, in Vietnamese.
        code: The error code for programs; ``""`` where the status alone suffices.
    """
    answer = ProblemAnswer(
        type=f"urn:hotich:{code}" if code else "about:blank",
        title=TITLES.get(status, "Lỗi"),
        status=status,
        detail=detail,
    )
    return JSONResponse(answer.model_dump(), status, dict(headers), media_type="application/problem+json")
