"""Withdrawal and reinstatement of a book, scan, page or entry, and page replacement. Only for supervisors.

The consequences for a part are shown before its withdrawal. After each act the rest of the book is checked again in
the background.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Query
from pydantic import BaseModel, Field
from starlette.background import BackgroundTask
from starlette.responses import RedirectResponse, Response

from pipeline.base.errors import RegistryError
from pipeline.base.model import PageKind, PageRef
from pipeline.registry import NotThere, RegistryPart
from pipeline.registry.withdrawals.model import PART_LABELS, WITHDRAWAL_LABELS, BookPage
from pipeline.web.context import RowId, Visit, VisitDep
from pipeline.web.person_names import PersonNames

PAGE_KIND_WORDS = {
    PageKind.ENTRIES: "sự kiện hộ tịch",
    PageKind.COVER: "bìa",
    PageKind.BLANK: "trống",
    PageKind.UNKNOWN: "chưa nhận ra",
}

MOST_PICTURES = 4
"""Number of page pictures that are shown before a scan is withdrawn."""

PART = re.compile(
    r"book|scan:[0-9a-f]{64}|page:[0-9a-f]{64}:[1-9]\d{0,5}|entry:[0-9a-f]{64}:[1-9]\d{0,5}:\d{1,4}"
)
"""The name of a part of a book in addresses and forms."""

PAGE = re.compile(r"[0-9a-f]{64}:[1-9]\d{0,5}")


def part_named(book_id: int, name: str) -> RegistryPart:
    """Return the part of a book under this name; 404 for anything else."""
    if PART.fullmatch(name) is None:
        raise HTTPException(404)
    words = [*name.split(":")[1:], None, None, None]
    scan, page_no, row = words[:3]
    return RegistryPart(
        book_id, scan, None if page_no is None else int(page_no), None if row is None else int(row)
    )


def page_named(name: str) -> PageRef:
    """Return the page under this name; 404 for anything else."""
    if PAGE.fullmatch(name) is None:
        raise HTTPException(404)
    scan, _, page_no = name.partition(":")
    return PageRef(scan, int(page_no))


def likely_page(pages: Sequence[BookPage], old: PageRef) -> str:
    """Return the name of the last other page with an entry of the same number; ``""``: no such page."""
    numbers = {number for page in pages if page.ref == old for _, number in page.entries if number}
    candidates = [
        page.ref
        for page in pages
        if page.ref != old and not numbers.isdisjoint(number for _, number in page.entries)
    ]
    return f"{candidates[-1].scan_sha256}:{candidates[-1].page_no}" if candidates else ""


router = APIRouter(prefix="/withdrawals")


@router.get("")
def show_withdrawals(visit: VisitDep) -> Response:
    """Show all withdrawals, and the books from which parts can be withdrawn."""
    rows = [row for record in visit.schemas.records for row in visit.registry.book_rows(record)]
    return visit.page(
        "withdrawals.html",
        acts=visit.desk.withdrawals(visit.person),
        books=[row for row in rows if visit.person.may_see(row.place_code)],
        kind_words=WITHDRAWAL_LABELS,
        part_labels=PART_LABELS,
    )


class WithdrawalQuery(BaseModel):
    """Query of a book's withdrawal page.

    Attributes:
        part: The part whose withdrawal is previewed.
        old: The page to be replaced.
        done: The act that was just done.
    """

    part: str = Field(default="", max_length=100)
    old: str = Field(default="", max_length=100)
    done: str = Field(default="", max_length=20)


@router.get("/{book_id}")
def show_book(visit: VisitDep, book_id: RowId, query: Annotated[WithdrawalQuery, Query()]) -> Response:
    return _shown(visit, book_id, query)


@router.post("/{book_id}")
def withdraw(
    visit: VisitDep,
    book_id: RowId,
    part: Annotated[str, Form(max_length=100)] = "",
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    wanted = part_named(book_id, part)
    with visit.refusing(
        lambda refused: _shown(visit, book_id, WithdrawalQuery(part=part), refused=refused, typed=reason)
    ):
        visit.desk.withdraw(visit.person, wanted, reason)
    return _done(visit, book_id, "withdrawn")


@router.post("/{book_id}/undo")
def undo(
    visit: VisitDep,
    book_id: RowId,
    number: Annotated[RowId, Form()] = 0,
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    acts = visit.desk.withdrawals(visit.person, book_id)
    with visit.refusing(lambda refused: _shown(visit, book_id, refused=refused), RegistryError, NotThere):
        if number not in {act.withdrawal_id for act, _, _ in acts}:
            raise RegistryError(f"Sổ này không có thu hồi số {number}. Hãy tải lại trang.")
        visit.desk.reinstate(visit.person, number, reason)
    return _done(visit, book_id, "reinstated")


@router.post("/{book_id}/replace")
def replace(
    visit: VisitDep,
    book_id: RowId,
    old: Annotated[str, Form(max_length=100)] = "",
    new: Annotated[str, Form(max_length=100)] = "",
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    pages = page_named(old), page_named(new)
    with visit.refusing(
        lambda refused: _shown(visit, book_id, WithdrawalQuery(old=old), refused=refused, typed=reason),
        RegistryError,
        NotThere,
    ):
        outcome = visit.desk.replace_page(visit.person, book_id, *pages, reason)
    return _done(visit, book_id, "differing" if outcome.differing else "replaced")


def _pictures_of(
    book_id: int, part: RegistryPart, refs: Sequence[PageRef], failed: Collection[tuple[str, int | None]]
) -> list[tuple[int, str]]:
    """Return number and picture address of the pages in a part; none for a whole book."""
    if part.scan_sha256 is None:
        return []
    if part.page_no is not None:
        refs = [PageRef(part.scan_sha256, part.page_no)]
    return [
        (ref.page_no, f"/pictures/books/{book_id}/{kind}{ref.scan_sha256}/{ref.page_no}")
        for ref in refs
        if ref.scan_sha256 == part.scan_sha256
        for kind in ("failures/" if (ref.scan_sha256, ref.page_no) in failed else "",)
    ]


def _done(visit: Visit, book_id: int, done: str) -> Response:
    check = BackgroundTask(visit.site.work.check, book_id)
    return RedirectResponse(f"/withdrawals/{book_id}?done={done}", status_code=303, background=check)


def _shown(
    visit: Visit,
    book_id: int,
    query: WithdrawalQuery = WithdrawalQuery(),
    *,
    refused: str = "",
    typed: str = "",
) -> Response:
    acts = visit.desk.withdrawals(visit.person, book_id)
    preview = visit.desk.withdrawal_preview(visit.person, part_named(book_id, query.part or "book"))
    pages = visit.desk.pages_of_book(visit.person, book_id)
    failed = {(failure.sha256, failure.page_no) for failure in visit.registry.read_failures(book_id)}
    pictures = _pictures_of(book_id, preview.part, [page.ref for page in pages], failed)
    return visit.page(
        "withdrawal.html",
        book_id=book_id,
        book=preview.book,
        pages=pages,
        acts=acts,
        part=query.part,
        old=query.old,
        likely=likely_page(pages, page_named(query.old)) if query.old else "",
        told=preview,
        pictures=pictures[:MOST_PICTURES],
        more=max(0, len(pictures) - MOST_PICTURES),
        lines=preview.lines(PersonNames(visit.site.accounts.names)),
        what=PART_LABELS[preview.part.kind],
        kind_words=WITHDRAWAL_LABELS,
        part_labels=PART_LABELS,
        page_kinds=PAGE_KIND_WORDS,
        done=query.done,
        refused=refused,
        typed=typed,
    )
