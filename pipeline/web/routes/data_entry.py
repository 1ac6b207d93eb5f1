"""Data entry: the pages of a book, and adding to a page what the machine did not find on it.

What is added is typed at the desk, as all else is.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Path, Query, Request
from starlette.responses import RedirectResponse, Response

from pipeline.base.errors import RegistryError, RegistryUnavailable
from pipeline.base.model import PageKind, PageRef
from pipeline.registry import NotThere
from pipeline.registry.accounts.model import Role, Session
from pipeline.registry.data_entry.adding import MOST_AT_ONCE
from pipeline.registry.data_entry.model import FAILED, UNREAD, AddedEntries, EntryOnPage
from pipeline.registry.tasks.model import NotYours
from pipeline.web.context import RowId, Site, SiteDep, page_source
from pipeline.web.desk.shortcuts import DATA_ENTRY, shortcuts_of
from pipeline.web.drawn_regions import MOST_LETTERS, drawn_boxes, share_of
from pipeline.web.security.authentication import SessionDep

STATE_WORDS = {
    PageKind.ENTRIES: "sự kiện hộ tịch",
    PageKind.COVER: "bìa",
    PageKind.BLANK: "trống",
    PageKind.UNKNOWN: "chưa nhận ra mẫu",
    FAILED: "không đọc được",
    UNREAD: "chưa đọc",
}

CALLS_FOR_ENTRY = frozenset({PageKind.UNKNOWN.value, FAILED})
"""States of pages on which the machine cannot find any entry."""

Sha256 = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
PageNumber = Annotated[int, Path(ge=1, le=999_999)]

router = APIRouter(prefix="/data-entry")


@router.get("")
def show_books(request: Request, site: SiteDep, session: SessionDep) -> Response:
    return site.renderer.render(request, "data-entry/books.html", books=site.desk.books_of(session.person))


@router.get("/{book_id}")
def show_book(
    request: Request,
    site: SiteDep,
    session: SessionDep,
    book_id: RowId,
    added: Annotated[int, Query(ge=0)] = 0,
    at_work: Annotated[int, Query(ge=0)] = 0,
    field: Annotated[str, Query(max_length=60)] = "",
) -> Response:
    """Show all pages of a book, read or not.

    Args:
        request: The request.
        site: The services of the server.
        session: The session of the person who asks.
        book_id: The number of the book.
        added: How many entries just got a field.
        at_work: How many did not, as somebody has them in hand.
        field: That field.
    """
    return _book(request, site, session, book_id, added=added, at_work=at_work, field=field)


@router.post("/{book_id}/columns")
def add_column(
    request: Request,
    site: SiteDep,
    session: SessionDep,
    book_id: RowId,
    field: Annotated[str, Form(max_length=60)] = "",
) -> Response:
    """Add a field to all entries of a book."""
    try:
        came = site.desk.add_column(session.person, book_id, field)
    except (NotThere, NotYours, RegistryUnavailable):
        raise
    except RegistryError as refused:
        return _book(request, site, session, book_id, refused=refused.message)
    told = f"added={came.entries}&at_work={came.at_work}&field={field}"
    return RedirectResponse(f"/data-entry/{book_id}?{told}", status_code=303)


@router.get("/{book_id}/{scan}/{page_no}")
def show_page(
    request: Request,
    site: SiteDep,
    session: SessionDep,
    book_id: RowId,
    scan: Sha256,
    page_no: PageNumber,
    entry: Annotated[int, Query(ge=0)] = 0,
    waiting: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """Show a page with its entries, and a form that adds to it.

    Args:
        request: The request.
        site: The services of the server.
        session: The session of the person who asks.
        book_id: The number of the book.
        scan: The scan by its SHA-256.
        page_no: The page of the scan.
        entry: The entry that a field is to be added to; 0: an entry is to be added to the page.
        waiting: How many entries were added just now that are not in hand, as the person has too many.
    """
    return _page(request, site, session, book_id, PageRef(scan, page_no), entry=entry, waiting=waiting)


@router.post("/{book_id}/{scan}/{page_no}")
def add_to_page(
    request: Request,
    site: SiteDep,
    session: SessionDep,
    book_id: RowId,
    scan: Sha256,
    page_no: PageNumber,
    entry: Annotated[RowId, Form()] = 0,
    count: Annotated[int, Form(ge=1, le=MOST_AT_ONCE)] = 1,
    regions: Annotated[str, Form(max_length=MOST_LETTERS)] = "",
    fields: Annotated[list[str], Form()] = [],  # noqa: B006 (FastAPI copies it)
) -> Response:
    """Add entries to a page, or with ``entry`` fields to that entry; then on to the desk."""
    ref = PageRef(scan, page_no)
    try:
        site.desk.scanned_page(session.person, book_id, ref)  # before its picture is opened
        drawn = drawn_boxes(site, book_id, ref, regions)
        if entry:
            _check_on_page(site, session, book_id, ref, entry)
            region = drawn[0] if drawn else None
            came = site.desk.add_fields(session.person, entry, fields, region)
        else:
            came = site.desk.add_entries(session.person, book_id, ref, drawn or [None] * count)
    except (NotThere, NotYours, RegistryUnavailable):
        raise
    except RegistryError as refused:
        return _page(request, site, session, book_id, ref, entry=entry, refused=refused.message)
    return _on_to_the_desk(book_id, ref, came)


@router.post("/{book_id}/{scan}/{page_no}/discard")
def discard(
    request: Request,
    site: SiteDep,
    session: SessionDep,
    book_id: RowId,
    scan: Sha256,
    page_no: PageNumber,
    entry: Annotated[RowId, Form()] = 0,
) -> Response:
    """Take out an entry that was added to the page by mistake."""
    ref = PageRef(scan, page_no)
    try:
        _check_on_page(site, session, book_id, ref, entry)
        site.desk.discard_entry(session.person, entry)
    except (NotThere, NotYours, RegistryUnavailable):
        raise
    except RegistryError as refused:
        return _page(request, site, session, book_id, ref, refused=refused.message)
    return RedirectResponse(f"/data-entry/{book_id}/{scan}/{page_no}", status_code=303)


def _on_to_the_desk(book_id: int, ref: PageRef, came: AddedEntries) -> Response:
    if came.leased:
        return RedirectResponse(f"/desk?book={book_id}", status_code=303)
    place = f"/data-entry/{book_id}/{ref.scan_sha256}/{ref.page_no}"
    return RedirectResponse(f"{place}?waiting={len(came.entries)}", status_code=303)


def _check_on_page(site: Site, session: Session, book_id: int, ref: PageRef, entry_id: int) -> None:
    """Check that the entry is one of the page.

    Raises:
        NotThere: It is not.
    """
    there = site.desk.entries_on_page(session.person, book_id, ref)
    if entry_id not in {one.entry_id for one in there}:
        raise NotThere("Trang này không có sự kiện ấy. Hãy tải lại trang.")


def _book(
    request: Request,
    site: Site,
    session: Session,
    book_id: int,
    *,
    added: int = 0,
    at_work: int = 0,
    field: str = "",
    refused: str = "",
) -> Response:
    pages = sorted(
        site.desk.scanned_pages(session.person, book_id),
        key=lambda page: page.place.order,
    )
    columns = site.desk.columns_to_add(session.person, book_id)
    return site.renderer.render(
        request,
        "data-entry/book.html",
        status=422 if refused else 200,
        book_id=book_id,
        pages=pages,
        wanting=sum(page.state in CALLS_FOR_ENTRY and not page.entries for page in pages),
        calls=CALLS_FOR_ENTRY,
        states=STATE_WORDS,
        columns=columns if session.person.role is Role.SUPERVISOR else (),
        added=added,
        at_work=at_work,
        field=next((spec.label for spec in columns if spec.name == field), ""),
        field_name=field,
        refused=refused,
    )


def _page(
    request: Request,
    site: Site,
    session: Session,
    book_id: int,
    ref: PageRef,
    *,
    entry: int = 0,
    waiting: int = 0,
    refused: str = "",
) -> Response:
    page = site.desk.scanned_page(session.person, book_id, ref)
    entries = site.desk.entries_on_page(session.person, book_id, ref)
    chosen = next((one for one in entries if one.entry_id == entry), None)
    if entry and chosen is None:
        raise HTTPException(404)
    size = site.pictures.size(page_source(site, book_id, ref))
    return site.renderer.render(
        request,
        "data-entry/page.html",
        status=422 if refused else 200,
        page=page,
        place=f"/data-entry/{book_id}/{ref.scan_sha256}/{ref.page_no}",
        state=STATE_WORDS[page.state],
        entries=[(one, share_of(one.box, size), _delivered(site, page.record, one)) for one in entries],
        chosen=chosen,
        fields=site.desk.fields_to_add(session.person, entry) if chosen else (),
        may_draw=size is not None,
        most=MOST_AT_ONCE,
        waiting=waiting,
        refused=refused,
        keys=shortcuts_of(DATA_ENTRY),
    )


def _delivered(site: Site, record: str, one: EntryOnPage) -> tuple[str, int]:
    """Return what is delivered of the number of an entry, where it is another, and how many fields wait for that.

    Those fields wait for a person to confirm what is delivered. No text of any field is told.
    """
    layers = site.registry.delivery_layers(one.entry_id, site.delivery)
    book = site.schemas.record(record).book
    number = layers.get(book.number) if book else None
    value = number.delivered.value if number and number.delivered.rule and not number.waits else ""
    return value if value != one.number else "", sum(both.waits for both in layers.values())
