"""Regions that a person drew on the picture of a page, as forms submit them."""

from __future__ import annotations

import json

from fastapi import HTTPException

from pipeline.base.errors import RegistryError
from pipeline.base.model import Box, PageRef
from pipeline.web.context import Site, page_source

MOST_LETTERS = 10_000
"""Largest length of a form's regions, in letters."""


def drawn_boxes(site: Site, book_id: int, ref: PageRef, regions: str) -> list[Box]:
    """Return the drawn regions, in pixels of the page as shown.

    Args:
        regions: JSON: left, top, right and bottom of each region as shares of the picture; ``""``: none.

    Raises:
        RegistryError: The picture cannot be opened.
            HTTPException: The text is not a list of regions.
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
    size = site.work.pictures.size(page_source(site, book_id, ref))
    if size is None:
        raise RegistryError(
            "Không mở được ảnh của trang này, nên không ghi được vùng. Hãy thêm mà không vẽ vùng."
        )
    width, height = size
    return [
        Box(left * width, top * height, right * width, bottom * height) for left, top, right, bottom in shares
    ]


def share_of(box: Box | None, size: tuple[int, int] | None) -> tuple[float, ...] | None:
    """Return left, top, width and height of a box in percent of a picture."""
    if box is None or size is None:
        return None
    inside = box.within(*size)
    shares = (inside.left / size[0], inside.top / size[1], inside.width / size[0], inside.height / size[1])
    return tuple(round(100 * share, 2) for share in shares)
