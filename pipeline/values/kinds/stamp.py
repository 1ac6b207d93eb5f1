"""Stamps similar to a garbled reading. They are offered to a person, never filled in."""

from __future__ import annotations

from pipeline.base.text.tones import unaccented
from pipeline.values.kinds.kind import Vocabulary

FARTHEST = 0.45
"""Largest number of edits per letter of a stamp for a similar text."""

SHORTEST, LONGEST = 0.6, 1.7
"""Range of a similar text's length, per letter of the stamp: a note that quotes a stamp is longer."""

BESIDE = 0.3
"""Weight of a surplus letter, so that of two stamps the more complete is likelier."""


def likely_stamp(text: str, stamps: Vocabulary) -> str:
    """Return the stamp most similar to a text, ``""`` for none; letters count, diacritics do not.

    Args:
        text: The reading, however garbled.
    """
    read = _letters(text)
    similar: list[tuple[float, str]] = []
    for spelling in stamps.spellings:
        letters = _letters(spelling)
        if not SHORTEST * len(letters) <= len(read) <= LONGEST * len(letters):
            continue
        edits = _edits_within(letters, read)
        if edits <= FARTHEST * len(letters):
            similar.append(((edits + BESIDE * abs(len(read) - len(letters))) / len(letters), spelling))
    return min(similar, key=lambda pair: pair[0], default=(0.0, ""))[1]


def _letters(text: str) -> str:
    return "".join(letter for letter in unaccented(text) if letter.isascii() and letter.isalnum())


def _edits_within(word: str, text: str) -> int:
    """Return the smallest number of edits from ``word`` to a part of ``text``."""
    row = [0] * (len(text) + 1)
    for number, letter in enumerate(word, 1):
        above, row = row, [number]
        for position, other in enumerate(text, 1):
            row.append(min(above[position - 1] + (letter != other), above[position] + 1, row[-1] + 1))
    return min(row)
