"""Names of places as two spellings of them compare. For finding and comparing, never for storing."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from pipeline.text.tones import has_marks, split_marks, split_tones

ROMAN = {
    "i": "1",
    "ii": "2",
    "iii": "3",
    "iv": "4",
    "v": "5",
    "vi": "6",
    "vii": "7",
    "viii": "8",
    "ix": "9",
    "x": "10",
}
"""Wards are numbered in both ways: ``Phường IV`` and ``Phường 4``."""

_VOWELS = frozenset("aeiou")


@lru_cache(maxsize=1 << 15)
def letters_of(name: str) -> str:
    """The bare letters and figures of a name, without marks, case, spaces and signs; ``y`` is ``i``, Roman
    figures at the end are figures, no figure begins with 0: ``Phường IV``, ``phuong 04`` → ``phuong4``."""
    decomposed = unicodedata.normalize("NFD", "".join(_words(name)).replace("đ", "d"))
    return "".join(c for c in decomposed if c.isalnum()).replace("y", "i")


@lru_cache(maxsize=1 << 15)
def syllables_of(name: str) -> tuple[tuple[str, str], ...]:
    """The syllables of a name, each as its letters with their hooks, breves and circumflexes, and its tone.
    Where the tone stands (hòa, hoà) does not count, nor does ``y`` for ``i`` as the only vowel (Mỹ, Mĩ; Quý,
    Quí)."""
    return tuple(_syllable(word) for word in _words(name))


def lacks_only_marks(written: str, name: str) -> bool:
    """Whether ``written`` is ``name`` with marks left out and none changed. Both have the same bare letters."""
    ours, theirs = syllables_of(written), syllables_of(name)
    if len(ours) != len(theirs):
        return not has_marks(written)
    return all(
        tone in ("", other_tone) and _letters_lack_only_marks(word, other)
        for (word, tone), (other, other_tone) in zip(ours, theirs, strict=True)
    )


def _words(name: str) -> list[str]:
    """The words of a name in lower case, with figures for what numbers it: ``IV`` at the end, ``04``. ``Vi`` alone is a
    number, behind other words it is Vị or Vĩ without its mark."""
    folded = unicodedata.normalize("NFC", name).casefold()
    words = (
        "".join(c if c.isalnum() or c in "'’" else " " for c in folded)
        .replace("'", "")
        .replace("’", "")
        .split()
    )
    if words and words[-1] in ROMAN and (len(words) == 1 or words[-1] != "vi"):
        words[-1] = ROMAN[words[-1]]
    return [word.lstrip("0") or "0" if word.isdecimal() else word for word in words]


def _syllable(word: str) -> tuple[str, str]:
    letters, tone = split_tones(word)
    head = letters[:-1]
    if letters.endswith("y") and not (_VOWELS & set(unicodedata.normalize("NFD", head.removeprefix("qu")))):
        letters = f"{head}i"
    return letters, tone


def _letters_lack_only_marks(word: str, other: str) -> bool:
    pairs = zip(word, other, strict=False)
    return len(word) == len(other) and all(ours in (theirs, split_marks(theirs)[0]) for ours, theirs in pairs)
