"""From which chance on values may be accepted so that the errors among them stay within what the office tolerates.

Selective risk control: Geifman and El-Yaniv 2017 ("Selective classification for deep neural networks", NeurIPS) bound
the error of what is accepted by the exact binomial; Bates et al. 2021 ("Distribution-free, risk-controlling
prediction sets", J. ACM) and Angelopoulos et al. 2021 ("Learn then test", arXiv 2110.01052) choose among thresholds
by testing them in a fixed order, so that choosing does not spend the bound.
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
"""How often the bound may fail, over all books that could have been calibrated on."""

THRESHOLDS = 240
FEWEST = 50
STEPS = 40
SAFE_SIDE = 4.0
"""The first threshold is chosen as if at least the tolerance over this were wrong among what is accepted."""


@dataclass(frozen=True, slots=True)
class RiskCurve:
    """The errors of a group of fields that nothing was fitted on, over thresholds from high to low.

    Attributes:
        fields: How many fields the group has.
        thresholds: Probabilities.
        accepted: How many fields each threshold accepts.
        wrong: How many of those are wrong.
        expected: How many errors the probabilities predict among them.
        worst: The share of errors that the worst writer is proven to exceed.
    """

    fields: int
    thresholds: tuple[float, ...]
    accepted: tuple[int, ...]
    wrong: tuple[int, ...]
    expected: tuple[float, ...]
    worst: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class RiskBound:
    """A threshold, and what is proven of the fields that reach it.

    Attributes:
        threshold: The least probability that is accepted. ``None``: none is proven to keep within ``tolerated``; the
            other figures are then of the one nearest to it.
        fields: How many fields it was tried on.
        accepted: How many of them reach it.
        wrong: How many of those are wrong.
        upper: With probability at least 1 − ``delta`` the share of errors is at most this, for fields like these.
        tolerated: The share of errors that the office tolerates.
        delta: How often the bound may fail.
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
        """The share (0..1) of the fields that are accepted."""
        return self.accepted / self.fields if self.threshold is not None and self.fields else 0.0

    @property
    def error(self) -> float | None:
        return self.wrong / self.accepted if self.accepted else None

    @property
    def refuted(self) -> bool:
        """Whether more was wrong than ``tolerated`` would let one expect."""
        return is_refuted(self.wrong, self.accepted, self.tolerated, self.delta)

    @property
    def needed(self) -> int:
        """How many accepted fields without one error would prove the tolerance."""
        return math.ceil(math.log(self.delta) / math.log1p(-self.tolerated)) if 0 < self.tolerated < 1 else 0


def risk_curve(
    chances: Sequence[float],
    right: Sequence[bool],
    fields: int,
    hands: Sequence[str] = (),
    weights: Sequence[float] = (),
) -> RiskCurve:
    """Return the curve of fields that the probability alone decides about.

    The thresholds follow from the probabilities, not from what was right.

    Args:
        chances: The calibrated probability of each field.
        right: Whether each is right.
        fields: How many fields the group has, with those that something else decides about.
        hands: The writer of each field.
        weights: How many fields each stands for; one each by default. What is counted then are effective fields.
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
    """Return for each threshold the greatest share of errors that any writer is proven to exceed, ``DELTA`` for all."""
    names = np.unique(hands)
    if len(names) < 2:
        return (0.0,) * len(accepted)
    own = hands[:, None] == names
    counts, wrong = np.cumsum(own, axis=0), np.cumsum(own & errors[:, None], axis=0)
    worst, each = [], DELTA / len(names)
    for place in accepted - 1:
        found = 0.0
        seen = zip(counts[place].tolist(), wrong[place].tolist(), strict=True)
        for fields, bad in sorted(seen, key=lambda pair: -pair[1] / max(pair[0], 1)):
            if bad <= found * fields:
                break
            if is_refuted(
                bad, fields, found, each
            ):  # else the bound of this writer is no greater: one look, not forty
                found = max(found, lower_bound(fields, bad, each))
        worst.append(found)
    return tuple(worst)


@lru_cache(maxsize=64)
def risk_bound(curve: RiskCurve, tolerated: float, delta: float = DELTA) -> RiskBound:
    """Return the least threshold that is proven.

    Thresholds are tested from the one likeliest to pass, by the probabilities alone, downwards until one fails. As the
    order is fixed before any error is seen, one test at ``delta`` each is enough (fixed-sequence testing). As all that
    passed hold together, those at which some writer is known to err more than tolerated may be passed over.
    """
    first = _likeliest(curve, tolerated, delta)
    if first is None:
        return RiskBound(
            threshold=None,
            fields=curve.fields,
            accepted=0,
            wrong=0,
            upper=1.0,
            tolerated=tolerated,
            delta=delta,
        )
    last = None
    for step in range(first, len(curve.thresholds)):
        if not _proves(curve.accepted[step], curve.wrong[step], tolerated, delta):
            break
        if curve.worst[step] <= tolerated:
            last = step
    shown = first if last is None else last
    accepted, wrong = curve.accepted[shown], curve.wrong[shown]
    return RiskBound(
        threshold=None if last is None else curve.thresholds[last],
        fields=curve.fields,
        accepted=accepted,
        wrong=wrong,
        upper=upper_bound(accepted, wrong, delta),
        tolerated=tolerated,
        delta=delta,
    )


def is_refuted(wrong: int, fields: int, tolerated: float, delta: float) -> bool:
    """Return whether so many errors are more than a tolerated share of them would let one expect.

    Args:
        wrong: How many were wrong.
        fields: Of how many.
        tolerated: The share of errors that is tolerated.
        delta: How often that may be said of a share that is no greater.
    """
    return wrong > 0 and 1 - binomial_cdf(wrong - 1, fields, tolerated) <= delta


def upper_bound(fields: int, wrong: int, delta: float = DELTA) -> float:
    """Return Clopper and Pearson's exact upper bound of an error rate.

    Args:
        fields: How many fields were checked.
        wrong: How many of them are wrong.
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
    """Return the exact lower bound of an error rate; it fails in a share ``delta`` of cases."""
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
    """Return for 0..``wrong`` errors the log of their combinations, how many are wrong, and how many are not.

    Bisection asks for the same ones at many rates.
    """
    count = np.arange(1, wrong + 1, dtype=np.float64)
    ways = np.concatenate([[0.0], np.cumsum(np.log(fields - count + 1) - np.log(count))])
    bad = np.arange(wrong + 1, dtype=np.float64)
    return ways, bad, fields - bad


def _proves(accepted: int, wrong: int, tolerated: float, delta: float) -> bool:
    return wrong <= accepted * tolerated and binomial_cdf(wrong, accepted, tolerated) <= delta


def _likeliest(curve: RiskCurve, tolerated: float, delta: float) -> int | None:
    """Return the threshold with the best prospect of being proven, if the probabilities are right."""
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
    """Return the most errors with which so many accepted fields prove the tolerance; −1 when even none would not."""
    most = math.floor(accepted * tolerated)
    sums = np.cumsum(np.exp(_log_terms(most, accepted, tolerated))) if 0 < tolerated < 1 else np.ones(1)
    return int(np.searchsorted(sums, delta, side="right")) - 1
