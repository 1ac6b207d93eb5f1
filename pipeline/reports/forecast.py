"""A forecast of the completion date under unchanged work: an interval, not a day.

Work done in blocks of days (whole weeks, so that weekends make no difference; single days with little history) is
taken as independent, with unknown mean and spread. The work of n more blocks then lies in
``mean · n ± t · s · sqrt(n + n² / blocks)``: the first term under the root is the chance of the coming blocks, the
second the uncertainty of the mean. The ends of the interval are the n at which either end reaches the remaining work
(as Fieller 1954 does for ratios). ``t`` is Student's quantile, by its expansion (Abramowitz and Stegun 1964, 26.7.5).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import NormalDist, fmean, stdev

SURE = 0.8
"""Probability that the completion date lies in the interval, if work continues unchanged."""

WEEK = 7
FEWEST_WEEKS = 4
FEWEST_DAYS = 5
LATEST = timedelta(days=100 * 365)


@dataclass(frozen=True, slots=True)
class Forecast:
    """A forecast of the completion date.

    Attributes:
        left: Number of entries left.
        a_day: Entries per day on average, weekends included.
        days: Number of days behind the average.
        likely: The likely completion date.
        early, late: The interval with probability ``SURE``; ``late`` ``None``: unbounded.
    """

    left: int
    a_day: float
    days: int
    likely: date
    early: date
    late: date | None


def forecast(left: int, done: Sequence[int], today: date) -> Forecast | None:
    """Return the forecast of the completion date.

    ``None`` where nothing is left, or where the days are too few or empty.

    Args:
        left: Number of entries left.
        done: Entries done on each whole day before ``today``, the oldest first.
    """
    blocks, size = _blocks(done)
    if left <= 0 or not blocks or sum(blocks) == 0:
        return None
    mean, spread = fmean(blocks), stdev(blocks)
    early, late = _ends(left, mean, spread, len(blocks))
    likely = _after(today, left / mean * size)
    if likely is None:
        return None
    return Forecast(
        left,
        mean / size,
        len(blocks) * size,
        likely,
        _after(today, early * size) or likely,
        None if late is None else _after(today, late * size),
    )


def student(sure: float, freedom: int) -> float:
    """Return the quantile of Student's t at ``sure``, within 1 % for three degrees of freedom and more."""
    z = NormalDist().inv_cdf(sure)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + math.fsum(term / float(freedom) ** power for power, term in enumerate(terms, start=1))


def _blocks(done: Sequence[int]) -> tuple[list[int], int]:
    """Return the work of each block, and the days of a block; no blocks with too few days."""
    weeks = len(done) // WEEK
    if weeks >= FEWEST_WEEKS:
        last = done[len(done) - weeks * WEEK :]
        return [sum(last[at : at + WEEK]) for at in range(0, len(last), WEEK)], WEEK
    return (list(done), 1) if len(done) >= FEWEST_DAYS else ([], 1)


def _ends(left: int, mean: float, spread: float, blocks: int) -> tuple[float, float | None]:
    """Return the roots n of ``(mean · n − left)² = t² s² (n + n² / blocks)``: the fewest and most blocks to the end."""
    k = (student((1 + SURE) / 2, blocks - 1) * spread) ** 2
    a, b, c = mean**2 - k / blocks, 2 * left * mean + k, float(left) ** 2
    root = math.sqrt(max(b**2 - 4 * a * c, 0.0))
    early = 2 * c / (b + root)
    return early, None if a <= 0 else (b + root) / (2 * a)


def _after(today: date, days: float) -> date | None:
    """Return the date after so many days; ``None`` when it is too far away."""
    return today + timedelta(days=math.ceil(days) - 1) if days < LATEST.days else None
