"""The quality gate: from which measure on a page should be scanned again, and what is then wrong with it.

A poor page is read all the same. The limits stand in ``ocr_models/page-gate``, fitted by
``benchmarks.fitting.fit_gate``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.model import Quality

FLAW_MEASURES: Mapping[str, Callable[[Quality], float]] = {
    "SCAN-COARSE": lambda quality: 25.4 / quality.dpi,
    "SCAN-BLUR": lambda quality: quality.edge,
    "SCAN-DARK": lambda quality: quality.shade,
    "SCAN-CUT": lambda quality: quality.cut,
    "SCAN-FINGER": lambda quality: quality.finger,
    "SCAN-FOLD": lambda quality: quality.fold,
}
"""The code of each flaw and the measure that shows it: the more, the worse (mm, but for the shade, 0..1)."""

EXPLAINED_BY = {"SCAN-BLUR": "SCAN-COARSE"}
"""Flaws that another one explains: few pixels make wide edges."""


@dataclass(frozen=True)
class PageGate:
    """``limits``: for each of ``FLAW_MEASURES``, in their order, the measure from which on it is a flaw."""

    limits: tuple[float, ...]
    fingerprint: str = ""

    def flaws(self, quality: Quality) -> tuple[str, ...]:
        """The codes of what is wrong with a page."""
        found = [
            code
            for (code, sign), limit in zip(FLAW_MEASURES.items(), self.limits, strict=True)
            if sign(quality) >= limit
        ]
        return tuple(code for code in found if EXPLAINED_BY.get(code) not in found)


def best_limit(good: Sequence[float], bad: Sequence[float]) -> float:
    """The limit that parts the measures of good pages from those of bad ones with the fewest errors, where a false
    alarm counts as three pages missed; in the middle of the gap where there are several."""
    measures = sorted({*good, *bad})
    limits = [(low + high) / 2 for low, high in pairwise(measures)] or [measures[0] + 1]

    def errors(limit: float) -> float:
        alarms = sum(one >= limit for one in good) / max(1, len(good))
        return 3 * alarms + sum(one < limit for one in bad) / max(1, len(bad))

    least = min(errors(limit) for limit in limits)
    best = [limit for limit in limits if errors(limit) == least]
    return max(best, key=lambda limit: _room(limit, measures))


def _room(limit: float, measures: Sequence[float]) -> float:
    """How far the nearest measure lies from the limit, as a share of it."""
    return min(abs(one - limit) for one in measures) / max(limit, 1e-9)
