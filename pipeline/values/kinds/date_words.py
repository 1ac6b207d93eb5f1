"""A date in words: ``Ngày hai mươi mốt tháng tư năm một nghìn chín trăm bảy mươi lăm``."""

from __future__ import annotations

import re
from functools import lru_cache

from pipeline.base.text.dates_in_words import LUNAR_TOKENS, TOKENS, UNMARKED, date_in_words, parse_date
from pipeline.base.text.tones import folded
from pipeline.values.kinds.calendar import UNREAD_DATE, WILD_YEAR, parse_canonical, partial_date
from pipeline.values.kinds.date import LUNAR_DATE, is_lunar, parsed_date
from pipeline.values.kinds.kind import DITTO, NOTHING, Kind, Parsed, Vocabulary, is_ditto
from pipeline.values.kinds.misread import possible_dates

MISREAD = "MISREAD"

_BETWEEN_WORDS = re.compile(r"[\s,.;:()…_–—-]+")


class DateWordsKind(Kind):
    """A date in words.

    The strict grammar (``text.dates_in_words``) reads it first. Case does not matter; a word may lack all its
    diacritics. For a text with misread letters, the result is its only possible date, if that is certain (``misread``).
    A text of known words that is no date stays invalid.

    It reports the problems of ``DateKind``; D09 also with a value, where month or day have lunar names; MISREAD with a
    value from missing diacritics or misread letters: such a text is not what is on paper, and without diacritics lăm
    and tám, ba and bảy differ by one letter.
    """

    name = "date_words"
    label = "ngày ghi bằng chữ"
    expected = "ngày bằng chữ, ví dụ: Ngày năm tháng ba năm hai nghìn không trăm lẻ bảy"
    is_offered = False
    word_domain = "date"
    is_date_in_words = True
    has_sure_ditto = True
    problems = (UNREAD_DATE, WILD_YEAR, LUNAR_DATE, DITTO, MISREAD)

    def parse(self, text: str, _vocab: Vocabulary | None = None, /) -> Parsed:
        parsed = parse_strictly(text)
        if parsed.problems != (UNREAD_DATE,) or all(spelling in TOKENS for spelling in _spellings(text)):
            return parsed
        sure = possible_dates(text).sure
        return parsed if sure is None else parsed_date(sure, (MISREAD,))

    def format(self, value: str, _vocab: Vocabulary | None = None, /) -> str:
        date = parse_canonical(value)
        if date is None or not 1000 <= date.year <= 2999:
            raise ValueError("not a canonical date of the years 1000 to 2999")
        return date_in_words(date.day, date.month, date.year).capitalize()


@lru_cache(maxsize=1 << 16)
def parse_strictly(text: str) -> Parsed:
    """Return the result of ``DateWordsKind.parse``, but nothing for a text with a misspelled word."""
    if is_ditto(text):
        return Parsed("", (DITTO,))
    spellings = _spellings(text)
    if not spellings:
        return NOTHING
    if is_lunar(text):
        return Parsed("", (LUNAR_DATE,))
    tokens = tuple(TOKENS.get(spelling, "") for spelling in spellings)
    dates = {date for parts in parse_date(tokens) if (date := partial_date(*parts)) is not None}
    if len(dates) != 1:
        return Parsed("", (UNREAD_DATE,))
    lunar = (LUNAR_DATE,) if LUNAR_TOKENS.intersection(tokens) else ()
    return parsed_date(dates.pop(), (*lunar, *(() if UNMARKED.isdisjoint(spellings) else (MISREAD,))))


def _spellings(text: str) -> list[str]:
    return [word for word in _BETWEEN_WORDS.split(folded(text).rstrip("./ ")) if word]
