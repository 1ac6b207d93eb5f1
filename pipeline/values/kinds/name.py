"""A person's name, and the words of titles and offices, which no name contains."""

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
"""The beginning of a title (``Phó Chủ tịch``, ``PCT``, ``KT. Chủ tịch``); its office may follow."""

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
"""In lower case, with diacritics: a text without any of these words has no title or office."""

UNIT = re.compile(r"(?<!\w)(?:xã|phường|thị\s+trấn|huyện|quận|tỉnh|thành\s+phố)(?!\w)", re.IGNORECASE)
"""Words of administrative units; a few are also given names."""

NOT_A_NAME = "L05"
ABBREVIATED = "L06"

_NOBODY = frozenset(
    (
        "không rõ",
        "không biết",
        "không có",
        "không",
        "không xác định",
        "không xác định được",
        "chưa xác định",
        "chưa xác định được",
        "chưa rõ",
        "chưa đặt tên",
        "chưa có tên",
        "không tên",
        "vô danh",
        "khuyết danh",
        "không khai",
        "không ghi",
    )
)
"""Words in the place of a name that name nobody."""

_SIGNS_IN_NAMES = frozenset(" .~'’-")
_VIETNAMESE_LETTERS = frozenset("abcdeghiklmnopqrstuvxy")
_VOWELS = frozenset("aeiouy")
_ABBREVIATION = re.compile(r"\w+[.~]|\b[bcdđghklmnpqrstvx]\b|\b(?:ng|nguy|th|tr|ph|ng[~.])\b")


_SHORTENED_AT_END = re.compile(r"(?<!\w)(?:[bcdđfghjklmnpqrstvwxz]|[JS]r|Ng|Nguy|Th|Tr|Ph)\.$", re.IGNORECASE)
"""A shortened last word with its full stop; several dots are a leader."""


def names_nobody(text: str) -> bool:
    """Return whether a text in the place of a name says that there is none: ``Không rõ``, ``Vô danh``, a dash."""
    words = folded(text).strip(" .,;:…_-–—/()")
    return not words or words in _NOBODY


class NameKind(Kind):
    """A person's name as written, with its capitals, tone placement and abbreviations.

    L05: a single syllable, or letters outside Vietnamese names. L06: an abbreviation, with its full stop. A text with
    digits or signs, with the words of an office or a title, or that names nobody, has no canonical form.
    """

    name = "name"
    problems = (NOT_A_NAME, ABBREVIATED, DITTO)
    label = "họ tên"
    expected = "họ, chữ đệm, tên; không có chữ số"
    word_domain = "name"
    is_name = True
    is_identifying = True
    is_verbatim = True
    recurs_in_ink = True

    def parse(self, text: str, _vocab: Vocabulary | None = None, /) -> Parsed:
        words = unicodedata.normalize("NFC", text).split()
        is_plain = len(words) > 1 and all(map(_is_plain, words))
        if is_plain and folded(" ".join(words)) not in _NOBODY:  # fast path for nearly all names
            return Parsed(" ".join(words))
        if is_ditto(text):
            return Parsed("", (DITTO,))
        name = normalized(text).strip(" .,;:…_")
        if not name:
            return NOTHING
        if _SHORTENED_AT_END.search(normalized(text).rstrip(" ,;:…_")):
            name += "."
        if (
            names_nobody(name)
            or not all(c.isalpha() or c in _SIGNS_IN_NAMES for c in name)
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
    """Return whether a word is plainly a syllable of a name.

    It has letters of Vietnamese names with a vowel, and is no abbreviation, no word of an office or a title, and not
    the last word of “như trên”.
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
