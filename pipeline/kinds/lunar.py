"""Dates by the lunar calendar. The law wants the solar one (NĐ 123/2015, Article 4), so such a date keeps its text and
is flagged; nothing is converted: which calendar maker, which leap month, is for a person.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

from pipeline.text.tones import folded, normalized, unaccented

LUNAR_DATE = "D09"

_STEMS = "giáp|ất|bính|đinh|mậu|kỷ|kỉ|canh|tân|nhâm|quý|quí"
_BRANCHES = "tý|tí|sửu|dần|mão|mẹo|thìn|tỵ|tị|ngọ|mùi|thân|dậu|tuất|hợi"


def _either(words: str) -> str:
    """With their marks or without any."""
    return "|".join(dict.fromkeys((*words.split("|"), *unaccented(words).split("|"))))


_LUNAR = re.compile(
    rf"\b[âa]\.?\s?l\b|\bâm\s+lịch\b|\bam\s+lich\b|\bnhu[âậa]n\b|\b(?:{_either(_STEMS)})\s+(?:{_either(_BRANCHES)})\b"
)
_YEAR = re.compile(r"(?<!\d)[12]\d{3}(?!\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class LunarDate:
    """A lunar date as written (NFC, spaces collapsed). ``year``: the only number of four digits in it, if any."""

    text: str
    year: int | None = None

    @property
    def earliest(self) -> datetime.date | None:
        """A day before which it cannot lie: the lunar year begins on 21 January at the earliest."""
        return None if self.year is None else datetime.date(self.year, 1, 21)

    @property
    def latest(self) -> datetime.date | None:
        """A day after which it cannot lie: the next lunar year begins on 20 or 21 February at the latest."""
        return None if self.year is None else datetime.date(self.year + 1, 2, 20)


def is_lunar(text: str) -> bool:
    """Whether the text says that its date is by the lunar calendar (âm lịch, a leap month, a stem-branch
    year).
    """
    return _LUNAR.search(folded(text)) is not None


def lunar_of(text: str) -> LunarDate | None:
    """The lunar date that a text says it is; ``None`` for any other text."""
    if not is_lunar(text):
        return None
    years = _YEAR.findall(text)
    return LunarDate(normalized(text), int(years[0]) if len(years) == 1 else None)
