"""Print at a label's place is the label, whatever it says; what is written behind it is not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.declarations.schema import Form
from pipeline.layout.locate import form_fit as fitting
from pipeline.layout.locate.label_matching import LabelCandidate
from pipeline.layout.locate.reworded_labels import find_reworded_labels
from tests.layout.locate.forms import PAGE_FORMS, at, ideal_candidates, placing, words_of

FORM: Form = next(form for form in PAGE_FORMS if form.id == "birth-2006")
LABEL = next(n for n, label in enumerate(FORM.labels) if label.text.startswith("Quan hệ"))
MATRIX = placing(FORM)
LETTER = FORM.text_size * (at(MATRIX, 0, 1)[1] - at(MATRIX, 0, 0)[1])


def reworded(text: str, confidence: float = 0.9, shift: float = 0.0) -> list[LabelCandidate]:
    """What is found where the declared label was not read, and that text was."""
    known = [one for one in ideal_candidates(FORM, MATRIX) if one.label != LABEL]
    fit = fitting.fit_to_frame(FORM, known, MATRIX)
    x, y = at(MATRIX, FORM.labels[LABEL].u0, FORM.labels[LABEL].v)
    words = [replace(word, confidence=confidence) for word in words_of(text, x + shift, y, LETTER)]
    return list(find_reworded_labels(FORM, fit, words))


def test_a_label_in_other_words_ends_at_its_colon() -> None:
    (found,) = reworded("Quan hệ với trẻ: Cha")
    assert found.label == LABEL
    assert found.closed
    wide = sum(0.55 * LETTER * len(part) for part in ("Quan", "hệ", "với", "trẻ:")) + 3 * 0.4 * LETTER
    assert found.box.width == pytest.approx(wide)


def test_figures_and_what_is_longer_than_the_label_are_none_of_it() -> None:
    (found,) = reworded("Số 12")
    assert found.box.width < 2 * LETTER
    assert not reworded("12 Quan")
    longest = at(MATRIX, FORM.labels[LABEL].u1, 0)[0] - at(MATRIX, FORM.labels[LABEL].u0, 0)[0]
    (found,) = reworded("Quan hệ với trẻ " + "Nguyễn Văn " * 8)
    assert found.box.width < 1.2 * longest


def test_what_is_no_print_or_begins_elsewhere_is_no_label() -> None:
    assert not reworded("Quan hệ với trẻ:", confidence=0.4)
    assert not reworded("Quan hệ với trẻ:", shift=3 * LETTER)


def test_a_label_of_an_area_may_be_longer_and_ends_with_its_own_words() -> None:
    number = next(n for n, label in enumerate(FORM.labels) if label.text.startswith("Ghi chú"))
    known = [one for one in ideal_candidates(FORM, MATRIX) if one.label != number]
    fit = fitting.fit_to_frame(FORM, known, MATRIX)
    x, y = at(MATRIX, FORM.labels[number].u0, FORM.labels[number].v)
    words = words_of("Phần ghi chú", x, y, LETTER)
    (found,) = find_reworded_labels(FORM, fit, words)
    assert found.label == number
    assert found.closed
    assert found.box.right == pytest.approx(words[-1].box.right)
