"""Marriages (M). Before 1977 no age is asked for: neither colonial nor Republic-of-Vietnam marriages were under the
law of 1959 (M04)."""

from __future__ import annotations

from pipeline.kinds.age import canonical_age
from pipeline.predicates.predicate import Need, predicate
from pipeline.predicates.value import Value, known
from pipeline.text.tones import folded

VALUE, ANY = Need.VALUE, Need.ANY

FULL_YEARS_SINCE = (2015, 1, 1)
"""Since the Law on Marriage and Family of 2014 the years must be full."""


@predicate(VALUE, VALUE)
def of_marriageable_age(born_on: Value, married_on: Value, *, years: int) -> bool | None:
    """Married since 2015 at ``years`` full years or more. Of a partial birth date the missing month counts as January
    and the missing day as the first (M03, for the age only)."""
    married = known(married_on.canonical)
    if len(married) < 3 or married < FULL_YEARS_SINCE:
        return None
    born = known(born_on.canonical)
    return married >= _birthday(born, years) if born else _old_enough(born_on, years)


@predicate(VALUE, VALUE)
def entered_marriageable_age(born_on: Value, married_on: Value, *, years: int, since: int) -> bool | None:
    """Married from the year ``since`` until 2014 when the ``years``-th year of life had begun: at ``years`` - 1 full
    years and a day. Partial birth dates as in ``of_marriageable_age`` (M03); of earlier marriages it is not asked
    (M04)."""
    married = known(married_on.canonical)
    if len(married) < 3 or married >= FULL_YEARS_SINCE or married[0] < since:
        return None
    born = known(born_on.canonical)
    return married > _birthday(born, years - 1) if born else _old_enough(born_on, years)


@predicate(VALUE, VALUE, VALUE, VALUE)
def two_people(
    first_name: Value, first_born_on: Value, second_name: Value, second_born_on: Value
) -> bool | None:
    """Not the same name and the same date of birth."""
    if first_born_on.canonical != second_born_on.canonical:
        return True
    return folded(first_name.canonical) != folded(second_name.canonical)


@predicate(VALUE, VALUE)
def two_numbers(first: Value, second: Value) -> bool | None:
    """Not the same number of an identity paper."""
    return first.canonical != second.canonical


def _old_enough(born_on: Value, years: int) -> bool | None:
    """Of an age that is written in place of the date of birth; nothing is said of another text."""
    age = canonical_age(born_on.canonical)
    return age.number >= years and age.unit == "tuổi" if age else None


def _birthday(born: tuple[int, ...], years: int) -> tuple[int, int, int]:
    """The day on which so many years are full: the unknown month counts as January, the unknown day as the first."""
    year, month, day = (*born, 1, 1)[:3]
    return year + years, month, day
