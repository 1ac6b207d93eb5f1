"""Where things lie on a page of a PDF: its visible part, its turn, and the matrices pictures are placed with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pikepdf

from pipeline.intake.rgb import Turn
from pipeline.model import Box

Affine = tuple[float, float, float, float, float, float]
IDENTITY: Affine = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
EVERYWHERE = Box(-1e9, -1e9, 1e9, 1e9)
_POINTS_AN_INCH = 72


def visible_box(page: pikepdf.Page) -> Box:
    """The part of the page that is shown, in its own units, y up: ``top`` is the lower edge."""
    media, crop = _box(page.mediabox), _box(page.cropbox)
    shown = media.intersection(crop)
    return shown if shown.area > 0 else media


def quarter_turns(page: pikepdf.Page) -> int:
    """Clockwise quarter turns (0..3) that the page asks to be shown with."""
    rotate = page.obj.get("/Rotate", 0)
    degrees = rotate if isinstance(rotate, int) else 0
    return degrees // 90 % 4 if degrees % 90 == 0 else 0


def unit_inches(page: pikepdf.Page) -> float:
    """Inches of one unit of the page."""
    unit = float(page.obj.get("/UserUnit", 1))
    return (unit if unit > 0 else 1.0) / _POINTS_AN_INCH


def turn_of(matrix: Affine, quarters: int) -> Turn:
    """How pixels placed by ``matrix`` must be turned: from where their right and down point on the screen (y down)."""
    a, b, c, d, _, _ = matrix
    right, down = (a, -b), (-c, d)
    for _quarter in range(quarters):
        right, down = (-right[1], right[0]), (-down[1], down[0])
    if abs(right[0]) >= abs(right[1]):
        return Turn(flip_x=right[0] < 0, flip_y=down[1] < 0)
    return Turn(transposed=True, flip_x=right[1] < 0, flip_y=down[0] < 0)


def is_axis_aligned(matrix: Affine) -> bool:
    """Whether the matrix keeps to quarter turns and flips, and does not flatten."""
    a, b, c, d, _, _ = matrix
    size = max(abs(a), abs(b), abs(c), abs(d))
    straight = max(abs(b), abs(c)) <= 1e-3 * size and min(abs(a), abs(d)) > 0
    turned = max(abs(a), abs(d)) <= 1e-3 * size and min(abs(b), abs(c)) > 0
    return straight or turned


def product(first: Sequence[float], then: Affine) -> Affine:
    """The matrix that does ``first`` and ``then`` the other, as ``cm`` multiplies (PDF 1.7, 8.3.4)."""
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u


def placed_rectangle(x: float, y: float, width: float, height: float, matrix: Affine) -> Box | None:
    """Where a rectangle comes to lie; ``None`` when the matrix makes it no upright rectangle."""
    if not is_axis_aligned(matrix):
        return None
    a, b, c, d, e, f = matrix
    (x0, y0), (x1, y1) = (
        (a * u + c * v + e, b * u + d * v + f) for u, v in ((x, y), (x + width, y + height))
    )
    return Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))


def contains(outer: Box, inner: Box) -> bool:
    """Whether no part of ``inner`` lies outside."""
    return outer.union(inner) == outer


def numbers(operands: Sequence[Any], count: int) -> Sequence[float]:
    """Operands as floats; ``ValueError`` when there are not ``count`` of them."""
    values = [float(value) for value in operands]
    if len(values) != count:
        raise ValueError(f"{count} numbers expected")
    return values


def _box(corners: pikepdf.Object) -> Box:
    x0, y0, x1, y1 = (float(value) for value in corners)
    return Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
