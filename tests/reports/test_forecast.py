from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np
import pytest

from pipeline.reports.forecast import SURE, forecast, student

TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("freedom", "exact"), [(3, 1.6377), (4, 1.5332), (7, 1.4149), (10, 1.3722), (30, 1.3104), (200, 1.2858)]
)
def test_students_quantile_agrees_with_the_tables(freedom: int, exact: float) -> None:
    assert math.isclose(student(0.9, freedom), exact, rel_tol=0.01)


def test_steady_work_ends_on_one_day() -> None:
    found = forecast(100, [10] * 56, TODAY)
    assert found is not None
    assert (found.a_day, found.early, found.likely, found.late) == (10.0, *[TODAY + timedelta(days=9)] * 3)


def test_weekends_do_not_widen_the_interval() -> None:
    found = forecast(500, [20, 20, 20, 20, 20, 0, 0] * 8, TODAY)
    assert found is not None
    assert found.early == found.likely == found.late == TODAY + timedelta(days=34)


def test_little_history_is_taken_by_days_and_less_gives_no_forecast() -> None:
    assert forecast(100, [10, 0, 10, 20], TODAY) is None
    found = forecast(100, [10, 0, 10, 20, 10], TODAY)
    assert found is not None
    assert found.days == 5
    assert found.early < found.likely


def test_where_the_days_differ_wildly_no_end_is_promised() -> None:
    found = forecast(10_000, [0, 0, 0, 0, 90], TODAY)
    assert found is not None
    assert found.late is None


@pytest.mark.parametrize(("left", "done"), [(0, [10] * 30), (100, [0] * 30)])
def test_nothing_left_or_nothing_done_has_no_end(left: int, done: list[int]) -> None:
    assert forecast(left, done, TODAY) is None


@pytest.mark.parametrize("left", [300, 3000])
def test_the_interval_holds_the_real_day_about_as_often_as_it_says(left: int) -> None:
    rng = np.random.default_rng(8)
    held, trials = 0, 600
    for _ in range(trials):
        work = rng.poisson(20 * rng.gamma(4.0, 0.25, 2000) * (np.arange(2000) % 7 < 5))
        past, ahead = work[:56], work[56:]
        found = forecast(left, past.tolist(), TODAY)
        assert found is not None
        day = TODAY + timedelta(days=int(np.searchsorted(np.cumsum(ahead), left)))
        held += found.early <= day and (found.late is None or day <= found.late)
    assert SURE - 0.06 < held / trials < SURE + 0.1
