"""Costs of misread letters in nats (0 = read as written).

The noisy channel replaces, drops or inserts a letter, drops or inserts a space, and drops or misreads a diacritic
(Kernighan, Church and Gale 1990: a spelling corrector by a noisy channel). The loss rate of diacritics is estimated
from the text itself: where hardly any letter has one, a missing one proves nothing.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from pipeline.base.text.tones import split_marks

Costs = NDArray[np.float32]

_MARKED = 0.3
"""Share of letters with diacritics from which a date counts as fully marked (most have 0.38)."""

_LEVELS = 16


@dataclass(frozen=True, slots=True)
class ObservedLetters:
    """The letters and digits of a text as read.

    Attributes:
        text: Lower-case letters and digits (NFC).
        gaps: (letters,) whether a space precedes the letter.
        kept: Share of the expected diacritics that are present, 0 to ``_LEVELS`` - 1.
    """

    text: str
    gaps: NDArray[np.bool_]
    kept: int


def observe_letters(text: str) -> ObservedLetters:
    """Return the letters of a text; other characters separate words."""
    letters: list[str] = []
    gaps: list[bool] = []
    gap = False
    for letter in unicodedata.normalize("NFC", text.casefold()):
        if not letter.isalnum():
            gap = True
            continue
        letters.append(letter)
        gaps.append(gap and len(letters) > 1)
        gap = False
    marked = sum(letter > "z" for letter in letters)
    share = min(1.0, marked / (_MARKED * len(letters))) if letters else 0.0
    return ObservedLetters("".join(letters), np.array(gaps, bool), round(share * (_LEVELS - 1)))


@dataclass(frozen=True)
class NoisyChannel:
    """The costs (nats) of misreadings.

    Attributes:
        other: Another letter that looks different.
        alike: Another letter that looks similar.
        lost: A dropped letter.
        found: An inserted letter.
        mark: Another diacritic.
        space: A dropped or inserted space.
        word: A dropped word, in addition to its letters.
        looks: Groups of letters (without diacritics) that look similar.
    """

    other: float
    alike: float
    lost: float
    found: float
    mark: float
    space: float
    word: float
    looks: tuple[str, ...]

    @cached_property
    def _alike(self) -> frozenset[tuple[str, str]]:
        return frozenset((letter, other) for group in self.looks for letter in group for other in group)

    def cost(self, written: str, read: str, kept: int) -> float:
        """Return the cost of reading ``written`` as ``read`` in a text with this share of diacritics."""
        base, marks = _parts(written)
        seen, seen_marks = _parts(read)
        if base != seen:
            return self.alike if (base, seen) in self._alike else self.other
        if marks == seen_marks:
            return 0.0
        if seen_marks:
            return self.mark
        lost = min(max(1.0 - kept / (_LEVELS - 1), 0.01), 0.5)
        return float(np.log((1.0 - lost) / lost))


WORD_CHANNEL = NoisyChannel(
    other=5.0,
    alike=3.9,
    lost=3.0,
    found=5.0,
    mark=4.0,
    space=1.5,
    word=1.0,
    looks=(
        "il1jt", "tfl", "nuh", "mnr", "uv", "ocae0", "gq9y", "hbk", "bhl6", "yv", "5s", "8b3", "z2", "71t", "xk",
    ),
)  # fmt: skip
"""The channel of words, for any reader."""


_parts = lru_cache(maxsize=8192)(split_marks)


class Alphabet:
    """The letters of a grammar, with their costs through a channel."""

    def __init__(self, letters: Sequence[str], channel: NoisyChannel) -> None:
        self.number = {letter: number for number, letter in enumerate(letters)}
        self._channel = channel
        self._rows: dict[tuple[str, int], Costs] = {}

    def costs(self, read: ObservedLetters) -> Costs:
        """Return the costs (nats) of each letter read against each letter of the alphabet: (letters read, alphabet)."""
        return np.stack([self._row(letter, read.kept) for letter in read.text])

    def _row(self, letter: str, kept: int) -> Costs:
        row = self._rows.get((letter, kept))
        if row is None:
            row = np.array([self._channel.cost(written, letter, kept) for written in self.number], np.float32)
            if len(self._rows) < 1 << 14:
                self._rows[letter, kept] = row
        return row
