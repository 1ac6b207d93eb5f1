"""The figures of several books together: counts add up, shares are of all, and errors are bounded by what left."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.learning.checked_steps import summed


def step(checked: int, **told: int) -> dict[str, Any]:
    usual = {
        "left": 10, "fields": 200, "waiting": 50, "keys": 80, "repeated": 20, "clear": 5, "clear_wrong": 0,
        "accepted": 145, "accepted_wrong": 0, "mistakes": 0,
    }  # fmt: skip
    return {"checked": checked, **usual, **told, "groups": {}}


def test_books_count_by_their_entries_and_no_further_than_the_shortest_goes() -> None:
    long, short = [step(0), step(5, left=30, waiting=30), step(10)], [step(0), step(5, waiting=90)]
    first, second = summed([long, short])
    assert (first["checked"], first["left"], first["waiting_an_entry"]) == (0, 20, 5.0)
    assert (second["checked"], second["waiting_an_entry"]) == (5, 3.0)


def test_what_left_the_queue_is_accepted_or_clear_and_so_are_its_errors() -> None:
    (told,) = summed([[step(0, clear_wrong=1, accepted_wrong=2)]])
    assert told["done"] == pytest.approx(0.75)
    assert told["done_wrong"] == 3
    assert 3 / 150 < told["done_most_wrong"] < 0.06
