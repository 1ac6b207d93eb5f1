"""The labels of another printing make one chain from top to bottom; what was read elsewhere is none of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from pipeline.base.model import Box
from pipeline.declarations.schema import Form
from pipeline.layout.locate import form_fit as fitting
from pipeline.layout.locate.form_fit import FormFit
from pipeline.layout.locate.label_matching import LabelCandidate
from tests.layout.locate.forms import PAGE_FORMS, SIZE, at, ideal_candidates, placing

FORM_IDS = [form.id for form in PAGE_FORMS]


def moved(form: Form, printed: Callable[[float], float]) -> list[LabelCandidate]:
    """Every label read right, on lines that stand elsewhere in the same frame."""
    matrix = placing(form)
    found = []
    for candidate in ideal_candidates(form, matrix):
        v = form.labels[candidate.label].v
        down = at(matrix, 0, printed(v))[1] - at(matrix, 0, v)[1]
        box = Box(
            candidate.box.left, candidate.box.top + down, candidate.box.right, candidate.box.bottom + down
        )
        found.append(replace(candidate, box=box, baseline=candidate.baseline + down))
    return found


def off(form: Form, fit: FormFit, printed: Callable[[float], float]) -> float:
    """How far the worst blank is from where it is printed, as a share of the frame's height."""
    matrix = placing(form)
    height = at(matrix, 0, 1)[1] - at(matrix, 0, 0)[1]
    pieces = [piece for slot in form.slots for piece in slot.pieces if not slot.stamped]
    return max(
        abs(fit.to_pixels(piece.u0, piece.v)[1] - at(matrix, 0, printed(piece.v))[1]) / height
        for piece in pieces
    )


@pytest.mark.parametrize("slope", [0.72, 0.85, 1.0, 1.12, 1.28])
@pytest.mark.parametrize("form", PAGE_FORMS, ids=FORM_IDS)
def test_lines_closer_or_wider_than_declared_are_followed(form: Form, slope: float) -> None:
    def printed(v: float) -> float:
        return slope * v if 0 < v < 1 else v

    slope = min(slope, 0.97 / max(label.v for label in form.labels if label.v < 1))
    fit = fitting.fit_to_frame(form, moved(form, printed), placing(form))
    assert len(fit.found) == len(form.labels)
    assert off(form, fit, printed) < 0.004


@pytest.mark.parametrize("form", PAGE_FORMS, ids=FORM_IDS)
def test_a_head_printed_a_line_higher_is_found_by_its_own_labels(form: Form) -> None:
    def printed(v: float) -> float:
        return v - 0.022 if v < 0 else v

    fit = fitting.fit_to_frame(form, moved(form, printed), placing(form))
    assert off(form, fit, printed) < 0.004


@pytest.mark.parametrize("form", PAGE_FORMS, ids=FORM_IDS)
def test_the_widths_and_heights_of_a_form_may_be_stretched_apart(form: Form) -> None:
    matrix = placing(form, height=1500, wide=1.35)
    fit = fitting.fit_form(form, ideal_candidates(form, matrix), SIZE)
    assert fit is not None
    assert len(fit.found) == len(form.labels)
    for u, v in ((0.0, 0.0), (0.7, 0.5), (0.7, 0.9)):
        assert np.hypot(*(np.array(fit.to_pixels(u, v)) - at(matrix, u, v))) < 8


def test_a_label_read_on_the_line_of_another_is_not_of_the_chain() -> None:
    form = PAGE_FORMS[0]
    found = ideal_candidates(form, placing(form))
    lines = sorted({label.v for label in form.labels if label.v > 0})
    number = next(n for n, label in enumerate(form.labels) if label.v == lines[4])
    astray = moved(form, lambda v: lines[6] if v == lines[4] else v)[number]
    others = [candidate for candidate in found if candidate.label != number]
    fit = fitting.fit_to_frame(form, [*others, replace(astray, score=0.8)], placing(form))
    assert number not in {candidate.label for candidate in fit.found}
    assert off(form, fit, lambda v: v) < 0.004


def test_a_rule_that_stands_elsewhere_takes_what_is_printed_before_it_along() -> None:
    form = next(form for form in PAGE_FORMS if len(form.rules) == 1)
    rule = form.rules[0]
    fit = fitting.fit_to_frame(form, ideal_candidates(form, placing(form)), placing(form), [rule + 0.03])
    assert fit.to_pixels(rule, 0.5)[0] == pytest.approx(at(placing(form), rule + 0.03, 0.5)[0])
    assert fit.to_pixels(rule / 2, 0.5)[0] == pytest.approx(at(placing(form), rule / 2 + 0.015, 0.5)[0])
    assert fit.to_pixels(1.0, 0.5)[0] == pytest.approx(at(placing(form), 1.0, 0.5)[0])
