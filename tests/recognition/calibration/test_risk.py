"""The bound holds as often as it says, and where it cannot be proven nothing is accepted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.recognition.calibration import RiskBound, RiskCurve, fit_calibration, split_samples, upper_bound
from pipeline.recognition.calibration.risk import binomial_cdf, lower_bound, risk_bound, risk_curve
from tests.recognition.calibration.drawn_samples import drawn

CURVE: RiskCurve = fit_calibration(drawn(4000, 11).samples).other


@pytest.mark.parametrize(
    ("wrong", "fields", "expected"),
    [(0, 575, 0.003996), (0, 100, 0.022763), (1, 100, 0.038339), (100, 100, 1.0), (0, 0, 1.0)],
)
def test_the_bound_is_the_exact_binomial_one(wrong: int, fields: int, expected: float) -> None:
    assert upper_bound(fields, wrong) == pytest.approx(expected, abs=5e-6)


@given(st.integers(1, 3000), st.integers(0, 50), st.floats(0.01, 0.5))
def test_the_bound_is_where_so_few_errors_become_unlikely(fields: int, wrong: int, delta: float) -> None:
    upper = upper_bound(fields, min(wrong, fields), delta)
    if upper < 1:
        assert binomial_cdf(wrong, fields, upper) == pytest.approx(delta, abs=1e-6)


@given(st.integers(1, 2000), st.integers(0, 20))
def test_more_errors_or_fewer_fields_raise_the_bound(fields: int, wrong: int) -> None:
    assert upper_bound(fields, wrong + 1) >= upper_bound(fields, wrong)
    assert upper_bound(fields + 1, wrong) <= upper_bound(fields, wrong)


@pytest.mark.parametrize("honest", [True, False])
def test_the_tolerance_is_broken_no_more_often_than_promised(honest: bool) -> None:
    """Also with chances that promise too much: the bound trusts what was seen, not what the chances say."""
    random = np.random.default_rng(5)
    tolerated, rounds, broken, proven = 0.03, 400, 0, 0
    for _ in range(rounds):
        chances = random.beta(4, 0.6, 1500)
        truly = chances if honest else chances**1.6
        curve = risk_curve(chances.tolist(), (random.random(1500) < truly).tolist(), fields=1500)
        bound = risk_bound(curve, tolerated)
        if bound.threshold is None:
            continue
        proven += 1
        sure = np.linspace(bound.threshold, 1, 20_001)[:-1]
        weight = sure**3 * (1 - sure) ** -0.4
        right = sure if honest else sure**1.6
        broken += float((weight * (1 - right)).sum() / weight.sum()) > tolerated
    assert proven > rounds / 4
    assert broken / rounds <= 0.1


def test_chances_in_the_wrong_order_accept_nothing() -> None:
    random = np.random.default_rng(1)
    chances = random.random(5000)
    bound = risk_bound(risk_curve(chances.tolist(), (random.random(5000) > chances).tolist(), 5000), 0.01)
    assert bound.threshold is None
    assert bound.coverage == 0


def test_too_few_fields_prove_nothing_even_without_an_error() -> None:
    for count, proven in ((40, False), (560, False), (600, True)):
        chances = [1 - number / 1e6 for number in range(count)]
        bound = risk_bound(risk_curve(chances, [True] * count, count), 0.004)
        assert (bound.threshold is not None) is proven
        assert bound.needed == 575


def test_what_is_accepted_reaches_nearly_as_far_as_the_proof_does() -> None:
    """4 a thousand are proven by 3800 fields with 9 errors, and surely not by those of even chance behind them."""
    count, sound = 6000, 3810
    chances = [1 - number / 1e7 if number < sound else 0.5 for number in range(count)]
    errors = {400 * number - 1 for number in range(1, 10)} | set(range(sound, count))
    bound = risk_bound(risk_curve(chances, [number not in errors for number in range(count)], count), 0.004)
    assert bound.wrong == 9
    assert 3780 <= bound.accepted <= sound


def test_easy_hands_do_not_pay_for_a_difficult_one() -> None:
    """Nine hands without an error would carry a tenth that errs; its errors lie among its less sure fields."""
    count = 6000
    chances = [1 - number / 1e5 for number in range(count)]
    hands = [f"hand {number % 10}" for number in range(count)]
    right = [not (number % 10 == 0 and number > 3000 and number % 100 == 0) for number in range(count)]
    blind = risk_bound(risk_curve(chances, right, count), 0.01)
    fair = risk_bound(risk_curve(chances, right, count, hands), 0.01)
    assert blind.accepted == count
    assert fair.threshold is not None
    assert 3000 < fair.accepted < count


@given(st.integers(1, 2000), st.integers(0, 30), st.floats(0.001, 0.5))
def test_what_was_seen_lies_between_the_bounds(fields: int, wrong: int, delta: float) -> None:
    wrong = min(wrong, fields)
    assert lower_bound(fields, wrong, delta) <= wrong / fields <= upper_bound(fields, wrong, delta)
    if wrong:
        assert 1 - binomial_cdf(wrong - 1, fields, lower_bound(fields, wrong, delta)) <= delta + 1e-9


def test_more_tolerance_does_not_accept_nothing_where_less_accepts_much() -> None:
    """A writer who is hardly ever sure, and then wrong, is met only below the surest fields."""
    count, hard = 8000, range(4000, 4006)
    chances = np.concatenate([np.linspace(0.99995, 0.9999, 3500), np.linspace(0.9985, 0.997, 4500)]).tolist()
    hands = ["difficult" if number in hard else "easy" for number in range(count)]
    curve = risk_curve(chances, [hand == "easy" for hand in hands], count, hands)
    strict, lenient = risk_bound(curve, 0.001), risk_bound(curve, 0.004)
    assert strict.threshold is not None
    assert lenient.threshold is not None
    assert lenient.accepted >= strict.accepted > 2302


def test_nothing_at_all_proves_nothing() -> None:
    bound = risk_bound(risk_curve([], [], 0), 0.004)
    assert (bound.threshold, bound.coverage, bound.error) == (None, 0, None)


@given(st.floats(1e-4, 0.3), st.floats(0.01, 0.3))
def test_a_proven_threshold_keeps_to_its_tolerance(tolerated: float, delta: float) -> None:
    bound = risk_bound(CURVE, tolerated, delta)
    if bound.threshold is not None:
        assert bound.wrong / bound.accepted <= bound.upper <= tolerated + 1e-9
        assert 0 < bound.coverage <= 1


def test_what_is_accepted_errs_more_than_tolerated_in_no_more_calibrations_than_promised() -> None:
    others = drawn(10_000, 13)
    features = [sample.features for sample in others.samples]
    broken = proven = 0
    for seed in range(100, 120):
        calibration = fit_calibration(drawn(4000, seed).samples)
        chances = calibration.chances_right(features)
        for critical in (False, True):
            bound = calibration.bound(critical=critical, tolerated=0.04)
            truly = [
                true
                for sample, chance, true in zip(others.samples, chances, others.chances, strict=True)
                if sample.critical is critical
                and sample.features.eligible
                and bound.threshold is not None
                and chance >= bound.threshold
            ]
            proven += bool(truly)
            broken += bool(truly) and float(np.mean(truly)) < 0.96
    assert proven > 26
    assert broken <= 0.1 * proven


def test_no_entry_is_both_fitted_on_and_bounded_on() -> None:
    fitting, held = split_samples(drawn(3000, 14).samples)
    assert {sample.entry for sample in fitting}.isdisjoint(sample.entry for sample in held)
    assert len(fitting) + len(held) == 3000
    assert 0.4 < len(fitting) / 3000 < 0.6


def test_a_doubted_or_valueless_field_counts_for_no_threshold() -> None:
    samples = drawn(3000, 15).samples
    calibration = fit_calibration(samples)
    held = [sample for sample in split_samples(samples)[1] if not sample.critical]
    assert calibration.other.fields == len(held)
    assert calibration.other.accepted[-1] == sum(sample.features.eligible for sample in held)


def test_far_more_errors_than_tolerated_refute_an_old_threshold() -> None:
    old = RiskBound(0.99, fields=800, accepted=500, wrong=7, upper=0.03, tolerated=0.004, delta=0.1)
    assert old.refuted
    assert not replace(old, wrong=2).refuted
    assert not replace(old, accepted=0, wrong=0).refuted
