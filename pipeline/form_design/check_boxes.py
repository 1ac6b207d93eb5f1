"""Check boxes of specimen pages: small hollow squares at the same place on several pages."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.declarations.schema import Rectangle
from pipeline.form_design.specimen import StraightPage
from pipeline.layout.imaging.ink.connected_components import find_components

SIDE = (0.65, 1.9)
"""Smallest and largest side of a box, in letter heights."""

ASPECT = 1.45
"""Largest ratio of the sides."""

HOLLOW = 0.62
"""Largest share of ink in its area, including a tick."""

EDGES = 0.85
"""Smallest share of ink along each of the four edges."""


def find_check_boxes(pages: Sequence[StraightPage]) -> tuple[Rectangle, ...]:
    """Return the boxes as shares of the frame, top to bottom."""
    groups: list[list[tuple[int, Rectangle]]] = []
    for number, page in enumerate(pages):
        for box in _squares(page):
            middle = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
            group = next((candidate for candidate in groups if _holds(candidate[0][1], middle)), None)
            if group is None:
                groups.append([(number, box)])
            else:
                group.append((number, box))
    needed = 1 if len(pages) == 1 else max(2, (len(pages) + 1) // 2)
    boxes = []
    for group in groups:
        if len({number for number, _ in group}) >= needed:
            sides = np.median(np.array([box for _, box in group]), axis=0)
            left, top, right, bottom = (round(float(side), 4) for side in sides)
            boxes.append((left, top, right, bottom))
    return tuple(sorted(boxes, key=lambda box: (box[1], box[0])))


def _holds(box: Rectangle, middle: tuple[float, float]) -> bool:
    return box[0] < middle[0] < box[2] and box[1] < middle[1] < box[3]


def _squares(page: StraightPage) -> list[Rectangle]:
    components = find_components(page.ink)
    boxes = components.boxes.astype(float)
    wide, high = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    least, most = (side * page.letter for side in SIDE)
    chosen = (wide >= least) & (high >= least) & (wide <= most) & (high <= most)
    chosen &= (wide < ASPECT * high) & (high < ASPECT * wide) & (components.area < HOLLOW * wide * high)
    squares = []
    for left, top, right, bottom in components.boxes[chosen].tolist():
        part = page.ink[top:bottom, left:right] > 0
        rim = max(2, round(0.12 * page.letter))
        edges = (part[:rim].any(0), part[-rim:].any(0), part[:, :rim].any(1), part[:, -rim:].any(1))
        inside = part[rim:-rim, rim:-rim]
        if all(edge.mean() >= EDGES for edge in edges) and inside.size and inside.mean() < 0.5:
            squares.append((page.u(left), page.v(top), page.u(right), page.v(bottom)))
    return squares
