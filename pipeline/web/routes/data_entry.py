"""Data entry: the pages of a book, and additions to a page where the machine missed an entry or a field.

The added fields are keyed at the desk like all others.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Path, Query
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from pipeline.base.model import PageKind, PageRef
from pipeline.registry import NotThere
from pipeline.registry.accounts.model import Role
from pipeline.registry.data_entry.adding import MOST_AT_ONCE
from pipeline.registry.data_entry.model import FAILED, UNREAD, AddedEntries, EntryOnPage
from pipeline.web.context import RowId, Visit, VisitDep, page_source
from pipeline.web.desk.shortcuts import DATA_ENTRY, shortcuts_of
from pipeline.web.drawn_regions import MOST_LETTERS, drawn_boxes, share_of

STATE_WORDS = {
    PageKind.ENTRIES: "sự kiện hộ tịch",
    PageKind.COVER: "bìa",
    PageKind.BLANK: "trống",
    PageKind.UNKNOWN: "chưa nhận ra mẫu",
    FAILED: "không đọc được",
    UNREAD: "chưa đọc",
}

CALLS_FOR_ENTRY = frozenset({PageKind.UNKNOWN.value, FAILED})
"""States of pages on which the machine cannot find an entry."""

Sha256 = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
PageNumber = Annotated[int, Path(ge=1, le=999_999)]

router = APIRouter(prefix="/data-entry")


@router.get("")
def show_books(visit: VisitDep) -> Response:
    return visit.page("data-entry/books.html", books=visit.desk.books_of(visit.person))


class ColumnAnswer(BaseModel):
    """A field that was just added to a book: number of entries that received it, and of entries that are in work."""

    added: int = Field(default=0, ge=0)
    at_work: int = Field(default=0, ge=0)
    field: str = Field(default="", max_length=60)


@router.get("/{book_id}")
def show_book(visit: VisitDep, book_id: RowId, done: Annotated[ColumnAnswer, Query()]) -> Response:
    """Show all pages of a book, read or not."""
    return _book(visit, book_id, done)


@router.post("/{book_id}/columns")
def add_column(visit: VisitDep, book_id: RowId, field: Annotated[str, Form(max_length=60)] = "") -> Response:
    with visit.refusing(lambda refused: _book(visit, book_id, refused=refused)):
        added = visit.desk.add_column(visit.person, book_id, field)
    query = f"added={added.entries}&at_work={added.at_work}&field={field}"
    return RedirectResponse(f"/data-entry/{book_id}?{query}", status_code=303)


async def page_ref(scan: Sha256, page_no: PageNumber) -> PageRef:
    """Return the page that an address names by its scan's SHA-256 and its page number."""
    return PageRef(scan, page_no)


RefDep = Annotated[PageRef, Depends(page_ref)]


@router.get("/{book_id}/{scan}/{page_no}")
def show_page(
    visit: VisitDep,
    book_id: RowId,
    ref: RefDep,
    entry: Annotated[int, Query(ge=0)] = 0,
    waiting: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """Show a page with its entries, and a form for additions.

    Args:
        entry: The entry to which a field is added; 0: an entry is added to the page.
        waiting: Number of just added entries that are not leased to the person, who has too many tasks.
    """
    return _page(visit, book_id, ref, entry=entry, waiting=waiting)


class AdditionForm(BaseModel):
    """Additions to a page: ``count`` entries, or with ``entry`` fields of that entry; and the drawn regions."""

    entry: RowId = 0
    count: int = Field(default=1, ge=1, le=MOST_AT_ONCE)
    regions: str = Field(default="", max_length=MOST_LETTERS)
    fields: list[str] = []


@router.post("/{book_id}/{scan}/{page_no}")
def add_to_page(
    visit: VisitDep, book_id: RowId, ref: RefDep, typed: Annotated[AdditionForm, Form()]
) -> Response:
    """Add entries to a page, or fields to an entry; then continue at the desk."""
    entry = typed.entry
    with visit.refusing(lambda refused: _page(visit, book_id, ref, entry=entry, refused=refused)):
        visit.desk.scanned_page(visit.person, book_id, ref)  # checks access before the picture is opened
        drawn = drawn_boxes(visit.site, book_id, ref, typed.regions)
        if entry:
            _check_on_page(visit, book_id, ref, entry)
            added = visit.desk.add_fields(visit.person, entry, typed.fields, drawn[0] if drawn else None)
        else:
            added = visit.desk.add_entries(visit.person, book_id, ref, drawn or [None] * typed.count)
    return _continue_at_desk(book_id, ref, added)


@router.post("/{book_id}/{scan}/{page_no}/discard")
def discard(visit: VisitDep, book_id: RowId, ref: RefDep, entry: Annotated[RowId, Form()] = 0) -> Response:
    """Discard an entry that was added to the page by mistake."""
    with visit.refusing(lambda refused: _page(visit, book_id, ref, refused=refused)):
        _check_on_page(visit, book_id, ref, entry)
        visit.desk.discard_entry(visit.person, entry)
    return RedirectResponse(_address(book_id, ref), status_code=303)


def _address(book_id: int, ref: PageRef) -> str:
    return f"/data-entry/{book_id}/{ref.scan_sha256}/{ref.page_no}"


def _continue_at_desk(book_id: int, ref: PageRef, added: AddedEntries) -> Response:
    if added.leased:
        return RedirectResponse(f"/desk?book={book_id}&task={added.leased[0]}", status_code=303)
    return RedirectResponse(f"{_address(book_id, ref)}?waiting={len(added.entries)}", status_code=303)


def _check_on_page(visit: Visit, book_id: int, ref: PageRef, entry_id: int) -> None:
    """Check that the entry is on the page.

    Raises:
        NotThere: The entry is on another page.
    """
    entries = visit.desk.entries_on_page(visit.person, book_id, ref)
    if entry_id not in {entry.entry_id for entry in entries}:
        raise NotThere("Trang này không có sự kiện ấy. Hãy tải lại trang.")


def _book(visit: Visit, book_id: int, done: ColumnAnswer = ColumnAnswer(), *, refused: str = "") -> Response:
    pages = sorted(
        visit.desk.scanned_pages(visit.person, book_id),
        key=lambda page: page.place.order,
    )
    columns = visit.desk.columns_to_add(visit.person, book_id)
    return visit.page(
        "data-entry/book.html",
        book_id=book_id,
        copies=visit.desk.copies_of_ledger(visit.person, book_id),
        pages=pages,
        wanting=sum(page.state in CALLS_FOR_ENTRY and not page.entries for page in pages),
        calls=CALLS_FOR_ENTRY,
        states=STATE_WORDS,
        columns=columns if visit.person.role is Role.SUPERVISOR else (),
        done=done,
        field=next((spec.label for spec in columns if spec.name == done.field), ""),
        refused=refused,
    )


def _page(
    visit: Visit, book_id: int, ref: PageRef, *, entry: int = 0, waiting: int = 0, refused: str = ""
) -> Response:
    page = visit.desk.scanned_page(visit.person, book_id, ref)
    entries = visit.desk.entries_on_page(visit.person, book_id, ref)
    chosen = next((shown for shown in entries if shown.entry_id == entry), None)
    if entry and chosen is None:
        raise HTTPException(404)
    size = visit.site.work.pictures.size(page_source(visit.site, book_id, ref))
    return visit.page(
        "data-entry/page.html",
        page=page,
        copies=visit.desk.copies_of_ledger(visit.person, book_id),
        place=_address(book_id, ref),
        state=STATE_WORDS[page.state],
        entries=[(item, share_of(item.box, size), _delivered(visit, page.record, item)) for item in entries],
        chosen=chosen,
        fields=visit.desk.fields_to_add(visit.person, entry) if chosen else (),
        may_draw=size is not None,
        most=MOST_AT_ONCE,
        waiting=waiting,
        refused=refused,
        keys=shortcuts_of(DATA_ENTRY),
    )


def _delivered(visit: Visit, record: str, entry: EntryOnPage) -> tuple[str, int]:
    """Return the delivered entry number where it differs, and the number of unconfirmed fields, without any text."""
    layers = visit.registry.delivery_layers(entry.entry_id, visit.site.policies.delivery)
    book = visit.schemas.record(record).book
    number = layers.get(book.number) if book else None
    value = number.delivered.value if number and number.delivered.rule and not number.waits else ""
    return value if value != entry.number else "", sum(field_layers.waits for field_layers in layers.values())
