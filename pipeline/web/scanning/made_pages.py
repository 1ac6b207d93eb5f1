"""Pages that are made of another page of a book: turned, or a double page cut in two. The page itself stays stored."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path

from PIL import Image

from pipeline.base.model import PageRef
from pipeline.web.context import Visit

QUALITY = 95
"""JPEG quality of made pages; with full colour resolution nothing of the ink is lost to readers."""

MOST_AT_ONCE = 20
"""Number of pages that a request may turn; each takes about a second."""

Cut = Callable[[Image.Image], Sequence[Image.Image]]
"""Makes pages of a page."""


def turned(degrees: int) -> Cut:
    """Return the cut that turns a page clockwise by a multiple of 90 degrees."""
    quarters = {
        90: Image.Transpose.ROTATE_270,
        180: Image.Transpose.ROTATE_180,
        270: Image.Transpose.ROTATE_90,
    }
    how = quarters.get(degrees % 360)
    return lambda page: (page if how is None else page.transpose(how),)


def halved(share: float) -> Cut:
    """Return the cut that parts a double page at this share of its width, left half first."""

    def parts(page: Image.Image) -> Sequence[Image.Image]:
        middle = round(page.width * share)
        return page.crop((0, 0, middle, page.height)), page.crop((middle, 0, page.width, page.height))

    return parts


def make_pages(
    visit: Visit, book_id: int, folder: str, ref: PageRef, cut: Cut, mark: str, reason: str
) -> None:
    """Let pages made of a page, as the wall shows it, stand in its place.

    Args:
        folder: The folder of the book.
        mark: Part of the names of the made pages.

    Raises:
        RegistryError: People have worked on the page.
        ScanError: The page cannot be decoded.
        SetupError: This server takes no scans.
    """
    visit.desk.check_makes_anew(visit.person, book_id, [ref])
    name, turn = visit.desk.scan_page(visit.person, book_id, ref)
    scanned = visit.site.work.pictures.whole_scan(ref)
    (upright,) = turned(turn)(Image.fromarray(scanned.pixels))
    resolution = {"dpi": (scanned.dpi, scanned.dpi)} if scanned.dpi else {}
    made = []
    for number, part in enumerate(cut(upright), 1):
        into = io.BytesIO()
        part.save(into, "JPEG", quality=QUALITY, subsampling=0, **resolution)
        stored = visit.site.work.uploads.add_made(
            book_id,
            folder,
            visit.person.login,
            f"{Path(name).stem}-t{ref.page_no}-{mark}{number}.jpg",
            into.getvalue(),
        )
        visit.registry.store_scan(book_id, stored.digest, stored.file, stored.size, 1)
        made.append(PageRef(stored.digest, 1))
    visit.desk.take_places(visit.person, book_id, ref, made, reason)
