"""The pages of a book as they lie beside the page of a task, and its cover."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.base.model import PageKind, PageRef
from pipeline.registry.data_entry.model import BookPageState

REACH = 12
"""Pages before and behind a task's that may be looked at from it."""


def pages_beside(pages: Iterable[BookPageState], ref: PageRef) -> list[dict[str, object]]:
    """Return the pages around one of a book, and its cover: the page found to be one, else its first page.

    ``steps``: how far behind the page of the task a page lies; less than 0: before it.
    """
    ordered = sorted(pages, key=lambda page: page.place.order)
    here = next((at for at, page in enumerate(ordered) if page.ref == ref), None)
    if here is None:
        return []
    cover = next((at for at, page in enumerate(ordered) if page.state == PageKind.COVER), 0)
    near = {*range(here - REACH, here + REACH + 1), cover}
    return [
        {
            "steps": at - here,
            "label": f"{page.scan} trang {page.ref.page_no}",
            "url": f"/pictures/books/{page.book_id}/{page.ref.scan_sha256}/{page.ref.page_no}",
            "cover": at == cover,
        }
        for at, page in enumerate(ordered)
        if at in near
    ]
