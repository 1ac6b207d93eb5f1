"""Numbers of identity papers (I). There is no check digit (I03): nothing is ever judged by one.

A personal number is ``PPP`` (province or country) ``C`` (century and sex) ``YY`` (year of birth) and six random digits;
a citizen may keep an old one after his record was corrected, so a contradiction is a doubt and no more.
"""

from __future__ import annotations

from pipeline.predicates.predicate import Need, predicate
from pipeline.predicates.value import Value, known

VALUE, TEXT, ANY = Need.VALUE, Need.TEXT, Need.ANY

MALE, FEMALE = "1", "2"
"""Codes of the list ``sex``."""

CMND, CITIZEN_CARD = "1", "4"
"""Codes of the list ``identity-paper-type``."""

PERSONAL_DIGITS = 12
CMND_DIGITS = 9


@predicate(VALUE)
def personal_number(number: Value) -> bool | None:
    """It has the twelve digits of a personal number (which codes it may begin with is asked by its kind)."""
    return _is_personal(number.canonical)


@predicate(VALUE, VALUE)
def number_tells_sex(number: Value, sex: Value) -> bool | None:
    """The fourth digit of a personal number is even for a man, odd for a woman."""
    if not _is_personal(number.canonical) or sex.canonical not in (MALE, FEMALE):
        return None
    return (int(number.canonical[3]) % 2 == 0) == (sex.canonical == MALE)


@predicate(VALUE)
def number_of_a(number: Value, *, sex: str) -> bool | None:
    """As ``number_tells_sex``, of a person whose sex the field itself says (a mother, a husband): ``sex`` is a code of
    the list."""
    return (int(number.canonical[3]) % 2 == 0) == (sex == MALE) if _is_personal(number.canonical) else None


@predicate(VALUE, VALUE)
def number_tells_birth(number: Value, born_on: Value) -> bool | None:
    """Century and year in a personal number are those of the birth date."""
    born = known(born_on.canonical)
    if not born or not _is_personal(number.canonical):
        return None
    return born[0] == _birth_year(number.canonical)


@predicate(VALUE, VALUE)
def bearer_age_within(number: Value, on: Value, *, lowest: int, highest: int) -> bool | None:
    """The age that a personal number says its bearer has in the year of that day lies within the limits, or may."""
    day = known(on.canonical)
    if not day or not _is_personal(number.canonical):
        return None
    age = day[0] - _birth_year(number.canonical)
    return lowest <= age and age - 1 <= highest


@predicate(VALUE, VALUE)
def no_personal_number_before(number: Value, registered_on: Value, *, since: int) -> bool | None:
    """No twelve-digit number stands in an entry registered before the year ``since``."""
    registered = known(registered_on.canonical)
    if not registered or not _is_personal(number.canonical):
        return None
    return registered[0] >= since


@predicate(VALUE, VALUE)
def number_fits_paper(paper_type: Value, number: Value) -> bool | None:
    """An identity card (CMND) has nine digits, a citizen's card (CCCD) twelve."""
    if not number.canonical.isdecimal():
        return None
    wrong = {CMND: PERSONAL_DIGITS, CITIZEN_CARD: CMND_DIGITS}.get(paper_type.canonical)
    return None if wrong is None else len(number.canonical) != wrong


def _birth_year(number: str) -> int:
    """Century and year in a personal number."""
    return 1900 + 100 * (int(number[3]) // 2) + int(number[4:6])


def _is_personal(number: str) -> bool:
    return len(number) == PERSONAL_DIGITS and number.isdecimal()
