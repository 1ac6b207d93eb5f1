"""Forced alignment puts each letter where the network saw it, whatever its case."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.recognition.decoding.emission import Emission
from pipeline.recognition.decoding.forced_alignment import align_classes, align_text


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 6), min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_an_alignment_puts_each_letter_where_it_was_written(target: list[int], random: object) -> None:
    places, step = [], 0
    chances = np.full((4 * len(target) + 4, 7), -6.0, np.float32)
    chances[:, 0] = -0.1
    for letter in target:
        step += 2 + random.randrange(2)  # type: ignore[attr-defined]
        places.append(step)
        chances[step] = -6.0
        chances[step, letter] = -0.1
    found, cost = align_classes(chances, target)
    assert found == places
    assert cost == pytest.approx(0.1 * len(chances), rel=1e-3)


LETTERS = " abAB,1"


def emission_of(seen: str) -> Emission:
    """A network that sees a letter on every second step; ``_`` is the blank."""
    chances = np.full((2 * len(seen) + 1, 1 + len(LETTERS)), 1e-4, np.float32)
    chances[::2, 0] = 1.0
    for number, letter in enumerate(seen):
        chances[2 * number + 1, 0 if letter == "_" else 1 + LETTERS.index(letter)] = 1.0
    return Emission(np.log(chances / chances.sum(axis=1, keepdims=True)), LETTERS)


def test_case_and_unlabelled_signs_do_not_count() -> None:
    found = align_text([emission_of("aB, __1")], "Ab 1")
    assert found is not None
    assert found[0] == [1, 3, 7, 13]
    assert found[1] < 0.1


def test_networks_that_disagree_are_averaged() -> None:
    alone = align_text([emission_of("ab")], "ab")
    both = align_text([emission_of("ab"), emission_of("a_")], "ab")
    assert alone is not None
    assert both is not None
    assert alone[0] == both[0] == [1, 3]
    assert both[1] > alone[1]


@pytest.mark.parametrize("text", ["", "x", "abababababab"])
def test_a_text_that_cannot_stand_there_is_not_aligned(text: str) -> None:
    assert align_text([emission_of("ab")], text) is None
