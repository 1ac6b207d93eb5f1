"""Rules about the facts on a person in a number (I), a name or a relation (L).

A personal number is ``PPP`` (province or country) ``C`` (century and sex) ``YY`` (year of birth) and six random digits;
a citizen may keep an old number after a correction of the record, so a contradiction is only a doubt. It has no check
digit (I03).
"""

from __future__ import annotations

import re
from functools import lru_cache

from pipeline.base.text.syllables import phonetic_key
from pipeline.base.text.tones import folded
from pipeline.values.predicates.predicate import Need, Value, date_parts, predicate

VALUE, TEXT, ANY = Need.VALUE, Need.TEXT, Need.ANY

MALE, FEMALE = "1", "2"
"""Codes of the list ``sex``."""

CMND, CITIZEN_CARD = "1", "4"
"""Codes of the list ``identity-paper-type``."""

PERSONAL_DIGITS = 12
CMND_DIGITS = 9


@predicate(VALUE)
def personal_number(number: Value) -> bool | None:
    """The number has the twelve digits of a personal number (its kind checks the possible prefixes)."""
    return _is_personal(number.canonical)


@predicate(VALUE, VALUE)
def number_tells_sex(number: Value, sex: Value) -> bool | None:
    """The fourth digit of a personal number is even for a man, odd for a woman."""
    if not _is_personal(number.canonical) or sex.canonical not in (MALE, FEMALE):
        return None
    return (int(number.canonical[3]) % 2 == 0) == (sex.canonical == MALE)


@predicate(VALUE)
def number_of_a(number: Value, *, sex: str) -> bool | None:
    """As ``number_tells_sex``, for a person whose sex follows from the field (a mother, a husband).

    ``sex`` is a code of the list.
    """
    return (int(number.canonical[3]) % 2 == 0) == (sex == MALE) if _is_personal(number.canonical) else None


@predicate(VALUE, VALUE)
def number_tells_birth(number: Value, born_on: Value) -> bool | None:
    """Century and year in a personal number agree with the birth date."""
    born = date_parts(born_on.canonical)
    if not born or not _is_personal(number.canonical):
        return None
    return born[0] == _birth_year(number.canonical)


@predicate(VALUE, VALUE)
def bearer_age_within(number: Value, on: Value, *, lowest: int, highest: int) -> bool | None:
    """The bearer's age according to the personal number, in the year of that day, is or may be within the limits."""
    day = date_parts(on.canonical)
    if not day or not _is_personal(number.canonical):
        return None
    age = day[0] - _birth_year(number.canonical)
    return lowest <= age and age - 1 <= highest


@predicate(VALUE, VALUE)
def no_personal_number_before(number: Value, registered_on: Value, *, since: int) -> bool | None:
    """No twelve-digit number is in an entry registered before the year ``since``."""
    registered = date_parts(registered_on.canonical)
    if not registered or not _is_personal(number.canonical):
        return None
    return registered[0] >= since


@predicate(VALUE, VALUE, ANY)
def number_fits_paper(paper_type: Value, number: Value, registered_on: Value, *, since: int) -> bool | None:
    """An identity card (CMND) has nine digits, a citizen's card (CCCD) twelve.

    From the year ``since`` on, twelve-digit cards of the old name were issued too.
    """
    if not number.canonical.isdecimal():
        return None
    digits = len(number.canonical)
    if paper_type.canonical == CITIZEN_CARD:
        return digits != CMND_DIGITS
    if paper_type.canonical != CMND:
        return None
    if digits != PERSONAL_DIGITS:
        return True
    registered = date_parts(registered_on.canonical)
    return registered[0] >= since if registered else None


def _birth_year(number: str) -> int:
    """Return century and year in a personal number."""
    return 1900 + 100 * (int(number[3]) // 2) + int(number[4:6])


def _is_personal(number: str) -> bool:
    return len(number) == PERSONAL_DIGITS and number.isdecimal()


VALUE = Need.VALUE


@predicate(VALUE, VALUE)
def name_tells_sex(name: Value, sex: Value) -> bool | None:
    """No man's name has “Thị” as a middle word, no woman's “Văn” after the surname. A weak sign: a person decides."""
    return _fits(name.canonical, sex.canonical)


@predicate(VALUE)
def name_of_a(name: Value, *, sex: str) -> bool | None:
    """As ``name_tells_sex``, for a person whose sex follows from the field (a father, a wife).

    ``sex`` is a code of the list.
    """
    return _fits(name.canonical, sex)


def _fits(name: str, sex: str) -> bool | None:
    small = name.casefold()
    if "thị" not in small and "văn" not in small:
        return None
    words = small.split()
    if len(words) < 3:
        return None
    if "thị" in words[1:-1]:
        return sex != MALE
    return sex != FEMALE if words[1] == "văn" else None


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
_ONESELF = frozenset(("bản thân", "chính mình", "đương sự", "tự khai"))
_SPOUSES = {"vợ": MALE, "chồng": FEMALE}
"""The sex of the dead according to the declarant's relation."""

_RELATION = re.compile(
    r"(?:là )?(?P<word>.+?)(?: của (?:trẻ|bé|cháu bé|người (?:đã )?(?:chết|mất)|người được khai sinh))?"
)


@predicate(TEXT, VALUE)
def spouse_tells_sex(relation: Value, sex: Value) -> bool | None:
    """A dead person declared by his wife is a man, by her husband a woman."""
    wanted = _SPOUSES.get(_word(relation.text))
    return None if wanted is None else sex.canonical == wanted


@predicate(TEXT, VALUE)
def relation_fits_name(relation: Value, name: Value) -> bool | None:
    """A declarant with a man's relation (“cha”, “chú”) has no woman's name (“Thị”), and vice versa (“Văn”).

    A weak sign: a person decides.
    """
    sex = _SEXES.get(_word(relation.text))
    return name_of_a.ask(name, sex=sex) if sex else None


@predicate(TEXT, VALUE)
def relation_fits_number(relation: Value, number: Value) -> bool | None:
    """A declarant with a man's relation has a man's personal number, and vice versa."""
    sex = _SEXES.get(_word(relation.text))
    return number_of_a.ask(number, sex=sex) if sex else None


@predicate(TEXT, VALUE, VALUE)
def parent_declares(relation: Value, name: Value, parent_name: Value, *, sex: str) -> bool | None:
    """A declarant with the relation of the parent of ``sex`` has that parent's name.

    ``sex`` is a code of the list. An abbreviated name is not compared.
    """
    if _PARENTS.get(_word(relation.text)) != sex or "." in name.canonical + parent_name.canonical:
        return None
    return _same_name(name, parent_name)


@predicate(VALUE, VALUE, VALUE, VALUE)
def namesake_number_tells_birth(number: Value, name: Value, other: Value, born_on: Value) -> bool | None:
    """As ``number_tells_birth``, for a person with the ``other``'s name and that date of birth.

    An example is a declarant who is the father.
    """
    answer = number_tells_birth.ask(number, born_on)
    return answer if answer is None or _same_name(name, other) else None


@predicate(VALUE, VALUE, VALUE)
def namesake_number_of_a(number: Value, name: Value, other: Value, *, sex: str) -> bool | None:
    """As ``number_of_a``, for a person with the ``other``'s name and that sex."""
    answer = number_of_a.ask(number, sex=sex)
    return answer if answer is None or _same_name(name, other) else None


def parent_of_relation(relation: str) -> str | None:
    """Return the sex of the parent that a relation names.

    The result is ``""`` for another known relation, ``None`` for any other text.
    """
    word = _word(relation)
    return _PARENTS.get(word) or ("" if word in _SEXES or word in _ONESELF else None)


@lru_cache(maxsize=1 << 12)
def _word(relation: str) -> str:
    """Return the bare word of a relation, in small letters."""
    match = _RELATION.fullmatch(folded(relation).strip(" .,;:()"))
    return match["word"] if match else ""


def _same_name(first: Value, second: Value) -> bool:
    """Return whether two names are equal up to the position of tones (``Hòa``, ``Hoà``)."""
    left, other = first.canonical, second.canonical
    return left == other or (
        len(left) == len(other)
        and list(map(phonetic_key, left.split())) == list(map(phonetic_key, other.split()))
    )
