"""Harms are planted as they are described, and a gate's verdicts are counted."""

from __future__ import annotations

import json
from importlib import util
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

if TYPE_CHECKING:
    from benchmarks.learning.last_layer import SeenLine

pytestmark = pytest.mark.skipif(util.find_spec("torch") is None, reason="torch is not installed")

TEXTS = ("một", "hai", "ba", "bốn", "năm", "sáu")


def test_each_line_gets_the_text_of_another_and_none_is_lost() -> None:
    lines = seen(TEXTS)
    for seed in range(5):
        found = planted(lines, "labels", seed)
        assert all(now.text != before.text for now, before in zip(found, lines, strict=True))
        assert sorted(now.text for now in found) == sorted(TEXTS)
        assert [now.steps for now in found] == [before.steps for before in lines]


def test_cut_lines_keep_their_text_and_mixed_ones_are_a_third_of_each() -> None:
    lines = seen(TEXTS)
    cut = planted(lines, "cut", 1)
    assert [(len(now.steps), now.text) for now in cut] == [(11, text) for text in TEXTS]
    found = planted(lines, "mixed", 1)
    assert sum(len(now.steps) == 11 for now in found) == 2
    assert sum(now in lines for now in found) == 2
    assert sorted(now.text for now in found) == sorted(TEXTS)


@pytest.mark.parametrize("kind", ["good", "known", "one-writer"])
def test_nothing_else_is_changed(kind: str) -> None:
    lines = seen(TEXTS)
    assert planted(lines, kind, 1) == lines


def test_a_good_one_that_is_kept_out_and_a_harmful_one_that_is_let_through_are_told() -> None:
    from benchmarks.learning.gate_trials import told_of

    def one(through: bool, after: int) -> dict[str, object]:
        return {"through": through, "unseen_before": 100, "unseen_after": after}

    told = told_of(
        [
            ("good", one(True, 80)), ("good", one(False, 80)), ("good", one(False, 97)), ("labels", one(True, 120)),
            ("cut", one(True, 90)), ("cut", one(False, 300)), ("known", one(False, 101)),
        ]
    )  # fmt: skip
    assert (told["good"], told["good_through"], told["good_kept_out"]) == (3, 1, 1)
    assert (told["harmful"], told["harmful_through"], told["harmful_through_worse"]) == (3, 2, 1)
    assert (told["known"], told["known_through"], told["known_kept_out"]) == (1, 0, 0)


def test_what_was_tried_is_not_tried_again_and_nothing_is_begun_when_time_is_over(tmp_path: Path) -> None:
    from benchmarks.learning.gate_trials import Bed, GateTrials

    def no_bed() -> Bed:
        raise AssertionError("nothing is left to try")

    kept = tmp_path / "tries.jsonl"
    rows = [["office", "good", 0, {"through": True}], ["office", "labels", 0, {"through": False}]]
    kept.write_text("".join(json.dumps(row) + "\n" for row in rows))
    trials = GateTrials(no_bed, 40, 1, kept)
    assert list(trials.tries("office", 20, minutes=-1)) == [
        ("good", {"through": True}), ("labels", {"through": False}),
    ]  # fmt: skip
    assert list(trials.tries("book", 20, minutes=-1)) == []


def seen(texts: tuple[str, ...]) -> list[SeenLine]:
    from benchmarks.learning.last_layer import SeenLine

    return [SeenLine(tuple(range(at, at + 20)), text, "w1") for at, text in enumerate(texts)]  # type: ignore[arg-type]


def planted(lines: list[SeenLine], kind: str, seed: int) -> list[SeenLine]:
    from benchmarks.learning import gate_trials

    return gate_trials.planted(lines, kind, np.random.default_rng(seed))
