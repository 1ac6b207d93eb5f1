"""Which dates a text in misread words may mean, and how much likelier one is than another."""

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
"""The years of nearly all that ledgers record."""

_YEARS = range(1000, 3000)
"""The years that have a name in words."""

_RARE_YEAR, _WILD_YEAR = 4.0, 8.0
"""The costs (nats) of a year outside ``LEDGER_YEARS`` and outside ``PLAUSIBLE_YEARS``."""

_KEPT = 6
"""How many values of a slot are combined to dates, the likeliest."""

_HOPELESS = 20.0
"""Nats above which a value is not combined."""

_DATES = 24
"""How many dates are returned."""


_LONGEST = 110
"""Letters that a text may have: the longest date has 62."""

_STRANGE = 1.7
"""Nats a letter from which a text is no date: one with every third letter misread has 1.5, other words above 2."""

_RISK = 1.5e-4
"""The probability of another date up to which one is sure."""

_ONE_ERROR = 5.6
"""Nats of a word up to which it has but one letter misread. Where a word has more, or one is missing or too many, more
happened to the text than misread letters."""

_GO_ON = frozenset({"nghìn", "ngàn", "trăm", "mười", "mươi", "chục"})
"""Words behind which a year may go on: where the text ends in one that is not whole, it was cut off."""

_AN_ERROR = 4.3
"""What a misread letter costs on average (nats)."""

_LETTERS = 26.0

_NO_SUCH = np.float32(2.5)
"""What it costs (nats) that a clerk writes a day above 31 or a month above 12; few do."""


@dataclass(frozen=True, slots=True)
class RankedDate:
    """A date and the probability that it is what was written."""

    date: PartialDate
    chance: float


@dataclass(frozen=True, slots=True, eq=False)
class PossibleDates:
    """The dates that a text allows, the likeliest first, and the one that is sure, if any is."""

    dates: tuple[RankedDate, ...]
    sure: PartialDate | None


NO_DATES = PossibleDates((), None)


@lru_cache(maxsize=1 << 14)
def possible_dates(text: str) -> PossibleDates:
    """Return the dates of a text of which any letter may be misread; ``NO_DATES`` for what is no date in words."""
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
    """Return whether the text is a full date from first word to last, each with one misread letter at most.

    A text without any is not: the strict grammar knows why it does not read it.
    """
    words = _lattice().best_words(letters)
    if words[0].word != "ngày" or not 0.0 < max(each.cost for each in words) <= _ONE_ERROR:
        return False
    return any(each.word == "tháng" for each in words) and not (words[-1].word in _GO_ON and words[-1].cost)


def _sharpened(read: LatticeCosts, letters: ObservedLetters) -> dict[str, Costs]:
    """Return the costs above the least of each slot, by the noise of this very text.

    In a text without an error a second reading that needs one is far less likely than in a text full of them. Slots are
    taken to be misread independently of one another.
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

    What their probabilities lack to 1 belongs to other dates, and to days that the calendar lacks. Years
    outside ``LEDGER_YEARS`` are far less likely, not impossible.
    """
    shape = slots["shape"]
    heads, tails = _best(slots["head"]), _best(slots["tail"])
    year = 100 * heads[:, None] + tails
    year_cost = slots["head"][heads][:, None] + slots["tail"][tails] + _unlikely_years()[year]
    of_years = sorted(zip(year_cost.ravel().tolist(), year.ravel().tolist(), strict=True))[:_KEPT]
    months, days = _best(slots["month"]).tolist(), _best(slots["day"]).tolist()
    weighed: list[tuple[float, tuple[int, int | None, int | None]]] = []
    for cost, at in of_years:
        weighed.append((cost + shape[YEAR_ONLY], (at, None, None)))
        for month in months:
            by_month = cost + slots["month"][month]
            weighed.append((by_month + shape[MONTH_ONLY], (at, month, None)))
            full = by_month + shape[FULL]
            weighed.extend((full + slots["day"][day], (at, month, day)) for day in days)
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
