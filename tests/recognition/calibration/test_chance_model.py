"""Chances mean what they say."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.base.model import Evidence
from pipeline.recognition.calibration import Calibration, fit_calibration, split_samples
from pipeline.training.evaluation.confidence import calibration_error, judged_bins
from tests.recognition.calibration.drawn_samples import KINDS, drawn


@cache
def known_model() -> Calibration:
    return fit_calibration(drawn(8000, 1).samples)


SHARES = st.floats(0, 1)
PIECES = list(Evidence.__dataclass_fields__)
EVIDENCE = st.builds(Evidence, SHARES, SHARES, SHARES, SHARES, SHARES, SHARES)


def error(calibration: Calibration, seed: int, kind: str = "", harder: float = 0.0) -> float:
    """The expected calibration error on other fields."""
    others = [s for s in drawn(12_000, seed, harder=harder).samples if not kind or s.features.kind == kind]
    chances = calibration.chances_right([sample.features for sample in others])
    found = calibration_error(judged_bins(zip(chances, [sample.right for sample in others], strict=True)))
    assert found is not None
    return found


def test_chances_of_other_fields_mean_what_they_say() -> None:
    assert error(known_model(), 2) < 0.015


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_calibrated_by_itself(kind: str) -> None:
    assert error(known_model(), 2, kind) < 0.03


def test_the_machines_own_chance_would_have_meant_less() -> None:
    others = drawn(12_000, 2).samples
    own = [(sample.features.evidence.chance, sample.right) for sample in others]
    unfitted = calibration_error(judged_bins(own))
    assert unfitted is not None
    assert error(known_model(), 2) < unfitted / 2


@given(EVIDENCE, st.sampled_from([*KINDS, "never seen"]), st.sampled_from(PIECES), SHARES)
def test_more_evidence_never_lowers_a_chance(evidence: Evidence, kind: str, piece: str, more: float) -> None:
    features = replace(drawn(1, 3).samples[0].features, kind=kind, evidence=evidence)
    risen = max(more, getattr(evidence, piece))
    better = replace(evidence, **{piece: risen})
    if piece == "chance":  # of the value; the next one keeps its own
        better = replace(better, margin=min(1.0, evidence.margin + risen - evidence.chance))
    assert (
        known_model().chances_right([replace(features, evidence=better)])[0]
        >= known_model().chances_right([features])[0] - 1e-12
    )


def test_a_clear_hand_around_it_never_lowers_a_chance_and_an_unclear_one_can() -> None:
    samples = [
        replace(
            one,
            features=replace(one.features, neighbour_clarity=0.95 if one.right else 0.7),
            entry=str(number),
        )
        for number, one in enumerate(drawn(3000, 5).samples)
    ]
    model = fit_calibration(samples)
    chances = [
        model.chances_right([replace(samples[0].features, neighbour_clarity=share)])[0]
        for share in (0.3, 0.7, 0.95, 1)
    ]
    assert chances == sorted(chances)
    assert chances[-1] > chances[0] + 0.1


def test_a_value_without_a_rival_is_surer_than_one_whose_next_is_near_however_small_both_chances_are() -> (
    None
):
    """In a long blank many readings share a chance; fields drawn here are right when nothing rivals them."""
    random = np.random.default_rng(21)
    samples = []
    for sample in drawn(6000, 21).samples:
        chance, alone = float(random.choice([0.15, 0.9])), bool(random.random() < 0.5)
        evidence = replace(sample.features.evidence, chance=chance, margin=chance * (1 if alone else 0.3))
        right = bool(random.random() < (0.98 if alone else 0.6))
        samples.append(replace(sample, right=right, features=replace(sample.features, evidence=evidence)))
    calibration = fit_calibration(samples)
    for chance in (0.15, 0.9):
        for rival, least, most in ((0.0, 0.95, 1.0), (0.7, 0.5, 0.7)):
            mine = [
                sample.features
                for sample in samples
                if sample.features.evidence.chance == chance
                and (sample.features.evidence.margin < chance) is (rival > 0)
            ]
            assert least < np.mean(calibration.chances_right(mine)) < most


@given(EVIDENCE, st.sampled_from([*KINDS, "never seen"]), st.integers(0, 400), st.booleans())
def test_a_chance_is_one_whatever_the_evidence(
    evidence: Evidence, kind: str, letters: int, told: bool
) -> None:
    features = replace(
        drawn(1, 3).samples[0].features, kind=kind, evidence=evidence, letters=letters, doubted=told
    )
    assert 0 <= known_model().chances_right([features])[0] < 1


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, -3.0])
def test_evidence_that_is_no_number_speaks_for_nothing(number: float) -> None:
    features = drawn(1, 3).samples[0].features
    nothing = replace(features, evidence=Evidence(*[0.0] * 6))
    broken = replace(features, evidence=Evidence(*[number] * 6))
    chance = known_model().chances_right([broken])[0]
    assert math.isfinite(chance)
    if number != math.inf:
        assert chance == known_model().chances_right([nothing])[0]


def test_a_doubt_or_a_text_without_a_value_never_raises_a_chance() -> None:
    for sample in drawn(200, 4).samples:
        sound = replace(sample.features, parses=True, doubted=False)
        for worse in (replace(sound, parses=False), replace(sound, doubted=True)):
            assert known_model().chances_right([worse])[0] <= known_model().chances_right([sound])[0] + 1e-12


def test_a_kind_with_few_samples_leans_on_all_kinds() -> None:
    few = drawn(3000, 5).samples
    places = [sample for sample in few if sample.features.kind == "place"][:50]
    others = [sample for sample in few if sample.features.kind != "place"]
    assert error(fit_calibration([*others, *places]), 6, "place") < 0.12


def test_few_checked_fields_change_little_of_what_was_known() -> None:
    again = fit_calibration(drawn(60, 7).samples, before=known_model())
    features = [sample.features for sample in drawn(500, 8).samples]
    change = np.abs(np.array(again.chances_right(features)) - np.array(known_model().chances_right(features)))
    assert change.mean() < 0.05


def test_many_checked_fields_of_harder_books_bring_chances_down_to_earth() -> None:
    hard = [replace(s, right=s.right and n % 3 > 0) for n, s in enumerate(drawn(6000, 9).samples)]
    again = fit_calibration(hard, before=known_model())
    others = [replace(s, right=s.right and n % 3 > 0) for n, s in enumerate(drawn(6000, 10).samples)]

    def missed(calibration: Calibration) -> float:
        chances = calibration.chances_right([sample.features for sample in others])
        return calibration_error(judged_bins(zip(chances, [s.right for s in others], strict=True))) or 0.0

    assert missed(again) < 0.03 < missed(known_model())


def test_the_same_samples_give_the_same_calibration() -> None:
    assert (
        fit_calibration(drawn(1000, 1).samples).fingerprint
        == fit_calibration(drawn(1000, 1).samples).fingerprint
    )
    assert (
        fit_calibration(drawn(1000, 1).samples).fingerprint
        != fit_calibration(drawn(1000, 2).samples).fingerprint
    )


def test_without_samples_there_is_no_calibration() -> None:
    with pytest.raises(ValueError, match="no samples"):
        fit_calibration([])


def test_kinds_with_few_samples_are_known_and_others_are_not() -> None:
    few = drawn(3000, 5).samples
    places = [sample for sample in few if sample.features.kind == "place"][:12]
    made = fit_calibration([*(sample for sample in few if sample.features.kind != "place"), *places])
    assert made.knows("place")
    assert not made.knows("choice:never-seen")
    one = places[0].features
    assert made.chances_right([one])[0] == made.chances_right([replace(one, kind="choice:never-seen")])[0]


def test_no_bound_is_proven_on_kinds_that_were_not_fitted_on() -> None:
    samples = drawn(3000, 5).samples
    _, held = split_samples(samples)
    strange = [replace(s, features=replace(s.features, kind="text"), right=False) for s in held]
    with_strange = fit_calibration([*samples, *strange])
    assert with_strange.other.accepted == fit_calibration(samples).other.accepted
