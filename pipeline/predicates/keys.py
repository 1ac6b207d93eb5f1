"""Keys of an entry (K): its number, its volume, the day of registration."""

from __future__ import annotations

from pipeline.predicates.predicate import Need, predicate
from pipeline.predicates.value import Value, known

INK, VALUE = Need.INK, Need.VALUE


@predicate(INK)
def present(value: Value) -> bool | None:
    """Something is written."""
    return value.inked


@predicate(INK)
def absent(value: Value) -> bool | None:
    """Nothing is written (a margin note wants a person)."""
    return not value.inked


@predicate(VALUE, VALUE)
def same_year(first: Value, second: Value) -> bool | None:
    """Both say the same year; ``41/2010`` says one as a date does."""
    one, other = known(first.canonical), known(second.canonical)
    return one[0] == other[0] if one and other else None
