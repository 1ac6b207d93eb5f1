"""How many times likelier right values are to be borne out: as the counts allow, and never more."""

from __future__ import annotations

import pytest

from benchmarks.fitting.fit_confirmation import Outcome, figures_of


def outcomes(kind: str, right: int, right_confirmed: int, wrong: int, wrong_confirmed: int) -> list[Outcome]:
    return [
        *(Outcome(kind, True, at < right_confirmed, False) for at in range(right)),
        *(Outcome(kind, False, at < wrong_confirmed, False) for at in range(wrong)),
    ]


def test_places_and_texts_are_bounded_together() -> None:
    figures = figures_of([*outcomes("place", 100, 20, 30, 0), *outcomes("text", 100, 40, 43, 0)])
    assert figures["place, text"]["right_confirmed"] == pytest.approx(0.3)
    assert figures["place, text"]["odds"] == pytest.approx(0.3 / (1.0 - 0.1 ** (1 / 73)), rel=1e-3)


def test_a_wrong_value_that_is_borne_out_lowers_the_bound() -> None:
    none, one = (figures_of(outcomes("text", 100, 50, 50, mistaken))["text"]["odds"] for mistaken in (0, 1))
    assert one < none


def test_without_wrong_values_nothing_is_bounded() -> None:
    assert figures_of(outcomes("place", 10, 5, 0, 0))["place"]["odds"] == 0.5


def test_touched_values_are_counted_by_whether_they_are_right() -> None:
    found = [
        Outcome("date", True, True, True),
        Outcome("name", False, False, True),
        Outcome("name", False, True, True),
    ]
    assert figures_of(found)["touched"] == {"right": 1, "wrong": 2, "wrong_confirmed": 1}
