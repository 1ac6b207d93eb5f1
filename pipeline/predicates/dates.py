"""Dates (D). Partial dates are compared only as exactly as both are known."""

from __future__ import annotations

from pipeline.model import FieldStatus
from pipeline.predicates.predicate import Need, predicate
from pipeline.predicates.value import Value, known

INK, VALUE = Need.INK, Need.VALUE


@predicate(INK)
def full_date(value: Value) -> bool | None:
    """Day, month and year are written."""
    if value.status is FieldStatus.BLANK:
        return False
    return None if value.status is not FieldStatus.READ else len(known(value.canonical)) == 3


@predicate(VALUE, VALUE)
def same_date(first: Value, second: Value) -> bool | None:
    """Both say the same date, as far as both are known."""
    one, other = known(first.canonical), known(second.canonical)
    exact = min(len(one), len(other))
    return one[:exact] == other[:exact] if exact else None


@predicate(VALUE, VALUE)
def not_after(earlier: Value, later: Value) -> bool | None:
    """The first is not later than the second, as far as both are known."""
    one, other = known(earlier.canonical), known(later.canonical)
    exact = min(len(one), len(other))
    return one[:exact] <= other[:exact] if exact else None
