"""Whether what is accepted without a person keeps within the tolerance, asked anew after every check.

A test that is asked again after each check has to hold at all of these moments together. The evidence here is a bet
against the tolerance: it starts at 1, and as long as no more than the tolerated share is wrong its expectation never
grows, so that it ever reaches 1 / δ with a probability of at most δ (Ville's inequality; Waudby-Smith and Ramdas 2024,
"Estimating means of bounded random variables by betting", J. R. Stat. Soc. B). Values that were drawn with different
probabilities count by the inverse of these (Horvitz and Thompson 1952).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.recognition.calibration.risk import DELTA, upper_bound
from pipeline.recognition.calibration.weighting import effective_counts

ALTERNATIVES = (2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
"""How many times the tolerated share may be wrong, as the bets have it; an equal stake on each."""

MOST_WRONG = 0.5
"""No bet is on more than this share being wrong."""


@dataclass(frozen=True, slots=True)
class SampleCheck:
    """A value that was accepted without a person, drawn whatever the machine thought of it, and decided by people.

    Attributes:
        wrong: Whether people decided otherwise.
        tolerated: The share of errors that was tolerated among values like it.
        share: The probability (0..1) with which it was drawn.
    """

    wrong: bool
    tolerated: float
    share: float = 1.0


def evidence_against(checks: Iterable[SampleCheck]) -> float:
    """Return the evidence that more than the tolerated share is wrong: 1 without checks, at least 0.

    Args:
        checks: In the order in which they were decided.
    """
    some = list(checks)
    if not some:
        return 1.0
    wrong = np.array([one.wrong for one in some], dtype=np.float64)[:, None]
    tolerated = np.clip([one.tolerated for one in some], 1e-6, 1 - 1e-6)[:, None]
    shares = np.array([one.share for one in some])[:, None]
    likelier = np.minimum(np.array(ALTERNATIVES) * tolerated, MOST_WRONG)
    bets = np.maximum((likelier / tolerated - 1) / (1 - tolerated), 0)
    outcomes = 1 + bets * (wrong - tolerated) * (shares.min() / shares)
    return float(np.prod(outcomes, axis=0).mean())


def is_stopped(checks: Iterable[SampleCheck], delta: float = DELTA) -> bool:
    """Return whether the checks refute the tolerance.

    Args:
        checks: In the order in which they were decided.
        delta: The probability that this is ever said of a source that keeps within its tolerance.
    """
    return evidence_against(checks) >= 1 / delta


def weighted_error(checks: Sequence[SampleCheck]) -> float | None:
    """Return the share of wrong values among all that were accepted; None without checks."""
    total = sum(1 / one.share for one in checks)
    return sum(one.wrong / one.share for one in checks) / total if total else None


def weighted_upper_bound(checks: Sequence[SampleCheck], delta: float = DELTA) -> float | None:
    """Return what that share does not exceed; None without checks.

    Args:
        checks: The checked values.
        delta: The probability that it does.
    """
    if not checks:
        return None
    counts, wrong = effective_counts([one.wrong for one in checks], [1 / one.share for one in checks])
    return upper_bound(max(counts, 1), min(wrong, max(counts, 1)), delta)
