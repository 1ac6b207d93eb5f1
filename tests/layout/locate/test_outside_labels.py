"""A page number is found above the frame though its label was not read."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.declarations.schema import Form
from pipeline.layout.locate import form_fit as fitting
from pipeline.layout.locate.label_matching import REWORDED, LabelCandidate
from pipeline.layout.locate.outside_labels import find_outside_labels
from tests.layout.locate.forms import PAGE_FORMS, at, ideal_candidates, placing

FORM: Form = next(form for form in PAGE_FORMS if form.id == "birth-2006")
MATRIX = placing(FORM)
LABEL = next(n for n, label in enumerate(FORM.labels) if label.text == "Trang")
LETTER = FORM.text_size * (at(MATRIX, 0, 1)[1] - at(MATRIX, 0, 0)[1])


def found(words: list[int], down: float = 0.0, gap: float = 0.4, read: bool = False) -> list[LabelCandidate]:
    """What is found where words of so many letters are printed, ``down`` letters below their place."""
    candidates = [one for one in ideal_candidates(FORM, MATRIX) if read or one.label != LABEL]
    fit = fitting.fit_to_frame(FORM, candidates, MATRIX)
    x, y = at(MATRIX, FORM.labels[LABEL].u0, FORM.labels[LABEL].v)
    y += down * LETTER
    boxes = []
    for letters in words:
        for _ in range(letters):
            boxes.append([x, y - 0.7 * LETTER, x + 0.4 * LETTER, y])
            x += 0.48 * LETTER
        x += (gap - 0.08) * LETTER
    return list(find_outside_labels(FORM, fit, np.array(boxes).reshape(-1, 4).round().astype(np.int32)))


@pytest.mark.parametrize("down", [-1.0, 0.0, 1.0])
def test_the_last_word_of_what_stands_there_is_the_number_and_the_rest_its_label(down: float) -> None:
    (one,) = found([2, 1], down)
    x, y = at(MATRIX, FORM.labels[LABEL].u0, FORM.labels[LABEL].v)
    assert one.label == LABEL
    assert one.score == REWORDED
    assert one.box.right == pytest.approx(x + 0.88 * LETTER, abs=2)
    assert one.baseline == pytest.approx(y + down * LETTER, abs=2)


def test_what_is_one_word_or_was_read_is_left_as_it_is() -> None:
    assert not found([4])
    assert not found([3, 1], gap=0.1)
    assert not found([5, 1], read=True)
    assert not found([])
