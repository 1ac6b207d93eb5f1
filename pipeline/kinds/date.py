"""A date in digits: ``9/3/1952``, ``03/1952``, ``1952``, ``ngày 9 tháng 3 năm 1952``, or spaced out along a
leader.

Problems: D01 no date that can be known (an age, a year of two digits, a day the calendar lacks), D03 a year
far out of any book's time, D09 a lunar date. Ages and lunar dates keep their text and get no canonical form.
"""

from __future__ import annotations

import re

from pipeline.kinds.calendar import (
    LUNAR_DATE,
    PLAUSIBLE_YEARS,
    UNREAD_DATE,
    WILD_YEAR,
    PartialDate,
    date_of,
    dated,
    is_lunar,
)
from pipeline.kinds.digits import without_leader
from pipeline.kinds.ditto import DITTO, is_ditto
from pipeline.kinds.kind import NOTHING, Parsed, Vocabulary
from pipeline.kinds.spelling import unaccented

_YEAR = r"(?P<year>[1-9]\d{3})"
_DAY_MONTH = r"(?P<day>\d{1,2})(?:[/–—-]|thang)(?P<month>\d{1,2})"
_SHAPES = (
    re.compile(rf"(?:ngay)?{_DAY_MONTH}(?:[/–—-]|nam){_YEAR}", re.ASCII),
    re.compile(rf"(?:thang)?(?P<month>\d{{1,2}})(?:[/–—-]|nam){_YEAR}", re.ASCII),
    re.compile(rf"nam{_YEAR}", re.ASCII),
)
_SEPARATED = re.compile(r"[/–—-]|thang|nam")
_ONLY_DOTS = (
    re.compile(
        r"(?P<day>\d{1,2})\s*\.\s*(?P<month>\d{1,2})\s*\.\s*(?P<year>[1-9](?:\s*\d){3})",
        re.ASCII,
    ),
    re.compile(r"(?P<day>\d\d)\s+(?P<month>\d\d)\s+(?P<year>[1-9]\d{3})", re.ASCII),
    re.compile(r"(?P<month>\d{1,2})\s*\.\s*(?P<year>[1-9](?:\s*\d){3})", re.ASCII),
    re.compile(r"(?P<year>[1-9](?:\s*\d){3}|[1-9](?:[\s.…]*\.[\s.…]*\d){3})", re.ASCII),
)
_SPLIT_MONTH = re.compile(r"(?:thang)?[\s.]*[1-9][\s.]+\d[\s.]*[/–—-][\s.]*[1-9]\d{3}", re.ASCII)


def parse(text: str, vocab: Vocabulary | None = None) -> Parsed:
    if is_ditto(text):
        return Parsed("", (DITTO,))
    written = unaccented(text).strip(" .…_·,;:")
    if not written:
        return NOTHING
    if is_lunar(text):
        return Parsed("", (LUNAR_DATE,))
    date = _date(written)
    if date is None:
        return Parsed("", (UNREAD_DATE,))
    return Parsed(date.canonical, () if date.year in PLAUSIBLE_YEARS else (WILD_YEAR,))


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
    if date_of(value) is None:
        raise ValueError("not a canonical date")
    return value.replace(".", "/")
