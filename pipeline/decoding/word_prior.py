"""Names, places and other text: words by how likely they are behind others, never by whether they are allowed."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.decoding.language import START, WordModel
from pipeline.decoding.priors import LIMIT
from pipeline.kinds.syllables import syllables

WEIGHT = 0.45
"""How much of a word's log chance counts."""

ODD_CASE = -1.2
"""A word in a case that people do not write (``tHôn``)."""

_NEAR = 12

_REMEMBERED = 50_000
"""Weights of words that are kept for the next lines (about 25 MB)."""


@dataclass(frozen=True)
class WordPrior:
    """The prior of a domain of words. ``small``: what a word without a capital weighs; ``even``: what a line weighs
    whose words do not all have capitals alike."""

    model: WordModel
    small: float = 0.0
    even: float = 0.0
    weight: float = WEIGHT
    terms: tuple[str, ...] = ()
    letters: str = ""
    _said: dict[tuple[tuple[str, ...], str], float] = field(default_factory=dict, compare=False, repr=False)

    def word(self, before: tuple[str, ...], word: str) -> float:
        said = self._said.get((before, word))
        if said is None:
            context = before if len(before) == 3 else (START, *before)
            known = self.weight * self.model.log_chance(context, word)
            said = max(-LIMIT * syllables(word), known + casing(word, self.small))
            if len(self._said) > _REMEMBERED:
                self._said.clear()
            self._said[before, word] = said
        return said

    def whole(self, text: str) -> float:
        shapes = {word.isupper() for word in text.split() if sum(map(str.isalpha, word)) > 1}
        return self.even if len(shapes) > 1 else 0.0

    def near(self, before: str, word: str, after: str) -> tuple[str, ...]:
        return tuple(as_cased(known, word) for known in self.model.near(before, word, after, _NEAR))

    def support(self, text: str) -> float:
        words = text.split()
        return sum(map(self.model.knows, words)) / len(words) if words else 0.0


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
