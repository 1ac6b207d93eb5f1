"""Boxes and their corners, and the part of a picture in a box."""

from __future__ import annotations

import numpy as np

from pipeline.base.model import Box, Matrix, PageImage

UNIT_SQUARE: Matrix = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], float)
"""The corners (4, 2) of the unit square, clockwise from the top left."""


def bounding_box(points: Matrix) -> Box:
    """Return the bounding box of points (n, 2)."""
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    return Box(float(left), float(top), float(right), float(bottom))


def box_corners(box: Box) -> Matrix:
    """Return the corners (4, 2) of a box, clockwise from its top left."""
    return np.array(
        [(box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom)], float
    )


def crop_page(page: PageImage, box: Box) -> tuple[PageImage, Matrix]:
    """Return the part of a picture in a box, and the matrix (3, 3) from the picture to the part."""
    seen = box.within(page.pixels.shape[1], page.pixels.shape[0])
    left, top, right, bottom = (round(n) for n in (seen.left, seen.top, seen.right, seen.bottom))
    pixels = np.ascontiguousarray(page.pixels[top:bottom, left:right])
    return PageImage(page.ref, pixels, page.dpi), np.array([[1, 0, -left], [0, 1, -top], [0, 0, 1.0]])
