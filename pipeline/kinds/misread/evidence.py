"""What a reading says of dates: how much less likely one is than another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from pipeline.kinds.calendar import PLAUSIBLE_YEARS, PartialDate, dated

Costs = NDArray[np.float32]

MONTH_ONLY, YEAR_ONLY, FULL = range(3)
"""Values of the slot ``shape``: a month and year, a year, a full date."""

LEDGER_YEARS = range(1880, 2031)
"""The years in which nearly all that ledgers speak of happened."""

_YEARS = range(1000, 3000)
"""The years that have a name in words."""

_RARE_YEAR, _WILD_YEAR = 4.0, 8.0
"""What it costs (nats) that a year lies outside ``LEDGER_YEARS``, and outside ``PLAUSIBLE_YEARS``."""

_KEPT = 6
"""Values of a slot that are put together to dates, the likeliest."""

_HOPELESS = 20.0
"""Nats above which a value is not put together to dates."""

_DATES = 24


@dataclass(frozen=True, slots=True)
class RankedDate:
    """A date and the chance that it is what was written."""

    date: PartialDate
    chance: float


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """The costs (nats; 0 = the likeliest) of the values of each slot: (100,), ``shape`` (3,). Slots are taken to be
    misread independently of one another."""

    shape: Costs
    day: Costs
    month: Costs
    head: Costs
    tail: Costs

    def chance(self, date: PartialDate) -> float:
        """The chance of a date (as exact as it is) beside all others, those that the calendar lacks among them."""
        shape = FULL if date.day is not None else YEAR_ONLY if date.month is None else MONTH_ONLY
        cost = self.shape[shape] + self.head[date.year // 100] + self.tail[date.year % 100]
        spread = self._spread(self.shape) + self._spread(self.head) + self._spread(self.tail)
        for known, costs in ((date.month, self.month), (date.day, self.day)):
            if known is not None:
                cost += costs[known]
                spread += self._spread(costs)
        return float(np.exp(-cost - spread))

    @staticmethod
    def _spread(costs: Costs) -> float:
        return float(np.log(np.exp(-costs.astype(np.float64)).sum()))


def together(evidences: Sequence[Evidence]) -> Evidence:
    """What several independent readings of one date say together."""
    return Evidence(
        *(
            from_best(np.sum([getattr(evidence, slot) for evidence in evidences], axis=0))
            for slot in ("shape", "day", "month", "head", "tail")
        )
    )


def from_best(costs: Costs) -> Costs:
    less: Costs = costs - costs.min()
    return less


def ranked(evidence: Evidence, years: range = LEDGER_YEARS) -> tuple[RankedDate, ...]:
    """The likeliest dates, best first, with their chances; what these lack to 1 is left to other dates and to days that
    the calendar lacks. ``years``: those that are to be expected; others are far less likely, not impossible."""
    heads, tails = _best(evidence.head), _best(evidence.tail)
    year = 100 * heads[:, None] + tails
    year_cost = evidence.head[heads][:, None] + evidence.tail[tails] + _unlikely(years)[year]
    of_years = sorted(zip(year_cost.ravel().tolist(), year.ravel().tolist(), strict=True))[:_KEPT]
    months, days = _best(evidence.month).tolist(), _best(evidence.day).tolist()
    weighed: list[tuple[float, tuple[int, int | None, int | None]]] = []
    for cost, at in of_years:
        weighed.append((cost + evidence.shape[YEAR_ONLY], (at, None, None)))
        for month in months:
            by_month = cost + evidence.month[month]
            weighed.append((by_month + evidence.shape[MONTH_ONLY], (at, month, None)))
            full = by_month + evidence.shape[FULL]
            weighed.extend((full + evidence.day[day], (at, month, day)) for day in days)
    weighed.sort(key=lambda each: each[0])
    least = weighed[0][0]
    shares = [(float(np.exp(least - cost)), known) for cost, known in weighed]
    total = sum(share for share, _ in shares)
    dates = ((dated(*known), share / total) for share, known in shares if known[0] in _YEARS)
    return tuple(islice((RankedDate(date, chance) for date, chance in dates if date is not None), _DATES))


def _best(costs: Costs) -> NDArray[np.intp]:
    likeliest = np.argpartition(costs, _KEPT)[:_KEPT]
    return likeliest[costs[likeliest] < _HOPELESS]


def _unlikely(years: range) -> Costs:
    costs = np.full(10000, _WILD_YEAR, np.float32)
    costs[PLAUSIBLE_YEARS.start : PLAUSIBLE_YEARS.stop] = _RARE_YEAR
    costs[years.start : years.stop] = 0.0
    return costs
