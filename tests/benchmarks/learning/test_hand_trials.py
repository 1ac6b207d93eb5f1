"""Harms are planted as they are told, and a hand leans back without losing ink."""

from __future__ import annotations

import numpy as np

from benchmarks.learning.gate_trials import planted
from benchmarks.learning.hand_trials import Line, leaning
from pipeline.model import Pixels


def stroke() -> Pixels:
    pixels = np.full((40, 100), 230, np.uint8)
    pixels[5:35, 48:52] = 20
    return pixels


LINES = [Line(stroke(), text, "w1") for text in ("một", "hai", "ba")]


def test_each_line_gets_the_text_of_another_and_none_is_lost() -> None:
    for seed in range(5):
        found = planted(LINES, "labels", np.random.default_rng(seed))
        assert all(line.text != one.text for line, one in zip(LINES, found, strict=True))
        assert sorted(one.text for one in found) == sorted(line.text for line in LINES)


def test_the_end_of_a_line_is_cut_off_and_its_text_stays() -> None:
    found = planted(LINES, "cut", np.random.default_rng(0))
    assert [one.text for one in found] == [line.text for line in LINES]
    assert [one.pixels.shape for one in found] == [(40, 55)] * 3


def test_nothing_else_is_changed() -> None:
    assert planted(LINES, "good", np.random.default_rng(0)) == LINES


def test_the_top_of_a_stroke_comes_to_stand_left_of_its_foot() -> None:
    found = leaning(stroke(), 0.8)
    top, foot = (np.flatnonzero(found[row] < 128).mean() for row in (8, 32))
    assert 0.6 * 24 < foot - top < 1.0 * 24
    assert (found < 128).sum() > 0.8 * (stroke() < 128).sum()
    assert leaning(stroke(), 0.0).shape == (40, 100)
