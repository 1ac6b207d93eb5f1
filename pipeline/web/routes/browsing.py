"""Looking through a book: its entries, and its pages one after the other. Only for supervisors."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from pipeline.base.model import PageRef
from pipeline.base.stages import STAGE_LABELS
from pipeline.registry import NotThere
from pipeline.registry.data_entry.model import BookPageState
from pipeline.web.context import RowId, SiteDep
from pipeline.web.routes.book_list import book_of
from pipeline.web.routes.data_entry import STATE_WORDS, PageNumber, Sha256
from pipeline.web.security.authentication import SessionDep
from pipeline.web.supervising.entry_list import EntryFilter, entry_list

router = APIRouter(prefix="/books")


@router.get("/{book_id}/entries")
def show_entries(
    request: Request,
    site: SiteDep,
    session: SessionDep,
    book_id: RowId,
    state: Annotated[str, Query(max_length=20)] = "",
    number: Annotated[str, Query(max_length=40)] = "",
    sheet: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """Show the entries of a book.

    Args:
        request: The request.
        site: The services of the server.
        session: The session of the person who asks.
        book_id: The number of the book.
        state: What the list is narrowed to, as in ``EntryState``.
        number: The number of an entry that is looked for.
        sheet: Which page of the list.
    """
    entries = site.desk.entries_of_book(session.person, book_id)
    book = book_of(site, session.person, book_id)
    narrowed = EntryFilter(state, number, sheet)
    clear = site.desk.clear_book(session.person, book_id)
    return site.renderer.render(
        request,
        "supervising/entries.html",
        book=book,
        title=site.schemas.record(book.record).title,
        listed=entry_list(entries, narrowed),
        narrowed=narrowed,
        clear=clear.counts,
        clear_of=Counter(one.entry_id for one in clear.fields),
        stage_labels=STAGE_LABELS,
    )


@router.get("/{book_id}/pages/{scan}/{page_no}")
def show_page(
    request: Request, site: SiteDep, session: SessionDep, book_id: RowId, scan: Sha256, page_no: PageNumber
) -> Response:
    """Show a page of a book, read or not, with its entries and the ways to the pages before and after it."""
    pages = sorted(
        site.desk.scanned_pages(session.person, book_id),
        key=lambda page: (page.place.order, page.ref.scan_sha256),
    )
    at = next((place for place, one in enumerate(pages) if one.ref == PageRef(scan, page_no)), None)
    if at is None:
        raise NotThere("Sổ này không có trang ấy, hoặc trang đã được thu hồi. Hãy tải lại danh sách.")
    entries = site.desk.entries_of_book(session.person, book_id)
    book = book_of(site, session.person, book_id)
    return site.renderer.render(
        request,
        "supervising/page.html",
        book=book,
        title=site.schemas.record(book.record).title,
        page=pages[at],
        state=STATE_WORDS[pages[at].state],
        at=at + 1,
        of=len(pages),
        first=_address(pages[0]),
        before=_address(pages[at - 1]) if at else "",
        after=_address(pages[at + 1]) if at + 1 < len(pages) else "",
        last=_address(pages[-1]),
        entries=[one for one in entries if one.ref == pages[at].ref],
        stage_labels=STAGE_LABELS,
    )


def _address(page: BookPageState) -> str:
    return f"/books/{page.book_id}/pages/{page.ref.scan_sha256}/{page.ref.page_no}"
