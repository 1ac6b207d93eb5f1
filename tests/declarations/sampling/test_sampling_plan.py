"""Plans keep to their risks: against exact counting, and against lots that are really drawn from."""

from __future__ import annotations

from itertools import combinations
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.declarations.sampling import (
    QualityLevels,
    draw_sample,
    plan_with_share,
    probability_at_most,
    smallest_plan,
    upper_bound_of_wrong,
)
from pipeline.declarations.sampling.sampling_plan import ROUNDING

QUALITY = QualityLevels()


@given(st.integers(0, 60), st.data())
def test_chances_are_those_of_counting(lot: int, data: st.DataObject) -> None:
    wrong, sample = data.draw(st.integers(0, lot)), data.draw(st.integers(0, lot))
    found = data.draw(st.integers(0, sample))
    ways = sum(comb(wrong, k) * comb(lot - wrong, sample - k) for k in range(found + 1))
    assert probability_at_most(found, lot, wrong, sample) == pytest.approx(ways / comb(lot, sample), abs=1e-9)


@pytest.mark.parametrize("lot", [1, 7, 40, 80, 300, 2000, 100_000])
def test_a_plan_keeps_to_both_risks_with_the_smallest_sample(lot: int) -> None:
    plan = smallest_plan(lot, QUALITY)
    assert plan.producer_risk <= QUALITY.producer_risk + ROUNDING
    assert plan.consumer_risk <= QUALITY.consumer_risk + ROUNDING
    if not plan.is_whole:
        good, bad = QUALITY.acceptable_of(lot), QUALITY.rejectable_of(lot)
        smaller = [
            c
            for c in range(plan.sample)
            if probability_at_most(c, lot, bad, plan.sample - 1) <= QUALITY.consumer_risk
            and 1 - probability_at_most(c, lot, good, plan.sample - 1) <= QUALITY.producer_risk
        ]
        assert smaller == []


def searched(lot: int, quality: QualityLevels) -> tuple[int, int]:
    """Sample and acceptance of the smallest plan, by trying every acceptance and every sample."""
    good, bad = quality.acceptable_of(lot), quality.rejectable_of(lot)
    for acceptance in range(min(bad, lot)):
        sample = next(
            (
                one
                for one in range(acceptance + 1, lot)
                if probability_at_most(acceptance, lot, bad, one) <= quality.consumer_risk + ROUNDING
            ),
            lot,
        )
        if sample >= lot:
            break
        if 1 - probability_at_most(acceptance, lot, good, sample) <= quality.producer_risk + ROUNDING:
            return sample, acceptance
    return lot, lot


SHARES = st.integers(0, 300).map(lambda thousandths: thousandths / 1000)
RISKS = st.sampled_from([0.0, 1e-6, 0.01, 0.05, 0.1, 0.2, 0.5])


@given(st.integers(1, 90), SHARES, SHARES, RISKS, RISKS)
def test_the_plan_is_the_one_that_trying_all_of_them_finds(
    lot: int, acceptable: float, further: float, producer_risk: float, consumer_risk: float
) -> None:
    quality = QualityLevels(acceptable, acceptable + further, producer_risk, consumer_risk)
    plan = smallest_plan(lot, quality)
    assert (plan.sample, plan.acceptance) == searched(lot, quality)


def test_close_levels_of_a_large_lot_need_a_large_sample() -> None:
    plan = smallest_plan(1_000_000, QualityLevels(0.045, 0.05))
    assert (plan.sample, plan.acceptance) == (15233, 727)
    assert plan.consumer_risk <= 0.1 + ROUNDING
    assert probability_at_most(726, 1_000_000, 45_000, 15_213) < 0.95


def test_known_plans() -> None:
    plan = smallest_plan(2000, QUALITY)
    assert (plan.sample, plan.acceptance) == (130, 3)
    small = smallest_plan(20, QUALITY)
    assert (small.sample, small.acceptance) == (18, 0)
    assert smallest_plan(5, QUALITY).is_whole


@pytest.mark.parametrize("share_wrong", [0.01, 0.02, 0.03, 0.05, 0.08])
def test_the_operating_characteristic_is_what_happens_to_lots(share_wrong: float) -> None:
    plan = smallest_plan(1000, QUALITY)
    wrong = round(1000 * share_wrong)
    passed, trials = 0, 500
    for trial in range(trials):
        sample = draw_sample(range(1000), plan.sample, f"seed-{share_wrong}-{trial}")
        passed += sum(one < wrong for one in sample) <= plan.acceptance
    expected = plan.passes(wrong)
    assert abs(passed / trials - expected) < 4 * (max(expected * (1 - expected), 0.002) / trials) ** 0.5


def test_every_entry_is_as_likely_to_be_drawn_as_any_other_and_every_pair() -> None:
    times = np.zeros(12)
    pairs: dict[tuple[int, ...], int] = dict.fromkeys(combinations(range(6), 2), 0)
    for trial in range(3000):
        for one in draw_sample(range(12), 4, str(trial)):
            times[one] += 1
        pairs[draw_sample(range(6), 2, str(trial))] += 1
    assert abs(times / 1000 - 1).max() < 0.12
    assert all(abs(count / 200 - 1) < 0.3 for count in pairs.values())


def test_a_seed_draws_the_same_again_in_whatever_order_the_entries_come() -> None:
    assert draw_sample([5, 1, 9, 4], 2, "a") == draw_sample([9, 4, 5, 1], 2, "a")
    assert draw_sample(range(1000), 50, "a") != draw_sample(range(1000), 50, "b")


@given(st.integers(1, 200), st.data())
def test_the_bound_is_the_most_that_is_not_refuted(lot: int, data: st.DataObject) -> None:
    sample = data.draw(st.integers(1, lot))
    found = data.draw(st.integers(0, sample))
    most = upper_bound_of_wrong(found, lot, sample, 0.05)
    assert found <= most <= lot - (sample - found)
    assert most == found or probability_at_most(found, lot, most, sample) > 0.05
    assert most == lot - (sample - found) or probability_at_most(found, lot, most + 1, sample) <= 0.05


def test_the_bound_of_a_lot_that_was_looked_at_whole_is_what_was_found() -> None:
    assert upper_bound_of_wrong(3, 50, 50, 0.05) == 3


def test_the_bound_holds_in_all_but_its_share_of_samples() -> None:
    rng = np.random.default_rng(3)
    missed = sum(
        upper_bound_of_wrong(int(rng.hypergeometric(30, 570, 90)), 600, 90, 0.05) < 30 for _ in range(2000)
    )
    assert missed / 2000 <= 0.065


def test_round_one_looks_at_all_and_round_two_at_thirty_of_a_hundred() -> None:
    whole, part = plan_with_share(500, 1.0, QUALITY), plan_with_share(500, 0.3, QUALITY)
    assert (whole.sample, whole.is_whole, whole.consumer_risk) == (500, True, 0.0)
    assert (part.sample, part.is_whole) == (150, False)
    assert (
        part.consumer_risk <= QUALITY.consumer_risk < probability_at_most(part.acceptance + 1, 500, 25, 150)
    )


def test_a_share_that_is_too_small_says_so() -> None:
    plan = plan_with_share(30, 0.1, QUALITY)
    assert (plan.sample, plan.acceptance) == (3, 0)
    assert plan.consumer_risk > QUALITY.consumer_risk
