"""The pages of a book as they lie beside the page of a task, and its cover."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from pipeline.base.model import PageKind, PageRef
from pipeline.registry.data_entry.model import BookPageState

REACH = 12
"""Pages before and behind a task's that may be looked at from it."""


@dataclass(frozen=True, slots=True)
class PageBeside:
    """A page of a book that may be looked at from a task.

    Attributes:
        steps: How far behind the page of the task it lies; less than 0: before it.
        label: What people call it.
        url: Where its picture is.
        cover: Whether it is the cover of the book.
    """

    steps: int
    label: str
    url: str
    cover: bool


def pages_beside(pages: Iterable[BookPageState], ref: PageRef) -> list[dict[str, object]]:
    """Return the pages around one of a book, and its cover: the page found to be one, else its first page."""
    ordered = sorted(pages, key=lambda page: page.place.order)
    here = next((at for at, page in enumerate(ordered) if page.ref == ref), None)
    if here is None:
        return []
    cover = next((at for at, page in enumerate(ordered) if page.state == PageKind.COVER), 0)
    near = {*range(max(0, here - REACH), min(len(ordered), here + REACH + 1)), cover}
    return [
        asdict(
            PageBeside(
                at - here,
                f"{ordered[at].scan} trang {ordered[at].ref.page_no}",
                f"/pictures/books/{ordered[at].book_id}/{ordered[at].ref.scan_sha256}/{ordered[at].ref.page_no}",
                at == cover,
            )
        )
        for at in sorted(near)
    ]
