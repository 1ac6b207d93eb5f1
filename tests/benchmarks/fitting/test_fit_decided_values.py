"""How many times likelier right values are to be clear: as the counts allow, and never more."""

from __future__ import annotations

import pytest

from benchmarks.fitting.fit_decided_values import LEADS, Outcome, figures_of


def outcomes(right: bool, leads: list[tuple[float, float] | None], *, leaves: int = 0) -> list[Outcome]:
    return [Outcome("book", "registrar_name", False, right, one, at < leaves) for at, one in enumerate(leads)]


def at(figures: dict[str, object], leads: tuple[float, float]) -> dict[str, float]:
    told = figures["leads"]
    assert isinstance(told, list)
    found: dict[str, float] = told[LEADS.index(leads)]
    return found


def test_right_ones_in_proportion_over_what_the_wrong_ones_allow() -> None:
    found = outcomes(True, [(1.0, 9.0)] * 30 + [None] * 70, leaves=20) + outcomes(False, [None] * 73)
    figures = figures_of(found)
    assert at(figures, (0.0, 4.0))["odds"] == pytest.approx(0.3 / (1.0 - 0.1 ** (1 / 73)), rel=1e-3)
    assert (figures["leave"], figures["leave_wrong"]) == (20, 0)


def test_both_leads_are_asked_for_and_a_wrong_one_that_is_clear_lowers_the_bound() -> None:
    found = outcomes(True, [(0.5, 3.0)] * 50) + outcomes(False, [(0.5, 3.0), *[None] * 49])
    figures = figures_of(found)
    assert at(figures, (0.0, 4.0))["right_clear"] == 0
    assert at(figures, (0.0, 2.0))["wrong_clear"] == 1
    assert at(figures, (0.0, 2.0))["odds"] < 1.0 / (1.0 - 0.1 ** (1 / 50))
