"""Births (B): the child and its parents, either of whom may be unknown."""

from __future__ import annotations

from functools import lru_cache

from pipeline.model import FieldStatus
from pipeline.predicates.predicate import Need, predicate
from pipeline.predicates.value import Value
from pipeline.text.tones import folded

INK, VALUE, ANY = Need.INK, Need.VALUE, Need.ANY

BOTH_PARENTS, NO_MOTHER, NO_FATHER, NO_PARENTS, ABANDONED = "1", "2", "3", "4", "5"
"""Codes of the list ``birth-type``."""

_SAYS_OF_MOTHER = {BOTH_PARENTS: True, NO_MOTHER: False, NO_FATHER: True, NO_PARENTS: False, ABANDONED: False}
_SAYS_OF_FATHER = {BOTH_PARENTS: True, NO_MOTHER: True, NO_FATHER: False, NO_PARENTS: False, ABANDONED: False}


@predicate(INK, ANY, more=ANY, of_states=True)
def named_when_described(name: Value, *others: Value) -> bool | None:
    """Where anything is written about a parent, the name is, too. A part that is wholly blank is right: the parent is
    not known. Fields that the form does not have are not asked about."""
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
    """Which parents are named is what the type of the birth says: none of an abandoned child; not both where the words
    ``not_both`` stand, which say that one of them at least is not known."""
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
    """The child bears its father's or its mother's surname. Asked only of children of the ethnic group ``among`` and
    the nationality ``nation`` (others have other customs), and only where all parents that are named can be read."""
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
    """The child's value (ethnic group) is its father's or its mother's. Asked only where it can be read of every parent
    who is named."""
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
