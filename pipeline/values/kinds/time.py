"""A time of day: ``02 giờ 30 phút``, ``2h30``, ``02:30``."""

from __future__ import annotations

import re

from pipeline.base.text.tones import unaccented
from pipeline.values.kinds.inexact_dates import branches_of
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

UNREAD_TIME = "D08"

_TIME = re.compile(
    r"(?:vao)?(?:luc|hoi)?(\d{1,2})(?:gio|h|g|:)(?:(\d{1,2})(?:phut|ph|p|')?)?",
    re.ASCII,
)
_CANONICAL = re.compile(r"([01]\d|2[0-3])(?::([0-5]\d))?", re.ASCII)


class TimeKind(Kind):
    """A time of day, canonical ``HH:MM``, or ``HH`` without a minute.

    D08: the time cannot be known, also for ``2 giờ chiều``: a machine does not add twelve hours.
    """

    name = "time"
    label = "giờ, phút"
    expected = "giờ phút, ví dụ 02 giờ 30 phút; hoặc 2h30"
    signs = FIGURES + ":hg"
    parts = ("hour", "minute")
    is_time = True
    problems = (UNREAD_TIME, DITTO)

    def parse(self, text: str, _vocab: Vocabulary | None = None, /) -> Parsed:
        if is_ditto(text):
            return Parsed("", (DITTO,))
        marks = without_leader(unaccented(text)).strip(",;")
        if not marks:
            return NOTHING
        match = _TIME.fullmatch(marks)
        if match is None or marks.endswith(":"):
            return Parsed("", (UNREAD_TIME,))
        value = match[1].zfill(2) + (f":{match[2].zfill(2)}" if match[2] else "")
        return Parsed(value) if _CANONICAL.fullmatch(value) else Parsed("", (UNREAD_TIME,))

    def format(self, value: str, _vocab: Vocabulary | None = None, /) -> str:
        match = _CANONICAL.fullmatch(value)
        if match is None:
            raise ValueError("not a canonical time")
        return f"{match[1]} giờ {match[2]} phút" if match[2] else f"{match[1]} giờ"


_NAMED = re.compile(r"(?:luc |vao |khoang )*(?:dau |giua |cuoi )?gio (?P<name>[a-z]+)")
_OF_DAY = re.compile(
    r"(?:luc |vao |hoi |khoang |chung |do )*(?P<hour>\d{1,2}) ?(?:gio|h|g) ?(?:(?P<minute>\d{1,2}) ?(?:phut|ph|p)? ?)?"
    r"(?P<half>ruoi)? ?(?P<part>sang|som|trua|chieu|toi|dem|khuya)?",
    re.ASCII,
)
_NOON_AND_MIDNIGHT = {
    "nua dem": "00",
    "giua dem": "00",
    "giua trua": "12",
    "dung trua": "12",
    "dung ngo": "12",
}


def times_in_words(text: str) -> tuple[str, ...]:
    """Return what a time in uncommon wording may mean, likeliest first: ``khoảng 03 giờ sáng``, ``giờ Tý``.

    An hour of the zodiac means its middle.
    """
    written = unaccented(text).strip(" .,;:()")
    named = _NAMED.fullmatch(written)
    if named is not None:
        return tuple(f"{2 * index:02d}" for index in branches_of(named["name"], text))
    if written in _NOON_AND_MIDNIGHT:
        return (_NOON_AND_MIDNIGHT[written],)
    match = _OF_DAY.fullmatch(written)
    if match is None:
        return ()
    hour, part = int(match["hour"]), match["part"] or ""
    if part in ("chieu", "toi") or (part in ("dem", "khuya") and hour >= 6) or (part == "trua" and hour < 4):
        hour += 12 if hour < 12 else 0
    hour = 0 if part in ("dem", "khuya") and hour == 12 else hour
    minute = "30" if match["half"] else match["minute"] or ""
    return (TimeKind().parse(f"{hour}h{minute}").canonical,) if hour < 24 else ()
