"""A table form is laid over a page by the widths of its columns."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.declarations.schema import Form, Table
from pipeline.layout.locate.form_fit import FormFit, frame_aspect
from pipeline.layout.locate.table_fit import column_shares, fit_table, row_shares
from tests.layout.locate.forms import TABLE_FORMS

FORM_IDS = [form.id for form in TABLE_FORMS]
WIDE = 2100.0


def table_of(form: Form) -> Table:
    assert form.table is not None
    return form.table


def rules(
    form: Form, left: float = 110, top: float = 150, wide: float = WIDE
) -> tuple[np.ndarray, np.ndarray]:
    """Where the rules of that form stand on a page: x of the upright, y of the level ones."""
    high = wide / frame_aspect(form)
    down = np.concatenate([[0.0], row_shares(table_of(form))])
    return left + wide * column_shares(table_of(form)), top + high * down


def size_of(form: Form) -> tuple[int, int]:
    return int(WIDE * 1.1), int(WIDE / frame_aspect(form) * 1.15)


def furthest(fit: FormFit, form: Form, left: float, top: float, wide: float = WIDE) -> float:
    high = wide / frame_aspect(form)
    return max(
        float(np.hypot(*np.subtract(fit.to_pixels(u, v), (left + wide * u, top + high * v))))
        for u, v in ((0, 0), (1, 0), (1, 1), (0, 1))
    )


def test_shares_run_from_edge_to_edge() -> None:
    for form in TABLE_FORMS:
        table = table_of(form)
        columns, rows = column_shares(table), row_shares(table)
        assert (columns[0], columns[-1]) == pytest.approx((0, 1))
        assert (np.diff(columns) > 0).all()
        assert (rows[0], rows[-1], len(rows)) == pytest.approx((table.top, table.bottom, table.rows + 1))


@settings(max_examples=10, deadline=None)
@pytest.mark.parametrize("form", TABLE_FORMS, ids=FORM_IDS)
@given(seed=st.integers(0, 10_000), missing=st.integers(0, 3), extra=st.integers(0, 4))
def test_the_table_is_found_with_rules_missing_and_others_too_many(
    form: Form, seed: int, missing: int, extra: int
) -> None:
    rng = np.random.default_rng(seed)
    x, y = rules(form)
    x = np.delete(x, rng.choice(len(x), missing, replace=False)) + rng.uniform(-1.5, 1.5, len(x) - missing)
    x = np.sort(np.concatenate([x, rng.uniform(0, size_of(form)[0], extra)]))
    y = np.delete(y, rng.integers(1, len(y) - 1)) + rng.uniform(-1.5, 1.5, len(y) - 1)
    fit = fit_table(form, x, y, size_of(form))
    assert fit is not None
    assert furthest(fit, form, 110, 150) < 0.006 * WIDE


@pytest.mark.parametrize("form", TABLE_FORMS, ids=FORM_IDS)
def test_the_outer_rules_may_be_cut_off(form: Form) -> None:
    x, y = rules(form)
    fit = fit_table(form, x[1:], y[:-1], size_of(form))
    assert fit is not None
    assert furthest(fit, form, 110, 150) < 0.006 * WIDE


@pytest.mark.parametrize("unseen", [slice(1, -1), slice(0, -1), slice(2, None), slice(2, -1)])
@pytest.mark.parametrize("form", TABLE_FORMS, ids=FORM_IDS)
def test_rows_are_not_taken_for_their_neighbours_where_outer_horizontal_rules_are_not_seen(
    form: Form, unseen: slice
) -> None:
    x, y = rules(form)
    fit = fit_table(form, x, y[unseen], size_of(form), (y[0] + 3, y[-1] - 3))
    assert fit is not None
    assert furthest(fit, form, 110, 150) < 0.006 * WIDE


@pytest.mark.parametrize("form", TABLE_FORMS, ids=FORM_IDS)
def test_without_horizontal_rules_the_frame_is_as_high_as_its_vertical_rules_are_long(form: Form) -> None:
    x, y = rules(form)
    fit = fit_table(form, x, y[3:4], size_of(form), (y[0] + 2, y[-1] - 2))
    assert fit is not None
    assert furthest(fit, form, 110, 150) < 0.006 * WIDE
    assert fit_table(form, x, y[3:4], size_of(form), (y[0], y[3])) is None


@pytest.mark.parametrize("form", TABLE_FORMS, ids=FORM_IDS)
def test_a_bent_first_rule_and_a_chance_rule_above_the_heading_do_not_move_the_rows_up(form: Form) -> None:
    x, y = rules(form)
    pitch = y[-1] - y[-2]
    # the frame's own top and the first row's top are off; a stroke of the heading stands a row above the first row
    seen = np.sort(np.concatenate([[y[1] - pitch], y[2:-1], y[-1:] + 0.006 * pitch * (len(y) - 1)]))
    fit = fit_table(form, x, seen, size_of(form), (y[0], y[-1]))
    assert fit is not None
    assert furthest(fit, form, 110, 150) < 0.006 * WIDE


@pytest.mark.parametrize("form", TABLE_FORMS, ids=FORM_IDS)
def test_a_table_upside_down_is_refused_or_fits_worse(form: Form) -> None:
    x, y = rules(form)
    width, height = size_of(form)
    upright = fit_table(form, x, y, (width, height))
    over = fit_table(form, width - x[::-1], height - y[::-1], (width, height))
    assert upright is not None
    assert over is None or over.share < 0.85 * upright.share


@pytest.mark.parametrize("form", TABLE_FORMS, ids=FORM_IDS)
def test_evenly_spaced_rules_are_no_table_of_this_form(form: Form) -> None:
    _, y = rules(form)
    x = np.linspace(110, 110 + WIDE, len(table_of(form).columns) + 1)
    assert fit_table(form, x, y, size_of(form)) is None


@pytest.mark.parametrize("form", TABLE_FORMS, ids=FORM_IDS)
def test_a_page_with_few_rules_is_no_table(form: Form) -> None:
    nothing = np.array([])
    x, y = rules(form)
    assert fit_table(form, nothing, nothing, size_of(form)) is None
    assert fit_table(form, x[:2], y, size_of(form)) is None
    assert fit_table(form, x, nothing, size_of(form)) is None


def hand_ruled(form: Form) -> Form:
    """Return the form without rules between its rows, of three columns."""
    table = table_of(form)
    columns = tuple(
        one.model_copy(update={"width": wide})
        for one, wide in zip(table.columns[:3], (3.0, 4.0, 3.0), strict=True)
    )
    bare = table.model_copy(update={"ruled": False, "columns": columns})
    return form.model_copy(update={"table": bare})


@settings(max_examples=20, deadline=None)
@pytest.mark.parametrize("form", TABLE_FORMS, ids=FORM_IDS)
@given(seed=st.integers(0, 10_000), edges=st.integers(0, 4))
def test_columns_that_a_clerk_ruled_about_there_are_found_by_the_height_of_the_table(
    form: Form, seed: int, edges: int
) -> None:
    rng = np.random.default_rng(seed)
    bare = hand_ruled(form)
    x, y = rules(bare)
    width, high = size_of(form)
    ruled = x + np.array([0.0, *rng.choice([-1, 1], 2) * rng.uniform(0.006, 0.012, 2) * WIDE, 0.0])
    beyond = rng.choice([15.0, 25.0, width - 25.0, width - 15.0], edges, replace=False)
    fit = fit_table(bare, np.sort(np.concatenate([ruled, beyond])), y[:1], (width, high), (y[0], y[-1]))
    assert fit is not None
    assert furthest(fit, form, 110, 150) < 0.02 * WIDE


@pytest.mark.parametrize("form", TABLE_FORMS, ids=FORM_IDS)
def test_columns_that_are_not_there_and_tables_of_another_height_are_refused(form: Form) -> None:
    bare = hand_ruled(form)
    x, y = rules(bare)
    off = x + np.array([0.0, 0.012, -0.012, 0.0]) * WIDE
    lower = y[0] + 0.94 * (y[-1] - y[0])
    assert fit_table(bare, off, y[:1], size_of(form), (y[0], lower)) is None
    assert fit_table(bare, off, y[:1], size_of(form)) is None, "nobody knows its height"
    away = x + np.array([0.0, 0.03, -0.03, 0.0]) * WIDE
    assert fit_table(bare, away, y[:1], size_of(form), (y[0], y[-1])) is None
    printed = bare.model_copy(update={"table": table_of(bare).model_copy(update={"ruled": True})})
    assert fit_table(printed, off, y[:1], size_of(form), (y[0], y[-1])) is None, (
        "a press rules all pages alike"
    )
