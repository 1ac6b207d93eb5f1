"""The strict grammar of dates in words: from the names of words to all dates that they can mean.

``năm`` is five and also “year”, so every way to cut the words into day, month and year is tried.
"""

from __future__ import annotations

from pipeline.kinds.calendar import PartialDate, dated
from pipeline.kinds.spoken.lexicon import AFTER_TENS, DIGITS, ONES, SOLAR

_Phrases = dict[tuple[str, ...], int]

_TEENS: _Phrases = {
    ("muoi",): 10,
    **{("muoi", word): 10 + digit for word, digit in AFTER_TENS.items()},
}
_TENS: _Phrases = {(word, "muoi"): 10 * digit for word, digit in ONES.items() if digit > 1}
_FULL: _Phrases = {
    **_TEENS,
    **_TENS,
    **{(*tens, word): value + digit for tens, value in _TENS.items() for word, digit in AFTER_TENS.items()},
}
_SHORT: _Phrases = {
    (tens, word): 10 * value + digit
    for tens, value in ONES.items()
    if value > 1
    for word, digit in AFTER_TENS.items()
}
_MERGED: _Phrases = {
    (tens, word): value + digit
    for tens, value in (("ham", 20), ("bam", 30))
    for word, digit in AFTER_TENS.items()
}
_WITH_ZERO: _Phrases = {("khong", word): digit for word, digit in ONES.items()}
_SINGLE: _Phrases = {(word,): digit for word, digit in ONES.items()}
_FIRST_TEN: _Phrases = {("mong", word): digit for word, digit in ONES.items()}
_DAY_NAMES: _Phrases = {("mong", "muoi"): 10, ("mong", "tu"): 4, ("ram",): 15}
_MONTH_NAMES: _Phrases = {("tu",): 4, ("gieng",): 1, ("chap",): 12}

_DAY_PHRASES = _SINGLE | _WITH_ZERO | _FIRST_TEN | _DAY_NAMES | _FULL | _SHORT | _MERGED
DAYS: _Phrases = {phrase: day for phrase, day in _DAY_PHRASES.items() if day <= 31}
"""Phrases that name a day of the month."""

_MONTH_PHRASES = _SINGLE | _WITH_ZERO | _MONTH_NAMES | _TEENS
MONTHS: _Phrases = {phrase: month for phrase, month in _MONTH_PHRASES.items() if month <= 12}
"""Phrases that name a month, after ``tháng``."""


_NUMBERS: _Phrases = _SINGLE | _FULL | _SHORT | _MERGED


def number_said(words: tuple[str, ...]) -> int | None:
    """The number 1 to 199 that a phrase names; ``None`` when unsure."""
    if words[:2] != ("mot", "tram"):
        return _NUMBERS.get(words)
    tail = _below_hundred(words[2:], short=False)
    return None if tail is None else 100 + tail


def dates_said(words: tuple[str, ...]) -> frozenset[PartialDate]:
    """All dates that the words (``lexicon.NAMES``) can mean; ``""`` stands for a word that is not known and fits
    nowhere. None when they are no date, or one that the calendar lacks."""
    for ending in SOLAR:
        if words[-len(ending) :] == ending:
            words = words[: -len(ending)]
    if "thang" not in words:
        year = year_said(words[1:] if words[:1] == ("nam",) else words)
        return _existing(year, None, None)
    at = words.index("thang")
    before, after = words[:at], words[at + 1 :]
    day = None
    if before:
        day = DAYS.get(before[1:] if before[0] == "ngay" else before)
        if day is None:
            return frozenset()
    found: frozenset[PartialDate] = frozenset()
    for length in (1, 2):
        month = MONTHS.get(after[:length])
        if month and after[length : length + 1] == ("nam",):
            found |= _existing(year_said(after[length + 1 :]), month, day)
    return found


def _existing(year: int | None, month: int | None, day: int | None) -> frozenset[PartialDate]:
    date = None if year is None else dated(year, month, day)
    return frozenset() if date is None else frozenset({date})


def year_said(words: tuple[str, ...]) -> int | None:
    """The year 1000 to 2999 that a phrase names; ``None`` when unsure. Years of two digits are not expanded."""
    if not words or words[0] not in ("mot", "hai"):
        return None
    if words[1:2] != ("nghin",):
        return _year_by_digits(words)
    thousands, rest = 1000 * ONES[words[0]], words[2:]
    if rest[1:2] == ("tram",) and rest[0] in DIGITS:
        tail = _below_hundred(rest[2:], short=True)
        return None if tail is None else thousands + 100 * DIGITS.index(rest[0]) + tail
    tail = _below_hundred(rest, short=False)
    return None if tail is None else thousands + tail


def _below_hundred(words: tuple[str, ...], short: bool) -> int | None:
    """What follows the hundreds. ``short``: tens may lack their ``mươi`` (``năm tư``); behind thousands not."""
    if not words:
        return 0
    if words[0] in ("linh", "khong") and len(words) == 2 and (short or words[0] == "linh"):
        return 4 if words[1] == "tu" else ONES.get(words[1])
    if words in _FULL:
        return _FULL[words]
    if not short:
        return None
    if len(words) == 2 and words[1] == "nam" and ONES.get(words[0], 0) > 1:
        return 10 * ONES[words[0]] + 5
    return _SHORT.get(words)


def _year_by_digits(words: tuple[str, ...]) -> int | None:
    """``một chín bảy lăm``: four digits, the last one spelt as behind tens or plainly; ``một chín bảy mươi lăm``."""
    if not 3 <= len(words) <= 5 or words[1] not in DIGITS:
        return None
    head = 1000 * ONES[words[0]] + 100 * DIGITS.index(words[1])
    tail = words[2:]
    if tail in _FULL:
        return head + _FULL[tail]
    if len(tail) != 2 or tail[0] not in DIGITS:
        return None
    tens = DIGITS.index(tail[0])
    last = DIGITS.index(tail[1]) if tail[1] in DIGITS else None
    if last is None and tens > 1:
        last = AFTER_TENS.get(tail[1])
    return None if last is None else head + 10 * tens + last
