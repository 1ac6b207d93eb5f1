"""Whole numbers, entry numbers, volume numbers, and numbers of identity papers."""

from __future__ import annotations

import re
from typing import ClassVar, NamedTuple

from pipeline.base.text.tones import unaccented
from pipeline.values.kinds.kind import (
    DITTO,
    FIGURES,
    NOTHING,
    Kind,
    Parsed,
    Vocabulary,
    is_digits,
    is_ditto,
    without_leader,
)

_NUMBER = re.compile(r"(?:số:?|quyển(?:số)?:?)?0*(\d{1,6})(?:/([12]\d{3}))?", re.ASCII | re.IGNORECASE)
_APART = re.compile(r"\d\d[\s.…_·]+\d|\d[\s.…_·]+\d\d|\d\.\d", re.ASCII)
"""Figures with something between them that may be a separator (``25.85``); a leader parts single figures (``2 5``)."""

_SEPARATED = re.compile(r"\d\.\d", re.ASCII)
_CANONICAL = re.compile(r"\d{2,6}(?:/[12]\d{3})?", re.ASCII)


class NumberKind(Kind):
    """A whole number, such as a page number: canonical digits without leading zeros. K11: not a number."""

    name = "number"
    label = "số"
    expected = "chữ số, ví dụ 12"
    signs = FIGURES
    is_number = True
    is_count = True
    usual_log_share = -6.5
    common_numbers = 200
    problems = ("K11", DITTO)

    def parse(self, text: str, _vocab: Vocabulary | None = None, /) -> Parsed:
        digits = without_leader(text)
        if is_digits(digits) and not _SEPARATED.search(text):
            return Parsed(digits.lstrip("0") or "0")
        if is_ditto(text):
            return Parsed("", (DITTO,))
        return Parsed("", ("K11",)) if digits else NOTHING

    def format(self, value: str, _vocab: Vocabulary | None = None, /) -> str:
        if not is_digits(value):
            raise ValueError("not a canonical number")
        return value


class YearlyNumberKind(Kind):
    """A number within a year, canonical ``NN/YYYY``, or ``NN`` without a year.

    Attributes:
        not_a_number: The code of the finding for any other text.
    """

    not_a_number: ClassVar[str]
    is_offered = False
    signs = FIGURES + "/"
    is_number = True
    is_yearly = True

    def parse(self, text: str, _vocab: Vocabulary | None = None, /) -> Parsed:
        if is_ditto(text):
            return Parsed("", (DITTO,))
        number = _yearly_number(text)
        return Parsed("", (self.not_a_number,)) if number is None else Parsed(number)

    def format(self, value: str, _vocab: Vocabulary | None = None, /) -> str:
        if _CANONICAL.fullmatch(value) is None:
            raise ValueError("not a canonical NN/YYYY")
        return value


class EntryNumberKind(YearlyNumberKind):
    """The number of an entry in its book's year (số). K01: any other text."""

    name = "entry_number"
    label = "số đăng ký"
    expected = "số, có năm thì số/năm: 01 hoặc 01/2010"
    is_count = True
    is_entry_number = True
    not_a_number = "K01"
    problems = (not_a_number, DITTO)


class VolumeKind(YearlyNumberKind):
    """The number of a volume (quyển số). K02: any other text."""

    name = "volume"
    usual_log_share = -5.0
    common_numbers = 10
    label = "quyển số"
    expected = "số/năm, ví dụ 01/2010"
    not_a_number = "K02"
    problems = (not_a_number, DITTO)


def _yearly_number(text: str) -> str | None:
    """Return ``NN`` or ``NN/YYYY``, padded to two digits; ``""`` for an empty text, ``None`` for others.

    A year of two digits is not expanded, a separator is not dropped, and separate runs of digits are not joined (single
    digits are): such a text is no number.
    """
    head, slash, year = text.partition("/")
    if head.isascii() and head.isdigit() and (not slash or _is_year(year)):  # fast path with the same result
        number = head.lstrip("0")
        if 0 < len(number) <= 6:
            return f"{number.zfill(2)}{slash}{year}"
    if _APART.search(text):
        return None
    marks = without_leader(text)
    if not marks:
        return ""
    match = _NUMBER.fullmatch(marks)
    if match is None or int(match[1]) == 0:
        return None
    number = match[1].zfill(2)
    return f"{number}/{match[2]}" if match[2] else number


_SUFFIXED = re.compile(
    r"(?:số:?)?0*(?P<number>[1-9]\d{0,5})[.\s-]*(?P<suffix>bis|ter|[a-dđ])(?:/(?P<year>[12]\d{3}))?",
    re.ASCII | re.IGNORECASE,
)


class SuffixedNumber(NamedTuple):
    """A number inserted between two others: ``12 bis``, ``12A``; ``year`` is ``""`` if missing."""

    number: str
    suffix: str
    year: str


def parse_suffixed_number(text: str) -> SuffixedNumber | None:
    """Return the parts of a number with a suffix, None for any other text."""
    match = _SUFFIXED.fullmatch(without_leader(text))
    if match is None:
        return None
    suffix = match["suffix"].lower() if len(match["suffix"]) > 1 else match["suffix"].upper()
    return SuffixedNumber(match["number"].zfill(2), suffix, match["year"] or "")


_PREFIX = r"(?:(?:so|quyen|ks|kh|kt|ht|dk|cmc|hn)[\s.:/-]*)*"
_MARK = r"(?:[\s./–-]*(?:ks|kh|kt|ht|dk|cmc|hn))?"
_MARKED = re.compile(
    rf"{_PREFIX}(?P<number>\d{{1,6}}){_MARK}(?:\s*[./–,-]+\s*(?P<year>\d{{1,4}}))?{_MARK}", re.ASCII
)
_ROMAN = re.compile(r"(?=[ivxl])(xl|x{0,3})(ix|iv|v?i{0,3})")
_ROMAN_FIGURES = {"i": 1, "v": 5, "x": 10, "l": 50}


def parse_roman(text: str) -> int | None:
    """Return the number 1 to 49 in Roman figures, None for any other text."""
    letters = text.lower()
    if not letters or _ROMAN.fullmatch(letters) is None:
        return None
    figures = [_ROMAN_FIGURES[letter] for letter in letters]
    return sum(
        -figure if any(later > figure for later in figures[at + 1 : at + 2]) else figure
        for at, figure in enumerate(figures)
    )


class MarkedNumber(NamedTuple):
    """A number with further marks: ``25/85``, ``25/HT/1985``, ``10/KH``; ``rest``: the figures behind it, or ``""``."""

    number: str
    rest: str

    def in_year(self, year: int) -> tuple[str, ...]:
        """Return the numbers that may be meant in the year of registration, likeliest first."""
        meant = [self.number]
        if self.rest and not self.tells(year) and (len(self.rest) == 3 or len(self.number + self.rest) == 2):
            meant.insert(0, self.number + self.rest)  # a point within one number: 1.985, 3.0
        elif len(self.rest) == 3:
            meant.append(self.number + self.rest)
        numbers = (part.lstrip("0") for part in meant)
        return tuple(f"{number.zfill(2)}/{year}" for number in numbers if 0 < len(number) <= 6)

    def tells(self, year: int) -> bool:
        """Return whether the figures behind the number are the year or its last figures."""
        return len(self.rest) > 1 and str(year).endswith(self.rest)


def parse_marked_number(text: str) -> MarkedNumber | None:
    """Return the parts of a number with further marks or in Roman figures, None for any other text."""
    written = unaccented(text).strip(" .…_·,;:()")
    match = _MARKED.fullmatch(written)
    if match is not None:
        return MarkedNumber(match["number"], match["year"] or "")
    roman = parse_roman(written)
    return None if roman is None else MarkedNumber(str(roman), "")


def _is_year(text: str) -> bool:
    return len(text) == 4 and text.isascii() and text.isdigit() and text[0] in "12"


# --- identity papers --------------------------------------------------------------------------------------------------

WRONG_PERSONAL_NUMBER = "I01"
WRONG_CMND = "I04"

_PROVINCES = """
001 002 004 006 008 010 011 012 014 015 017 019 020 022 024 025 026 027 030 031 033 034 035 036 037 038 040 042 044 045
046 048 049 051 052 054 056 058 060 062 064 066 067 068 070 072 074 075 077 079 080 082 083 084 086 087 089 091 092 093
094 095 096
"""
PROVINCE_CODES = frozenset(_PROVINCES.split())
"""Province codes of 2004 at the start of personal numbers. The table is frozen: seven of the codes changed hands in
2025."""

CENTURIES_SO_FAR = "0123"
"""Fourth digits of personal numbers of people born from 1900 to 2099; other digits are for later births."""

_PASSPORT = re.compile(r"[A-Z]{1,2}\d{6,8}", re.ASCII)


class IdNumberKind(Kind):
    """The number of an identity paper: 9 digits (CMND), 12 (personal number), or a passport's letter and digits.

    I01: a personal number without 12 digits, with an unknown province or a future century. I04: a CMND number without 9
    digits. There is no check digit. Numbers of people registered abroad begin with a country code; no list of these
    codes is available, so a person looks at such a number.
    """

    name = "id_number"
    label = "số giấy tờ, số định danh"
    expected = "9 hoặc 12 chữ số; hộ chiếu: chữ cái và chữ số"
    signs = FIGURES
    spread = re.compile(r"\d[ .]+\d")
    number_alone = re.compile(r"(?![^\W\d_])")
    is_number = True
    is_identity_number = True
    is_identifying = True
    usual_log_share = -20.5
    problems = (WRONG_PERSONAL_NUMBER, WRONG_CMND, DITTO)

    def parse(self, text: str, _vocab: Vocabulary | None = None, /) -> Parsed:
        marks = without_leader(text).strip(",;:")
        if is_digits(marks):
            return _digits_of_paper(marks)
        if is_ditto(text):
            return Parsed("", (DITTO,))
        if not marks:
            return NOTHING
        if _PASSPORT.fullmatch(marks.upper()):
            return Parsed(marks.upper())
        return Parsed("", (_wrong_number(marks),))

    def format(self, value: str, _vocab: Vocabulary | None = None, /) -> str:
        if not (_PASSPORT.fullmatch(value) or (is_digits(value) and len(value) in (9, 12))):
            raise ValueError("not a canonical number of an identity paper")
        return value


def _digits_of_paper(digits: str) -> Parsed:
    if len(digits) not in (9, 12):
        return Parsed("", (_wrong_number(digits),))
    known = len(digits) == 9 or (digits[:3] in PROVINCE_CODES and digits[3] in CENTURIES_SO_FAR)
    return Parsed(digits, () if known else (WRONG_PERSONAL_NUMBER,))


def _wrong_number(marks: str) -> str:
    return WRONG_PERSONAL_NUMBER if len(marks) > 10 else WRONG_CMND


_PAPER_AND_NUMBER = re.compile(r"(?:[^\W\d_]{2,}[\s.:]*)+?(?P<number>(?:[A-Z]{1,2}\s?)?\d[\d\s.]{5,}\d)")


def paper_number_in(text: str) -> str:
    """Return the number behind the name of its paper (``Hộ chiếu 301234567``), ``""`` for any other text."""
    match = None if IdNumberKind().parse(text).canonical else _PAPER_AND_NUMBER.fullmatch(text.strip())
    return "" if match is None else re.sub(r"[\s.]", "", match["number"])
