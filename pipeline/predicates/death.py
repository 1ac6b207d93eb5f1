"""Deaths (T): what an entry must hold, who can have declared it, how old a child was."""

from __future__ import annotations

from functools import lru_cache

from pipeline.predicates.dates import age_at
from pipeline.predicates.predicate import Need, predicate
from pipeline.predicates.value import RuleContext, Value
from pipeline.text.tones import unaccented

INK, VALUE, TEXT = Need.INK, Need.VALUE, Need.TEXT

UNDER_ONE, UNDER_FIVE = "1", "2"
"""Codes of the list ``age-group``."""

_AGES = {UNDER_ONE: (0, 0), UNDER_FIVE: (1, 4)}
_ONESELF = frozenset({"ban than", "chinh minh", "duong su", "chinh duong su"})


@predicate(INK)
def present_on_forms_since(value: Value, *, since: int, context: RuleContext) -> bool | None:
    """Something is written; of forms that were printed before the year ``since`` it is not asked."""
    if context.form_years is None or context.form_years[0] < since:
        return None
    return value.inked


@predicate(VALUE, VALUE, VALUE)
def age_group_agrees(age_group: Value, born_on: Value, died_on: Value) -> bool | None:
    """The ticked box (under one year, one to under five) can be the age at death."""
    ages = age_at(born_on, died_on)
    group = _AGES.get(age_group.canonical)
    if ages is None or group is None:
        return None
    return ages[1] >= group[0] and ages[0] <= group[1]


@predicate(TEXT)
def not_oneself(relation: Value) -> bool | None:
    """Nobody declares his own death (“bản thân”)."""
    return not _says_oneself(relation.text)


@lru_cache(maxsize=1 << 12)
def _says_oneself(relation: str) -> bool:
    return unaccented(relation).strip(" .,;:()") in _ONESELF
