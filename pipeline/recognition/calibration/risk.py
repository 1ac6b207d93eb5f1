"""Acceptance thresholds that keep the error rate among accepted values within the office's tolerance.

Selective risk control: Geifman and El-Yaniv 2017 ("Selective classification for deep neural networks", NeurIPS) bound
the error of accepted values by the exact binomial; Bates et al. 2021 ("Distribution-free, risk-controlling prediction
sets", J. ACM) and Angelopoulos et al. 2021 ("Learn then test", arXiv 2110.01052) test thresholds in a fixed order, so
that the choice does not weaken the bound.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from pipeline.recognition.calibration.chance_model import Floats
from pipeline.recognition.calibration.weighting import effective_sums, expected_sums

DELTA = 0.1
"""Failure probability of the bound, over all possible calibration books."""

THRESHOLDS = 240
FEWEST = 50
STEPS = 40
SAFE_SIDE = 4.0
"""The first threshold is chosen as if the error share were at least the tolerance divided by this."""


@dataclass(frozen=True, slots=True)
class RiskCurve:
    """Error counts of a group of fields outside the fit, over thresholds from high to low.

    Attributes:
        thresholds: Probabilities, falling.
        accepted: Number of fields that each threshold accepts.
        wrong: Number of wrong fields among the accepted.
        expected: Number of wrong fields among the accepted, as the probabilities predict.
        worst: The error share that the worst writer provably exceeds.
    """

    fields: int
    thresholds: tuple[float, ...]
    accepted: tuple[int, ...]
    wrong: tuple[int, ...]
    expected: tuple[float, ...]
    worst: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class RiskBound:
    """A threshold, and the proven error rate of fields that reach it.

    Attributes:
        threshold: The lowest accepted probability. ``None``: no threshold is proven to keep within ``tolerated``; the
            other figures then describe the nearest threshold.
        fields: Number of tested fields.
        accepted: Number of fields that reach the threshold.
        wrong: Number of wrong fields among the accepted.
        upper: Upper bound of the error share for similar fields, with probability at least 1 − ``delta``.
        tolerated: The office's tolerated error share.
        delta: The failure probability of the bound.
    """

    threshold: float | None
    fields: int
    accepted: int
    wrong: int
    upper: float
    tolerated: float
    delta: float

    @property
    def coverage(self) -> float:
        """The share (0..1) of accepted fields."""
        return self.accepted / self.fields if self.threshold is not None and self.fields else 0.0

    @property
    def error(self) -> float | None:
        return self.wrong / self.accepted if self.accepted else None

    @property
    def refuted(self) -> bool:
        """Whether the errors exceed the number that ``tolerated`` lets one expect."""
        return is_refuted(self.wrong, self.accepted, self.tolerated, self.delta)

    @property
    def needed(self) -> int:
        """Number of accepted fields without an error that would prove the tolerance."""
        return math.ceil(math.log(self.delta) / math.log1p(-self.tolerated)) if 0 < self.tolerated < 1 else 0


def risk_curve(
    chances: Sequence[float],
    right: Sequence[bool],
    fields: int,
    hands: Sequence[str] = (),
    weights: Sequence[float] = (),
) -> RiskCurve:
    """Return the risk curve of fields that the probability alone decides.

    The thresholds follow from the probabilities, not from the truth.

    Args:
        chances: The calibrated probability of each field.
        fields: Size of the group, including fields that other rules decide.
        hands: The writer of each field.
        weights: Number of fields that each field represents; 1 each by default. The counts then are effective fields.
    """
    order = np.argsort(-np.asarray(chances, dtype=np.float64), kind="stable")
    sure = np.asarray(chances, dtype=np.float64)[order]
    errors = ~np.asarray(right, dtype=bool)[order]
    counts_as = np.asarray(weights, dtype=np.float64)[order] if len(weights) else np.ones(len(sure))
    fields_to, wrong = effective_sums(errors, counts_as)
    if len(sure) < FEWEST:
        return RiskCurve(fields, (), (), (), (), ())
    counts = np.unique(np.linspace(FEWEST, len(sure), THRESHOLDS).round().astype(int))
    thresholds = np.unique(sure[counts - 1])[::-1]
    expected = expected_sums(sure, counts_as, fields_to)
    accepted = np.searchsorted(-sure, -thresholds, side="right")
    return RiskCurve(
        fields=fields,
        thresholds=tuple(float(value) for value in thresholds),
        accepted=tuple(int(fields_to[count - 1]) for count in accepted),
        wrong=tuple(int(wrong[count - 1]) for count in accepted),
        expected=tuple(float(expected[count - 1]) for count in accepted),
        worst=_worst(np.asarray(hands)[order] if hands else np.zeros(len(sure)), errors, accepted),
    )


def _worst(hands: np.ndarray, errors: np.ndarray, accepted: np.ndarray) -> tuple[float, ...]:
    """Return for each threshold the greatest error share that any writer provably exceeds, together at ``DELTA``."""
    names = np.unique(hands)
    if len(names) < 2:
        return (0.0,) * len(accepted)
    own = hands[:, None] == names
    counts, wrong = np.cumsum(own, axis=0), np.cumsum(own & errors[:, None], axis=0)
    worst, each = [], DELTA / len(names)
    for place in accepted - 1:
        bound = 0.0
        totals = zip(counts[place].tolist(), wrong[place].tolist(), strict=True)
        for fields, bad in sorted(totals, key=lambda pair: -pair[1] / max(pair[0], 1)):
            if bad <= bound * fields:
                break
            if is_refuted(
                bad, fields, bound, each
            ):  # otherwise this writer's bound is no greater: one comparison instead of forty
                bound = max(bound, lower_bound(fields, bad, each))
        worst.append(bound)
    return tuple(worst)


@lru_cache(maxsize=64)
def risk_bound(curve: RiskCurve, tolerated: float, delta: float = DELTA) -> RiskBound:
    """Return the lowest proven threshold.

    Thresholds are tested downwards from the threshold likeliest to pass (by the probabilities alone) until a test
    fails. The order is fixed before any error is seen, so each test may use the full ``delta`` (fixed-sequence
    testing). All passed thresholds hold together, so thresholds with a provably worse writer are skipped. Where none is
    left, a threshold proven for a ``SAFE_SIDE``-th of the tolerance is taken, so that more tolerance never accepts
    nothing where less accepts something; it exceeds the tolerance itself with probability at most
    ``delta ** SAFE_SIDE``.
    """
    first = _likeliest(curve, tolerated, delta)
    last = _last_proven(curve, tolerated, delta, first)
    if last is None:
        stricter = tolerated / SAFE_SIDE
        last = _last_proven(curve, stricter, delta, _likeliest(curve, stricter, delta))
    shown = first if last is None else last
    accepted, wrong = (0, 0) if shown is None else (curve.accepted[shown], curve.wrong[shown])
    return RiskBound(
        threshold=None if last is None else curve.thresholds[last],
        fields=curve.fields,
        accepted=accepted,
        wrong=wrong,
        upper=upper_bound(accepted, wrong, delta),
        tolerated=tolerated,
        delta=delta,
    )


def _last_proven(curve: RiskCurve, tolerated: float, delta: float, first: int | None) -> int | None:
    """Return the lowest proven threshold at which no writer is provably worse than ``tolerated``.

    Args:
        first: The threshold that is tested first; testing goes down from it and ends with the first that fails.
    """
    last = None
    for step in range(len(curve.thresholds) if first is None else first, len(curve.thresholds)):
        if not _proves(curve.accepted[step], curve.wrong[step], tolerated, delta):
            break
        if curve.worst[step] <= tolerated:
            last = step
    return last


def is_refuted(wrong: int, fields: int, tolerated: float, delta: float) -> bool:
    """Return whether the number of errors is significantly above the tolerated share.

    Args:
        tolerated: The tolerated error share.
        delta: The probability of refuting a share within the tolerance.
    """
    return wrong > 0 and 1 - binomial_cdf(wrong - 1, fields, tolerated) <= delta


def upper_bound(fields: int, wrong: int, delta: float = DELTA) -> float:
    """Return Clopper and Pearson's exact upper bound of an error rate.

    Args:
        fields: Number of checked fields.
        delta: The probability (0..1) that the true rate is above the bound.
    """
    if wrong >= fields:
        return 1.0
    low, high = wrong / fields, 1.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if binomial_cdf(wrong, fields, middle) > delta else (low, middle)
    return high


def lower_bound(fields: int, wrong: int, delta: float = DELTA) -> float:
    """Return the exact lower bound of an error rate; it fails with probability ``delta``."""
    low, high = 0.0, wrong / max(fields, 1)
    for _ in range(STEPS if wrong else 0):
        middle = (low + high) / 2
        low, high = (low, middle) if 1 - binomial_cdf(wrong - 1, fields, middle) > delta else (middle, high)
    return low


def binomial_cdf(wrong: int, fields: int, rate: float) -> float:
    """Return the probability of at most ``wrong`` errors among ``fields`` fields at an error rate."""
    if wrong >= fields or rate <= 0:
        return 1.0
    if rate >= 1:
        return 0.0
    return float(min(1.0, np.exp(_log_terms(wrong, fields, rate)).sum()))


def _log_terms(wrong: int, fields: int, rate: float) -> Floats:
    """Return the log probabilities of 0..``wrong`` errors."""
    ways, bad, good = _counts(wrong, fields)
    return np.asarray(ways + bad * math.log(rate) + good * math.log1p(-rate))


@lru_cache(maxsize=64)
def _counts(wrong: int, fields: int) -> tuple[Floats, Floats, Floats]:
    """Return for 0..``wrong`` errors the log of their combinations, the wrong count and the right count.

    The result is cached: bisection uses the same counts at many rates.
    """
    count = np.arange(1, wrong + 1, dtype=np.float64)
    ways = np.concatenate([[0.0], np.cumsum(np.log(fields - count + 1) - np.log(count))])
    bad = np.arange(wrong + 1, dtype=np.float64)
    return ways, bad, fields - bad


def _proves(accepted: int, wrong: int, tolerated: float, delta: float) -> bool:
    return wrong <= accepted * tolerated and binomial_cdf(wrong, accepted, tolerated) <= delta


def _likeliest(curve: RiskCurve, tolerated: float, delta: float) -> int | None:
    """Return the threshold likeliest to be proven if the probabilities are right."""
    best, prospect = None, 0.0
    for step, accepted in enumerate(curve.accepted):
        allowed = _allowed(accepted, tolerated, delta)
        if allowed >= 0:
            rate = max(curve.expected[step] / accepted, tolerated / SAFE_SIDE)
            hope = binomial_cdf(allowed, accepted, rate)
            if hope > prospect:
                best, prospect = step, hope
    return best


def _allowed(accepted: int, tolerated: float, delta: float) -> int:
    """Return the most errors among ``accepted`` fields that still prove the tolerance; −1 if even 0 errors do not."""
    most = math.floor(accepted * tolerated)
    sums = np.cumsum(np.exp(_log_terms(most, accepted, tolerated))) if 0 < tolerated < 1 else np.ones(1)
    return int(np.searchsorted(sums, delta, side="right")) - 1
