"""Numbers and dates in Vietnamese words, in the variants clerks really write (linh/lẻ, nghìn/ngàn, mồng, tư)."""

from __future__ import annotations

from dataclasses import dataclass

UNITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")


@dataclass(frozen=True, slots=True)
class Speech:
    """How one clerk puts numbers into words."""

    zero: str = "linh"
    thousand: str = "nghìn"
    early: str = ""
    four: str = "bốn"


def below_hundred(number: int, speech: Speech) -> str:
    tens, unit = divmod(number, 10)
    if tens == 0:
        return UNITS[unit]
    head = "mười" if tens == 1 else f"{UNITS[tens]} mươi"
    if unit == 0:
        return head
    if unit == 5:
        return f"{head} lăm"
    if unit == 1 and tens > 1:
        return f"{head} mốt"
    if unit == 4 and tens > 1:
        return f"{head} {speech.four}"
    return f"{head} {UNITS[unit]}"


def year_in_words(year: int, speech: Speech) -> str:
    """A year of four digits: ``hai nghìn không trăm linh bảy``."""
    thousands, rest = divmod(year, 1000)
    hundreds, last = divmod(rest, 100)
    text = f"{UNITS[thousands]} {speech.thousand}"
    if rest:
        text += f" {UNITS[hundreds]} trăm"
    if 0 < last < 10:
        text += f" {speech.zero} {UNITS[last]}"
    elif last:
        text += f" {below_hundred(last, speech)}"
    return text


def date_in_words(day: int, month: int, year: int, speech: Speech) -> str:
    """``Ngày mười hai tháng ba năm hai nghìn không trăm linh bảy``."""
    early = f"{speech.early} " if speech.early and day <= 10 else ""
    month_word = "tư" if month == 4 else below_hundred(month, speech)
    return f"Ngày {early}{below_hundred(day, speech)} tháng {month_word} năm {year_in_words(year, speech)}"
