"""A date in words: ``Ngày hai mươi mốt tháng tư năm một nghìn chín trăm bảy mươi lăm``.

A small strict grammar over the spellings that clerks use: nghìn/ngàn, linh/lẻ, mốt, tư, lăm/nhăm, bảy/bẩy,
hăm, băm, mồng/mùng, giêng, chạp, rằm, years digit by digit (``một chín bảy lăm``). ``năm`` is five and also
“year”: all readings are tried and a text that has not exactly one is not read. Case does not matter; a word
may lack all its marks, not bear wrong ones. Problems as in ``date``; D09 also beside a value, where the month
or day is named as in the lunar calendar.
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
from pipeline.kinds.ditto import DITTO, is_ditto
from pipeline.kinds.kind import NOTHING, Parsed, Vocabulary
from pipeline.kinds.numerals import (
    DAYS,
    LUNAR_NAMES,
    MONTHS,
    number_word,
    two_digits_in_words,
    year_of,
)
from pipeline.kinds.spelling import folded

_BETWEEN_WORDS = re.compile(r"[\s,.;:()…_–—-]+")


def parse(text: str, vocab: Vocabulary | None = None) -> Parsed:
    if is_ditto(text):
        return Parsed("", (DITTO,))
    spellings = [word for word in _BETWEEN_WORDS.split(folded(text)) if word]
    if not spellings:
        return NOTHING
    if is_lunar(text):
        return Parsed("", (LUNAR_DATE,))
    words = tuple(number_word(spelling) for spelling in spellings)
    readings = _readings(words)
    if len(readings) != 1:
        return Parsed("", (UNREAD_DATE,))
    (date,) = readings
    problems = [] if date.year in PLAUSIBLE_YEARS else [WILD_YEAR]
    if LUNAR_NAMES.intersection(words):
        problems.append(LUNAR_DATE)
    return Parsed(date.canonical, tuple(problems))


def _readings(words: tuple[str, ...]) -> set[PartialDate]:
    """All dates that the words can mean; ``""`` stands for a word that is not known and fits nowhere."""
    if "thang" not in words:
        year = year_of(words[1:] if words[0] == "nam" else words)
        return _existing(year, None, None)
    at = words.index("thang")
    before, after = words[:at], words[at + 1 :]
    day = None
    if before:
        day = DAYS.get(before[1:] if before[0] == "ngay" else before)
        if day is None:
            return set()
    found: set[PartialDate] = set()
    for length in (1, 2):
        month = MONTHS.get(after[:length])
        if month and after[length : length + 1] == ("nam",):
            found |= _existing(year_of(after[length + 1 :]), month, day)
    return found


def _existing(year: int | None, month: int | None, day: int | None) -> set[PartialDate]:
    date = None if year is None else dated(year, month, day)
    return set() if date is None else {date}


def format(value: str, vocab: Vocabulary | None = None) -> str:
    date = date_of(value)
    if date is None or not 1000 <= date.year <= 2999:
        raise ValueError("not a canonical date of the years 1000 to 2999")
    words = [f"năm {_year_in_words(date.year)}"]
    if date.month is not None:
        words.insert(0, "tháng " + ("tư" if date.month == 4 else two_digits_in_words(date.month)))
    if date.day is not None:
        words.insert(0, "ngày " + two_digits_in_words(date.day))
    sentence = " ".join(words)
    return sentence[0].upper() + sentence[1:]


def _year_in_words(year: int) -> str:
    thousands, rest = divmod(year, 1000)
    hundreds, rest = divmod(rest, 100)
    words = [two_digits_in_words(thousands), "nghìn"]
    if hundreds or rest:
        words += [two_digits_in_words(hundreds), "trăm"]
    if rest:
        words += ["linh"] if rest < 10 else []
        words.append(two_digits_in_words(rest))
    return " ".join(words)
