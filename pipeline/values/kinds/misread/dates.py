"""Possible dates of a text with misread words, and their relative probabilities."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from pipeline.values.kinds.calendar import PLAUSIBLE_YEARS, PartialDate, partial_date
from pipeline.values.kinds.misread.channel import WORD_CHANNEL, Costs, ObservedLetters, observe_letters
from pipeline.values.kinds.misread.grammar import FULL, MONTH_ONLY, YEAR_ONLY, date_grammar
from pipeline.values.kinds.misread.lattice import Lattice, LatticeCosts

LEDGER_YEARS = range(1880, 2031)
"""The years of nearly all ledger dates."""

_YEARS = range(1000, 3000)
"""The years that can be written in words."""

_RARE_YEAR, _WILD_YEAR = 4.0, 8.0
"""The costs (nats) of a year outside ``LEDGER_YEARS`` and outside ``PLAUSIBLE_YEARS``."""

_KEPT = 6
"""Number of likeliest values of a slot that are combined to dates."""

_HOPELESS = 20.0
"""Cost in nats above which a value is not combined."""

_DATES = 24
"""Largest number of returned dates."""


_LONGEST = 110
"""Largest length of a text: the longest date has 62 letters."""

_STRANGE = 1.7
"""Nats per letter from which a text is no date: a date with every third letter misread has 1.5, other words above 2."""

_RISK = 1.5e-4
"""Probability of other dates up to which a date is certain."""

_ONE_ERROR = 5.6
"""Largest cost in nats of a word with a single misread letter. A higher cost, or a missing or extra word, means
that more happened than misread letters."""

_GO_ON = frozenset({"nghìn", "ngàn", "trăm", "mười", "mươi", "chục"})
"""Words that a year may continue after: a text that ends in an incomplete one was cut off."""

_AN_ERROR = 4.3
"""Average cost of a misread letter (nats)."""

_LETTERS = 26.0

_NO_SUCH = np.float32(2.5)
"""Cost (nats) of a day above 31 or a month above 12, which few clerks write."""


@dataclass(frozen=True, slots=True)
class RankedDate:
    """A date and the probability that it was written."""

    date: PartialDate
    chance: float


@dataclass(frozen=True, slots=True, eq=False)
class PossibleDates:
    """The possible dates of a text, the likeliest first, and the certain date, if any."""

    dates: tuple[RankedDate, ...]
    sure: PartialDate | None


NO_DATES = PossibleDates((), None)


@lru_cache(maxsize=1 << 14)
def possible_dates(text: str) -> PossibleDates:
    """Return the possible dates of a text with misread letters; ``NO_DATES`` for other texts."""
    letters = observe_letters(text)
    if not 5 <= len(letters.text) <= _LONGEST:
        return NO_DATES
    read = _lattice().read(letters)
    if read.least > _STRANGE * len(letters.text):
        return NO_DATES
    dates = _ranked(_sharpened(read, letters))
    sure = dates[0].date if dates and 1.0 - dates[0].chance < _RISK and _is_whole(letters) else None
    return PossibleDates(dates, sure)


@cache
def _lattice() -> Lattice:
    return Lattice(date_grammar(), WORD_CHANNEL)


def _is_whole(letters: ObservedLetters) -> bool:
    """Return whether the text is a full date with at most one misread letter in each word.

    A text without misread letters is excluded: the strict grammar has a reason for rejecting it.
    """
    words = _lattice().best_words(letters)
    if words[0].word != "ngày" or not 0.0 < max(each.cost for each in words) <= _ONE_ERROR:
        return False
    return any(each.word == "tháng" for each in words) and not (words[-1].word in _GO_ON and words[-1].cost)


def _sharpened(read: LatticeCosts, letters: ObservedLetters) -> dict[str, Costs]:
    """Return the costs above the minimum of each slot, scaled by the noise of this text.

    In a clean text, a second reading that needs an error is far less likely than in a noisy text. Slots are assumed
    to be misread independently.
    """
    errors = max(read.least / _AN_ERROR, 1.0)
    rate = min(errors / len(letters.text), 0.5)
    sharpness = np.float32(np.log(_LETTERS * (1.0 - rate) / rate) / WORD_CHANNEL.other)
    slots = {name: sharpness * (costs - costs.min()) for name, costs in read.slots.items()}
    slots["day"][32:] += _NO_SUCH
    slots["month"][13:] += _NO_SUCH
    return slots


def _ranked(slots: dict[str, Costs]) -> tuple[RankedDate, ...]:
    """Return the likeliest dates, best first.

    The missing probability belongs to other dates and impossible days. Years outside ``LEDGER_YEARS`` are far less
    likely, but possible.
    """
    shape = slots["shape"]
    heads, tails = _best(slots["head"]), _best(slots["tail"])
    year = 100 * heads[:, None] + tails
    year_cost = slots["head"][heads][:, None] + slots["tail"][tails] + _unlikely_years()[year]
    of_years = sorted(zip(year_cost.ravel().tolist(), year.ravel().tolist(), strict=True))[:_KEPT]
    months, days = _best(slots["month"]).tolist(), _best(slots["day"]).tolist()
    weighed: list[tuple[float, tuple[int, int | None, int | None]]] = []
    for cost, candidate_year in of_years:
        weighed.append((cost + shape[YEAR_ONLY], (candidate_year, None, None)))
        for month in months:
            by_month = cost + slots["month"][month]
            weighed.append((by_month + shape[MONTH_ONLY], (candidate_year, month, None)))
            full = by_month + shape[FULL]
            weighed.extend((full + slots["day"][day], (candidate_year, month, day)) for day in days)
    weighed.sort(key=lambda each: each[0])
    least = weighed[0][0]
    shares = [(float(np.exp(least - cost)), parts) for cost, parts in weighed]
    total = sum(share for share, _ in shares)
    dates = ((partial_date(*parts), share / total) for share, parts in shares if parts[0] in _YEARS)
    return tuple(islice((RankedDate(date, chance) for date, chance in dates if date is not None), _DATES))


def _best(costs: Costs) -> NDArray[np.intp]:
    likeliest = np.argpartition(costs, _KEPT)[:_KEPT]
    return likeliest[costs[likeliest] < _HOPELESS]


@cache
def _unlikely_years() -> Costs:
    costs = np.full(10000, _WILD_YEAR, np.float32)
    costs[PLAUSIBLE_YEARS.start : PLAUSIBLE_YEARS.stop] = _RARE_YEAR
    costs[LEDGER_YEARS.start : LEDGER_YEARS.stop] = 0.0
    return costs
