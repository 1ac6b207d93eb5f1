"""Names, places and other text: words by how likely they are behind others, never by whether they are allowed."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from pipeline.decoding.language import START, WordModel
from pipeline.decoding.priors import LIMIT
from pipeline.text.syllables import is_syllable, syllables

WEIGHT = 0.45
"""How much of a word's log chance counts."""

ODD_CASE = -2.5
"""A word in a case that people do not write (``tHôn``)."""

LONE_SIGN = -0.3
"""A sign by itself, as the dash between the parts of an address."""

Habit = Callable[[str, str], float]
"""From the word before a word (``""``: none, or not known yet) and the word, as they are written, to a weight."""

Manner = Callable[[str], float]
"""From a whole text as it is written to a weight."""

DITTO = -1.0
"""A line that says no more than that it is as above."""

_AS_ABOVE = {(("như",), "trên"): 0.0, ((), "nt"): DITTO, ((), "nt."): DITTO, ((), "n.t"): DITTO}
"""What its words weigh, by those before them; ``như`` by itself is a name too and weighs what names weigh."""

_SIGNS = " .,;:()…_-–'\""

_NEAR = 12

_REMEMBERED = 50_000
"""Weights of words that are kept for the next lines (about 25 MB)."""


@dataclass(frozen=True)
class WordPrior:
    """The prior of a domain of words. ``small``: what a word without a capital weighs; ``even``: what a line weighs
    of whose words (abbreviations aside) some are in capitals all through and some not; ``habit``: what the way weighs
    in which a word is written down behind others, ``manner`` that of a whole text (at most 0)."""

    model: WordModel
    small: float = 0.0
    even: float = 0.0
    weight: float = WEIGHT
    terms: tuple[str, ...] = ()
    letters: str = ""
    habit: Habit | None = None
    manner: Manner | None = None
    _said: dict[tuple[tuple[str, ...], str], float] = field(default_factory=dict, compare=False, repr=False)

    def word(self, before: tuple[str, ...], word: str) -> float:
        said = self._said.get((before, word))
        if said is None:
            said_before = tuple(filter(_is_word, before))
            context = said_before if len(before) == 3 else (START, *said_before)
            known = self.weight * self.model.log_chance(context, word) if _is_word(word) else LONE_SIGN
            known += casing(word, self.small)
            known += self.habit(before[-1] if before else "", word) if self.habit else 0.0
            known = max(-LIMIT * syllables(word), known)
            said = max(known, _AS_ABOVE.get((tuple(map(str.lower, before)), word.lower()), -math.inf))
            if len(self._said) > _REMEMBERED:
                self._said.clear()
            self._said[before, word] = said
        return said

    def whole(self, text: str) -> float:
        plain = (word.strip(_SIGNS) for word in text.split())
        shapes = {word.isupper() for word in plain if len(word) > 1 and is_syllable(word)}
        return (self.even if len(shapes) > 1 else 0.0) + (self.manner(text) if self.manner else 0.0)

    def near(self, before: str, word: str, after: str) -> tuple[str, ...]:
        return tuple(as_cased(known, word) for known in self.model.near(before, word, after, _NEAR))

    def support(self, text: str) -> float:
        words = text.split()
        return sum(map(self.model.knows, words)) / len(words) if words else 0.0


@lru_cache(maxsize=20_000)
def _is_word(text: str) -> bool:
    """Whether there is a letter or a figure in it (``""``, a word not known yet, counts as one)."""
    return not text or any(map(str.isalnum, text))


@lru_cache(maxsize=20_000)
def casing(word: str, small: float) -> float:
    """What a word's capitals weigh: all, none or the first are usual, and so are a few before a point or a figure."""
    letters = "".join(filter(str.isalpha, word))
    if not letters or letters.isupper() or len(letters) == 1:
        return 0.0
    if letters.islower():
        return small
    return 0.0 if letters[0].isupper() and letters[1:].islower() else ODD_CASE


def as_cased(word: str, like: str) -> str:
    """The word with the capitals of another one."""
    letters = "".join(filter(str.isalpha, like))
    if len(letters) > 1 and letters.isupper():
        return word.upper()
    return word.capitalize() if letters[:1].isupper() else word
