"""Books like those calibrated on raise no alarm, books unlike them do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import pytest

from pipeline.recognition.calibration import Calibration, CalibrationFeatures, fit_calibration
from tests.recognition.calibration.drawn_samples import drawn


@cache
def known() -> Calibration:
    return fit_calibration(drawn(10_000, 1).samples)


def book(
    seed: int, fields: int = 300, harder: float = 0.0, kinds: Sequence[str] = ()
) -> list[CalibrationFeatures]:
    return [
        sample.features
        for sample in drawn(fields, seed, harder=harder).samples
        if not kinds or sample.features.kind in kinds
    ]


def test_books_like_those_calibrated_on_raise_no_alarm() -> None:
    assert [known().drift(book(seed)) for seed in range(100, 160)] == [None] * 60


def test_a_book_of_other_fields_is_no_alarm_by_itself() -> None:
    """A book of names and places is less sure than one of sexes and dates, and just as usual."""
    for seed in range(100, 120):
        assert known().drift(book(seed, 600, kinds=("name", "place"))) is None
        assert known().drift(book(seed, 600, kinds=("choice:sex", "date"))) is None


@pytest.mark.parametrize("fields", [80, 300, 2000])
def test_books_that_are_harder_to_read_raise_an_alarm(fields: int) -> None:
    for seed in range(100, 110):
        alarm = known().drift(book(seed, fields, harder=3.0))
        assert alarm is not None
        assert alarm.lower
        assert alarm.distance > alarm.allowed


def test_books_that_are_read_too_surely_raise_an_alarm_too() -> None:
    alarm = known().drift(book(100, harder=-3.5))
    assert alarm is not None
    assert not alarm.lower


def test_unknown_words_raise_an_alarm_whatever_the_chances() -> None:
    strange = [replace(g, evidence=replace(g.evidence, support=0.3)) for g in book(100)]
    alarm = known().drift(strange)
    assert alarm is not None
    assert "support" in alarm.shifted


@pytest.mark.parametrize("fields", [0, 1, 30])
def test_a_small_book_is_not_judged(fields: int) -> None:
    assert known().drift(book(100, fields, harder=4.0)) is None


def test_books_that_differ_from_one_another_widen_what_is_usual() -> None:
    hands = [drawn(1200, seed, books=1, harder=seed * 0.4 - 1.2, name=f"hand {seed} ") for seed in range(7)]
    mixed = fit_calibration([sample for hand in hands for sample in hand.samples])
    assert mixed.usual.distance > known().usual.distance
    assert mixed.drift(book(100, harder=1.0)) is None
    assert mixed.drift(book(100, harder=5.0)) is not None
