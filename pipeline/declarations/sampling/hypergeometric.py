"""Chances of a sample that is drawn from a lot without putting anything back: exact, for lots of any size."""

from __future__ import annotations

import math

FOLLOWED_WITHIN = 1e-7
"""So near to a bound a chance that was followed is counted anew; it is exact to some 1e-9 in lots of a million."""


def probability_at_most(found: int, lot: int, wrong: int, sample: int) -> float:
    """Return the probability that a sample holds at most so many wrong entries.

    Args:
        found: The number of wrong entries in the sample.
        lot: The size of the lot.
        wrong: The number of wrong entries in the lot.
        sample: The size of the sample.
    """
    least = max(0, sample - (lot - wrong))
    most = min(found, sample, wrong)
    if most < least:
        return 0.0
    if most == min(sample, wrong):
        return 1.0
    whole = _log_ways(lot, sample)
    terms = (_log_ways(wrong, k) + _log_ways(lot - wrong, sample - k) - whole for k in range(least, most + 1))
    return min(1.0, math.fsum(math.exp(term) for term in terms))


class FollowedChance:
    """The chance that a sample holds at most so many wrong entries, followed while either number grows by one.

    Each step takes the same time, however many entries are wrong. ``probability_at_most`` has the last word where it
    matters: what was followed over many steps is a little less exact.

    Args:
        lot: The size of the lot.
        wrong: The number of wrong entries in the lot.
        sample: The size of the sample.

    Attributes:
        found: The most wrong entries in the sample.
        sample: The size of the sample.
    """

    def __init__(self, lot: int, wrong: int, sample: int = 0) -> None:
        self._lot, self._wrong = lot, wrong
        self.found, self.sample = 0, sample
        self._value = probability_at_most(0, lot, wrong, sample)

    def is_at_most(self, risk: float) -> bool:
        """Whether the chance is no more than that risk (0..1), as ``probability_at_most`` says."""
        if abs(self._value - risk) > FOLLOWED_WITHIN:
            return self._value <= risk
        return probability_at_most(self.found, self._lot, self._wrong, self.sample) <= risk

    def is_missed_at_most(self, risk: float) -> bool:
        """Whether the chance of more wrong entries in the sample is no more than that risk (0..1)."""
        if abs(1 - self._value - risk) > FOLLOWED_WITHIN:
            return 1 - self._value <= risk
        return 1 - probability_at_most(self.found, self._lot, self._wrong, self.sample) <= risk

    def draw_one_more(self) -> None:
        """Let the sample be one entry larger; it is smaller than the lot."""
        left_wrong = max(0, self._wrong - self.found)
        self._value -= self._exactly() * left_wrong / (self._lot - self.sample)
        self.sample += 1

    def allow_one_more(self) -> None:
        """Let one more wrong entry be in the sample."""
        self.found += 1
        self._value += self._exactly()

    def _exactly(self) -> float:
        """The chance that the sample holds just as many wrong entries as are allowed."""
        right = self.sample - self.found
        if not (0 <= self.found <= self._wrong and 0 <= right <= self._lot - self._wrong):
            return 0.0
        ways = _log_ways(self._wrong, self.found) + _log_ways(self._lot - self._wrong, right)
        return math.exp(ways - _log_ways(self._lot, self.sample))


def upper_bound_of_wrong(found: int, lot: int, sample: int, risk: float) -> int:
    """Return the exact upper bound of the number of wrong entries in a lot.

    With more, so few would be found in less than a share ``risk`` of samples (Clopper and Pearson's bound,
    for a finite lot).

    Args:
        found: The number of wrong entries in the sample.
        lot: The size of the lot.
        sample: The size of the sample.
        risk: The probability (0..1) that the lot holds more than the bound.
    """
    low, high = found, lot - (sample - found)
    while low < high:
        middle = (low + high + 1) // 2
        if probability_at_most(found, lot, middle, sample) > risk:
            low = middle
        else:
            high = middle - 1
    return low


def _log_ways(of: int, chosen: int) -> float:
    return math.lgamma(of + 1) - math.lgamma(chosen + 1) - math.lgamma(of - chosen + 1)
