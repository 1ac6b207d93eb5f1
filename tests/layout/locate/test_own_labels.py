"""Where a label ends that was not surely read: before the leader behind it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pipeline.base.model import Box
from pipeline.declarations.schema import Form
from pipeline.layout.locate import form_fit as fitting
from pipeline.layout.locate.field_lines import place_field_lines, with_leader_starts
from pipeline.layout.locate.form_fit import FormFit
from tests.layout.locate.forms import PAGE_FORMS, at, ideal_candidates, placing

FORM: Form = next(form for form in PAGE_FORMS if form.id == "birth-2006")
MATRIX = placing(FORM)
LETTER = FORM.text_size * (at(MATRIX, 0, 1)[1] - at(MATRIX, 0, 0)[1])
LABEL = next(n for n, label in enumerate(FORM.labels) if label.text.startswith("Quan hệ"))
V, DECLARED = FORM.labels[LABEL].v, at(MATRIX, FORM.labels[LABEL].u1, 0)[0]
Y = at(MATRIX, 0, V)[1]
STEP = 9.0
NOTHING = np.zeros((0, 4), np.int32)


def fit_of(*, read: bool) -> FormFit:
    candidates = [one for one in ideal_candidates(FORM, MATRIX) if read or one.label != LABEL]
    return fitting.fit_to_frame(FORM, candidates, MATRIX)


def dots(start: float, end: float = 1100.0, without: tuple[float, float] = (0.0, 0.0)) -> np.ndarray:
    """A leader on the label's line; under writing some of it is not seen."""
    x = np.arange(start, end, STEP)
    x = x[(x < without[0]) | (x > without[1])]
    return (
        np.column_stack([x - 2, np.full(len(x), Y - 4), x + 2, np.full(len(x), Y)]).round().astype(np.int32)
    )


def start_of(leaders: np.ndarray, *, read: bool = False) -> float:
    """The x from which on the blank behind the label is written on."""
    fit = with_leader_starts(FORM, fit_of(read=read), leaders)
    (line,) = [one for one in place_field_lines(FORM, fit, leaders) if one.piece.slot == "declarant_relation"]
    return line.piece.box.left


def test_a_shorter_label_ends_where_its_leader_begins() -> None:
    begins = DECLARED - 4 * LETTER
    assert start_of(dots(begins)) == pytest.approx(begins, abs=0.2 * LETTER)


def test_a_label_that_was_read_ends_where_it_was_read() -> None:
    assert start_of(dots(DECLARED - 4 * LETTER), read=True) == pytest.approx(DECLARED, abs=0.3 * LETTER)


def test_colons_and_dots_below_letters_are_no_leader() -> None:
    stray = dots(DECLARED - 4 * LETTER, DECLARED - 4 * LETTER + 2.5 * STEP)
    rest = dots(DECLARED + 3)
    assert start_of(np.vstack([stray, rest])) == pytest.approx(DECLARED, abs=0.3 * LETTER)


def test_a_leader_that_begins_further_right_says_nothing() -> None:
    assert start_of(dots(DECLARED + 3 * LETTER)) == pytest.approx(DECLARED, abs=0.3 * LETTER)


def test_a_label_learnt_from_other_pages_ends_where_it_does_on_them() -> None:
    short = DECLARED - 4 * LETTER
    learnt = [
        replace(one, box=Box(one.box.left, one.box.top, short, one.box.bottom), score=0.95, learnt=True)
        if one.label == LABEL
        else one
        for one in ideal_candidates(FORM, MATRIX)
    ]
    fit = fitting.fit_to_frame(FORM, learnt, MATRIX)
    lines = place_field_lines(FORM, fit, NOTHING)
    (line,) = [one for one in lines if one.piece.slot == "declarant_relation"]
    assert line.piece.box.left == pytest.approx(short, abs=0.2 * LETTER)


def test_a_label_read_together_with_more_vouches_for_no_blank() -> None:
    candidates = ideal_candidates(FORM, MATRIX)
    glued = [replace(one, glued=one.label == LABEL) for one in candidates]
    for found, labelled in ((candidates, True), (glued, False)):
        fit = fitting.fit_to_frame(FORM, found, MATRIX)
        lines = place_field_lines(FORM, fit, NOTHING)
        (line,) = [one for one in lines if one.piece.slot == "declarant_relation"]
        assert line.is_labelled is labelled
