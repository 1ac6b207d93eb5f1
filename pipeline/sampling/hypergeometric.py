"""Chances of a sample that is drawn from a lot without putting anything back: exact, for lots of any size."""

from __future__ import annotations

import math


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
