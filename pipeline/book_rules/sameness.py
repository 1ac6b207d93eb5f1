"""Whether two rows of people can be one person, by what is known of both."""

from __future__ import annotations

from typing import NamedTuple

from pipeline.book_rules.values import UNKNOWN


class Known(NamedTuple):
    """What is compared of a person: ``bare`` name, ``sex``, ``born`` as ``yyyymmdd``, zeros where not known."""

    bare: str
    sex: int
    born: int


def can_be_one(one: Known, other: Known) -> bool:
    """Nothing that is known of both tells them apart. An abbreviation stands for every word that begins with it."""
    return (
        (UNKNOWN in (one.sex, other.sex) or one.sex == other.sex)
        and same_day(one.born, other.born)
        and same_name(one.bare, other.bare)
    )


def same_day(one: int, other: int) -> bool:
    """The same day as far as both are known."""
    if UNKNOWN in (one, other):
        return True
    exact = (
        10_000 if 0 in (one // 100 % 100, other // 100 % 100) else 100 if 0 in (one % 100, other % 100) else 1
    )
    return one // exact == other // exact


def same_name(one: str, other: str) -> bool:
    if not one or not other or one == other:
        return True
    ours, theirs = one.split(), other.split()
    return len(ours) == len(theirs) and all(map(_same_word, ours, theirs))


def _same_word(one: str, other: str) -> bool:
    return one == other or _abbreviates(one, other) or _abbreviates(other, one)


def _abbreviates(short: str, long: str) -> bool:
    return short[-1:] in (".", "~") and long.startswith(short[:-1])
