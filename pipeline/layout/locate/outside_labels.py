"""Labels outside of the frame that were not read: the little that stands there alone is the label and its figures.

A page number is a short word and a figure, which engines read as one, and presses put it where they like::

    declared   Trang 12           a word, a gap, a figure: the last word of the row is the value,
    printed        Tr. 12         what is before it is the label
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from pipeline.base.model import Box
from pipeline.declarations.schema import Form
from pipeline.layout.locate.form_fit import FormFit
from pipeline.layout.locate.label_chain import HEAD_REACH
from pipeline.layout.locate.label_matching import REWORDED, LabelCandidate

Boxes = NDArray[np.int32]

ASIDE = 2.5
"""How far to the left or right of its place it may be printed, in printed letters."""

ROOM = 4.0
"""How far behind its label a figure ends at most, in printed letters."""

WORD_GAP = 0.22
"""How far apart words are at least, in printed letters."""

LEAST_PARTS = 2
"""How many letters a label has at least."""


def find_outside_labels(form: Form, fit: FormFit, boxes: Boxes) -> Iterator[LabelCandidate]:
    """Yield the places of labels of printed figures outside of the frame that were not read.

    Args:
        form: The form.
        fit: Its fit to the page by the labels that were read.
        boxes: (n, 4) boxes of the page's components, without leaders and rules.
    """
    letter = form.text_size * fit.height
    printed = {(piece.v, piece.u0) for slot in form.slots if slot.printed for piece in slot.pieces}
    read = {candidate.label for candidate in fit.found if candidate.score > REWORDED}
    left, top, right, bottom = boxes.T.astype(float)
    for number, label in enumerate(form.labels):
        if number in read or 0 <= label.v <= 1 or (label.v, label.u1) not in printed:
            continue
        x, y = fit.to_pixels(label.u0, label.v)
        end = fit.to_pixels(label.u1, label.v)[0]
        reach = HEAD_REACH * fit.height
        near = (left > x - ASIDE * letter) & (right < end + ROOM * letter)
        near &= (np.abs(bottom - y) < reach) & (bottom - top < 1.5 * letter) & (right - left < 3 * letter)
        row = _row(np.flatnonzero(near), boxes, letter)
        words = list(_words(row, boxes, letter))
        if len(words) < 2:
            continue
        parts = np.concatenate(words[:-1])
        tall = (bottom - top)[parts] > 0.3 * letter
        if tall.sum() < LEAST_PARTS or left[words[-1]].min() < x + 0.4 * letter:
            continue
        box = Box(left[parts].min(), top[parts].min(), right[parts].max(), bottom[parts].max())
        baseline = float(np.median(bottom[row[(bottom - top)[row] > 0.3 * letter]]))
        yield LabelCandidate(number, box, baseline, REWORDED, False)


def _row(near: NDArray[np.int64], boxes: Boxes, letter: float) -> NDArray[np.int64]:
    """Return the components of the row with most letters, from left to right."""
    _, top, _, bottom = boxes.T.astype(float)
    tall = near[(bottom - top)[near] > 0.3 * letter]
    if not len(tall):
        return np.empty(0, np.int64)
    on = [np.abs(bottom[tall] - bottom[one]) < 0.3 * letter for one in tall]
    base = bottom[tall[int(np.argmax([level.sum() for level in on]))]]
    row = near[(bottom[near] > base - 1.1 * letter) & (np.abs(bottom[near] - base) < 0.4 * letter)]
    return np.asarray(row[np.argsort(boxes[row, 0], kind="stable")], np.int64)


def _words(row: NDArray[np.int64], boxes: Boxes, letter: float) -> Iterator[NDArray[np.int64]]:
    """Yield the words of a row of components."""
    begin, end = 0, -np.inf
    for at, component in enumerate(row):
        if at and boxes[component, 0] - end > WORD_GAP * letter:
            yield row[begin:at]
            begin = at
        end = max(end, float(boxes[component, 2]))
    if len(row):
        yield row[begin:]
