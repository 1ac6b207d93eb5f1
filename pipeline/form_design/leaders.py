"""The leaders of specimen pages: rows of dots on which people write, put together from what each page shows of them.

Writing hides other dots on every page, so that a leader is where on any page a dot is seen; one page's chance dots
count only where dots beside them do::

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
"""How far, in letters, dots of one leader may lie above and below one another."""

BEYOND = 0.35
"""How far outside the frame, in shares of its sides, a leader may belong to the form."""

GAP = 1.0
"""How far apart, in letters, two stretches of dots are one leader at most."""

LEAST = 1.6
"""How long, in letters, a leader is at least."""

FEWEST_DOTS = 5
"""How many dots of one page a leader has at least, on some page."""


FEWEST_BESIDE = 3
"""How many dots a stretch has at least that lies beside such a leader."""


@dataclass(frozen=True, slots=True)
class Leader:
    """A leader in shares of the frame: its ends and its level."""

    u0: float
    u1: float
    v: float


def find_shared_leaders(pages: Sequence[StraightPage]) -> tuple[Leader, ...]:
    """Return the leaders of the specimens, from top to bottom and left to right."""
    dots = [
        np.column_stack([page.dots[:, 0] * 0 + number, _shares(page)])
        for number, page in enumerate(pages)
        if len(page.dots)
    ]
    if not dots:
        return ()
    letter_u = float(np.median([page.letter / page.frame.width for page in pages]))
    letter_v = float(np.median([page.letter / page.frame.height for page in pages]))
    every = np.vstack(dots)
    every = every[(every[:, 1:] > -BEYOND).all(axis=1) & (every[:, 1:] < 1 + BEYOND).all(axis=1)]
    found: list[Leader] = []
    for level in _levels(every, LEVEL * letter_v):
        found += _stretches(level, letter_u)
    return tuple(sorted(found, key=lambda one: (one.v, one.u0)))


def join_leaders(
    leaders: Sequence[Leader],
    words: Sequence[tuple[float, float, float]],
    letter: float,
    rules: Sequence[float] = (),
) -> tuple[Leader, ...]:
    """Return the leaders, stretches of one level joined where neither print nor a rule stands between them.

    Args:
        leaders: The stretches of dots that are seen.
        words: Left end, right end and baseline of each printed word.
        letter: The height of a letter as a share of the frame's height.
        rules: The u of the vertical rules.
    """
    found: list[Leader] = []
    for level in _same_levels(leaders, 0.3 * letter):
        joined = [level[0]]
        for one in level[1:]:
            last = joined[-1]
            between = any(
                abs(base - one.v) < 0.5 * letter and u1 > last.u1 and u0 < one.u0 for u0, u1, base in words
            ) or any(last.u1 <= rule <= one.u0 for rule in rules)
            if between:
                joined.append(one)
            else:
                joined[-1] = Leader(last.u0, max(last.u1, one.u1), (last.v + one.v) / 2)
        found += joined
    long = [one for one in found if one.u1 - one.u0 >= LEAST * letter]
    return tuple(sorted(long, key=lambda one: (one.v, one.u0)))


def _same_levels(leaders: Sequence[Leader], near: float) -> list[list[Leader]]:
    levels: list[list[Leader]] = []
    for one in sorted(leaders, key=lambda leader: leader.v):
        if levels and one.v - levels[-1][-1].v < near:
            levels[-1].append(one)
        else:
            levels.append([one])
    return [sorted(level, key=lambda leader: leader.u0) for level in levels]


def leader_share(leaders: Sequence[Leader], u0: float, u1: float, v: float, letter: float) -> float:
    """Return the share of a word, between two u and on a baseline, under which a leader runs.

    Args:
        u0: Where the word begins.
        u1: Where it ends.
        v: Its baseline.
        letter: The height of a letter as a share of the frame's height.
    """
    on = [leader for leader in leaders if abs(leader.v - v) < 0.45 * letter]
    covered = sum(max(0.0, min(one.u1, u1) - max(one.u0, u0)) for one in on)
    return covered / max(1e-9, u1 - u0)


def _shares(page: StraightPage) -> NDArray[np.float64]:
    x, y = page.dots[:, 0], page.dots[:, 1]
    return np.column_stack(
        [(x - page.frame.left) / page.frame.width, (y - page.frame.top) / page.frame.height]
    )


def _levels(dots: NDArray[np.float64], near: float) -> list[NDArray[np.float64]]:
    """Return the dots grouped by their level: a gap of ``near`` and more between two levels parts them."""
    ordered = dots[np.argsort(dots[:, 2])]
    cuts = np.flatnonzero(np.diff(ordered[:, 2]) > near / 2) + 1
    parts = np.split(ordered, cuts)
    return [part for part in parts if len(part) >= FEWEST_DOTS]


def _stretches(level: NDArray[np.float64], letter: float) -> list[Leader]:
    """Return the stretches of one level that are long and dense enough, with the shorter ones beside them."""
    ordered = level[np.argsort(level[:, 1])]
    cuts = np.flatnonzero(np.diff(ordered[:, 1]) > GAP * letter) + 1
    found, sure = [], False
    for part in np.split(ordered, cuts):
        u0, u1 = float(part[0, 1]), float(part[-1, 1])
        most = max(np.bincount(part[:, 0].astype(int)))
        sure |= u1 - u0 >= LEAST * letter and most >= FEWEST_DOTS
        if len(part) >= FEWEST_BESIDE:
            found.append(Leader(u0, u1, float(np.median(part[:, 2]))))
    return found if sure else []
