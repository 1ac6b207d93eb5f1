"""The labels of a page from top to bottom as a single chain, so that each line bends between its neighbours.

Printings keep the order of a form's lines and little else: lines are closer or wider, the foot moves as a whole, the
head has any place. The read labels are therefore chosen together. Each is a point in a graph of printed places over
declared places; the chain through the points rises, and bends at a cost::

    printed v                         o  the foot, moved as a whole
        |                        ....
        |                   o .o        x  off any chain: other words like the label's
        |              o .o
        |         .o .           lines a fifth closer than declared:
        |     o .                the slope of most of the chain
        +------------------------------  declared v

First the labels vote for a common slope and start. Then dynamic programming finds the heaviest chain; a label weighs by
its read share, and leaving the common course costs.
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
"""Least number of letters of an unmistakable label."""

SLOPES = np.arange(0.62, 1.421, 0.02)
"""Tried ratios of printed to declared line distances."""

STARTS = np.arange(-0.06, 0.0601, 0.01)
"""Tried places of the first line, as shares of the frame's height."""

AGREEING = 0.02
"""Largest distance of an agreeing label from the common course."""

REACH, LONG_REACH = 0.05, 0.14
"""Largest distance of a short label, and of a long label, from the common course."""

HEAD_REACH = 0.045
"""Largest distance of the head of the page, above the frame, from its declared place."""

JUMP_COST, JUMP = 0.25, 0.02
"""Largest cost of leaving the previous label's course, in labels, and the jump with that cost."""

LEVEL = 0.008
"""Largest difference in height of labels on one line."""

LEAST_RISE, MOST_RISE = 0.45, 1.9
"""Least and largest distance of two lines, in their distance on the common course."""


@dataclass(frozen=True, slots=True)
class LabelChain:
    """The labels of a page from its head to its foot.

    Attributes:
        labels: The chosen candidates, one for each label.
        start: The printed v of the first line on the common course.
        slope: The ratio of printed to declared line distances on the common course.
    """

    labels: tuple[LabelCandidate, ...] = ()
    start: float = 0.0
    slope: float = 1.0

    def course(self, v: float) -> float:
        """Return the printed v of a declared v on the common course."""
        return self.start + self.slope * v


def find_chain(form: Form, candidates: Sequence[LabelCandidate], printed: Floats) -> LabelChain:
    """Return the heaviest chain of labels from the head of the page to its foot.

    Args:
        candidates: Possible places of labels, in the columns of their labels.
        printed: (n,) the printed v of each candidate.
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
    """Return the start and the slope of the course with the most agreeing labels within the frame."""
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
    """Return the heaviest chain of points, which are sorted by declared and then by printed place."""
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
