"""Where the print of a label ends whose width the form only estimates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.locate.field_lines import Boxes
from pipeline.model import Box, PlacedLabel
from pipeline.schema import Form

GAP = 0.12
"""How far apart the letters of a printed word stand at most, in heights of a letter."""

FURTHEST = 2.0
"""How much longer than estimated a label may be."""


def extend_to_word_ends(
    labels: Sequence[PlacedLabel], form: Form, boxes: Boxes, letter: float
) -> tuple[PlacedLabel, ...]:
    """The labels, those that announce no blank lengthened to the end of their last word: the width of a label before a
    blank is known, that of any other estimated, and a letter left over would be taken for writing below it."""
    blanks = {(piece.v, piece.u0) for slot in form.slots for piece in slot.pieces}
    declared = [label for label in form.labels if label.text]
    return tuple(
        placed
        if (label.v, label.u1) in blanks
        else PlacedLabel(placed.text, _to_word_end(placed.box, boxes, letter), placed.score)
        for label, placed in zip(declared, labels, strict=True)
    )


def _to_word_end(label: Box, boxes: Boxes, letter: float) -> Box:
    left, top, right, bottom = boxes.T.astype(float)
    baseline = label.bottom - 0.3 * letter
    printed = (top >= label.top - 0.1 * letter) & (top < baseline - 0.3 * letter)
    printed &= (bottom > baseline - 0.15 * letter) & (bottom < label.bottom + 0.1 * letter)
    printed &= (right - left < 1.2 * letter) & (right < label.right + FURTHEST * letter)
    end = label.right
    for mark in np.flatnonzero(printed & (right > end))[np.argsort(left[printed & (right > end)])]:
        if left[mark] > end + GAP * letter:
            break
        end = max(end, right[mark])
    return Box(label.left, label.top, end, label.bottom)
