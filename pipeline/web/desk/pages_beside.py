"""The pages around the page of a task, and the cover of its book."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.base.model import PageKind, PageRef
from pipeline.registry.data_entry.model import BookPageState

REACH = 12
"""Number of pages before and after the task's page that may be opened."""


def pages_beside(pages: Iterable[BookPageState], ref: PageRef) -> list[dict[str, object]]:
    """Return the pages around ``ref`` and the cover of the book: the page recognized as cover, else the first page.

    ``steps``: distance from the page of the task; negative before it.
    """
    ordered = sorted(pages, key=lambda page: page.place.order)
    position = next((index for index, page in enumerate(ordered) if page.ref == ref), None)
    if position is None:
        return []
    cover = next((index for index, page in enumerate(ordered) if page.state == PageKind.COVER), 0)
    near = {*range(position - REACH, position + REACH + 1), cover}
    return [
        {
            "steps": index - position,
            "label": f"{page.scan} trang {page.ref.page_no}",
            "url": f"/pictures/books/{page.book_id}/{page.ref.scan_sha256}/{page.ref.page_no}",
            "cover": index == cover,
        }
        for index, page in enumerate(ordered)
        if index in near
    ]
