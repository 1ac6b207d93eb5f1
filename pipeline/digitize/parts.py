"""Parts of a picture: the box around some corners, and what lies in it, cut out."""

from __future__ import annotations

import numpy as np

from pipeline.model import Box, Matrix, PageImage


def around(corners: Matrix) -> Box:
    """The box around points (n, 2)."""
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    return Box(float(left), float(top), float(right), float(bottom))


def corners_of(box: Box) -> Matrix:
    """The corners (4, 2) of a box, from its top left clockwise."""
    return np.array(
        [(box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom)]
    )


def cut_out(page: PageImage, place: Box) -> tuple[PageImage, Matrix]:
    """A part of the picture, and the matrix (3, 3) from the picture to it."""
    seen = place.within(page.pixels.shape[1], page.pixels.shape[0])
    left, top, right, bottom = (round(n) for n in (seen.left, seen.top, seen.right, seen.bottom))
    pixels = np.ascontiguousarray(page.pixels[top:bottom, left:right])
    return PageImage(page.ref, pixels, page.dpi), np.array([[1, 0, -left], [0, 1, -top], [0, 0, 1.0]])
