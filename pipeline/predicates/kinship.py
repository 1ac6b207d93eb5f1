"""Declarants: what their relation to the child or to the dead says of them and of others.

Only words that say one sex are known here: “con”, “bác”, “em”, “người giám hộ” may be a man or a woman.
"""

from __future__ import annotations

import re
from functools import lru_cache

from pipeline.predicates.identity import FEMALE, MALE, number_of_a, number_tells_birth
from pipeline.predicates.predicate import Need, predicate
from pipeline.predicates.text import name_of_a
from pipeline.predicates.value import Value
from pipeline.text.syllables import sound
from pipeline.text.tones import folded

VALUE, TEXT = Need.VALUE, Need.TEXT

_PARENTS = {
    **dict.fromkeys(("cha", "bố", "ba", "tía", "cha đẻ", "bố đẻ", "cha ruột", "bố ruột", "ba ruột"), MALE),
    **dict.fromkeys(("mẹ", "má", "mẹ đẻ", "má ruột", "mẹ ruột"), FEMALE),
}
_SEXES = {
    **_PARENTS,
    **dict.fromkeys(
        ("chồng", "ông", "ông nội", "ông ngoại", "chú", "chú ruột", "cậu", "cậu ruột", "dượng", "anh", "anh ruột",
         "anh trai", "em trai", "con trai", "con rể", "cháu trai"), MALE,
    ),
    **dict.fromkeys(
        ("vợ", "bà", "bà nội", "bà ngoại", "cô", "cô ruột", "dì", "dì ruột", "mợ", "thím", "chị", "chị ruột",
         "chị gái", "em gái", "con gái", "con dâu", "cháu gái"), FEMALE,
    ),
}  # fmt: skip
_SPOUSES = {"vợ": MALE, "chồng": FEMALE}
"""The sex of the dead by the declarant's relation."""

_RELATION = re.compile(
    r"(?:là )?(?P<word>.+?)(?: của (?:trẻ|bé|cháu bé|người (?:đã )?(?:chết|mất)|người được khai sinh))?"
)


@predicate(TEXT, VALUE)
def spouse_tells_sex(relation: Value, sex: Value) -> bool | None:
    """Who is declared dead by his wife is a man, by her husband a woman."""
    wanted = _SPOUSES.get(_word(relation.text))
    return None if wanted is None else sex.canonical == wanted


@predicate(TEXT, VALUE)
def relation_fits_name(relation: Value, name: Value) -> bool | None:
    """Whose relation is a man's (“cha”, “chú”) has no woman's name (“Thị”), and the other way round (“Văn”). A weak
    sign: a person decides."""
    sex = _SEXES.get(_word(relation.text))
    return name_of_a.ask(name, sex=sex) if sex else None


@predicate(TEXT, VALUE)
def relation_fits_number(relation: Value, number: Value) -> bool | None:
    """Whose relation is a man's has a man's personal number, and the other way round."""
    sex = _SEXES.get(_word(relation.text))
    return number_of_a.ask(number, sex=sex) if sex else None


@predicate(TEXT, VALUE, VALUE)
def parent_declares(relation: Value, name: Value, parent_name: Value, *, sex: str) -> bool | None:
    """A declarant whose relation is that of the parent of ``sex`` (a code of the list) bears that parent's name. An
    abbreviated name is not compared."""
    if _PARENTS.get(_word(relation.text)) != sex or "." in name.canonical + parent_name.canonical:
        return None
    return _same_name(name, parent_name)


@predicate(VALUE, VALUE, VALUE, VALUE)
def namesake_number_tells_birth(number: Value, name: Value, other: Value, born_on: Value) -> bool | None:
    """As ``number_tells_birth``, of a person with the name of the ``other`` who was born then: a declarant who is the
    father."""
    told = number_tells_birth.ask(number, born_on)
    return told if told is None or _same_name(name, other) else None


@predicate(VALUE, VALUE, VALUE)
def namesake_number_of_a(number: Value, name: Value, other: Value, *, sex: str) -> bool | None:
    """As ``number_of_a``, of a person with the name of the ``other`` whose sex is that one."""
    told = number_of_a.ask(number, sex=sex)
    return told if told is None or _same_name(name, other) else None


@lru_cache(maxsize=1 << 12)
def _word(relation: str) -> str:
    """The bare word of a relation, in small letters."""
    found = _RELATION.fullmatch(folded(relation).strip(" .,;:()"))
    return found["word"] if found else ""


def _same_name(first: Value, second: Value) -> bool:
    """Whether two names are the same wherever the tones are put (``Hòa``, ``Hoà``)."""
    one, other = first.canonical, second.canonical
    return one == other or (
        len(one) == len(other) and list(map(sound, one.split())) == list(map(sound, other.split()))
    )
