"""Which members of a sequence stand in order, and which fall out of it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence


def in_order(values: Sequence[int], *, strictly: bool) -> list[int]:
    """The places of a longest increasing subsequence (patience sorting, n log n): what is left out is the least that
    must be wrong for the rest to be in order. Not ``strictly``: equal neighbours are in order too."""
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


def as_runs(numbers: Sequence[int]) -> str:
    """Rising numbers in words as short as they go: ``3``, ``3–5``, ``3–5, 9``."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(f"{first}" if first == last else f"{first}–{last}" for first, last in runs)
