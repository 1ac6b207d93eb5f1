"""The address and the size of a field's picture."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor

from pipeline.model import Box
from pipeline.review.pictures import Pictures, Sheet


@dataclass(frozen=True, slots=True)
class Ink:
    """``url`` of the picture, its (width, height), and the ``box`` on the straight page that it shows the ink of."""

    url: str
    width: int
    height: int
    box: tuple[int, int, int, int]


def ink_of(task_id: int, box: Box, sheet: Sheet, pictures: Pictures) -> Ink:
    """The picture of ``box`` on the page of a task."""
    left, top, right, bottom = whole = whole_pixels(box)
    width, height = pictures.framed(sheet, Box(*whole)).size
    return Ink(f"/pictures/tasks/{task_id}/ink/{left}/{top}/{right}/{bottom}", width, height, whole)


def whole_pixels(box: Box) -> tuple[int, int, int, int]:
    """The box as whole pixels that hold it; an address has no room for fractions, nor for what lies off the page."""
    left, top = max(0, floor(box.left)), max(0, floor(box.top))
    return left, top, max(left + 1, ceil(box.right)), max(top + 1, ceil(box.bottom))
