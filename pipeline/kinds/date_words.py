"""A date in words: ``Ngày hai mươi mốt tháng tư năm một nghìn chín trăm bảy mươi lăm``.

The strict grammar (``text.dates_in_words``) reads it first. Case does not matter; a word may lack all its marks. Where
letters are misread, the text gets the one date that it allows for sure (``misread``); often there is none. A text of
known words only that is no date stays none.

Problems as in ``date``; D09 also beside a value, where the month or day is named as in the lunar calendar; MISREAD
beside one of which marks are missing or letters misread: such a text is not what stands on paper, and without marks
lăm and tám, ba and bảy lie one letter apart.
"""

from __future__ import annotations

import re
from functools import lru_cache

from pipeline.kinds.calendar import PLAUSIBLE_YEARS, UNREAD_DATE, WILD_YEAR, PartialDate, date_of, dated
from pipeline.kinds.ditto import DITTO, is_ditto
from pipeline.kinds.kind import NOTHING, Parsed, Vocabulary
from pipeline.kinds.lunar import LUNAR_DATE, is_lunar
from pipeline.kinds.misread import words_allow
from pipeline.text.dates_in_words import LUNAR_TOKENS, TOKENS, UNMARKED, date_in_words, parse_date
from pipeline.text.tones import folded

MISREAD = "MISREAD"

_BETWEEN_WORDS = re.compile(r"[\s,.;:()…_–—-]+")


def parse(text: str, vocab: Vocabulary | None = None) -> Parsed:
    parsed = strictly(text)
    if parsed.problems != (UNREAD_DATE,) or all(spelling in TOKENS for spelling in _spellings(text)):
        return parsed
    sure = words_allow(text).sure
    return parsed if sure is None else _parsed(sure, MISREAD)


def _spellings(text: str) -> list[str]:
    return [word for word in _BETWEEN_WORDS.split(folded(text).rstrip("./ ")) if word]


@lru_cache(maxsize=1 << 16)
def strictly(text: str) -> Parsed:
    """As ``parse``, but nothing for a text with a word that is not spelt as clerks spell it."""
    if is_ditto(text):
        return Parsed("", (DITTO,))
    spellings = _spellings(text)
    if not spellings:
        return NOTHING
    if is_lunar(text):
        return Parsed("", (LUNAR_DATE,))
    tokens = tuple(TOKENS.get(spelling, "") for spelling in spellings)
    readings = {date for parts in parse_date(tokens) if (date := dated(*parts)) is not None}
    if len(readings) != 1:
        return Parsed("", (UNREAD_DATE,))
    (date,) = readings
    lunar = [LUNAR_DATE] if LUNAR_TOKENS.intersection(tokens) else []
    return _parsed(date, *lunar, *([] if UNMARKED.isdisjoint(spellings) else [MISREAD]))


def _parsed(date: PartialDate, *problems: str) -> Parsed:
    wild = () if date.year in PLAUSIBLE_YEARS else (WILD_YEAR,)
    return Parsed(date.canonical, (*wild, *problems))


def format(value: str, vocab: Vocabulary | None = None) -> str:
    date = date_of(value)
    if date is None or not 1000 <= date.year <= 2999:
        raise ValueError("not a canonical date of the years 1000 to 2999")
    sentence = date_in_words(date.day, date.month, date.year)
    return sentence[0].upper() + sentence[1:]
