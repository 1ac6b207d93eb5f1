"""The leaders of specimen pages: rows of dots to write on, assembled from the visible dots of all pages.

Writing hides different dots on every page, so a leader lies where any page shows dots; chance dots of a single page
count only beside other dots::

    page 1   .......An.........
    page 2   ..Bình............        together   ...................
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.form_design.specimen import StraightPage

LEVEL = 0.3
"""Largest vertical distance, in letter heights, between dots of a leader."""

BEYOND = 0.35
"""Largest distance outside the frame, in shares of its sides, of a leader of the form."""

GAP = 1.0
"""Largest gap, in letter heights, between two stretches of a leader."""

LEAST = 1.6
"""Smallest length of a leader, in letter heights."""

FEWEST_DOTS = 5
"""Smallest number of dots that a leader has on some page."""


FEWEST_BESIDE = 3
"""Smallest number of dots of a stretch beside such a leader."""


@dataclass(frozen=True, slots=True)
class Leader:
    """A leader in shares of the frame: its ends and its level."""

    u0: float
    u1: float
    v: float


def find_shared_leaders(pages: Sequence[StraightPage]) -> tuple[Leader, ...]:
    """Return the leaders of the specimens, top to bottom and left to right."""
    dots = [
        np.column_stack([page.dots[:, 0] * 0 + number, _shares(page)])
        for number, page in enumerate(pages)
        if len(page.dots)
    ]
    if not dots:
        return ()
    letter_u = float(np.median([page.letter / page.frame.width for page in pages]))
    letter_v = float(np.median([page.letter / page.frame.height for page in pages]))
    all_dots = np.vstack(dots)
    all_dots = all_dots[(all_dots[:, 1:] > -BEYOND).all(axis=1) & (all_dots[:, 1:] < 1 + BEYOND).all(axis=1)]
    leaders: list[Leader] = []
    for level in _levels(all_dots, LEVEL * letter_v):
        leaders += _stretches(level, letter_u)
    return tuple(sorted(leaders, key=lambda leader: (leader.v, leader.u0)))


def join_leaders(
    leaders: Sequence[Leader],
    words: Sequence[tuple[float, float, float]],
    letter: float,
    rules: Sequence[float] = (),
) -> tuple[Leader, ...]:
    """Return the leaders, joining stretches of a level that neither print nor a rule separates.

    Args:
        leaders: The visible stretches of dots.
        words: Left end, right end and baseline of each printed word.
        letter: The height of a letter as a share of the frame's height.
        rules: The u of the vertical rules.
    """
    all_joined: list[Leader] = []
    for level in _same_levels(leaders, 0.3 * letter):
        joined = [level[0]]
        for leader in level[1:]:
            last = joined[-1]
            between = any(
                abs(base - leader.v) < 0.5 * letter and u1 > last.u1 and u0 < leader.u0
                for u0, u1, base in words
            ) or any(last.u1 <= rule <= leader.u0 for rule in rules)
            if between:
                joined.append(leader)
            else:
                joined[-1] = Leader(last.u0, max(last.u1, leader.u1), (last.v + leader.v) / 2)
        all_joined += joined
    long = [leader for leader in all_joined if leader.u1 - leader.u0 >= LEAST * letter]
    return tuple(sorted(long, key=lambda leader: (leader.v, leader.u0)))


def _same_levels(leaders: Sequence[Leader], near: float) -> list[list[Leader]]:
    levels: list[list[Leader]] = []
    for leader in sorted(leaders, key=lambda leader: leader.v):
        if levels and leader.v - levels[-1][-1].v < near:
            levels[-1].append(leader)
        else:
            levels.append([leader])
    return [sorted(level, key=lambda leader: leader.u0) for level in levels]


def leader_share(leaders: Sequence[Leader], u0: float, u1: float, v: float, letter: float) -> float:
    """Return the share of a word's width, at its baseline, under which a leader runs.

    Args:
        u0: The left end of the word.
        u1: The right end.
        v: The baseline.
        letter: The height of a letter as a share of the frame's height.
    """
    on = [leader for leader in leaders if abs(leader.v - v) < 0.45 * letter]
    covered = sum(max(0.0, min(leader.u1, u1) - max(leader.u0, u0)) for leader in on)
    return covered / max(1e-9, u1 - u0)


def _shares(page: StraightPage) -> NDArray[np.float64]:
    x, y = page.dots[:, 0], page.dots[:, 1]
    return np.column_stack(
        [(x - page.frame.left) / page.frame.width, (y - page.frame.top) / page.frame.height]
    )


def _levels(dots: NDArray[np.float64], near: float) -> list[NDArray[np.float64]]:
    """Return the dots grouped by level, split at vertical gaps above half of ``near``."""
    ordered = dots[np.argsort(dots[:, 2])]
    cuts = np.flatnonzero(np.diff(ordered[:, 2]) > near / 2) + 1
    parts = np.split(ordered, cuts)
    return [part for part in parts if len(part) >= FEWEST_DOTS]


def _stretches(level: NDArray[np.float64], letter: float) -> list[Leader]:
    """Return the stretches of a level if any is long and dense enough, with the shorter stretches beside it."""
    ordered = level[np.argsort(level[:, 1])]
    cuts = np.flatnonzero(np.diff(ordered[:, 1]) > GAP * letter) + 1
    stretches, is_leader = [], False
    for part in np.split(ordered, cuts):
        u0, u1 = float(part[0, 1]), float(part[-1, 1])
        most = max(np.bincount(part[:, 0].astype(int)))
        is_leader |= u1 - u0 >= LEAST * letter and most >= FEWEST_DOTS
        if len(part) >= FEWEST_BESIDE:
            stretches.append(Leader(u0, u1, float(np.median(part[:, 2]))))
    return stretches if is_leader else []
