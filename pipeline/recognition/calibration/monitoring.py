"""Test after every check whether values accepted without a person keep within the tolerated error rate.

A test repeated after each check must hold at all these times together. The evidence is a bet against the tolerance: it
starts at 1, and while the error rate is within the tolerance its expectation never grows, so it ever reaches 1 / δ with
a probability of at most δ (Ville's inequality; Waudby-Smith and Ramdas 2024, "Estimating means of bounded random
variables by betting", J. R. Stat. Soc. B). Values drawn with different probabilities are weighted by the inverse
probability (Horvitz and Thompson 1952).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.recognition.calibration.risk import DELTA, upper_bound
from pipeline.recognition.calibration.weighting import effective_counts

ALTERNATIVES = (2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
"""Error rates of the bets, as multiples of the tolerance; all bets have an equal stake."""

MOST_WRONG = 0.5
"""Largest error rate of a bet."""


@dataclass(frozen=True, slots=True)
class SampleCheck:
    """A value accepted without a person, drawn whatever the machine thought of it, and decided by people.

    Attributes:
        wrong: Whether people decided differently.
        tolerated: The tolerated error share among similar values.
        share: The probability (0..1) with which the value was drawn.
    """

    wrong: bool
    tolerated: float
    share: float = 1.0


def evidence_against(checks: Iterable[SampleCheck]) -> float:
    """Return the evidence that the error share exceeds the tolerance: 1 without checks, at least 0.

    Args:
        checks: In the order of the decisions.
    """
    some = list(checks)
    if not some:
        return 1.0
    wrong = np.array([check.wrong for check in some], dtype=np.float64)[:, None]
    tolerated = np.clip([check.tolerated for check in some], 1e-6, 1 - 1e-6)[:, None]
    shares = np.array([check.share for check in some])[:, None]
    likelier = np.minimum(np.array(ALTERNATIVES) * tolerated, MOST_WRONG)
    bets = np.maximum((likelier / tolerated - 1) / (1 - tolerated), 0)
    outcomes = 1 + bets * (wrong - tolerated) * (shares.min() / shares)
    return float(np.prod(outcomes, axis=0).mean())


def is_stopped(checks: Iterable[SampleCheck], delta: float = DELTA) -> bool:
    """Return whether the checks refute the tolerance.

    Args:
        checks: In the order of the decisions.
        delta: The probability of ever refuting a source that keeps within its tolerance.
    """
    return evidence_against(checks) >= 1 / delta


def weighted_error(checks: Sequence[SampleCheck]) -> float | None:
    """Return the error share among all accepted values; None without checks."""
    total = sum(1 / check.share for check in checks)
    return sum(check.wrong / check.share for check in checks) / total if total else None


def weighted_upper_bound(checks: Sequence[SampleCheck], delta: float = DELTA) -> float | None:
    """Return the upper bound of the error share; None without checks.

    Args:
        delta: The probability that the share exceeds the bound.
    """
    if not checks:
        return None
    counts, wrong = effective_counts([check.wrong for check in checks], [1 / check.share for check in checks])
    return upper_bound(max(counts, 1), min(wrong, max(counts, 1)), delta)
