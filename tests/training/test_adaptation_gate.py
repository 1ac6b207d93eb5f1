"""What lines held back let through."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from pipeline.training.adaptation_gate import (
    GateResult,
    HeldLine,
    chance_of_gain,
    choose_share,
    pass_gate,
)

RIGHT, WRONG = "Trần Văn Bé", "Trần Vàn Bế"


def held(before: str, after: str, many: int, kind: str = "name", sure: float = 0.99) -> list[HeldLine]:
    return [HeldLine(kind, RIGHT, before, after, 0.99, sure)] * many


def gate(lines: Sequence[HeldLine]) -> GateResult:
    return pass_gate(lines, tolerated=0.004, tolerated_critical=0.001)


def test_a_hand_that_is_read_better_on_most_lines_passes() -> None:
    result = gate([*held(WRONG, RIGHT, 20), *held(RIGHT, RIGHT, 40)])
    assert (result.verdict, result.figures.errors_before, result.figures.errors_after) == ("better", 40, 0)
    assert result.figures.chance < 0.01


def test_a_hand_that_is_read_well_is_left_alone() -> None:
    assert gate(held(RIGHT, RIGHT, 60)).verdict == "no-gain"
    assert gate([*held(RIGHT, WRONG, 1), *held(RIGHT, RIGHT, 60)]).verdict == "no-gain"


def test_a_gain_that_may_be_chance_does_not_pass() -> None:
    assert gate([*held(WRONG, RIGHT, 3), *held(RIGHT, RIGHT, 40)]).verdict == "chance"


def test_a_gain_on_names_does_not_outweigh_figures_that_are_read_worse() -> None:
    worse = held(RIGHT, WRONG, 9, kind="date")
    assert gate([*held(WRONG, RIGHT, 40), *worse]).verdict == "kind-worse"
    assert gate([*held(WRONG, RIGHT, 40), *worse[:1]]).verdict == "better"


def test_as_many_better_as_worse_lines_are_chance() -> None:
    assert chance_of_gain([1, -1] * 20) > 0.3
    assert chance_of_gain([1] * 20) < 0.001
    assert chance_of_gain([0] * 20) == chance_of_gain([]) == 1.0


@pytest.mark.parametrize(
    ("right", "wrong", "trust"),
    [(60, 0, "critical"), (30, 0, "ordinary"), (10, 0, "proposal"), (60, 1, "ordinary"), (60, 5, "proposal")],
)
def test_what_is_accepted_follows_from_the_sure_lines_that_bear_it_out(
    right: int, wrong: int, trust: str
) -> None:
    assert gate([*held(WRONG, RIGHT, right), *held(WRONG, WRONG, wrong)]).trust == trust


def test_a_reader_that_grows_surer_than_it_is_right_only_proposes() -> None:
    learnt = [HeldLine("name", RIGHT, WRONG, RIGHT, 0.3, 0.99)] * 60
    doubtful = [HeldLine("name", RIGHT, WRONG, WRONG, 0.3, 0.8)] * 8
    result = gate([*learnt, *doubtful])
    assert (result.verdict, result.trust) == ("better", "proposal")


def test_how_far_a_reader_is_moved_for_a_fold_is_chosen_by_the_others() -> None:
    half_is_best = {0.5: held(WRONG, RIGHT, 5), 1.0: held(WRONG, WRONG, 5)}
    all_is_best = {0.5: held(WRONG, WRONG, 4), 1.0: held(WRONG, RIGHT, 4)}
    share, lines = choose_share([half_is_best, half_is_best, all_is_best])
    assert share == 0.5
    assert [line.after for line in lines] == [RIGHT] * 10 + [WRONG] * 4
    share, lines = choose_share([half_is_best, all_is_best])
    assert share == 0.5
    assert {line.after for line in lines} == {WRONG}


def test_of_shares_that_read_as_well_the_smallest_is_taken() -> None:
    same = {1.0: held(WRONG, RIGHT, 3), 0.5: held(WRONG, RIGHT, 3)}
    assert choose_share([same, same])[0] == 0.5
