from __future__ import annotations

from benchmarks.fitting.fit_gate import best_limit


def test_a_limit_lies_in_the_middle_of_the_gap() -> None:
    assert best_limit([0.1, 0.2], [0.6, 0.9]) == 0.4


def test_a_false_alarm_weighs_more_than_a_page_missed() -> None:
    good = [0.1, 0.2, 0.3, 0.4, 0.5]
    assert best_limit(good, [0.45, 0.8, 0.9]) > 0.5
