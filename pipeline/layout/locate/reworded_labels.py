"""Labels that a press words otherwise: what is printed where a label belongs is that label, whatever it says.

Nobody writes where a label stands, so that print which begins there announces the blank behind it::

    declared   Quan hệ với người được khai sinh: ..............
    printed    Quan hệ với trẻ: ...............................
               ^ begins at the label's place and ends with a colon or a gap
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.base.model import Box, Word
from pipeline.declarations.schema import Form
from pipeline.layout.locate.form_fit import FormFit
from pipeline.layout.locate.label_matching import LabelCandidate, fold_label, print_at, reworded_candidate

COVERED = 0.3
"""How much of a word lies in a label's box from which on it is of that label."""

AREA_LABEL = 2.5
"""How many times as long as declared a label may be with no blank behind it on its line."""


def find_reworded_labels(form: Form, fit: FormFit, words: Sequence[Word]) -> Iterator[LabelCandidate]:
    """Yield what is printed in other words at the places of labels that were not found.

    Args:
        form: The form.
        fit: Its fit to the page by the labels that were found.
        words: The words that the engine of labels read.
    """
    known = {candidate.label for candidate in fit.found}
    letter = form.text_size * fit.height
    free = _free_words(words, [candidate.box for candidate in fit.found])
    blanks = {(piece.v, piece.u0) for slot in form.slots for piece in slot.pieces}
    for number, label in enumerate(form.labels):
        if number in known or not label.slot:
            continue
        x, y = fit.to_pixels(label.u0, label.v)
        wide = fit.to_pixels(label.u1, label.v)[0] - x
        before_blank = (label.v, label.u1) in blanks
        found = print_at((x, y), wide if before_blank else AREA_LABEL * wide, letter, free)
        if found:
            whole = fold_label(label.text) in fold_label("".join(word.text for word in found))
            yield reworded_candidate(number, found, whole=whole)


def _free_words(words: Sequence[Word], taken: Sequence[Box]) -> list[Word]:
    """Return the words of which less than ``COVERED`` lies in each of the boxes."""
    left, top, right, bottom = _sides([word.box for word in words])[:, :, None]
    others = _sides(taken)[:, None, :]
    across = np.minimum(right, others[2]) - np.maximum(left, others[0])
    down = np.minimum(bottom, others[3]) - np.maximum(top, others[1])
    area = np.maximum(0.0, right - left) * np.maximum(0.0, bottom - top)
    is_free = (np.maximum(0.0, across) * np.maximum(0.0, down) < COVERED * area).all(axis=1)
    return [word for word, free in zip(words, is_free.tolist(), strict=True) if free]


def _sides(boxes: Sequence[Box]) -> NDArray[np.float64]:
    """Return the left, top, right and bottom sides (4, n) of boxes."""
    return np.array([(box.left, box.top, box.right, box.bottom) for box in boxes], float).reshape(-1, 4).T
