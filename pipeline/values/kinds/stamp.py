"""Stamps that a garbled reading may be of. Offered to a person, never filled in."""

from __future__ import annotations

from pipeline.base.text.tones import unaccented
from pipeline.values.kinds.kind import Vocabulary

FARTHEST = 0.45
"""Edits a letter of a stamp up to which a text may be of it."""

SHORTEST, LONGEST = 0.6, 1.7
"""Letters of such a text for each letter of the stamp: a note that quotes one is longer."""

BESIDE = 0.3
"""What a letter beside the stamp weighs, so that of two stamps the one that says all is likelier."""


def likely_stamp(text: str, stamps: Vocabulary) -> str:
    """Return the stamp that a text is likely to be of, ``""`` where none is near: letters count, marks do not.

    Args:
        text: What was read, however garbled.
        stamps: The known stamps.
    """
    read = _letters(text)
    found: list[tuple[float, str]] = []
    for spelling in stamps.spellings:
        letters = _letters(spelling)
        if not SHORTEST * len(letters) <= len(read) <= LONGEST * len(letters):
            continue
        edits = _edits_within(letters, read)
        if edits <= FARTHEST * len(letters):
            found.append(((edits + BESIDE * abs(len(read) - len(letters))) / len(letters), spelling))
    return min(found, key=lambda one: one[0], default=(0.0, ""))[1]


def _letters(text: str) -> str:
    return "".join(letter for letter in unaccented(text) if letter.isascii() and letter.isalnum())


def _edits_within(word: str, text: str) -> int:
    """Return the edits that make ``word`` of the part of ``text`` that is nearest to it."""
    row = [0] * (len(text) + 1)
    for number, letter in enumerate(word, 1):
        above, row = row, [number]
        for at, other in enumerate(text, 1):
            row.append(min(above[at - 1] + (letter != other), above[at] + 1, row[-1] + 1))
    return min(row)
