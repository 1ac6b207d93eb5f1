"""What is accepted without a person is watched: too many errors are noticed, and honest sources go on, as promised."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.recognition.calibration import (
    DELTA,
    SampleCheck,
    evidence_against,
    is_stopped,
    weighted_error,
    weighted_upper_bound,
)
from pipeline.recognition.calibration.monitoring import ALTERNATIVES, MOST_WRONG
from pipeline.recognition.calibration.risk import is_refuted, risk_curve, upper_bound
from pipeline.recognition.calibration.weighting import effective_counts

OFFICES = 400
TOLERATED, CRITICAL = 0.004, 0.001


def ever_stopped(wrong: np.ndarray, tolerated: float) -> float:
    """The share of offices (rows) that are stopped after any of their checks (columns)."""
    likelier: np.ndarray = np.minimum(np.array(ALTERNATIVES) * tolerated, MOST_WRONG)
    gain, loss = np.log(likelier / tolerated), np.log((1 - likelier) / (1 - tolerated))
    bad = np.cumsum(wrong, axis=1)
    good = np.cumsum(~wrong, axis=1)
    evidence = sum(np.exp(bad * more + good * less) for more, less in zip(gain, loss, strict=True))
    return float((evidence / len(gain) >= 1 / DELTA).any(axis=1).mean())


@pytest.mark.parametrize("tolerated", [TOLERATED, CRITICAL])
def test_the_simulation_counts_as_the_program_does(tolerated: float) -> None:
    drawn = np.random.default_rng(1).random((6, 60)) < 0.06
    for row in drawn:
        stopped = any(
            is_stopped([SampleCheck(bool(one), tolerated) for one in row[:end]])
            for end in range(1, len(row) + 1)
        )
        assert ever_stopped(row[None], tolerated) == stopped


@pytest.mark.parametrize("tolerated", [TOLERATED, CRITICAL])
def test_an_honest_source_is_stopped_no_more_often_than_promised_however_often_it_is_asked(
    tolerated: float,
) -> None:
    wrong = np.random.default_rng(2).random((OFFICES, 1500)) < tolerated
    assert ever_stopped(wrong, tolerated) <= DELTA
    anew = [any(is_refuted(int(bad), n, tolerated, DELTA) for n, bad in _moments(row)) for row in wrong[:60]]
    assert np.mean(anew) > (2 * DELTA if tolerated == TOLERATED else 0)


def _moments(row: np.ndarray) -> list[tuple[int, int]]:
    """How many were checked and wrong after each error: only there the test asked once can say so."""
    at = np.flatnonzero(row)
    return [(int(place) + 1, number) for number, place in enumerate(at, start=1)]


@pytest.mark.parametrize(("times", "checks"), [(4, 1000), (8, 400), (25, 100)])
def test_more_errors_than_tolerated_are_noticed(times: int, checks: int) -> None:
    wrong = np.random.default_rng(3).random((OFFICES, checks)) < times * TOLERATED
    assert ever_stopped(wrong, TOLERATED) >= 0.9


def test_drawing_surer_values_less_often_neither_hides_nor_invents_errors() -> None:
    """Half of the values are drawn at 1 %, half at 20 %; errors are where few are drawn, or where many are."""
    rng = np.random.default_rng(4)
    for rates, often in (
        ((0.008, 0.0), (0.0, DELTA)),
        ((0.0, 0.008), (0.0, DELTA)),
        ((0.08, 0.0), (0.9, 1.0)),
    ):
        stopped = []
        for _ in range(30):
            rare = [SampleCheck(bool(one), TOLERATED, 0.01) for one in rng.random(300) < rates[0]]
            common = [SampleCheck(bool(one), TOLERATED, 0.2) for one in rng.random(6000) < rates[1]]
            checks = [*rare, *common]
            rng.shuffle(checks)
            stopped.append(evidence_against(checks) >= 1 / DELTA)
            error = weighted_error(checks)
            assert error is not None
            assert abs(error - sum(rates) / 2) < 0.025
        assert often[0] <= np.mean(stopped) <= often[1]


def test_nothing_is_said_without_checks_and_the_bound_of_even_draws_is_the_exact_one() -> None:
    assert (evidence_against([]), weighted_error([]), weighted_upper_bound([])) == (1.0, None, None)
    checks = [SampleCheck(at < 2, TOLERATED, 0.01) for at in range(100)]
    assert weighted_upper_bound(checks) == upper_bound(100, 2)
    assert weighted_error(checks) == pytest.approx(0.02)


def test_a_field_that_stands_for_many_is_less_than_many_fields() -> None:
    assert effective_counts([False] * 50, [3.0] * 50) == (50, 0)
    fields, wrong = effective_counts([True, *[False] * 50], [100.0, *[1.0] * 50])
    assert fields < 3
    assert wrong == 2


def test_a_threshold_is_proven_by_fields_that_stand_for_those_nobody_saw() -> None:
    """Doubted fields are many and wrong now and then; the surer ones, of which few are drawn, are all right."""
    sure, unsure = [0.999] * 700, [0.9] * 300
    right = [True] * 700 + [at % 10 > 0 for at in range(300)]
    alike = risk_curve([*sure, *unsure], right, 1000)
    drawn = risk_curve([*sure, *unsure], right, 1000, weights=[100.0] * 700 + [1.0] * 300)
    assert (alike.accepted[0], drawn.accepted[0]) == (700, 700)
    assert alike.wrong[-1] == 30
    assert drawn.wrong[-1] == 1
    assert risk_curve([*sure, *unsure], right, 1000, weights=[3.0] * 1000) == alike
