"""The routes of the API: books, entries, search and packages. A token opens one scope and its own places."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.openapi.utils import get_openapi
from pydantic import ConfigDict, Field
from starlette.responses import JSONResponse, Response

import pipeline
from pipeline.registry.errors import NotThere
from pipeline.registry.publishing.model import PublishedEntry, PublishedState
from pipeline.registry.search.model import SearchHit, SearchReason, SearchRefused
from pipeline.web.api.answers import (
    BookAnswer,
    BooksAnswer,
    EntriesAnswer,
    EntryAnswer,
    HitAnswer,
    PackageAnswer,
    PersonAnswer,
    ProblemAnswer,
    SearchAnswer,
    book_answer,
    entry_answer,
    tagged,
)
from pipeline.web.api.descriptions import describe
from pipeline.web.context import MAX_ROW_ID, RowId, Site, SiteDep
from pipeline.web.package_queue import MANIFEST
from pipeline.web.routes.packages import refuse_without_approval
from pipeline.web.search_texts import SearchTexts, Typed
from pipeline.web.security.bearer import TokenDep

MOST = 100
"""Largest number of books or entries in an answer."""

MOST_MANIFEST = 8 * 1024 * 1024
"""Largest size in bytes of a manifest that is sent."""

PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": ProblemAnswer} for status in (401, 403, 404, 409, 422, 429, 503)
}

router = APIRouter(prefix="/api/v1", responses=PROBLEMS)

Limit = Annotated[int, Query(ge=1, le=MOST, description="Số mục của một trang.")]


@router.get("/books", summary="Danh sách sổ và tình trạng", responses={200: {"model": BooksAnswer}})
def list_books(
    request: Request,
    site: SiteDep,
    token: TokenDep,
    after: Annotated[int, Query(ge=0, le=MAX_ROW_ID)] = 0,
    limit: Limit = 50,
) -> Response:
    """Return the books of the token's places in order of their ids, including books that await a declaration."""
    page = site.publishing.books(token.places, after, limit)
    following = (
        None
        if page.after is None
        else f"{router.prefix}/books?" + urlencode({"after": page.after, "limit": limit})
    )
    awaiting = _awaiting(site)
    answers = [book_answer(state, awaiting) for state in page.books]
    return tagged(request, BooksAnswer(books=answers, next=following))


@router.get("/books/{book_id}", summary="Một quyển sổ", responses={200: {"model": BookAnswer}})
def show_book(request: Request, site: SiteDep, token: TokenDep, book_id: RowId) -> Response:
    """Return a book and its state."""
    return tagged(request, book_answer(site.publishing.book(token.places, book_id), _awaiting(site)))


def _awaiting(site: Site) -> frozenset[int]:
    """Return the ids of the books whose form or record is not declared at present."""
    return frozenset(book.id for book in site.registry.undeclared_books())


@router.get(
    "/books/{book_id}/entries", summary="Các sự kiện của một sổ", responses={200: {"model": EntriesAnswer}}
)
def list_entries(
    request: Request,
    site: SiteDep,
    token: TokenDep,
    book_id: RowId,
    after: Annotated[str, Query(max_length=40)] = "",
    limit: Limit = 50,
) -> Response:
    """Return the valid entries of a book in its order; 409 where the book awaits a declaration."""
    policies = site.policies.delivery, site.policies.approval
    page = site.publishing.entries(token.places, book_id, after, limit, *policies)
    following = f"{router.prefix}/books/{book_id}/entries?" + urlencode({"after": page.after, "limit": limit})
    answer = EntriesAnswer(
        entries=[entry_answer(entry) for entry in page.entries], next=following if page.after else None
    )
    return tagged(request, answer)


@router.get("/entries/{entry_id}", summary="Một sự kiện", responses={200: {"model": EntryAnswer}})
def show_entry(request: Request, site: SiteDep, token: TokenDep, entry_id: RowId) -> Response:
    """Return an entry; 409 where its book awaits a declaration."""
    policies = site.policies.delivery, site.policies.approval
    return tagged(request, entry_answer(site.publishing.entry(token.places, entry_id, *policies)))


@router.get(
    "/books/{book_id}/package",
    summary="Bản kê của gói dữ liệu bàn giao sau cùng",
    responses={200: {"model": PackageAnswer}},
)
def show_package(request: Request, site: SiteDep, token: TokenDep, book_id: RowId) -> Response:
    """Return the manifest of the last package of a book."""
    site.publishing.book(token.places, book_id)
    path = site.work.packages.file(book_id, MANIFEST)
    made_at = site.work.packages.state(book_id).made_at
    if path is None or made_at is None or path.stat().st_size > MOST_MANIFEST:
        raise NotThere("Sổ này chưa có gói dữ liệu bàn giao. Hãy xuất gói rồi đọc lại.")
    refuse_without_approval(site, token.person, book_id)
    content = path.read_bytes()
    withdrawn = site.registry.withdrawn_deliveries(book_id)
    answer = PackageAnswer(
        book_id=book_id,
        made_at=made_at,
        manifest_sha256=hashlib.sha256(content).hexdigest(),
        manifest=json.loads(content),
        withdrawn=[delivery.number for delivery in withdrawn],
    )
    return tagged(request, answer)


class SearchQuestion(SearchTexts):
    """The search criteria and the purpose. Names travel in the body, because addresses are written into logs."""

    model_config = ConfigDict(extra="forbid")

    purpose: Typed
    reason: Typed
    parents: Annotated[tuple[Typed, ...], Field(max_length=2)] = ()
    year_from: Annotated[int, Field(ge=0, le=9999)] | None = None
    year_to: Annotated[int, Field(ge=0, le=9999)] | None = None
    after: Annotated[str, Field(max_length=40)] = ""


@router.post("/search", summary="Tra cứu sự kiện", responses={200: {"model": SearchAnswer}})
def search(site: SiteDep, token: TokenDep, question: SearchQuestion) -> Response:
    """Search entries under the same rules as people: with a purpose and a reason, recorded in the audit."""
    if question.record and question.record not in site.schemas.records:
        raise SearchRefused("Không có loại sự kiện ấy. Hãy xem tài liệu của API.")
    reason = SearchReason(question.purpose, question.reason)
    criteria = question.criteria_with(question.parents, question.year_from, question.year_to)
    result = site.registry.search(token.person, criteria, reason, after=question.after, now=site.now)
    published = site.publishing.entries_among(
        token.places, [hit.entry_id for hit in result.hits], site.policies.delivery, site.policies.approval
    )
    answer = SearchAnswer(
        request_id=result.request_id,
        hits=[_hit(site, hit, published[hit.entry_id]) for hit in result.hits if hit.entry_id in published],
        narrowed=result.narrowed,
        books_left_out=sum(
            token.person.may_see(book.place_code) for book in site.registry.undeclared_books()
        ),
        next=result.cursor or None,
    )
    return Response(answer.model_dump_json(), media_type="application/json")


def _hit(site: Site, hit: SearchHit, entry: PublishedEntry) -> HitAnswer:
    """Return a hit with the values of its published entry; a field without a value there is null."""
    values = {value.field: value.value for value in entry.values if entry.state is PublishedState.SETTLED}
    spec = site.schemas.record(hit.record).book
    return HitAnswer(
        entry_id=hit.entry_id,
        book_id=hit.book_id,
        record=hit.record,
        title=hit.title,
        place=hit.place,
        volume=hit.volume,
        state=entry.state,
        nearness=None if hit.nearness is None else hit.nearness.value,
        number=None if spec is None else values.get(spec.number),
        registered_on=None if spec is None else values.get(spec.registered_on),
        people=[
            PersonAnswer(
                field=person.field, label=person.label, name=values.get(person.field), matches=person.matches
            )
            for person in hit.people
        ],
    )


@router.get("/openapi.json", include_in_schema=False)
def show_openapi() -> Response:
    """Return the description of this API."""
    return JSONResponse(_openapi())


@cache
def _openapi() -> dict[str, Any]:
    document = get_openapi(
        title="hotich",
        version=pipeline.__version__,
        summary="Đọc sổ hộ tịch đã số hóa; chỉ đọc.",
        routes=router.routes,
    )
    describe(document, router.prefix)
    document.setdefault("components", {})["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    document["security"] = [{"token": []}]
    return document
