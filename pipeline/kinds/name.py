"""A person's name, as written: its capitals, its tone placement and its abbreviations are kept.

Problems: L05 one syllable only, or letters no Vietnamese name has; L06 an abbreviation. A text with digits or
signs is no name and has no canonical form; nor is one with the words of an office or a title.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from pipeline.kinds.ditto import DITTO, is_ditto
from pipeline.kinds.kind import NOTHING, Parsed, Vocabulary
from pipeline.kinds.office import OFFICE, TELLING_WORDS, TITLE
from pipeline.text.tones import folded, normalized, unaccented

NOT_A_NAME = "L05"
ABBREVIATED = "L06"

_SIGNS_IN_NAMES = frozenset(" .~'’-")
_VIETNAMESE_LETTERS = frozenset("abcdeghiklmnopqrstuvxy")
_VOWELS = frozenset("aeiouy")
_ABBREVIATION = re.compile(r"\w+[.~]|\b[bcdđghklmnpqrstvx]\b|\b(?:ng|nguy|th|tr|ph|ng[~.])\b")


def parse(text: str, vocab: Vocabulary | None = None) -> Parsed:
    words = unicodedata.normalize("NFC", text).split()
    if len(words) > 1 and all(map(_is_plain, words)):  # as nearly all names are: told at once
        return Parsed(" ".join(words))
    if is_ditto(text):
        return Parsed("", (DITTO,))
    name = normalized(text).strip(" .,;:…_")
    if not name:
        return NOTHING
    if not all(letter.isalpha() or letter in _SIGNS_IN_NAMES for letter in name) or _is_office(name):
        return Parsed("", (NOT_A_NAME,))
    problems = []
    letters = {letter for letter in unaccented(name) if letter.isalpha()}
    if len(name.split()) < 2 or not letters <= _VIETNAMESE_LETTERS:
        problems.append(NOT_A_NAME)
    if _ABBREVIATION.search(folded(name)):
        problems.append(ABBREVIATED)
    return Parsed(name, tuple(problems))


@lru_cache(maxsize=1 << 14)
def _is_plain(word: str) -> bool:
    """Whether a word is nothing but a syllable of a name: letters of Vietnamese names with a vowel, no abbreviation,
    no word that tells an office or a title, nor the last one of “như trên”."""
    small, bare = folded(word), unaccented(word)
    letters = word.isalpha() and set(bare) <= _VIETNAMESE_LETTERS
    return (
        letters
        and not _VOWELS.isdisjoint(bare)
        and small not in TELLING_WORDS
        and bare != "tren"
        and not _ABBREVIATION.search(small)
    )


def _is_office(name: str) -> bool:
    return any(words.search(name) for words in (TITLE, OFFICE))


def format(value: str, vocab: Vocabulary | None = None) -> str:
    return value
