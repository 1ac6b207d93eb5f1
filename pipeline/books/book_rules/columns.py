"""Canonical texts as columns of whole numbers, and sequences of them.

Each different text is parsed once, so that a registry of a million entries is checked in seconds.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.values.kinds.calendar import parse_canonical

UNKNOWN = -1
"""The number of a value that is blank, not known, or not of the kind."""

Numbers = NDArray[np.int64]

_NUMBERED = re.compile(r"(\d{1,6})(?:/(\d{4}))?", re.ASCII)


def iter_rows(frame: pd.DataFrame, *columns: str) -> Iterator[tuple[Any, ...]]:
    """Iterate the rows of those columns as plain Python values."""
    return zip(*(frame[column].tolist() for column in columns), strict=True)


def parse_numbers(column: pd.Series) -> Numbers:
    """Return the numbers of ``NN/YYYY``, ``NN`` or plain numbers."""
    return _each(column, lambda text: int(match[1]) if (match := _NUMBERED.fullmatch(text)) else UNKNOWN)


def parse_years(column: pd.Series) -> Numbers:
    """Return the years of ``NN/YYYY``."""
    return _each(
        column, lambda text: int(match[2]) if (match := _NUMBERED.fullmatch(text)) and match[2] else UNKNOWN
    )


def parse_days(column: pd.Series) -> Numbers:
    """Return dates as ``yyyymmdd``, with zeros for parts that are not known: ``19520000``, ``19520300``."""
    return _each(column, _day)


def full_days(days: Numbers) -> Numbers:
    """Return the dates that are known to the day; UNKNOWN for others."""
    return np.where(days % 100 > 0, days, UNKNOWN)


def years(days: Numbers) -> Numbers:
    return np.where(days >= 0, days // 10_000, UNKNOWN)


def format_day(day: int) -> str:
    """Return ``yyyymmdd`` as it is written, as exact as it is known."""
    year, month, of_month = day // 10_000, day // 100 % 100, day % 100
    return "/".join(f"{part:02}" for part in (of_month, month) if part) + ("/" if month else "") + f"{year}"


def _day(text: str) -> int:
    date = parse_canonical(text)
    return UNKNOWN if date is None else date.year * 10_000 + (date.month or 0) * 100 + (date.day or 0)


def _each(column: pd.Series, number_of: Callable[[str], int]) -> Numbers:
    """Apply ``number_of`` once to each different text of a column; UNKNOWN where there is none."""
    codes, texts = pd.factorize(column)
    known = [number_of(text) if isinstance(text, str) else UNKNOWN for text in texts]
    return np.asarray([*known, UNKNOWN], dtype=np.int64)[codes]


def longest_increasing(values: Sequence[int], *, strictly: bool) -> list[int]:
    """Return the places of a longest increasing subsequence (patience sorting, n log n).

    What is left out is the least that must be wrong for the rest to be in order.

    Args:
        values: The sequence.
        strictly: Equal neighbours are not in order.
    """
    find = bisect_left if strictly else bisect_right
    tops: list[int] = []
    top_places: list[int] = []
    before: list[int] = []
    for place, value in enumerate(values):
        pile = find(tops, value)
        before.append(top_places[pile - 1] if pile else -1)
        if pile == len(tops):
            tops.append(value)
            top_places.append(place)
        else:
            tops[pile] = value
            top_places[pile] = place
    kept: list[int] = []
    place = top_places[-1] if top_places else -1
    while place >= 0:
        kept.append(place)
        place = before[place]
    return kept[::-1]


def format_runs(numbers: Sequence[int]) -> str:
    """Return rising numbers as runs: ``3``, ``3–5``, ``3–5, 9``."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(f"{first}" if first == last else f"{first}–{last}" for first, last in runs)
