"""Written places: keys by which spellings of a name compare, and the parts of a text that may name units."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from pipeline.base.text.tones import has_marks, split_marks, split_tones
from pipeline.values.kinds.kind import is_ditto

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
def bare_letters(name: str) -> str:
    """Return the letters and digits of a name without marks, case, spaces and signs.

    ``y`` is ``i``, Roman numerals at the end are digits, no number begins with 0: ``Phường IV``, ``phuong 04`` →
    ``phuong4``.
    """
    decomposed = unicodedata.normalize("NFD", "".join(_words(name)).replace("đ", "d"))
    return "".join(c for c in decomposed if c.isalnum()).replace("y", "i")


@lru_cache(maxsize=1 << 15)
def syllables(name: str) -> tuple[tuple[str, str], ...]:
    """Return the syllables of a name, each as its letters without tone, and its tone.

    The letter that bears the tone (hòa, hoà) does not count, nor does ``y`` for ``i`` as the only vowel (Mỹ, Mĩ; Quý,
    Quí).
    """
    return tuple(_syllable(word) for word in _words(name))


def lacks_only_marks(written: str, name: str) -> bool:
    """Return whether ``written`` is ``name`` with marks left out and none changed. Both have the same bare letters."""
    ours, theirs = syllables(written), syllables(name)
    if len(ours) != len(theirs):
        return not has_marks(written)
    return all(
        tone in ("", other_tone) and _letters_lack_only_marks(word, other)
        for (word, tone), (other, other_tone) in zip(ours, theirs, strict=True)
    )


def _words(name: str) -> list[str]:
    """Return the words of a name in lower case, with digits for numerals: ``IV`` at the end, ``04``.

    ``Vi`` alone is a number, behind other words it is Vị or Vĩ without its mark.
    """
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


WORDS = {
    "Tỉnh": ("tỉnh", "tinh"),
    "Thành phố": ("thành phố", "thanh pho"),
    "Thị xã": ("thị xã", "thi xa"),
    "Thị trấn": ("thị trấn", "thi tran"),
    "Đặc khu": ("đặc khu", "dac khu"),
    "Huyện": ("huyện", "huyen"),
    "Quận": ("quận", "quan"),
    "Phường": ("phường", "phuong"),
    "Xã": ("xã", "xa"),
}
"""The words for the types of units, with and without marks."""

SHORT = {
    "Tỉnh": r"t\.",
    "Thành phố": r"(?:t\.?\s?p\b\.?|t/p)",
    "Thị xã": r"t\.?\s?x\b\.?",
    "Thị trấn": r"t\.?\s?t\b\.?",
    "Huyện": r"h\.",
    "Quận": r"q(?:\.|(?=\d))",
    "Phường": r"(?:p|ph|f)(?:\.|(?=\d))",
    "Xã": r"x\.",
}
"""The abbreviations for them."""

_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_BREAKS = re.compile(r"[,;\n\r]+|(?<=\w\w\w)\.\s+(?=\w)|(?<=\w\w\w [ABC])\.\s+(?=\w)")
_DASHES = re.compile(r"\s*[-–—]+\s*|(?<=\D)/(?=\D)")
_OFFICE = re.compile(
    r"^(?:(?:UBND|(?:ủy|uỷ|uy)\s+ban\s+nhân\s+dân|uy ban nhan dan|HĐND|ban\s+tư\s+pháp|tư\s+pháp)\s*)+[:,]?\s*",
    re.IGNORECASE,
)
_DETAIL = re.compile(
    r"^(?:số|so|nhà|ngõ|ngách|hẻm|kiệt|đường|duong|phố|lộ|quốc\s+lộ|ql|tỉnh\s+lộ|ấp|ap|thôn|thon|xóm|làng|bản|buôn|bon|plei"
    r"|sóc|phum|khóm|khom|tổ|đội|cụm|khu|kv|kp|kdc|tdp|tk|lô|chợ|tại|ở|bệnh\s+viện|benh\s+vien|bv\w*|trạm|tram|tyt"
    r"|trung\s+tâm|ttyt|phòng|pk\w*|khoa|công\s+an|cong\s+an|ca|trường|chùa|trại|nông\s+trường|lâm\s+trường|công\s+ty|\d+)"
    r"(?=[\s.\d:/]|$)",
    re.IGNORECASE,
)
"""What is written of a place below its smallest unit, and what is no unit at all."""
_COUNTRY = re.compile(r"^(?:nước\s+)?(?:chxhcn\s+)?(?:việt\s*nam|viet\s*nam|vn)\.?$", re.IGNORECASE)
_LONG = "|".join(marked.replace(" ", r"\s+") for marked, _ in WORDS.values())
_BARE = "|".join(bare.replace(" ", r"\s+") for _, bare in WORDS.values())
_SHORT = "|".join(SHORT.values())
_UPPER = r"(?-i:TP|TX|TT|T\.P|T\.X|T\.T|[XPHQT]\.|[PQ](?=\d))"
_INSIDE = re.compile(
    rf"(?<=[\w.)])(?<!\bthị)(?<!\bthi)\s+(?=(?:(?:{_LONG})\s|{_UPPER}\.?)\s*\S)", re.IGNORECASE
)
_INSIDE_BARE = re.compile(
    rf"(?<=[\w.)])(?<!\bthị)(?<!\bthi)\s+(?=(?:(?:{_LONG}|{_BARE})\s|{_UPPER}\.?)\s*\S)", re.IGNORECASE
)
_STARTS = tuple(
    (kind, re.compile(rf"^(?:(?:{WORDS[kind][0]})(?!\w)|{SHORT.get(kind, '(?!)')})[\s.:]*", re.IGNORECASE))
    for kind in WORDS
)
_STARTS_BARE = tuple(
    (kind, re.compile(rf"^(?:{WORDS[kind][1]})(?!\w)[\s.:]*", re.IGNORECASE)) for kind in WORDS
)


@dataclass(frozen=True, slots=True)
class PlacePart:
    """One name in a written place. ``readings``: its possible (type or ``""``, name), the likeliest first."""

    readings: tuple[tuple[str, str], ...]

    @property
    def text(self) -> str:
        kind, name = self.readings[0]
        return f"{kind.lower()} {name}" if kind else name

    @property
    def typed(self) -> bool:
        """Whether its type is written (``xã …``)."""
        return bool(self.readings[0][0])


def split_place(text: str, is_name: Callable[[str], bool] = lambda _: False) -> tuple[PlacePart, ...]:
    """Return the parts of a written place from the smallest to the largest; ``()`` where it names no unit at all.

    Args:
        text: As on paper.
        is_name: Whether a text is the name of a unit (``Bà Rịa - Vũng Tàu`` is one, and ``Chợ Mới`` no market).
    """
    text = unicodedata.normalize("NFC", text).strip()
    if not text or is_ditto(text):
        return ()
    bare = not has_marks(text)
    pieces = [
        piece for piece in _pieces(_BRACKETS.sub(" ", text), bare, is_name) if not _COUNTRY.match(piece)
    ]
    return tuple(part for piece in pieces if (part := _part(piece, bare, is_name)) is not None)


def _pieces(text: str, bare: bool, is_name: Callable[[str], bool]) -> Iterator[str]:
    for segment in _BREAKS.split(text):
        for piece in _dashed(segment.strip(" .:-–"), is_name):
            yield from _typed_pieces(_OFFICE.sub("", piece), bare)


def _dashed(segment: str, is_name: Callable[[str], bool]) -> Iterator[str]:
    pieces = [piece for piece in _DASHES.split(segment) if piece]
    at = 0
    while at < len(pieces):
        both = " - ".join(pieces[at : at + 2])
        joined = at + 1 < len(pieces) and pieces[at + 1][0].isalpha()
        if joined and any(is_name(name) for name in _names(both)):
            yield both
            at += 2
        else:
            yield pieces[at]
            at += 1


def _names(piece: str) -> Iterator[str]:
    """Yield the piece as a name: whole, and without the type before it."""
    yield piece
    for _, start in (*_STARTS, *_STARTS_BARE):
        if (found := start.match(piece)) and found.end() < len(piece):
            yield piece[found.end() :]


def _typed_pieces(piece: str, bare: bool) -> Iterator[str]:
    """Split ``xã A huyện B`` into two pieces. A type without a name behind it belongs to the words before it."""
    found: list[str] = []
    for text in (_INSIDE_BARE if bare else _INSIDE).split(piece):
        if found and (_is_type(found[-1]) or _is_type(text)):
            found[-1] = f"{found[-1]} {text}"
        elif text:
            found.append(text)
    return iter(found)


def _is_type(text: str) -> bool:
    return any((m := start.match(text)) and m.end() == len(text) for _, start in (*_STARTS, *_STARTS_BARE))


def _part(piece: str, bare: bool, is_name: Callable[[str], bool]) -> PlacePart | None:
    piece = piece.strip(" .,:;'\"")
    if not piece or _is_type(piece) or not any(c.isalnum() for c in piece):
        return None
    readings = [(kind, rest) for kind, rest in _starts(piece, _STARTS)]
    if bare:
        readings += _starts(piece, _STARTS_BARE)
    if not readings and _DETAIL.match(piece) and not is_name(piece):
        return None
    if not readings or bare:
        readings.append(("", piece))
    return PlacePart(tuple(readings))


def _starts(piece: str, starts: tuple[tuple[str, re.Pattern[str]], ...]) -> list[tuple[str, str]]:
    for kind, start in starts:
        found = start.match(piece)
        if found and (rest := piece[found.end() :].strip(" .")):
            return [(kind, rest)]
    return []
