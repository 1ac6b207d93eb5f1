"""The answers of the API: their shapes, and how they are sent: JSON with a tag of its content, or an error in words."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from fastapi import Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import JSONResponse, Response

from pipeline.registry.publishing.model import (
    PublishedAmendment,
    PublishedEntry,
    PublishedState,
    PublishedValue,
)
from pipeline.registry.statistics.book_states import BookState

CACHING = "private, no-cache"
"""Whoever keeps an answer asks before each use whether it still holds."""


class BookCounts(BaseModel):
    """How far a book is."""

    scans: int
    pages: int
    read: int
    failed: int
    entries: int
    waiting: int
    rescans: int


class BookAnswer(BaseModel):
    """A book and where it stands.

    ``awaits_declaration``: its form or kind of register is not declared now, as the office's own file is gone or has a
    flaw; none of its entries is told or found until an administrator has mended the file.
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
    """Books by their numbers; ``next``: the address of those that follow, null where that is all."""

    books: list[BookAnswer]
    next: str | None


class ValueAnswer(BaseModel):
    """A field of an entry; ``value``, ``written``: null unless its state is ``settled``."""

    model_config = ConfigDict(from_attributes=True)

    field: str
    label: str
    column: str
    state: PublishedState
    value: str | None
    written: str | None
    amended: bool


class AmendmentAnswer(BaseModel):
    """An amendment in force; ``old``, ``value``: null unless the entry is settled."""

    model_config = ConfigDict(from_attributes=True)

    field: str
    kind: str
    old: str | None
    value: str | None
    decision_number: str
    decided_on: str
    legal_basis: str
    authority: str
    signed: bool


class EntryAnswer(BaseModel):
    """An entry that stands."""

    entry_id: int
    book_id: int
    record: str
    title: str
    scan: str
    scan_sha256: str
    page_no: int
    row: int
    state: PublishedState
    values: list[ValueAnswer]
    notes: str | None
    amendments: list[AmendmentAnswer]


class EntriesAnswer(BaseModel):
    """Entries of a book in its order; ``next``: the address of those that follow, null where that is all."""

    entries: list[EntryAnswer]
    next: str | None


class PersonAnswer(BaseModel):
    """Somebody whom an entry names; ``name``: null unless the entry is settled."""

    field: str
    label: str
    name: str | None
    matches: bool


class HitAnswer(BaseModel):
    """An entry that a search found; ``number``, ``registered_on``: null unless it is settled."""

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
    """A page of what was found; ``next``: what to send as ``after``, null where that is all.

    ``books_left_out``: how many books of the token's places were not searched, as they await a declaration.
    """

    request_id: int
    hits: list[HitAnswer]
    narrowed: bool
    books_left_out: int
    next: str | None


class PackageAnswer(BaseModel):
    """The last package of a book; ``withdrawn``: numbers of its entries that were withdrawn since."""

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
    """Return a book as the API tells it; ``awaiting``: the books that await a declaration."""
    return BookAnswer(
        book_id=state.book_id,
        record=state.record,
        form=state.form,
        place=state.place,
        place_code=state.place_code,
        volume=state.volume,
        state=state.stage,
        awaits_declaration=state.book_id in awaiting,
        counts=BookCounts(
            scans=state.scans,
            pages=state.pages,
            read=state.read,
            failed=state.failed,
            entries=state.entries,
            waiting=state.waiting,
            rescans=state.tickets,
        ),
        read_at=state.read_at,
        delivered_at=state.delivered_at,
    )


def entry_answer(entry: PublishedEntry) -> EntryAnswer:
    """Return an entry as the API tells it."""
    return EntryAnswer(
        entry_id=entry.entry_id,
        book_id=entry.book_id,
        record=entry.record,
        title=entry.title,
        scan=entry.scan,
        scan_sha256=entry.ref.scan_sha256,
        page_no=entry.ref.page_no,
        row=entry.row,
        state=entry.state,
        values=[_value(one) for one in entry.values],
        notes=entry.notes,
        amendments=[_amendment(one) for one in entry.amendments],
    )


def _value(one: PublishedValue) -> ValueAnswer:
    return ValueAnswer.model_validate(one)


def _amendment(one: PublishedAmendment) -> AmendmentAnswer:
    return AmendmentAnswer.model_validate(one)


def tagged(request: Request, answer: BaseModel) -> Response:
    """Return an answer with a tag of its content; nothing but the tag where the caller has it already."""
    body = answer.model_dump_json().encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": CACHING}
    known = {one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")}
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
        status: The HTTP status.
        detail: What to do, in Vietnamese.
        code: The code by which programs distinguish errors, ``""``: the status alone does.
        headers: Further headers.
    """
    told = ProblemAnswer(
        type=f"urn:hotich:{code}" if code else "about:blank",
        title=TITLES.get(status, "Lỗi"),
        status=status,
        detail=detail,
    )
    return JSONResponse(told.model_dump(), status, dict(headers), media_type="application/problem+json")
