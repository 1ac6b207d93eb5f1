"""The course of rules on bent pages, drawn."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.base.model import Pixels
from pipeline.layout.imaging.geometry.dewarp import measure_horizontal_curvature
from tests.layout.imaging.drawings import paper, rule

WIDTH, HEIGHT, LEFT, RIGHT = 1600, 1000, 60, 1540
LEVELS = np.linspace(150.0, 900.0, 9)


def course(level: float, x: np.ndarray, rise: float, keystone: float, bow: float) -> np.ndarray:
    """Where the rule of a level runs on a page bound at its left, seen aslant."""
    share = (level - LEVELS[0]) / (LEVELS[-1] - LEVELS[0])
    slant = keystone * share * (x - (LEFT + RIGHT) / 2) / (RIGHT - LEFT)
    return np.asarray(level + rise * np.exp(-(x - LEFT) / 250) + slant + 4 * bow * share * (1 - share))


def page(rise: float, keystone: float, bow: float) -> Pixels:
    picture = paper(WIDTH, HEIGHT)
    x = np.arange(LEFT, RIGHT, 10.0)
    for level in LEVELS:
        y = course(level, x, rise, keystone, bow)
        for start, end in zip(range(len(x) - 1), range(1, len(x)), strict=True):
            rule(picture, (x[start], y[start]), (x[end], y[end]), 90, 3)
    rng = np.random.default_rng(4)
    for left, top in rng.uniform((LEFT, 160), (RIGHT - 60, 880), (150, 2)):  # writing
        rule(picture, (left, top), (left + 40, top + rng.uniform(-12, 12)), 40, 3)
    return picture


@pytest.mark.parametrize(
    ("rise", "keystone", "bow"), [(18, 0, 0), (-18, 0, 0), (0, 40, 0), (15, -40, 0), (12, 20, 14), (0, 0, 0)]
)
def test_rules_are_followed_on_a_bent_page_and_under_a_slanting_view(
    rise: float, keystone: float, bow: float
) -> None:
    bend = measure_horizontal_curvature(page(rise, keystone, bow), LEFT, RIGHT, LEVELS.tolist(), 22)
    x = np.linspace(LEFT + 25, RIGHT - 25, 40)
    for level, drawn in zip(bend.levels, LEVELS, strict=True):
        assert np.abs(bend.curved(x, level) - course(drawn, x, rise, keystone, bow)).max() < 5


def test_a_point_goes_to_the_flat_page_and_back() -> None:
    bend = measure_horizontal_curvature(page(15, -40, 0), LEFT, RIGHT, LEVELS.tolist(), 22)
    x = np.linspace(LEFT, RIGHT, 9)
    assert bend.flattened(x, bend.curved(x, 333.0)) == pytest.approx(np.full(9, 333.0))


def test_a_page_without_rules_has_no_curvature() -> None:
    bend = measure_horizontal_curvature(paper(WIDTH, HEIGHT), LEFT, RIGHT, LEVELS.tolist(), 22)
    assert bend.max_shift == 0
    assert bend.levels == pytest.approx(LEVELS)
