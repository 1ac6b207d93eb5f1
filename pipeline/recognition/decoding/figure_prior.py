"""The priors of values in figures: dates and their parts, times, numbers, numbers of identity papers.

A grammatical text has the probability of its value and of its way of writing. Any other text is one of the rare
exceptions, which are taken to be as various as the values: its probability does not depend on its length, since the
networks have already said which letters it has. Every probability is a natural log.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from heapq import nlargest

from pipeline.recognition.decoding.field_shares import OUTSIDE, YearShares
from pipeline.recognition.decoding.priors import OVERRULED, Prior
from pipeline.values.kinds import DATE, Kind
from pipeline.values.kinds.kind import FIGURES, is_digits, is_ditto, without_leader
from pipeline.values.kinds.number import PROVINCE_CODES

STRANGE = math.log(0.01)
"""The log share of texts in words, or of other papers, in a field of figures. A belief."""

STRANGE_FIGURES = math.log(0.001)
"""The log share of figures that are no value of the kind (a 39th month): slips of the pen. A belief."""

DITTO = math.log(0.005)
"""The log share of ditto marks. A belief."""

_STRANGE_PART = -4.5 + math.log(0.1)
"""The log probability of a text that is no part of a date or time: ink of its neighbour is often read with it. A
belief."""

_EITHER = math.log(0.5)
"""A leading nought or none; a year after a number or none."""

_SPREAD = math.log(0.2)
"""The log share of values with gaps between their figures. A belief."""

_MUCH_LIKELIER = 2.0
"""The gain (nats) from which a likelier year is tried on the ink."""

_TRIED = 3
"""Number of likelier texts that are tried."""

_FIGURES_APART = 2
"""Largest number of figures in which a likelier year differs."""

_A_FIGURE = 4.0
"""How much likelier (nats) a year must be for each differing figure, to be tried before another."""

_RANGES: Mapping[str, range] = {
    "day": range(1, 32),
    "month": range(1, 13),
    "hour": range(25),
    "minute": range(60),
}

_TWO_DIGITS = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d\d)", re.ASCII)
_YEAR_AT_END = re.compile(r"(?<!\d)(\d{4})$", re.ASCII)


@dataclass(frozen=True)
class FigurePrior(Prior):
    """The prior of a value in figures.

    Attributes:
        log_share: The log probability of a text.
        grammar: 1 for a value, 0.5 for a doubtful value or a ditto mark, 0 for any other text.
        years: The log share of each year that may end a text.
    """

    log_share: Callable[[str], float]
    grammar: Callable[[str], float]
    years: Mapping[int, float] = field(default_factory=dict)
    overrules: float = field(default=OVERRULED, kw_only=True)

    def whole(self, text: str, /) -> float:
        return self.log_share(text)

    def support(self, text: str, /) -> float:
        return self.grammar(text)

    def likelier(self, text: str, /) -> tuple[str, ...]:
        """Return the text with much likelier years, which differ in one figure or two."""
        match = _YEAR_AT_END.search(text)
        if match is None or not self.years:
            return ()
        own = self.years.get(int(match[1]), OUTSIDE)
        near = (
            (share - _A_FIGURE * apart, year)
            for year, share in self._likely_years
            if share > own + _MUCH_LIKELIER
            and 0 < (apart := sum(a != b for a, b in zip(str(year), match[1], strict=True))) <= _FIGURES_APART
        )
        return tuple(f"{text[: match.start()]}{year}" for _, year in nlargest(_TRIED, near))

    @cached_property
    def _likely_years(self) -> Sequence[tuple[int, float]]:
        least = min(self.years.values()) + _MUCH_LIKELIER
        return [(year, share) for year, share in self.years.items() if share > least]


def figure_prior(kind: Kind, part: str, years: YearShares, book_year: int) -> FigurePrior:
    """Return the prior of a kind in figures, or of a part of a date or time.

    Args:
        years: The shares of the years of the field.
        book_year: 0 where it is unknown.
    """
    by_year = years.logs(book_year)
    if part:
        letters = FIGURES
        return FigurePrior(
            partial(_part, part, by_year), partial(_grammar_of_part, part), by_year, letters=letters
        )
    log_share: Callable[[str], float]
    if kind.is_date:
        log_share = partial(_date, years.alone, by_year)
    elif kind.is_identifying:
        log_share = partial(_id_number, kind, _long_share(book_year))
    elif kind.is_number:
        log_share = partial(_number, kind, by_year)
    else:
        log_share = partial(_other, kind)
    shown = by_year if kind.is_date or kind.is_yearly else {}
    return FigurePrior(log_share, partial(_grammar, kind), shown, letters=kind.signs)


def _strange(text: str, typical: float) -> float:
    if is_ditto(text):
        return DITTO
    return typical + (STRANGE if any(map(str.isalpha, text)) else STRANGE_FIGURES)


def _writing(text: str, numbers: str) -> float:
    """Return the log probability of leading noughts, and of gaps."""
    small: int = sum(number.startswith("0") or len(number) == 1 for number in re.findall(r"\d+", numbers))
    return small * _EITHER + (_SPREAD if " " in text.strip() else 0.0)


_SIGN = -math.log(3)


def _date(alone: float, years: Mapping[int, float], text: str) -> float:
    short = _TWO_DIGITS.fullmatch(text)
    if short and 1 <= int(short[1]) <= 31 and 1 <= int(short[2]) <= 12:
        century = max(years.get(1900 + int(short[3]), -99.0), years.get(2000 + int(short[3]), -99.0))
        return math.log(0.01 / 365) + 2 * _SIGN + century + _writing(text, text[: short.start(3)])
    parts = DATE.parse(text).canonical.split(".")
    if not is_digits(parts[-1]):
        return _strange(text, DATE.usual_log_share)
    year = years.get(int(parts[-1]), OUTSIDE)
    if len(parts) == 1:
        return math.log(alone) + year
    share, places = (0.98 - alone) / 365 if len(parts) == 3 else 0.01 / 12, len(parts) - 1
    return math.log(share) + places * _SIGN + year + _writing(text, text[:-4])


def _part(part: str, years: Mapping[int, float], text: str) -> float:
    figures = without_leader(text)
    if not is_digits(figures):
        return DITTO if is_ditto(text) else _STRANGE_PART
    if part == "year":
        if len(figures) == 4:
            return years.get(int(figures), OUTSIDE)
        if len(figures) == 2:
            return math.log(0.02) + max(years.get(century + int(figures), -99.0) for century in (1900, 2000))
        return DITTO if is_ditto(text) else _STRANGE_PART
    if int(figures) not in _RANGES[part] or len(figures) > 2:
        return DITTO if is_ditto(text) else _STRANGE_PART
    return -math.log(len(_RANGES[part])) + (_EITHER if int(figures) < 10 else 0.0)


def _number(kind: Kind, years: Mapping[int, float], text: str) -> float:
    canonical = kind.parse(text).canonical
    if not canonical:
        return _strange(text, kind.usual_log_share)
    number, _, year = canonical.partition("/")
    common = kind.common_numbers
    weight = -math.log(2 * common) - 2 * max(0.0, math.log(max(1, int(number)) / common))
    if kind.is_yearly:
        weight += _EITHER + (years.get(int(year), OUTSIDE) if year else 0.0)
    return weight + _writing(text, text.partition("/")[0])


_TEN = math.log(10)
_OLD_PROVINCES = frozenset(f"{number:02}" for number in range(1, 39))
"""The first two figures of a number of nine: the provinces of 1976 as numbered by the Ministry of Public Security."""


def _long_share(book_year: int) -> float:
    """Return the share of numbers of twelve figures.

    Source: Thông tư 27/2012/TT-BCA (first cards from 2012), Luật Căn cước công dân 2014 (from 2016), and
    Thông tư 59/2021/TT-BCA; the shares are beliefs.
    """
    if not book_year:
        return 0.4
    steps = ((2012, 0.002), (2016, 0.1), (2021, 0.4))
    return next((share for year, share in steps if book_year < year), 0.85)


def _id_number(kind: Kind, long: float, text: str) -> float:
    figures = without_leader(text).strip(",;:")
    spread = _SPREAD if kind.spread is not None and kind.spread.search(text) else 0.0
    if not is_digits(figures):
        passport = kind.parse(text).canonical
        known = math.log(0.01 / 26) - _TEN * (len(passport) - 1) + spread
        return known if passport else _strange(text, kind.usual_log_share)
    if len(figures) == 9:
        known = math.log(0.99 / 38) if figures[:2] in _OLD_PROVINCES else math.log(0.01 / 62)
        return math.log(0.98 - long) + known - 7 * _TEN + spread
    if len(figures) == 12:
        known = math.log(0.99 / 63) if figures[:3] in PROVINCE_CODES else math.log(0.01 / 937)
        century = math.log(0.245) if figures[3] in "0123" else math.log(0.02 / 6)
        return math.log(long) + known + century - 8 * _TEN + spread
    return _strange(text, kind.usual_log_share)


def _other(kind: Kind, text: str) -> float:
    if not kind.parse(text).canonical:
        return _strange(text, kind.usual_log_share)
    return -sum(map(str.isdigit, text)) * _TEN + (_SPREAD if " " in text.strip() else 0.0)


def _grammar(kind: Kind, text: str) -> float:
    if is_ditto(text):
        return 0.5
    parsed = kind.parse(text)
    if not parsed.canonical:
        return 0.0
    apart = kind.spread is not None and kind.spread.search(text)
    return 0.5 if parsed.problems or apart else 1.0


def _grammar_of_part(part: str, text: str) -> float:
    figures = without_leader(text)
    if not is_digits(figures):
        return 0.5 if is_ditto(text) else 0.0
    if part == "year":
        plausible = len(figures) == 4 and 1880 <= int(figures) < 2060
        return 1.0 if plausible else 0.5 if len(figures) in (2, 4) else 0.0
    return 1.0 if int(figures) in _RANGES[part] and len(figures) <= 2 else 0.0
