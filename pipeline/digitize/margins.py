"""The margin around the dark ink of a line, and where it ends."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.model import Box

BELOW = 0.24
"""The share of a label's box that lies below the line its print stands on."""


def with_margin(ink: Box, labels: Sequence[Box], margin: float) -> Box:
    """The box of a line's ink with the soft edges of its strokes: ``margin`` wider on every side, but into the print of
    a label no further than the ink reaches itself."""
    whole = ink.grown(margin, margin)
    left, top, right, bottom = whole.left, whole.top, whole.right, whole.bottom
    for label in labels:
        printed = Box(label.left, label.top, label.right, label.bottom - BELOW * label.height)
        part = whole.intersection(printed)
        if part.width <= 0 or part.height <= 0:
            continue
        x, y = printed.centre
        if y < ink.top:
            top = max(top, min(ink.top, printed.bottom))
        elif y > ink.bottom:
            bottom = min(bottom, max(ink.bottom, printed.top))
        elif x < ink.left:
            left = max(left, min(ink.left, printed.right))
        elif x > ink.right:
            right = min(right, max(ink.right, printed.left))
    return Box(left, top, right, bottom)
