"""The strips of the drawn forms, and letters written on them."""

from __future__ import annotations

import numpy as np

from pipeline.declarations.schema import Form
from pipeline.layout.locate import field_lines as placing
from pipeline.layout.locate.field_lines import FieldLine
from pipeline.layout.locate.form_fit import FormFit
from tests.layout.locate.forms import PAGE_FORMS
from tests.layout.locate.forms import placing as placed_at

NO_DOTS = np.zeros((0, 4), np.int32)
FORM_IDS = [form.id for form in PAGE_FORMS]


def fit_of(form: Form) -> FormFit:
    return FormFit(placed_at(form), (), (), 1.0)


def strips_of(form: Form) -> tuple[FieldLine, ...]:
    return placing.place_field_lines(form, fit_of(form), NO_DOTS)


def letters(strip: FieldLine, left: float, count: int = 6, rise: float = 0.0) -> list[list[float]]:
    """Boxes of letters that stand on the strip's line, their feet ``rise`` pitches above it."""
    p, y = strip.pitch, strip.piece.baseline - rise * strip.pitch
    return [[left + n * 0.36 * p, y - 0.45 * p, left + n * 0.36 * p + 0.3 * p, y] for n in range(count)]


def components(*groups: list[list[float]]) -> np.ndarray:
    return np.array([box for group in groups for box in group]).round().astype(np.int32)


def long_strip(strips: tuple[FieldLine, ...]) -> int:
    """The number of a strip with room to both sides of a few letters and a line above it and below."""
    inner = range(3, len(strips) - 3)
    return max(inner, key=lambda number: strips[number].piece.box.width)
