"""Declared forms and what an ideal engine would read on a page of them."""

from __future__ import annotations

import numpy as np

from pipeline.base.model import Box, Matrix, Word
from pipeline.declarations import schema
from pipeline.declarations.schema import Form
from pipeline.layout.locate.form_fit import frame_aspect
from pipeline.layout.locate.label_matching import LabelCandidate

SCHEMAS = schema.load()
PAGE_FORMS = tuple(
    form for form in SCHEMAS.forms.values() if form.layout == "page" and form.evidence == "seen"
)
TABLE_FORMS = tuple(form for form in SCHEMAS.forms.values() if form.layout == "table")
SIZE = (1654, 2339)
"""An A4 page at 200 dpi."""


def placing(
    form: Form, left: float = 60, top: float = 170, height: float = 2050, wide: float = 1.0
) -> Matrix:
    """Shares → pixels of a page whose frame stands there; ``wide`` stretches it across."""
    return np.array([[wide * height * frame_aspect(form), 0, left], [0, height, top], [0, 0, 1.0]])


def at(matrix: Matrix, u: float, v: float) -> tuple[float, float]:
    x, y, w = matrix @ np.array([u, v, 1.0])
    return float(x / w), float(y / w)


def ideal_candidates(form: Form, matrix: Matrix) -> list[LabelCandidate]:
    """Every label read right, where the matrix puts it."""
    height = at(matrix, 0, 1)[1] - at(matrix, 0, 0)[1]
    letter = form.text_size * height
    found = []
    for number, label in enumerate(form.labels):
        (left, baseline), (right, _) = at(matrix, label.u0, label.v), at(matrix, label.u1, label.v)
        box = Box(left, baseline - 0.8 * letter, right, baseline + 0.2 * letter)
        found.append(LabelCandidate(number, box, baseline, 1.0, False))
    return found


def words_of(text: str, left: float, baseline: float, letter: float) -> list[Word]:
    """The words of a printed line, as an engine boxes them."""
    words, x = [], left
    for part in text.split(" "):
        width = 0.55 * letter * len(part)
        words.append(Word(part, Box(x, baseline - letter, x + width, baseline), 0.9))
        x += width + 0.4 * letter
    return words
