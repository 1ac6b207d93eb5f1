"""What rules may ask of values. A predicate knows no field: ``schemas/records`` bind it to fields.

``True``: holds. ``False``: the rule's finding is raised. ``None``: it cannot be known, and nothing is said.
Partial dates are compared only as exactly as both are known.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pipeline.kinds.calendar import date_of


@dataclass(frozen=True, slots=True)
class Value:
    """A value as a rule sees it: the text as written, its canonical form (``""`` when it does not parse), and whether
    there is ink at all. Ink without text could not be read.
    """

    text: str
    canonical: str
    inked: bool


Predicate = Callable[..., bool | None]

_YEAR_BEHIND_NUMBER = re.compile(r"\d+/(\d{4})", re.ASCII)


def present(value: Value) -> bool | None:
    """Something is written."""
    return value.inked


def absent(value: Value) -> bool | None:
    """Nothing is written (a margin note wants a person)."""
    return not value.inked


def full_date(value: Value) -> bool | None:
    """Day, month and year are written."""
    if value.inked and not value.text:
        return None
    date = date_of(value.canonical)
    return date is not None and date.day is not None


def same_year(first: Value, second: Value) -> bool | None:
    """Both say the same year; ``41/2010`` says one as a date does."""
    one, other = _known(first), _known(second)
    return None if not one or not other else one[0] == other[0]


def same_date(first: Value, second: Value) -> bool | None:
    """Both say the same date, as far as both are known."""
    one, other = _known(first), _known(second)
    if not one or not other:
        return None
    exact = min(len(one), len(other))
    return one[:exact] == other[:exact]


def not_after(earlier: Value, later: Value) -> bool | None:
    """The first is not later than the second, as far as both are known."""
    one, other = _known(earlier), _known(later)
    if not one or not other:
        return None
    exact = min(len(one), len(other))
    return one[:exact] <= other[:exact]


def _known(value: Value) -> tuple[int, ...]:
    """Year, month, day as far as known; ``()`` when not even the year is."""
    date = date_of(value.canonical)
    if date is not None:
        return date.known
    numbered = _YEAR_BEHIND_NUMBER.fullmatch(value.canonical)
    return (int(numbered[1]),) if numbered else ()


PREDICATES: Mapping[str, Predicate] = {
    "present": present,
    "absent": absent,
    "full_date": full_date,
    "same_year": same_year,
    "same_date": same_date,
    "not_after": not_after,
}

ARITY: Mapping[str, int] = {
    "present": 1,
    "absent": 1,
    "full_date": 1,
    "same_year": 2,
    "same_date": 2,
    "not_after": 2,
}
"""How many fields each predicate asks about."""
