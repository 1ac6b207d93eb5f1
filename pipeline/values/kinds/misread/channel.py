"""How likely letters are misread, as costs in nats (0 = read as written).

The noisy channel of a text is a letter taken for another, left out or put in, a space lost or found, a mark lost or
misread (Kernighan, Church and Gale 1990: a spelling corrector by a noisy channel). How often marks are lost is taken
from the text itself: where hardly any letter bears one, a missing mark says nothing.
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
"""The share of letters with marks from which a date counts as written with all of them (most have 0.38)."""

_LEVELS = 16


@dataclass(frozen=True, slots=True)
class ObservedLetters:
    """The letters and digits of a text as they were read.

    Attributes:
        text: In small letters (NFC), without anything else.
        gaps: (letters,) whether a space is before the letter.
        kept: How many of the marks that a date bears are there, 0 to ``_LEVELS`` - 1.
    """

    text: str
    gaps: NDArray[np.bool_]
    kept: int


def observe_letters(text: str) -> ObservedLetters:
    """Return the letters of a text; what is neither letter nor digit separates words."""
    found: list[str] = []
    gaps: list[bool] = []
    gap = False
    for letter in unicodedata.normalize("NFC", text.casefold()):
        if not letter.isalnum():
            gap = True
            continue
        found.append(letter)
        gaps.append(gap and len(found) > 1)
        gap = False
    marked = sum(letter > "z" for letter in found)
    share = min(1.0, marked / (_MARKED * len(found))) if found else 0.0
    return ObservedLetters("".join(found), np.array(gaps, bool), round(share * (_LEVELS - 1)))


@dataclass(frozen=True)
class NoisyChannel:
    """The costs (nats) of misreadings.

    Attributes:
        other: A letter is taken for one that looks different.
        alike: A letter is taken for one that looks like it.
        lost: A letter is left out.
        found: A letter is read where none is.
        mark: A letter bears another mark.
        space: A space is lost between words or found within one.
        word: A whole word is lost, added to the costs of its letters.
        looks: Groups of letters (without marks) that look alike.
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
        return frozenset((one, other) for group in self.looks for one in group for other in group)

    def cost(self, written: str, read: str, kept: int) -> float:
        """Return the cost that ``written`` is read as ``read`` in a text that kept so many of its marks."""
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
"""The letters of words, by any reader."""


_parts = lru_cache(maxsize=8192)(split_marks)


class Alphabet:
    """The letters that a text may be a reading of, and what each costs through a channel."""

    def __init__(self, letters: Sequence[str], channel: NoisyChannel) -> None:
        self.number = {letter: number for number, letter in enumerate(letters)}
        self._channel = channel
        self._rows: dict[tuple[str, int], Costs] = {}

    def costs(self, read: ObservedLetters) -> Costs:
        """Return what it costs (nats) that each letter read is each of the alphabet: (letters read, alphabet)."""
        return np.stack([self._row(letter, read.kept) for letter in read.text])

    def _row(self, letter: str, kept: int) -> Costs:
        row = self._rows.get((letter, kept))
        if row is None:
            row = np.array([self._channel.cost(written, letter, kept) for written in self.number], np.float32)
            if len(self._rows) < 1 << 14:
                self._rows[letter, kept] = row
        return row
