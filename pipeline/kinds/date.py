"""A date in digits: ``9/3/1952``, ``03/1952``, ``1952``, ``ngày 9 tháng 3 năm 1952``, or spaced out along a
leader.

An age (``30 tuổi``, ``ba mươi tuổi``) stays an age, canonical ``30 tuổi``. Problems: D01 no date that can be known (a
year of two digits, a day the calendar lacks), D03 a year far out of any book's time, D09 a lunar date: one said to be
lunar keeps its text and gets no canonical form, a month named ``giêng`` or ``chạp`` is read and doubted.
"""

from __future__ import annotations

import datetime
import re

from pipeline.kinds.age import Age, age_of, canonical_age
from pipeline.kinds.calendar import (
    PLAUSIBLE_YEARS,
    UNREAD_DATE,
    WILD_YEAR,
    PartialDate,
    date_of,
    dated,
)
from pipeline.kinds.digits import without_leader
from pipeline.kinds.ditto import DITTO, is_ditto
from pipeline.kinds.kind import NOTHING, Parsed, Vocabulary
from pipeline.kinds.lunar import LUNAR_DATE, LunarDate, is_lunar, lunar_of
from pipeline.text.tones import unaccented

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
"""The days that every year has, as nearly all are written before their year."""
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


def parse(text: str, vocab: Vocabulary | None = None) -> Parsed:
    day, year = text[:-4], text[-4:]
    if day in _DAYS and year in _YEARS:  # the same by the shorter way
        return Parsed(_DAYS[day] + year)
    if is_ditto(text):
        return Parsed("", (DITTO,))
    written = unaccented(text).strip(" .…_·,;:")
    if not written:
        return NOTHING
    if is_lunar(text):
        return Parsed("", (LUNAR_DATE,))
    age = age_of(text)
    if age is not None:
        return Parsed(age.canonical)
    solar = _NAMED_MONTH.sub(lambda name: _NAMED_MONTHS[name[1]], written)
    return _parsed(_date(solar), (LUNAR_DATE,) if solar != written else ())


def _parsed(date: PartialDate | None, problems: tuple[str, ...] = ()) -> Parsed:
    if date is None:
        return Parsed("", (UNREAD_DATE,))
    return Parsed(date.canonical, problems if date.year in PLAUSIBLE_YEARS else (WILD_YEAR, *problems))


def meant(text: str) -> PartialDate | Age | LunarDate | None:
    """What a text in a date's place says: a date as far as it is known, an age, a lunar date (its text); ``None`` when
    that is not sure."""
    lunar = None if is_ditto(text) else lunar_of(text)
    if lunar is not None:
        return lunar
    canonical = parse(text).canonical
    return date_of(canonical) or canonical_age(canonical)


def _date(written: str) -> PartialDate | None:
    """The one date the text can mean, ``None`` when it can mean another or none."""
    if _SPLIT_MONTH.fullmatch(written):  # "1 2/1952": December, or 1 February with its stroke lost?
        return None
    separated = _SEPARATED.search(written) is not None
    marks = without_leader(written) if separated else written
    for shape in _SHAPES if separated else _ONLY_DOTS:
        match = shape.fullmatch(marks)
        if match:
            parts = {name: int(without_leader(digits)) for name, digits in match.groupdict().items()}
            return dated(parts["year"], parts.get("month"), parts.get("day"))
    return None


def format(value: str, vocab: Vocabulary | None = None) -> str:
    if canonical_age(value) is not None:
        return value
    if date_of(value) is None:
        raise ValueError("not a canonical date")
    return value.replace(".", "/")
