"""Priors of names, places and other text: the probability of words after others, and the habits of clerks.

No word is ruled out. Most people write ``ấp 5, xã Bình Hữu, huyện Trà Ôn``: names with a capital, level words without,
a comma where the next level begins. ``x`` and ``X`` differ only in size and a comma is a dot of ink, so habit has a
small weight; small, since many people write otherwise. Weights are natural logs of rough odds, not fitted.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from pipeline.base.text.syllables import is_syllable
from pipeline.recognition.decoding.language_model import START, WordModel
from pipeline.recognition.decoding.place_model import PlaceModel
from pipeline.recognition.decoding.priors import Prior

LEVELS = frozenset(("xã", "phường", "huyện", "quận", "tỉnh"))
"""Words that always begin a level of an address."""

_COMMON = """
xã phường huyện quận tỉnh x p h q tp tx tt thị trấn thành phố ấp thôn xóm làng bản buôn khóm khu tổ dân đội số nhà
đường phố ngõ hẻm ngách kiệt tiểu khối lô chung cư tập thể cụm sản xuất văn hóa vực quốc lộ bệnh viện đa khoa phụ
nhi đồng trạm y tế trung tâm hộ sinh bảo sanh tại cơ sở của và ubnd ủy uỷ ban nhân
"""
COMMON = frozenset(_COMMON.split())
"""Words of addresses that are not names; some of them also occur in names."""

_HARDLY_NAMES = LEVELS.union(
    ("thôn", "xóm", "ấp", "khóm", "trạm", "viện", "khoa", "tế", "bệnh", "hộ", "sở", "tại", "của", "và")
)

CAPITAL_INSIDE = -1.2
"""Weight of a common word with a capital in the middle of a text."""

ALIKE_IN_BOTH_CASES = -1.2
"""Additional weight where capital and small letter differ only in size."""

SMALL_NAME = -0.7
"""Weight of a word of a name without its capital."""

NO_COMMA = -1.2
"""Weight of a level that begins after a name without a sign between."""

UNEVEN_SIGNS = -2.2
"""Additional weight where commas separate other levels of the address: few people put only some commas."""

NO_NAME = -6.0
"""Weight of a word with a figure or a sign of other texts in a person's name, which has neither (Bộ luật Dân sự 2015,
Điều 26: no name of figures or of signs that are no letters)."""

_NO_LETTER_OF_NAMES = re.compile(r"[\d/+&%*?!=\";:]")

ODD_SIGNS = -2.0
"""Weight of two signs in a row, or of a full stop after a whole word in the middle of an address."""

RARE_SIGN = -1.0
"""Weight of a sign that is rare between the parts of an address."""

GLUED_DASH = -0.7
"""Weight of a dash with a space only on its right side."""

_ALIKE = "csvx"
_MIXED = re.compile(r"\d,\d+[./-]\d|\d[./-]\d+,\d")
"""A number split by two different signs, one of them a comma (``26,7.2008``)."""

_PARTING = ",;-–/("
_SIGNS = " .,;:()…_-–'\""


def habit_of_address(before: str, word: str) -> float:
    """Return the weight of a word's capitals and the sign before it in an address (nats, at most 0).

    Args:
        before: The preceding word as read (``""``: none, or not known yet).
    """
    weight = _odd_signs(before) if before else 0.0
    shape = _shape(word)
    if before and shape.is_level and _begins_level(before):
        weight += NO_COMMA
    if before and shape.capital_inside and not _ends(before):
        return weight + shape.capital_inside
    return weight + shape.small_name


def text_habit_of_address(text: str) -> float:
    """Return the weight of an address as a whole, beyond its single words: commas used only in some places."""
    words = text.split()
    if not any(word.endswith(",") for word in words[:-1]):
        return 0.0
    bare = sum(
        word.strip(_SIGNS).casefold() in LEVELS and _begins_level(before) for before, word in pairwise(words)
    )
    return UNEVEN_SIGNS * min(bare, 2)


def habit_of_text(before: str, word: str) -> float:
    """Return the same weight for other text, where only level words are written alike by all (``UBND xã``)."""
    plain = word.strip(_SIGNS)
    weight = ODD_SIGNS if _MIXED.search(plain) else 0.0
    if before and plain.casefold() in LEVELS and _is_capital(plain) and not _ends(before):
        weight += CAPITAL_INSIDE + ALIKE_IN_BOTH_CASES * (plain[0].casefold() in _ALIKE)
    return weight


def habit_of_name(before: str, word: str) -> float:
    """Return the same weight for a person's name, which has no signs except a full stop after ``Ng.`` and ``T.``."""
    letters = before.rstrip(_SIGNS)
    sign = before[len(letters) :] if letters else ""
    shortened = sign == "." and (len(letters) == 1 or not is_syllable(letters))
    weight = 0.0 if sign in ("", ")") or shortened else ODD_SIGNS
    return weight + (NO_NAME if _NO_LETTER_OF_NAMES.search(word) else 0.0)


def habit_of_date(before: str, word: str) -> float:
    """Return the same weight for a date in words, where signs are rare."""
    del word
    return ODD_SIGNS if before[-1:] in tuple(_SIGNS.strip()) else 0.0


class _Shape(NamedTuple):
    """The written shape of a word.

    Attributes:
        is_level: Whether it begins the name of an administrative level.
        capital_inside: Its weight as a common word with a capital.
        small_name: Its weight as a name without a capital.
    """

    is_level: bool
    capital_inside: float
    small_name: float


@lru_cache(maxsize=20_000)
def _shape(word: str) -> _Shape:
    plain = word.strip(_SIGNS)
    small = plain.casefold()
    capital = small_name = 0.0
    if small in _HARDLY_NAMES and _is_capital(plain):
        capital = CAPITAL_INSIDE + (ALIKE_IN_BOTH_CASES if small[0] in _ALIKE else 0.0)
    elif small not in COMMON and plain.isalpha() and len(plain) > 1 and plain.islower():
        small_name = SMALL_NAME
    return _Shape(small in LEVELS, capital, small_name)


def _is_capital(plain: str) -> bool:
    """Return whether only the first letter is a capital."""
    return plain[0].isupper() and (len(plain) == 1 or not plain.isupper())


def _ends(before: str) -> bool:
    """Return whether any word after this text usually has a capital: a full stop, a dash, a bracket."""
    return before[-1:] in ".-–(:"


@lru_cache(maxsize=20_000)
def _begins_level(before: str) -> bool:
    """Return whether a level begins after a name or number without a sign."""
    last = before.rstrip("\"'")
    if last[-1:] in _PARTING:
        return False
    name = last.strip(_SIGNS)
    return name[:1].isdigit() or (name[:1].isupper() and name.casefold() not in COMMON)


@lru_cache(maxsize=20_000)
def _odd_signs(before: str) -> float:
    letters = before.rstrip(_SIGNS)
    signs = before[len(letters) :]
    last = re.split(r"\W", letters)[-1]
    shortened = last.isalpha() and (len(last) == 1 or not is_syllable(last))
    if "." in signs and not shortened and signs != "...":
        return ODD_SIGNS
    if signs in (";", ":"):
        return RARE_SIGN
    if len(signs) > 1 and signs not in (".,", "...", ").", "),"):
        return ODD_SIGNS
    return GLUED_DASH if letters and signs in ("-", "–") else 0.0


WEIGHT = 0.45
"""Exponent of an n-gram's probability: words of real lines are less likely than the n-grams of composed lines say.

Measured together with the temperature of the ink (``benchmarks/fitting/fit_field_priors.py``): at 0.8 and 0.45 the true
text is likeliest on real addresses of two collections."""

ODD_CASE = -2.5
"""The weight of a word in an unusual case (``tHôn``)."""

LONE_SIGN = -0.3
"""The weight of a separate sign, such as the dash between the parts of an address."""

WordHabit = Callable[[str, str], float]
"""From the preceding word (``""``: none, or not known yet) and the word, as written, to a weight (nats)."""

TextHabit = Callable[[str], float]
"""From a whole text as written to a weight (nats)."""

DITTO = -1.0
"""The weight of a line that is only a ditto mark."""

_DITTO_WORDS = {(("như",), "trên"): 0.0, ((), "nt"): DITTO, ((), "nt."): DITTO, ((), "n.t"): DITTO}
"""The weights of the words of ditto marks, by the preceding words; ``như`` alone is also a name, with its weight."""


_NEAR = 12

_CACHED = 50_000
"""Number of cached word weights (about 25 MB)."""


@dataclass(frozen=True)
class WordPrior(Prior):
    """The prior of a domain of words.

    Attributes:
        model: The n-grams of the domain.
        small: The weight of a word without a capital.
        even: The weight of a line in which some words (abbreviations aside) are all capitals and some are not.
        weight: Factor on the n-gram's log probability.
        habit: The weight of a word's written form after other words.
        text_habit: The weight of a whole text's written form.
    """

    model: WordModel | PlaceModel
    small: float = 0.0
    even: float = 0.0
    weight: float = WEIGHT
    habit: WordHabit | None = None
    text_habit: TextHabit | None = None
    _cache: dict[tuple[tuple[str, ...], str], float] = field(default_factory=dict, compare=False, repr=False)

    def word(self, before: tuple[str, ...], word: str, /) -> float:
        total = self._cache.get((before, word))
        if total is None:
            words_before = tuple(filter(_is_word, before))
            context = words_before if len(before) == 3 else (START, *words_before)
            known = self.weight * self.model.log_chance(context, word) if _is_word(word) else LONE_SIGN
            known += casing(word, self.small)
            known += self.habit(before[-1] if before else "", word) if self.habit else 0.0
            total = max(known, _DITTO_WORDS.get((tuple(map(str.lower, before)), word.lower()), -math.inf))
            if len(self._cache) > _CACHED:
                self._cache.clear()
            self._cache[before, word] = total
        return total

    def whole(self, text: str, /) -> float:
        plain = (word.strip(_SIGNS) for word in text.split())
        shapes = {word.isupper() for word in plain if len(word) > 1 and is_syllable(word)}
        return (self.even if len(shapes) > 1 else 0.0) + (self.text_habit(text) if self.text_habit else 0.0)

    def near(self, before: str, word: str, after: str, /) -> tuple[str, ...]:
        return tuple(as_cased(known, word) for known in self.model.near(before, word, after, _NEAR))

    def support(self, text: str, /) -> float:
        words = text.split()
        return sum(map(self.model.knows, words)) / len(words) if words else 0.0


@lru_cache(maxsize=20_000)
def _is_word(text: str) -> bool:
    """Return whether the text has a letter or digit (``""``, an unknown word, counts as a word)."""
    return not text or any(map(str.isalnum, text))


@lru_cache(maxsize=20_000)
def casing(word: str, small: float) -> float:
    """Return the weight of a word's capitals: all, none or the first are usual, and so is a single letter."""
    letters = "".join(filter(str.isalpha, word))
    if not letters or letters.isupper() or len(letters) == 1:
        return 0.0
    if letters.islower():
        return small
    return 0.0 if letters[0].isupper() and letters[1:].islower() else ODD_CASE


def as_cased(word: str, like: str) -> str:
    """Return the word with the capitals of another word."""
    letters = "".join(filter(str.isalpha, like))
    if len(letters) > 1 and letters.isupper():
        return word.upper()
    return word.capitalize() if letters[:1].isupper() else word
