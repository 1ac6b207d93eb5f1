"""A person's name, and the words of titles and offices that are in none."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from pipeline.base.text.tones import folded, normalized, unaccented
from pipeline.values.kinds.kind import DITTO, NOTHING, Kind, Parsed, Vocabulary, is_ditto

TITLE = re.compile(
    r"(?<!\w)(?:(?:KT|TM|TL|TUQ|Q)\s*\.\s*)?"
    r"(?:(?:phó|P\.?|quyền(?=\s+(?:chủ|trưởng|giám)))\s*)?"
    r"(?:chủ\s+tịch|trưởng\s+(?:phòng|ban|công\s+an|thôn|ấp)|giám\s+đốc|(?:ủy|uỷ)\s+viên|chánh\s+văn\s+phòng"
    r"|công\s+chức|cán\s+bộ|thẩm\s+phán|(?-i:P?CT)|(?-i:UVUB|UV))(?!\w)",
    re.IGNORECASE,
)
"""A title as it begins (``Phó Chủ tịch``, ``PCT``, ``KT. Chủ tịch``); what it is the title of may follow."""

OFFICE = re.compile(r"(?<!\w)(?:UBND|(?:ủy|uỷ)\s+ban|tư\s+pháp|hộ\s+tịch)(?!\w)", re.IGNORECASE)

_TITLE_WORDS = frozenset(
    (
        "tịch",
        "trưởng",
        "đốc",
        "viên",
        "chánh",
        "chức",
        "bộ",
        "phán",
        "ct",
        "pct",
        "uvub",
        "uv",
        "ubnd",
        "ban",
        "pháp",
    )
)
"""In small letters, with their marks: a text with none of these words holds no title and no office."""

UNIT = re.compile(r"(?<!\w)(?:xã|phường|thị\s+trấn|huyện|quận|tỉnh|thành\s+phố)(?!\w)", re.IGNORECASE)
"""Words of administrative units; a few of them are given names too."""

NOT_A_NAME = "L05"
ABBREVIATED = "L06"

_SIGNS_IN_NAMES = frozenset(" .~'’-")
_VIETNAMESE_LETTERS = frozenset("abcdeghiklmnopqrstuvxy")
_VOWELS = frozenset("aeiouy")
_ABBREVIATION = re.compile(r"\w+[.~]|\b[bcdđghklmnpqrstvx]\b|\b(?:ng|nguy|th|tr|ph|ng[~.])\b")


class NameKind(Kind):
    """A person's name as written: its capitals, its tone placement and its abbreviations are kept.

    L05: one syllable only, or letters no Vietnamese name has. L06: an abbreviation. A text with digits or signs has no
    canonical form; nor has one with the words of an office or a title.
    """

    name = "name"
    problems = (NOT_A_NAME, ABBREVIATED, DITTO)

    def parse(self, text: str, _vocab: Vocabulary | None = None, /) -> Parsed:
        words = unicodedata.normalize("NFC", text).split()
        if len(words) > 1 and all(map(_is_plain, words)):  # settles nearly all names
            return Parsed(" ".join(words))
        if is_ditto(text):
            return Parsed("", (DITTO,))
        name = normalized(text).strip(" .,;:…_")
        if not name:
            return NOTHING
        if (
            not all(c.isalpha() or c in _SIGNS_IN_NAMES for c in name)
            or TITLE.search(name)
            or OFFICE.search(name)
        ):
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
    """Return whether a word is nothing but a syllable of a name.

    It has letters of Vietnamese names with a vowel, is no abbreviation, no word of an office or a title, nor the last
    word of “như trên”.
    """
    small, bare = folded(word), unaccented(word)
    letters = word.isalpha() and set(bare) <= _VIETNAMESE_LETTERS
    return (
        letters
        and not _VOWELS.isdisjoint(bare)
        and small not in _TITLE_WORDS
        and bare != "tren"
        and not _ABBREVIATION.search(small)
    )
