"""Regions that a person drew on the picture of a page, as forms send them."""

from __future__ import annotations

import json

from fastapi import HTTPException

from pipeline.base.errors import RegistryError
from pipeline.base.model import Box, PageRef
from pipeline.web.context import Site, page_source

MOST_LETTERS = 10_000
"""Letters that the regions of a form take at most."""


def drawn_boxes(site: Site, book_id: int, ref: PageRef, regions: str) -> list[Box]:
    """Return the regions that a person drew, in pixels of the page as it is shown.

    Args:
        site: The services of the server.
        book_id: The book.
        ref: The page.
        regions: Left, top, right and bottom of each, as shares of the picture, in JSON; ``""``: none.

    Raises:
        RegistryError: The picture cannot be opened.
        HTTPException: They are no regions.
    """
    if not regions:
        return []
    try:
        shares = [[float(side) for side in sides] for sides in json.loads(regions)]
    except (ValueError, TypeError, OverflowError, RecursionError):
        raise HTTPException(422) from None
    if not all(
        len(sides) == 4 and 0 <= sides[0] < sides[2] <= 1 and 0 <= sides[1] < sides[3] <= 1
        for sides in shares
    ):
        raise HTTPException(422)
    if not shares:
        return []
    size = site.pictures.size(page_source(site, book_id, ref))
    if size is None:
        raise RegistryError(
            "Không mở được ảnh của trang này, nên không ghi được vùng. Hãy thêm mà không vẽ vùng."
        )
    width, height = size
    return [
        Box(left * width, top * height, right * width, bottom * height) for left, top, right, bottom in shares
    ]


def share_of(box: Box | None, size: tuple[int, int] | None) -> tuple[float, ...] | None:
    """Return where a box stands on a picture: left, top, width and height in hundredths of it."""
    if box is None or size is None:
        return None
    inside = box.within(*size)
    shares = (inside.left / size[0], inside.top / size[1], inside.width / size[0], inside.height / size[1])
    return tuple(round(100 * share, 2) for share in shares)
