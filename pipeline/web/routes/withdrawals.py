"""Withdrawing a book, a scan, a page or an entry, putting it back, and replacing a page. Only for supervisors.

What hangs on a part is shown before it is withdrawn. The rest of the books is checked anew after every act, behind the
answer.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Query, Request
from starlette.background import BackgroundTask
from starlette.responses import RedirectResponse, Response

from pipeline.base.errors import RegistryError, RegistryUnavailable
from pipeline.base.model import PageKind, PageRef
from pipeline.registry import RegistryPart
from pipeline.registry.accounts.model import Session
from pipeline.registry.tasks.model import NotYours
from pipeline.registry.withdrawals.model import PART_LABELS, WITHDRAWAL_LABELS, BookPage
from pipeline.web.context import RowId, Site, SiteDep
from pipeline.web.person_names import PersonNames
from pipeline.web.security.authentication import SessionDep

PAGE_KIND_WORDS = {
    PageKind.ENTRIES: "sự kiện hộ tịch",
    PageKind.COVER: "bìa",
    PageKind.BLANK: "trống",
    PageKind.UNKNOWN: "chưa nhận ra",
}

MOST_PICTURES = 4
"""Pictures of the pages of a scan that are shown before it is withdrawn."""

PART = re.compile(
    r"book|scan:[0-9a-f]{64}|page:[0-9a-f]{64}:[1-9]\d{0,5}|entry:[0-9a-f]{64}:[1-9]\d{0,5}:\d{1,4}"
)
"""A part of a book as addresses and forms name it."""

PAGE = re.compile(r"[0-9a-f]{64}:[1-9]\d{0,5}")


def part_named(book_id: int, name: str) -> RegistryPart:
    """Return the part of a book that an address or a form names; 404 for anything else."""
    if PART.fullmatch(name) is None:
        raise HTTPException(404)
    words = [*name.split(":")[1:], None, None, None]
    scan, page_no, row = words[:3]
    return RegistryPart(
        book_id, scan, None if page_no is None else int(page_no), None if row is None else int(row)
    )


def page_named(name: str) -> PageRef:
    """Return the page that a form names; 404 for anything else."""
    if PAGE.fullmatch(name) is None:
        raise HTTPException(404)
    scan, _, page_no = name.partition(":")
    return PageRef(scan, int(page_no))


def likely_page(pages: Sequence[BookPage], old: PageRef) -> str:
    """Return the last other page that holds an entry of the same number, as a form names it; ``""``: there is none."""
    numbers = {number for page in pages if page.ref == old for _, number in page.entries if number}
    found = [
        page.ref
        for page in pages
        if page.ref != old and not numbers.isdisjoint(number for _, number in page.entries)
    ]
    return f"{found[-1].scan_sha256}:{found[-1].page_no}" if found else ""


router = APIRouter(prefix="/withdrawals")


@router.get("")
def show_withdrawals(request: Request, site: SiteDep, session: SessionDep) -> Response:
    """Show what is withdrawn, and the books of which something can be."""
    rows = [row for record in site.schemas.records for row in site.registry.book_rows(record)]
    return site.renderer.render(
        request,
        "withdrawals.html",
        acts=site.desk.withdrawals(session.person),
        books=[row for row in rows if session.person.may_see(row.place_code)],
        kind_words=WITHDRAWAL_LABELS,
        part_labels=PART_LABELS,
    )


@router.get("/{book_id}")
def show_book(
    request: Request,
    site: SiteDep,
    session: SessionDep,
    book_id: RowId,
    part: Annotated[str, Query(max_length=100)] = "",
    old: Annotated[str, Query(max_length=100)] = "",
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Show the pages of a book and what was withdrawn of it.

    Args:
        request: The request.
        site: The services of the server.
        session: The session of the person who asks.
        book_id: The number of the book.
        part: What is to be withdrawn, to be looked at first.
        old: The page that another one is to take the place of.
        done: What was done just now.
    """
    return _shown(request, site, session, book_id, part, old, done=done)


@router.post("/{book_id}")
def withdraw(
    request: Request,
    site: SiteDep,
    session: SessionDep,
    book_id: RowId,
    part: Annotated[str, Form(max_length=100)] = "",
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    wanted = part_named(book_id, part)
    try:
        site.desk.withdraw(session.person, wanted, reason)
    except (NotYours, RegistryUnavailable):
        raise
    except RegistryError as refused:
        return _shown(request, site, session, book_id, part, refused=refused.message, typed=reason)
    return _done(site, book_id, "withdrawn")


@router.post("/{book_id}/undo")
def undo(
    request: Request,
    site: SiteDep,
    session: SessionDep,
    book_id: RowId,
    number: Annotated[RowId, Form()] = 0,
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    acts = site.desk.withdrawals(session.person, book_id)
    try:
        if number not in {act.withdrawal_id for act, _, _ in acts}:
            raise RegistryError(f"Sổ này không có thu hồi số {number}. Hãy tải lại trang.")
        site.desk.reinstate(session.person, number, reason)
    except (NotYours, RegistryUnavailable):
        raise
    except RegistryError as refused:
        return _shown(request, site, session, book_id, refused=refused.message)
    return _done(site, book_id, "reinstated")


@router.post("/{book_id}/replace")
def replace(
    request: Request,
    site: SiteDep,
    session: SessionDep,
    book_id: RowId,
    old: Annotated[str, Form(max_length=100)] = "",
    new: Annotated[str, Form(max_length=100)] = "",
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    pages = page_named(old), page_named(new)
    try:
        outcome = site.desk.replace_page(session.person, book_id, *pages, reason)
    except (NotYours, RegistryUnavailable):
        raise
    except RegistryError as refused:
        return _shown(request, site, session, book_id, old=old, refused=refused.message, typed=reason)
    return _done(site, book_id, "differing" if outcome.differing else "replaced")


def _pictures_of(
    book_id: int, part: RegistryPart, refs: Sequence[PageRef], failed: Collection[tuple[str, int | None]]
) -> list[tuple[int, str]]:
    """Return number and picture of the pages that a part would take out; of a book none."""
    if part.scan_sha256 is None:
        return []
    if part.page_no is not None:
        refs = [PageRef(part.scan_sha256, part.page_no)]
    return [
        (one.page_no, f"/pictures/books/{book_id}/{kind}{one.scan_sha256}/{one.page_no}")
        for one in refs
        if one.scan_sha256 == part.scan_sha256
        for kind in ("failures/" if (one.scan_sha256, one.page_no) in failed else "",)
    ]


def _done(site: Site, book_id: int, done: str) -> Response:
    check = BackgroundTask(site.check, book_id)
    return RedirectResponse(f"/withdrawals/{book_id}?done={done}", status_code=303, background=check)


def _shown(
    request: Request,
    site: Site,
    session: Session,
    book_id: int,
    part: str = "",
    old: str = "",
    *,
    done: str = "",
    refused: str = "",
    typed: str = "",
) -> Response:
    acts = site.desk.withdrawals(session.person, book_id)
    told = site.desk.withdrawal_preview(session.person, part_named(book_id, part or "book"))
    pages = site.desk.pages_of_book(session.person, book_id)
    failed = {(one.sha256, one.page_no) for one in site.registry.read_failures(book_id)}
    pictures = _pictures_of(book_id, told.part, [one.ref for one in pages], failed)
    return site.renderer.render(
        request,
        "withdrawal.html",
        status=422 if refused else 200,
        book_id=book_id,
        book=told.book,
        pages=pages,
        acts=acts,
        part=part,
        old=old,
        likely=likely_page(pages, page_named(old)) if old else "",
        told=told,
        pictures=pictures[:MOST_PICTURES],
        more=max(0, len(pictures) - MOST_PICTURES),
        lines=told.lines(PersonNames(site.accounts.names)),
        what=PART_LABELS[told.part.kind],
        kind_words=WITHDRAWAL_LABELS,
        part_labels=PART_LABELS,
        page_kinds=PAGE_KIND_WORDS,
        done=done,
        refused=refused,
        typed=typed,
    )
