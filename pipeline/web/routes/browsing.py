"""Looking through a book: its entries, and its pages in order. Only for supervisors."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from pipeline.base.stages import STAGE_LABELS
from pipeline.registry import NotThere
from pipeline.registry.data_entry.model import BookPageState
from pipeline.web.context import RowId, VisitDep
from pipeline.web.routes.book_list import book_of
from pipeline.web.routes.data_entry import STATE_WORDS, RefDep
from pipeline.web.supervising.entry_list import ENTRY_ORDER_LABELS, EntryFilter, entry_list

router = APIRouter(prefix="/books")


@router.get("/{book_id}/entries")
def show_entries(visit: VisitDep, book_id: RowId, narrowed: Annotated[EntryFilter, Query()]) -> Response:
    entries = visit.desk.entries_of_book(visit.person, book_id)
    book = book_of(visit, book_id)
    clear = visit.desk.clear_book(visit.person, book_id)
    return visit.page(
        "supervising/entries.html",
        book=book,
        title=visit.schemas.record(book.record).title,
        listed=entry_list(entries, narrowed),
        narrowed=narrowed,
        orders=ENTRY_ORDER_LABELS,
        clear=clear.counts,
        clear_of=Counter(field.entry_id for field in clear.fields),
        stage_labels=STAGE_LABELS,
    )


@router.get("/{book_id}/pages/{scan}/{page_no}")
def show_page(visit: VisitDep, book_id: RowId, ref: RefDep) -> Response:
    """Show a page of a book, read or not, with its entries and links to the pages before and after."""
    pages = sorted(
        visit.desk.scanned_pages(visit.person, book_id),
        key=lambda page: (page.place.order, page.ref.scan_sha256),
    )
    position = next((index for index, page in enumerate(pages) if page.ref == ref), None)
    if position is None:
        raise NotThere("Sổ này không có trang ấy, hoặc trang đã được thu hồi. Hãy tải lại danh sách.")
    entries = visit.desk.entries_of_book(visit.person, book_id)
    book = book_of(visit, book_id)
    return visit.page(
        "supervising/page.html",
        book=book,
        title=visit.schemas.record(book.record).title,
        page=pages[position],
        state=STATE_WORDS[pages[position].state],
        at=position + 1,
        of=len(pages),
        first=_address(pages[0]),
        before=_address(pages[position - 1]) if position else "",
        after=_address(pages[position + 1]) if position + 1 < len(pages) else "",
        last=_address(pages[-1]),
        entries=[entry for entry in entries if entry.ref == pages[position].ref],
        stage_labels=STAGE_LABELS,
    )


def _address(page: BookPageState) -> str:
    return f"/books/{page.book_id}/pages/{page.ref.scan_sha256}/{page.ref.page_no}"
