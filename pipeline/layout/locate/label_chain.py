"""The labels of a page from top to bottom as one chain, so that each line is bent between its neighbours.

Printings keep the order of a form's lines and little else: lines stand closer or wider, the foot moves as a whole, the
head stands where the press liked. So the labels that were read are chosen together. Each is a point of a graph of where
a line is printed over where it is declared; the chain through them rises, and bends at a price::

    printed v                         o  the foot, moved as a whole
        |                        ....
        |                   o .o        x  read where no chain leads: other words like the label's
        |              o .o
        |         .o .           lines a fifth closer than declared:
        |     o .                the slope of most of the chain
        +------------------------------  declared v

First the slope and the start that most labels agree with are voted for; then the heaviest chain is found by dynamic
programming, where a label counts by how much of it was read, and leaving the course of the others costs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.declarations.schema import Form
from pipeline.layout.locate.label_matching import LabelCandidate

Floats = NDArray[np.float64]

LONG_LABEL = 12
"""Letters from which on a label is unmistakable."""

SLOPES = np.arange(0.62, 1.421, 0.02)
"""How much closer or wider than declared lines may stand."""

STARTS = np.arange(-0.06, 0.0601, 0.01)
"""Where the first line may begin, as shares of the frame's height."""

AGREEING = 0.02
"""How far from the common course a label still agrees with it."""

REACH, LONG_REACH = 0.05, 0.14
"""How far from the common course a short label, and a long one, may be."""

HEAD_REACH = 0.045
"""How far the head of the page, above the frame, may stand from where it is declared."""

JUMP_COST, JUMP = 0.25, 0.02
"""What leaving the course of the label before costs, in whole labels, and how much of a jump costs all of it."""

LEVEL = 0.008
"""How far labels of one line may be apart in height."""

LEAST_RISE, MOST_RISE = 0.45, 1.9
"""How close and how wide apart two lines may stand, in their distance on the common course."""


@dataclass(frozen=True, slots=True)
class LabelChain:
    """The labels of a page from its head to its foot.

    Attributes:
        found: The candidates, one a label.
        start: The v at which the first line would be printed on the course that most of them follow.
        slope: How much wider than declared lines stand on it.
    """

    found: tuple[LabelCandidate, ...] = ()
    start: float = 0.0
    slope: float = 1.0

    def course(self, v: float) -> float:
        """Return where a declared v is printed on the common course."""
        return self.start + self.slope * v


def find_chain(form: Form, candidates: Sequence[LabelCandidate], printed: Floats) -> LabelChain:
    """Return the heaviest chain of labels from the head of the page to its foot.

    Args:
        form: The form.
        candidates: Places where its labels may be, those that stand in the column of their label.
        printed: (n,) the v at which each of them is printed.
    """
    if not len(candidates):
        return LabelChain()
    labels = form.labels
    declared = np.array([labels[c.label].v for c in candidates])
    letters = np.array([len(labels[c.label].text) for c in candidates])
    weight = np.array([c.score * (0.9 if c.loose else 1.0) for c in candidates]) * np.minimum(1, letters / 12)
    number = np.array([c.label for c in candidates])
    start, slope = _common_course(declared, printed, weight, number)
    course = np.where((declared > 0) & (declared < 1), start + slope * declared, declared)
    aside = printed - course
    long = (letters >= LONG_LABEL) & (np.array([c.score for c in candidates]) > 0.8)
    reach = np.where(declared < 0, HEAD_REACH, np.where(long, LONG_REACH, REACH))
    allowed = np.flatnonzero(np.abs(aside) < reach)
    order = allowed[np.lexsort((printed[allowed], declared[allowed]))]
    chain = _heaviest(declared[order], printed[order], course[order], weight[order], number[order])
    best: dict[int, LabelCandidate] = {}
    for at in order[chain]:
        known = best.get(int(number[at]))
        if known is None or candidates[at].score > known.score:
            best[int(number[at])] = candidates[at]
    return LabelChain(tuple(best.values()), start, slope)


def _common_course(
    declared: Floats, printed: Floats, weight: Floats, number: NDArray[np.int64]
) -> tuple[float, float]:
    """Return the v of the frame's top edge and the slope with which most labels within the frame agree."""
    inside = (declared > 0) & (declared < 1)
    if not inside.any():
        return 0.0, 1.0
    times = np.bincount(number)[number]
    v, y, vote = declared[inside], printed[inside], (weight / times)[inside]
    start, slope = (grid.ravel()[:, None] for grid in np.meshgrid(STARTS, SLOPES, indexing="ij"))
    near = np.maximum(0.0, 1 - np.abs(y - start - slope * v) / AGREEING)
    merit = (near @ vote) * (1 - 0.15 * np.abs(slope - 1) - 0.5 * np.abs(start))[:, 0]
    best = int(merit.argmax())
    return float(start[best, 0]), float(slope[best, 0])


def _heaviest(
    declared: Floats, printed: Floats, course: Floats, weight: Floats, number: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the heaviest chain of points, sorted by where they are declared and then by where they are printed."""
    count = len(declared)
    merit, before = np.zeros(count), np.full(count, -1)
    aside = printed - course
    for at in range(count):
        alone = weight[at] - 0.5 * JUMP_COST * min(1.0, abs(aside[at]) / JUMP) * (declared[at] > 0)
        merit[at] = alone
        if not at:
            continue
        apart, rise = course[at] - course[:at], printed[at] - printed[:at]
        one_line = declared[:at] == declared[at]
        follows = (rise > LEAST_RISE * apart) & (rise < MOST_RISE * apart + 2 * LEVEL)
        beside = (np.abs(rise) < LEVEL) & (number[:at] != number[at])
        jump = JUMP_COST * np.minimum(1.0, np.abs(aside[at] - aside[:at]) / JUMP)
        total = np.where(np.where(one_line, beside, follows), merit[:at] + weight[at] - jump, -np.inf)
        best = int(total.argmax())
        if total[best] > alone:
            merit[at], before[at] = total[best], best
    chain = [int(merit.argmax())] if count else []
    while chain and before[chain[-1]] >= 0:
        chain.append(int(before[chain[-1]]))
    return np.array(chain[::-1], np.int64)
