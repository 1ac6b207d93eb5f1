"""The form's geometry is recovered from labels, some wrong, some missing, and refused where there is none."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipeline.base.model import Box, Matrix
from pipeline.declarations.schema import Form
from pipeline.digitize import DigitizeOptions
from pipeline.layout.locate import form_fit as fitting
from pipeline.layout.locate.form_fit import FormFit
from pipeline.layout.locate.label_matching import LabelCandidate
from pipeline.layout.locate.placed_labels import place_labels
from tests.layout.locate.forms import PAGE_FORMS, SIZE, at, ideal_candidates, placing

FORM_IDS = [form.id for form in PAGE_FORMS]
CORNERS = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.5, 0.5))


def shaken(
    found: Sequence[LabelCandidate], rng: np.random.Generator, pixels: float, missing: float
) -> list[LabelCandidate]:
    """Some of the candidates, each a little off."""
    result = []
    for c in found:
        if rng.random() < missing:
            continue
        dx, dy = rng.normal(0, pixels, 2).clip(-2 * pixels, 2 * pixels)
        box = Box(c.box.left + dx, c.box.top + dy, c.box.right + dx, c.box.bottom + dy)
        score = float(rng.uniform(0.8, 1.0))
        result.append(LabelCandidate(c.label, box, c.baseline + dy, score, bool(rng.random() < 0.3)))
    return result


def astray(form: Form, rng: np.random.Generator, count: int) -> list[LabelCandidate]:
    """Labels "found" where they are not."""
    result = []
    for _ in range(count):
        number = int(rng.integers(len(form.labels)))
        x, y = rng.uniform(0, SIZE[0]), rng.uniform(0, SIZE[1])
        score = float(rng.uniform(0.75, 1.0))
        result.append(LabelCandidate(number, Box(x, y - 25, x + 90, y + 5), float(y), score, False))
    return result


def furthest(fit: FormFit, matrix: Matrix) -> float:
    """How far (pixels) the fit is off at the frame's corners and middle."""
    return max(float(np.hypot(*np.subtract(at(fit.matrix, u, v), at(matrix, u, v)))) for u, v in CORNERS)


@pytest.mark.parametrize("form", PAGE_FORMS, ids=FORM_IDS)
def test_labels_read_right_give_the_exact_map(form: Form) -> None:
    matrix = placing(form)
    fit = fitting.fit_form(form, ideal_candidates(form, matrix), SIZE)
    assert fit is not None
    assert furthest(fit, matrix) < 2
    assert fit.share == pytest.approx(1.0)
    assert fit.height == pytest.approx(2050, abs=2)


@settings(max_examples=12, deadline=None)
@pytest.mark.parametrize("form", PAGE_FORMS, ids=FORM_IDS)
@given(
    seed=st.integers(0, 10_000), left=st.floats(-20, 140), top=st.floats(100, 250),
    height=st.floats(1800, 2150), wide=st.floats(0.985, 1.015), missing=st.floats(0, 0.5),
    wrong=st.integers(0, 12),
)  # fmt: skip
def test_the_map_is_recovered_from_noisy_labels_some_missing_some_wrong(
    form: Form, seed: int, left: float, top: float, height: float, wide: float, missing: float, wrong: int
) -> None:
    rng = np.random.default_rng(seed)
    matrix = placing(form, left, top, height, wide)
    found = shaken(ideal_candidates(form, matrix), rng, 2.5, missing) + astray(form, rng, wrong)
    fit = fitting.fit_form(form, found, SIZE)
    assert fit is not None
    assume(fit.share > DigitizeOptions().hidden_print)  # with less of its print no page is taken for the form
    assert furthest(fit, matrix) < (0.012 if missing < 0.25 else 0.08) * height


@pytest.mark.parametrize("missing", [0.305, 0.32])
def test_one_label_astray_does_not_stretch_the_frame(missing: float) -> None:
    form = next(form for form in PAGE_FORMS if form.id == "marriage-2006")
    rng = np.random.default_rng(7654)
    matrix = placing(form, -20.0, 250.0, 2150.0, 1.015)
    found = shaken(ideal_candidates(form, matrix), rng, 2.5, missing) + astray(form, rng, 12)
    fit = fitting.fit_form(form, found, SIZE)
    assert fit is not None
    assert furthest(fit, matrix) < 0.08 * 2150.0


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000), count=st.integers(0, 40))
def test_labels_strewn_at_random_are_no_page_of_the_form(seed: int, count: int) -> None:
    form = PAGE_FORMS[seed % len(PAGE_FORMS)]
    fit = fitting.fit_form(form, astray(form, np.random.default_rng(seed), count), SIZE)
    assert fit is None or fit.share < 0.28


@pytest.mark.parametrize("form", PAGE_FORMS, ids=FORM_IDS)
@pytest.mark.parametrize("other", PAGE_FORMS, ids=FORM_IDS)
def test_labels_that_two_forms_share_do_not_make_one_the_other(form: Form, other: Form) -> None:
    """A page of ``other`` offers ``form`` only the labels whose text both print, where ``other`` prints them."""
    if form is other:
        return
    found = []
    for c in ideal_candidates(other, placing(other)):
        text = other.labels[c.label].text
        found += [
            LabelCandidate(number, c.box, c.baseline, 1.0, False)
            for number, label in enumerate(form.labels)
            if label.text == text
        ]
    fit = fitting.fit_form(form, found, SIZE)
    own = fitting.fit_form(other, ideal_candidates(other, placing(other)), SIZE)
    assert own is not None
    assert fit is None or fit.share < min(0.6, own.share)


def test_fewer_than_three_labels_are_not_enough() -> None:
    form = PAGE_FORMS[0]
    assert fitting.fit_form(form, ideal_candidates(form, placing(form))[:2], SIZE) is None
    assert fitting.fit_form(form, [], SIZE) is None


def shifted(found: Sequence[LabelCandidate], numbers: set[int], down: float) -> list[LabelCandidate]:
    return [
        LabelCandidate(
            c.label,
            Box(c.box.left, c.box.top + down, c.box.right, c.box.bottom + down),
            c.baseline + down, c.score, c.loose,
        )
        if c.label in numbers
        else c
        for c in found
    ]  # fmt: skip


@pytest.mark.parametrize("form", PAGE_FORMS, ids=FORM_IDS)
@pytest.mark.parametrize("down", [-12.0, 12.0, 20.0])
def test_a_line_that_this_printing_moved_is_followed_and_others_stay(form: Form, down: float) -> None:
    matrix = placing(form)
    levels = sorted({label.v for label in form.labels if 0.1 < label.v < 0.9})
    moved = next(
        v
        for v in levels
        if sum(label.v == v for label in form.labels) > 1 and all(abs(v - w) > 0.02 for w in levels if w != v)
    )
    still = [v for v in levels if abs(v - moved) > 0.06]
    numbers = {number for number, label in enumerate(form.labels) if label.v == moved}
    fit = fitting.fit_form(form, shifted(ideal_candidates(form, matrix), numbers, down), SIZE)
    assert fit is not None
    assert fit.to_pixels(0.3, moved)[1] == pytest.approx(at(matrix, 0.3, moved)[1] + down, abs=3)
    for v in still:
        assert fit.to_pixels(0.3, v)[1] == pytest.approx(at(matrix, 0.3, v)[1], abs=3)


def test_drift_never_puts_one_line_above_the_line_before_it() -> None:
    form = PAGE_FORMS[0]
    matrix = placing(form)
    for seed in range(20):
        rng = np.random.default_rng(seed)
        found = shaken(ideal_candidates(form, matrix), rng, 14, 0.2)
        fit = fitting.fit_to_frame(form, found, matrix)
        places = [v + offset for v, offset in fit.drift]
        assert places == sorted(places)


@pytest.mark.parametrize("form", PAGE_FORMS, ids=FORM_IDS)
def test_labels_that_were_not_read_are_placed_by_the_geometry(form: Form) -> None:
    matrix = placing(form)
    found = [c for c in ideal_candidates(form, matrix) if c.label % 3]
    fit = fitting.fit_form(form, found, SIZE)
    assert fit is not None
    placed = place_labels(form, fit)
    texts = [label for label in form.labels if label.text]
    assert [label.text for label in placed] == [label.text for label in texts]
    for label, where in zip(texts, placed, strict=True):
        left, baseline = at(matrix, label.u0, label.v)
        assert where.box.left == pytest.approx(left, abs=5)
        assert where.box.top < baseline - 10
        assert where.box.bottom > baseline
    assert any(label.score == 0 for label in placed)
    assert all(label.score in (0.0, 1.0) for label in placed)


def test_candidates_moved_to_another_picture_give_the_same_fit_there() -> None:
    form = PAGE_FORMS[0]
    matrix = placing(form)
    move = np.array([[1.5, 0.02, 40], [-0.02, 1.5, -30], [0, 0, 1.0]])
    moved = fitting.transform_candidates(ideal_candidates(form, matrix), move)
    for before, after in zip(ideal_candidates(form, matrix), moved, strict=True):
        x, y = at(move, before.box.left, before.baseline)
        assert after.box.left == pytest.approx(x, abs=1e-6)
        assert after.baseline == pytest.approx(y, abs=0.02 * before.box.width)
    fit = fitting.fit_to_frame(form, moved, move @ matrix)
    assert fit.share > 0.9
    assert fitting.median_residual(form, fit) < 0.01


def test_the_residual_is_how_far_labels_are_from_the_map() -> None:
    form = PAGE_FORMS[0]
    matrix = placing(form)
    exact = fitting.fit_to_frame(form, ideal_candidates(form, matrix), matrix)
    assert fitting.median_residual(form, exact) == pytest.approx(0, abs=1e-9)
    off = matrix + np.array([[0, 0, 0], [0, 0, 15.0], [0, 0, 0]])
    assert fitting.median_residual(
        form, fitting.fit_to_frame(form, ideal_candidates(form, matrix), off)
    ) == pytest.approx(15 / 2050, rel=0.05)
    assert fitting.median_residual(form, FormFit(matrix, (), (), 0.0)) == 1.0


def test_a_label_that_was_not_read_does_not_take_the_place_of_one_that_reads_alike() -> None:
    form = next(form for form in PAGE_FORMS if form.id == "birth-2016")
    matrix = placing(form)
    mother, father = (
        next(number for number, label in enumerate(form.labels) if label.text == f"Họ, chữ đệm, tên {who}:")
        for who in ("mẹ", "cha")
    )
    found = {c.label: c for c in ideal_candidates(form, matrix)}
    alike = found[father]
    found[mother] = LabelCandidate(mother, alike.box, alike.baseline, 0.85, False)
    fit = fitting.fit_form(form, list(found.values()), SIZE)
    assert fit is not None
    v = form.labels[mother].v
    assert fit.to_pixels(0.3, v)[1] == pytest.approx(at(matrix, 0.3, v)[1], abs=5)


@pytest.mark.parametrize("form", PAGE_FORMS, ids=FORM_IDS)
@pytest.mark.parametrize(
    ("before", "behind", "score"),
    [(0.2, 0.0, 0.9), (0.0, 0.5, 1.0), (0.0, -0.3, 0.9), (0.0, -0.45, 1.0), (-0.2, 0.0, 0.9)],
)
def test_a_label_ends_where_its_print_does_though_a_word_more_or_less_was_read(
    form: Form, before: float, behind: float, score: float
) -> None:
    matrix = placing(form)
    found = ideal_candidates(form, matrix)
    long = [n for n, label in enumerate(form.labels) if len(label.text) >= 8]
    number = min(long, key=lambda n: found[n].box.width)
    right = found[number].box
    wide = right.width
    read = Box(right.left - before * wide, right.top, right.right + behind * wide, right.bottom)
    found[number] = LabelCandidate(number, read, found[number].baseline, score, False)
    fit = fitting.fit_to_frame(form, found, matrix)
    placed = place_labels(form, fit)
    where = placed[[n for n, label in enumerate(form.labels) if label.text].index(number)].box
    assert where.left == pytest.approx(right.left, abs=0.02 * wide + 3)
    assert where.right == pytest.approx(right.right, abs=0.02 * wide + 3)


@pytest.mark.parametrize("form", PAGE_FORMS, ids=FORM_IDS)
def test_a_box_that_holds_another_line_too_moves_no_label(form: Form) -> None:
    matrix = placing(form)
    found = ideal_candidates(form, matrix)
    number = next(n for n, label in enumerate(form.labels) if len(label.text) >= 12 and 0.2 < label.v < 0.9)
    right = found[number].box
    tall = Box(right.left, right.top, right.right, right.bottom + 1.1 * right.height)
    found[number] = LabelCandidate(number, tall, found[number].baseline + right.height, 1.0, False)
    fit = fitting.fit_to_frame(form, found, matrix)
    placed = place_labels(form, fit)
    where = placed[[n for n, label in enumerate(form.labels) if label.text].index(number)].box
    assert where.bottom == pytest.approx(right.bottom, abs=0.3 * right.height)


def test_a_place_between_lines_and_rules_moves_as_those_beside_it_do() -> None:
    matrix = np.array([[900.0, 20, 80], [-15, 1300, 120], [1e-5, 2e-5, 1]])
    drift, spread = ((0.1, 0.004), (0.5, -0.002), (0.9, 0.001)), ((0.0, 0.0), (0.7, 0.01), (1.0, 0.0))
    fit = FormFit(matrix, drift, (), 1.0, spread)
    for u, v in ((0.0, 0.05), (0.35, 0.1), (0.7, 0.3), (0.9, 0.8), (1.0, 0.95)):
        moved_u, moved_v = (x + np.interp(x, *np.transpose(known)) for x, known in ((u, spread), (v, drift)))
        assert fit.to_pixels(u, v) == pytest.approx(at(matrix, moved_u, moved_v), abs=1e-9)
