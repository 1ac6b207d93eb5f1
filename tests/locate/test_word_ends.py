"""Labels whose width the form only estimates end where their last word does."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.locate.word_ends import extend_to_word_ends
from pipeline.model import Box, PlacedLabel
from pipeline.schema import Form
from tests.locate.forms import PAGE_FORMS, at, placing
from tests.locate.strips import FORM_IDS


def placed(form: Form) -> tuple[tuple[PlacedLabel, ...], float]:
    """The labels where the geometry puts them, and the height of a letter."""
    matrix = placing(form)
    letter = form.text_size * (at(matrix, 0, 1)[1] - at(matrix, 0, 0)[1])
    labels = []
    for label in filter(lambda one: one.text, form.labels):
        (left, baseline), (right, _) = at(matrix, label.u0, label.v), at(matrix, label.u1, label.v)
        labels.append(
            PlacedLabel(label.text, Box(left, baseline - 0.95 * letter, right, baseline + 0.3 * letter), 0.0)
        )
    return tuple(labels), letter


def heading(form: Form) -> int:
    """The number of a bold label that announces no blank."""
    declared = [label for label in form.labels if label.text]
    return next(n for n, label in enumerate(declared) if label.style == "bold" and not label.slot)


def letter_at(label: Box, letter: float, left: float, wide: float, high: float = 0.7) -> list[float]:
    base = label.bottom - 0.3 * letter
    return [label.right + left * letter, base - high * letter, label.right + (left + wide) * letter, base]


def ends(form: Form, number: int, *components: list[float]) -> tuple[float, float]:
    """How far beyond its estimated end a label goes with those marks behind it, in heights of a letter; and a pixel."""
    labels, letter = placed(form)
    boxes = np.array(components).round().astype(np.int32)
    box = extend_to_word_ends(labels, form, boxes, letter)[number].box
    return (box.right - labels[number].box.right) / letter, 1 / letter


@pytest.mark.parametrize("form", PAGE_FORMS, ids=FORM_IDS)
def test_a_letter_that_the_estimate_leaves_out_belongs_to_the_label(form: Form) -> None:
    number, (labels, letter) = heading(form), placed(form)
    box = labels[number].box
    cut, behind = letter_at(box, letter, -0.2, 0.45), letter_at(box, letter, 0.3, 0.4, high=0.45)
    assert ends(form, number, cut, behind)[0] == pytest.approx(0.7, abs=0.03)


@pytest.mark.parametrize("form", PAGE_FORMS, ids=FORM_IDS)
def test_what_stands_a_space_behind_or_is_no_letter_of_print_does_not(form: Form) -> None:
    number, (labels, letter) = heading(form), placed(form)
    box = labels[number].box
    apart = letter_at(box, letter, 0.3, 0.4)
    stroke = letter_at(box, letter, 0.0, 1.6)
    low = [box.right - 2, box.bottom - 0.2 * letter, box.right + 0.4 * letter, box.bottom + 0.5 * letter]
    speck = letter_at(box, letter, 0.0, 0.2, high=0.2)
    for mark in (apart, stroke, low, speck):
        assert ends(form, number, mark)[0] == 0.0


@pytest.mark.parametrize("form", PAGE_FORMS, ids=FORM_IDS)
def test_a_label_before_a_blank_ends_where_the_form_says(form: Form) -> None:
    labels, letter = placed(form)
    blanks = {(piece.v, piece.u0) for slot in form.slots for piece in slot.pieces}
    declared = [label for label in form.labels if label.text]
    number = next(n for n, label in enumerate(declared) if (label.v, label.u1) in blanks)
    assert ends(form, number, letter_at(labels[number].box, letter, -0.1, 0.4))[0] == 0.0
