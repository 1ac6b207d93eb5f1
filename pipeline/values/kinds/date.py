"""A date in digits, an age in its place, and flagged lunar dates."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from typing import Literal

from pipeline.base.text.dates_in_words import TOKENS, parse_number
from pipeline.base.text.tones import folded, unaccented
from pipeline.values.kinds.calendar import (
    PLAUSIBLE_YEARS,
    UNREAD_DATE,
    WILD_YEAR,
    PartialDate,
    parse_canonical,
    partial_date,
)
from pipeline.values.kinds.kind import (
    DITTO,
    FIGURES,
    NOTHING,
    Kind,
    Parsed,
    Vocabulary,
    is_ditto,
    without_leader,
)

LUNAR_DATE = "D09"

_YEAR = r"(?P<year>[1-9]\d{3})"
_DAY_MONTH = r"(?P<day>\d{1,2})(?:[/–—-]|thang)(?P<month>\d{1,2})"
_SHAPES = (
    re.compile(rf"(?:ngay)?{_DAY_MONTH}(?:[/–—-]|nam){_YEAR}", re.ASCII),
    re.compile(rf"(?:thang)?(?P<month>\d{{1,2}})(?:[/–—-]|nam){_YEAR}", re.ASCII),
    re.compile(rf"nam{_YEAR}", re.ASCII),
)
_DAYS = {
    f"{day}{mark}{month}{mark}": f"{date.day:02d}.{date.month:02d}."
    for date in (datetime.date(2001, 1, 1) + datetime.timedelta(days) for days in range(365))
    for day in {f"{date.day}", f"{date.day:02d}"}
    for month in {f"{date.month}", f"{date.month:02d}"}
    for mark in "/.-"
}
"""Days that exist in every year, as written before a year: a fast path for nearly all dates."""
_YEARS = frozenset(map(str, PLAUSIBLE_YEARS))
_NAMED_MONTH = re.compile(r"(?<=thang)\s+(gieng|chap)\b")
_NAMED_MONTHS = {"gieng": "1", "chap": "12"}
_SEPARATED = re.compile(r"[/–—-]|thang|nam")
_ONLY_DOTS = (
    re.compile(
        r"(?P<day>\d{1,2})\s*[.,]\s*(?P<month>\d{1,2})\s*[.,]\s*(?P<year>[1-9](?:\s*\d){3})",
        re.ASCII,
    ),
    re.compile(r"(?P<day>\d\d)\s*[.,]\s*(?P<month>\d\d)\s+(?P<year>[1-9]\d{3})", re.ASCII),
    re.compile(r"(?P<day>\d\d)\s+(?P<month>\d\d)\s*[.,]\s*(?P<year>[1-9]\d{3})", re.ASCII),
    re.compile(r"(?P<day>\d\d)\s+(?P<month>\d\d)\s+(?P<year>[1-9]\d{3})", re.ASCII),
    re.compile(r"(?P<month>\d{1,2})\s*\.\s*(?P<year>[1-9](?:\s*\d){3})", re.ASCII),
    re.compile(r"(?P<year>[1-9](?:\s*\d){3}|[1-9](?:[\s.…]*\.[\s.…]*\d){3})", re.ASCII),
)
_SPLIT_MONTH = re.compile(r"(?:thang)?[\s.]*[1-9][\s.]+\d[\s.]*[/–—-][\s.]*[1-9]\d{3}", re.ASCII)


class DateKind(Kind):
    """A date in digits: ``9/3/1952``, ``03/1952``, ``1952``, ``ngày 9 tháng 3 năm 1952``, or spaced out along a leader.

    An age (``30 tuổi``, ``ba mươi tuổi``) stays an age, canonical ``30 tuổi``. D01: the date cannot be known (a year
    of two digits, an impossible day). D03: a year outside any book's time. D09: a lunar date; an explicit one keeps its
    text without canonical form, a month named ``giêng`` or ``chạp`` is read and flagged.
    """

    name = "date"
    label = "ngày, tháng, năm"
    usual_log_share = -13.0
    expected = "ngày/tháng/năm, ví dụ 05/03/2007; hoặc 03/2007, 1952, 30 tuổi"
    signs = FIGURES + "/-."
    spread = re.compile(r"^[\d./-]+ [\d./ -]+$")
    parts = ("day", "month", "year")
    is_date = True
    has_sure_ditto = True
    problems = (UNREAD_DATE, WILD_YEAR, LUNAR_DATE, DITTO)

    def parse(self, text: str, _vocab: Vocabulary | None = None, /) -> Parsed:
        day, year = text[:-4], text[-4:]
        if day in _DAYS and year in _YEARS:  # fast path with the same result
            return Parsed(_DAYS[day] + year)
        if is_ditto(text):
            return Parsed("", (DITTO,))
        written = unaccented(text).strip(" .…_·,;:")
        if not written:
            return NOTHING
        if is_lunar(text):
            return Parsed("", (LUNAR_DATE,))
        age = parse_age(text)
        if age is not None:
            return Parsed(age.canonical)
        numbered = _NAMED_MONTH.sub(lambda name: _NAMED_MONTHS[name[1]], written)
        # a month with a traditional name may be a lunar one: read, but flagged
        return parsed_date(_date(numbered), (LUNAR_DATE,) if numbered != written else ())

    def format(self, value: str, _vocab: Vocabulary | None = None, /) -> str:
        if parse_canonical_age(value) is not None:
            return value
        if parse_canonical(value) is None:
            raise ValueError("not a canonical date")
        return value.replace(".", "/")


def parsed_date(date: PartialDate | None, problems: tuple[str, ...] = ()) -> Parsed:
    """Return the parse result of a date, with D03 before the other problems for an implausible year."""
    if date is None:
        return Parsed("", (UNREAD_DATE,))
    return Parsed(date.canonical, problems if date.year in PLAUSIBLE_YEARS else (WILD_YEAR, *problems))


def _date(written: str) -> PartialDate | None:
    """Return the only date that the text can mean, ``None`` for several or none."""
    if _SPLIT_MONTH.fullmatch(written):  # "1 2/1952": December, or 1 February with its stroke lost?
        return None
    separated = _SEPARATED.search(written) is not None
    marks = without_leader(written) if separated else written
    for shape in _SHAPES if separated else _ONLY_DOTS:
        match = shape.fullmatch(marks)
        if match:
            parts = {name: int(without_leader(digits)) for name, digits in match.groupdict().items()}
            return partial_date(parts["year"], parts.get("month"), parts.get("day"))
    return None


# --- ages -------------------------------------------------------------------------------------------------------------

AgeUnit = Literal["tuổi", "tháng tuổi", "ngày tuổi"]

_MOST: dict[AgeUnit, int] = {"tuổi": 130, "tháng tuổi": 60, "ngày tuổi": 400}
_UNITS: dict[str, AgeUnit] = {"": "tuổi", "thang": "tháng tuổi", "ngay": "ngày tuổi"}
_CANONICAL_AGE = re.compile(r"(0|[1-9]\d{0,2}) (?:(tháng|ngày) )?tuổi", re.ASCII)
_AGE_IN_DIGITS = re.compile(r"(\d{1,3})\s*(?:(thang|ngay)?\s*tuoi|t)\.?", re.ASCII)
_AGE_IN_WORDS = re.compile(r"([a-z ]+?)\s+(?:(thang|ngay)\s+)?tuoi\.?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Age:
    """An age in place of a date of birth: in years, months or days."""

    number: int
    unit: AgeUnit = "tuổi"

    @property
    def canonical(self) -> str:
        """The age in the registry's form."""
        return f"{self.number} {self.unit}"


def parse_age(text: str) -> Age | None:
    """Return the age if the whole text is one, in digits or words; ``None`` for others (``khoảng 30 tuổi``)."""
    written = unaccented(text).strip(" .…_·,;:()")
    match = _AGE_IN_DIGITS.fullmatch(written)
    if match:
        return _age(int(match[1]), match[2])
    match = _AGE_IN_WORDS.fullmatch(written)
    if match is None:
        return None
    number = parse_number(tuple(TOKENS.get(word, "") for word in match[1].split()))
    return None if number is None else _age(number, match[2])


def parse_canonical_age(canonical: str) -> Age | None:
    """Return the age of a canonical form, ``None`` for any other text."""
    match = _CANONICAL_AGE.fullmatch(canonical)
    return None if match is None else _age(int(match[1]), match[2] and unaccented(match[2]))


def _age(number: int, unit: str | None) -> Age | None:
    named = _UNITS[unit or ""]
    return Age(number, named) if number <= _MOST[named] else None


# --- lunar dates ------------------------------------------------------------------------------------------------------

_STEMS = "giáp|ất|bính|đinh|mậu|kỷ|kỉ|canh|tân|nhâm|quý|quí"
_BRANCHES = "tý|tí|sửu|dần|mão|mẹo|thìn|tỵ|tị|ngọ|mùi|thân|dậu|tuất|hợi"


def _with_or_without_marks(words: str) -> str:
    return "|".join(dict.fromkeys((*words.split("|"), *unaccented(words).split("|"))))


_LUNAR = re.compile(
    r"\b[âa]\.?\s?l\b|\bâm\s+lịch\b|\bam\s+lich\b|\bnhu[âậa]n\b"
    rf"|\b(?:{_with_or_without_marks(_STEMS)})\s+(?:{_with_or_without_marks(_BRANCHES)})\b"
)


def is_lunar(text: str) -> bool:
    """Return whether the text says that its date is lunar: âm lịch, a leap month, a year by stem and branch.

    The law requires the solar calendar (NĐ 123/2015, Article 4). Nothing is converted: calendar and leap month are a
    person's decision.
    """
    return _LUNAR.search(folded(text)) is not None
