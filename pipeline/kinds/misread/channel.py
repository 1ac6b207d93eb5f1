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

Costs = NDArray[np.float32]

_MARKED = 0.3
"""The share of letters with marks from which a date counts as written with all of them (most have 0.38)."""

_LEVELS = 16


@dataclass(frozen=True, slots=True)
class Letters:
    """The letters and figures of a text in small case (NFC); ``gaps``: for each whether a space stands before it;
    ``kept``: how many of the marks that a date bears are there, 0 to ``_LEVELS`` - 1."""

    text: str
    gaps: NDArray[np.bool_]
    kept: int


def letters_of(text: str) -> Letters:
    """The letters; what is neither letter nor figure parts words."""
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
    return Letters("".join(found), np.array(gaps, bool), round(share * (_LEVELS - 1)))


@dataclass(frozen=True)
class Channel:
    """What it costs (nats) that a letter is taken for one that looks ``other`` or ``alike``, is ``lost`` or ``found``
    where none is, bears another ``mark``; that a ``space`` is lost between words or found within one; what it costs
    beside its letters that a whole ``word`` is lost. ``looks``: groups of letters (without marks) that look alike."""

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
        """That a letter of a word is read so, in a text that has ``kept`` so many of its marks."""
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


WRITING = Channel(
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
"""Letters of words, by any reader."""


@lru_cache(maxsize=8192)
def _parts(letter: str) -> tuple[str, str]:
    """The letter without marks, and its marks."""
    if letter == "đ":
        return "d", "-"
    parts = unicodedata.normalize("NFD", letter)
    return parts[:1], parts[1:]


class Alphabet:
    """The letters that a text may be a reading of, through a channel."""

    def __init__(self, letters: Sequence[str], channel: Channel) -> None:
        self.number = {letter: number for number, letter in enumerate(letters)}
        self._channel = channel
        self._rows: dict[tuple[str, int], Costs] = {}

    def costs(self, read: Letters) -> Costs:
        """What it costs that each letter read is each of the alphabet: (letters read, alphabet)."""
        return np.stack([self._row(letter, read.kept) for letter in read.text])

    def _row(self, letter: str, kept: int) -> Costs:
        row = self._rows.get((letter, kept))
        if row is None:
            row = np.array([self._channel.cost(written, letter, kept) for written in self.number], np.float32)
            if len(self._rows) < 1 << 14:
                self._rows[letter, kept] = row
        return row
