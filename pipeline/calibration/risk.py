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

from pipeline.calibration.chance_model import Floats

DELTA = 0.1
"""How often the bound may fail to hold, over all books one could have calibrated on."""

THRESHOLDS = 240
FEWEST = 50
STEPS = 40
SAFE_SIDE = 4.0
"""What is accepted is never believed to err less than the tolerance over this, when the first threshold is chosen."""


@dataclass(frozen=True, slots=True)
class RiskCurve:
    """A group of fields that nothing was fitted on: for thresholds from high to low how many would be ``accepted``, how
    many ``wrong`` among them, how many the chances themselves ``expected``, and what share of errors the ``worst`` of
    the hands is proven to exceed. ``fields``: all of the group."""

    fields: int
    thresholds: tuple[float, ...]
    accepted: tuple[int, ...]
    wrong: tuple[int, ...]
    expected: tuple[float, ...]
    worst: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class RiskBound:
    """With probability at least 1 − ``delta`` the share of errors among fields of at least ``threshold`` is at most
    ``upper``, for fields like the ``fields`` it was tried on, of which ``accepted`` were and ``wrong`` were not right.

    ``threshold`` None: with these data no threshold is proven to keep to ``tolerated``; the figures are then of the
    one that was nearest to be."""

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
        """Whether more was wrong than a share ``tolerated`` of errors would let one expect."""
        return (
            self.wrong > 0 and 1 - binomial_cdf(self.wrong - 1, self.accepted, self.tolerated) <= self.delta
        )

    @property
    def needed(self) -> int:
        """How many accepted fields without one error would prove the tolerance."""
        return math.ceil(math.log(self.delta) / math.log1p(-self.tolerated)) if 0 < self.tolerated < 1 else 0


def risk_curve(
    chances: Sequence[float], right: Sequence[bool], fields: int, hands: Sequence[str] = ()
) -> RiskCurve:
    """The curve of fields that a chance alone decides about; ``fields``: how many there are with the others, ``hands``:
    who wrote each. Which thresholds are tried follows from the chances, not from what was right."""
    order = np.argsort(-np.asarray(chances, dtype=np.float64), kind="stable")
    sure = np.asarray(chances, dtype=np.float64)[order]
    errors = ~np.asarray(right, dtype=bool)[order]
    wrong = np.cumsum(errors)
    expected = np.cumsum(1 - sure)
    if len(sure) < FEWEST:
        return RiskCurve(fields, (), (), (), (), ())
    counts = np.unique(np.linspace(FEWEST, len(sure), THRESHOLDS).round().astype(int))
    thresholds = np.unique(sure[counts - 1])[::-1]
    accepted = np.searchsorted(-sure, -thresholds, side="right")
    return RiskCurve(
        fields,
        tuple(float(value) for value in thresholds),
        tuple(int(count) for count in accepted),
        tuple(int(wrong[count - 1]) for count in accepted),
        tuple(float(expected[count - 1]) for count in accepted),
        _worst(np.asarray(hands)[order] if hands else np.zeros(len(sure)), errors, accepted),
    )


def _worst(hands: np.ndarray, errors: np.ndarray, accepted: np.ndarray) -> tuple[float, ...]:
    """For each threshold the greatest share of errors that any hand is proven to exceed, ``DELTA`` shared by all."""
    names = np.unique(hands)
    if len(names) < 2:
        return (0.0,) * len(accepted)
    own = hands[:, None] == names
    counts, wrong = np.cumsum(own, axis=0), np.cumsum(own & errors[:, None], axis=0)
    worst = []
    for place in accepted - 1:
        found = 0.0
        seen = zip(counts[place].tolist(), wrong[place].tolist(), strict=True)
        for fields, bad in sorted(seen, key=lambda pair: -pair[1] / max(pair[0], 1)):
            if bad <= found * fields:
                break
            found = max(found, lower_bound(fields, bad, DELTA / len(names)))
        worst.append(found)
    return tuple(worst)


@lru_cache(maxsize=64)
def risk_bound(curve: RiskCurve, tolerated: float, delta: float = DELTA) -> RiskBound:
    """The least threshold that is proven: from the one likeliest to be, by the chances alone, downwards until one is
    not. As the order was fixed before any error was looked at, one test at ``delta`` each is enough; and as all those
    proven hold together, one may pass over those at which some hand is known to err more than tolerated."""
    first = _likeliest(curve, tolerated, delta)
    if first is None:
        return RiskBound(None, curve.fields, 0, 0, 1.0, tolerated, delta)
    last = None
    for step in range(first, len(curve.thresholds)):
        if not _proves(curve.accepted[step], curve.wrong[step], tolerated, delta):
            break
        if curve.worst[step] <= tolerated:
            last = step
    shown = first if last is None else last
    accepted, wrong = curve.accepted[shown], curve.wrong[shown]
    return RiskBound(
        None if last is None else curve.thresholds[last],
        curve.fields,
        accepted,
        wrong,
        upper_bound(accepted, wrong, delta),
        tolerated,
        delta,
    )


def upper_bound(fields: int, wrong: int, delta: float = DELTA) -> float:
    """Clopper and Pearson's exact upper bound of an error rate: it lies below in all but a share ``delta`` of cases."""
    if wrong >= fields:
        return 1.0
    low, high = wrong / fields, 1.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if binomial_cdf(wrong, fields, middle) > delta else (low, middle)
    return high


def lower_bound(fields: int, wrong: int, delta: float = DELTA) -> float:
    """The exact lower bound of an error rate: it lies above in all but a share ``delta`` of cases."""
    low, high = 0.0, wrong / max(fields, 1)
    for _ in range(STEPS if wrong else 0):
        middle = (low + high) / 2
        low, high = (low, middle) if 1 - binomial_cdf(wrong - 1, fields, middle) > delta else (middle, high)
    return low


def binomial_cdf(wrong: int, fields: int, rate: float) -> float:
    """The chance of at most so many errors among so many fields when each errs with that rate."""
    if wrong >= fields or rate <= 0:
        return 1.0
    if rate >= 1:
        return 0.0
    return float(min(1.0, np.exp(_log_terms(wrong, fields, rate)).sum()))


def _log_terms(wrong: int, fields: int, rate: float) -> Floats:
    """Log probabilities of 0..``wrong`` errors."""
    count = np.arange(1, wrong + 1, dtype=np.float64)
    ways = np.concatenate([[0.0], np.cumsum(np.log(fields - count + 1) - np.log(count))])
    return np.asarray(
        ways
        + np.arange(wrong + 1) * math.log(rate)
        + np.arange(fields, fields - wrong - 1, -1) * math.log1p(-rate)
    )


def _proves(accepted: int, wrong: int, tolerated: float, delta: float) -> bool:
    return wrong <= accepted * tolerated and binomial_cdf(wrong, accepted, tolerated) <= delta


def _likeliest(curve: RiskCurve, tolerated: float, delta: float) -> int | None:
    """The threshold with the best prospect of being proven, if the chances tell the truth."""
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
    """The most errors with which so many accepted fields prove the tolerance; −1 when none would do."""
    most = math.floor(accepted * tolerated)
    sums = np.cumsum(np.exp(_log_terms(most, accepted, tolerated))) if 0 < tolerated < 1 else np.ones(1)
    return int(np.searchsorted(sums, delta, side="right")) - 1
