"""Rules of one kind of event: births (B), marriages (M), deaths (T)."""

from __future__ import annotations

from functools import lru_cache

from pipeline.base.model import FieldStatus
from pipeline.base.text.tones import folded, unaccented
from pipeline.values.kinds.date import parse_canonical_age
from pipeline.values.predicates.dates import age_at
from pipeline.values.predicates.predicate import Need, RuleContext, Value, date_parts, predicate

INK, VALUE, ANY = Need.INK, Need.VALUE, Need.ANY

BOTH_PARENTS, NO_MOTHER, NO_FATHER, NO_PARENTS, ABANDONED = "1", "2", "3", "4", "5"
"""Codes of the list ``birth-type``."""

_SAYS_OF_MOTHER = {BOTH_PARENTS: True, NO_MOTHER: False, NO_FATHER: True, NO_PARENTS: False, ABANDONED: False}
_SAYS_OF_FATHER = {BOTH_PARENTS: True, NO_MOTHER: True, NO_FATHER: False, NO_PARENTS: False, ABANDONED: False}


@predicate(INK, ANY, more=ANY, of_states=True)
def named_when_described(name: Value, *others: Value) -> bool | None:
    """Where anything is written about a parent, the name is, too.

    A part that is wholly blank is right: the parent is not known. Fields that the form does not have are not
    asked about.
    """
    return name.inked or not any(other.inked for other in others)


@predicate(INK, ANY, more=ANY, of_states=True)
def described_when_named(name: Value, *others: Value) -> bool | None:
    """Where a parent's name is written, something else about the parent is, too (as far as the form asks for it)."""
    asked = [other for other in others if other.status is not FieldStatus.NOT_ON_FORM]
    if not name.inked or not asked:
        return None
    return any(other.inked for other in asked)


@predicate(VALUE, ANY, ANY)
def birth_type_agrees(
    birth_type: Value, mother_name: Value, father_name: Value, *, not_both: str
) -> bool | None:
    """The parents who are named agree with the type of the birth: none of an abandoned child.

    The words ``not_both`` say that at least one parent is not known, so that not both are named.
    """
    if _words(birth_type.text) == _words(not_both):
        return not (mother_name.inked and father_name.inked)
    answers = [
        says[birth_type.canonical] == name.inked
        for says, name in ((_SAYS_OF_MOTHER, mother_name), (_SAYS_OF_FATHER, father_name))
        if birth_type.canonical in says and name.status is not FieldStatus.NOT_ON_FORM
    ]
    return all(answers) if answers else None


@predicate(VALUE, ANY, ANY, ANY, ANY)
def surname_of_a_parent(
    child_name: Value,
    father_name: Value,
    mother_name: Value,
    ethnicity: Value,
    nationality: Value,
    *,
    among: str,
    nation: str,
) -> bool | None:
    """The child bears its father's or its mother's surname.

    Asked only of children of the ethnic group ``among`` and the nationality ``nation`` (others have other
    customs), and only where all parents that are named can be read.
    """
    if ethnicity.canonical != among or (nationality.inked and nationality.canonical != nation):
        return None
    if not _can_tell(father_name) or not _can_tell(mother_name):
        return None
    if not father_name.canonical and not mother_name.canonical:
        return None
    surname = _surname(child_name.canonical)
    return surname in (_surname(father_name.canonical), _surname(mother_name.canonical))


@predicate(VALUE, ANY, ANY, INK, INK)
def one_of_parents(
    child: Value, father: Value, mother: Value, father_name: Value, mother_name: Value
) -> bool | None:
    """The child's value (ethnic group) is its father's or its mother's.

    It is asked only where the value of every parent who is named can be read.
    """
    answer = None
    for of_parent, name in ((father, father_name), (mother, mother_name)):
        if name.inked:
            if of_parent.status is not FieldStatus.READ or not of_parent.canonical:
                return None
            answer = bool(answer) or of_parent.canonical == child.canonical
    return answer


@lru_cache(maxsize=1 << 10)
def _words(text: str) -> str:
    """``folded``, remembered: all births share a handful of types."""
    return folded(text)


def _can_tell(name: Value) -> bool:
    """Whether it is known what a parent is called, or that the parent is not named."""
    return name.status is FieldStatus.BLANK or (name.status is FieldStatus.READ and name.canonical != "")


def _surname(name: str) -> str:
    return name.partition(" ")[0].casefold()


VALUE, ANY = Need.VALUE, Need.ANY

FULL_YEARS_SINCE = (2015, 1, 1)
"""Since the Law on Marriage and Family of 2014 the years must be full."""


@predicate(VALUE, VALUE)
def of_marriageable_age(born_on: Value, married_on: Value, *, years: int) -> bool | None:
    """Married since 2015 at ``years`` full years or more.

    Of a partial birth date the missing month counts as January and the missing day as the first (M03, for the
    age only).
    """
    married = date_parts(married_on.canonical)
    if len(married) < 3 or married < FULL_YEARS_SINCE:
        return None
    born = date_parts(born_on.canonical)
    return married >= _birthday(born, years) if born else _old_enough(born_on, years)


@predicate(VALUE, VALUE)
def entered_marriageable_age(
    born_on: Value,
    married_on: Value,
    *,
    years: int,
    since: int,
    since_in_north: int,
    context: RuleContext,
) -> bool | None:
    """Married from the year ``since`` until 2014 when the ``years``-th year of life had begun.

    It begins at ``years`` - 1 full years and a day. Partial birth dates count as in ``of_marriageable_age`` (M03). In
    the North the law held from the year ``since_in_north`` on; of earlier marriages it is not asked (M04).
    """
    married = date_parts(married_on.canonical)
    first = since_in_north if context.in_north else since
    if len(married) < 3 or married >= FULL_YEARS_SINCE or married[0] < first:
        return None
    born = date_parts(born_on.canonical)
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
    """Return whether an age in place of the date of birth is old enough; ``None`` for another text."""
    age = parse_canonical_age(born_on.canonical)
    return age.number >= years and age.unit == "tuổi" if age else None


def _birthday(born: tuple[int, ...], years: int) -> tuple[int, int, int]:
    """The day on which so many years are full: the unknown month counts as January, the unknown day as the first."""
    year, month, day = (*born, 1, 1)[:3]
    return year + years, month, day


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
