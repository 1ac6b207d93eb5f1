"""From dates to words, in every way that clerks put them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from itertools import product
from typing import Literal, get_args, get_type_hints

from pipeline.kinds.calendar import PartialDate

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")


@dataclass(frozen=True, slots=True)
class Wording:
    """One way to put dates into words. ``tens``: whether ``mươi`` is said (``hai mươi mốt``), left out before ones
    (``hai mốt``) or merged (``hăm mốt``, ``băm mốt``); ``year``: with hundreds and tens (``một nghìn chín trăm bảy mươi
    lăm``), with short tens (``chín trăm bảy lăm``), without an empty hundred (``hai nghìn lẻ tám``), digit by digit
    (``một chín bảy lăm``); ``names``: giêng, chạp and rằm for 1, 12 and 15."""

    thousand: Literal["nghìn", "ngàn"] = "nghìn"
    zero: Literal["linh", "lẻ"] = "linh"
    four: Literal["tư", "bốn"] = "tư"
    five: Literal["lăm", "nhăm"] = "lăm"
    seven: Literal["bảy", "bẩy"] = "bảy"
    tens: Literal["said", "short", "merged"] = "said"
    early: Literal["", "mồng", "mùng"] = ""
    year: Literal["full", "short", "brief", "digits"] = "full"
    names: Literal["", "lunar"] = ""

    @classmethod
    def every(cls) -> Iterator[Wording]:
        """All wordings, each once."""
        hints = get_type_hints(cls)
        for values in product(*(get_args(hints[field.name]) for field in fields(cls))):
            yield cls(*values)


USUAL = Wording()


def date_in_words(date: PartialDate, wording: Wording = USUAL) -> str:
    """The date in small letters; ``ValueError`` for a year outside 1000 to 2999."""
    if not 1000 <= date.year <= 2999:
        raise ValueError("a year outside 1000 to 2999")
    said = [f"năm {year_in_words(date.year, wording)}"]
    if date.month is not None:
        said.insert(0, f"tháng {_month_in_words(date.month, wording)}")
    if date.day is not None:
        said.insert(0, f"ngày {_day_in_words(date.day, wording)}")
    return " ".join(said)


def _day_in_words(day: int, wording: Wording) -> str:
    if wording.early and day <= 10:
        return f"{wording.early} {_digit(day, wording) if day < 10 else 'mười'}"
    if wording.names and day == 15:
        return "rằm"
    return below_hundred(day, wording)


def _month_in_words(month: int, wording: Wording) -> str:
    if month == 4:
        return wording.four
    if wording.names and month in (1, 12):
        return "giêng" if month == 1 else "chạp"
    return below_hundred(month, wording)


def year_in_words(year: int, wording: Wording) -> str:
    """A year 1000 to 2999 without the word ``năm`` before it."""
    thousands, rest = divmod(year, 1000)
    hundreds, last = divmod(rest, 100)
    if wording.year == "digits":
        head = f"{_digit(thousands, wording)} {_digit(hundreds, wording)}"
        return f"{head} {_two_digits(last, wording)}"
    head = f"{_digit(thousands, wording)} {wording.thousand}"
    brief = wording.year == "brief" and hundreds == 0
    if rest and not brief:
        head += f" {_digit(hundreds, wording)} trăm"
    if not last:
        return head
    if last < 10:
        return f"{head} {wording.zero} {_digit(last, wording)}"
    short = wording.year == "short" and last > 19 and last % 10
    return f"{head} {_two_digits(last, wording) if short else _tens_said(last, wording)}"


def _two_digits(last: int, wording: Wording) -> str:
    """Tens and ones without ``mươi``: ``bảy lăm``, ``không tám``."""
    tens, ones = divmod(last, 10)
    return f"{_digit(tens, wording)} {_ones(tens, ones, wording) if tens > 1 else _digit(ones, wording)}"


def below_hundred(number: int, wording: Wording) -> str:
    """1 to 99."""
    tens, ones = divmod(number, 10)
    if wording.tens == "merged" and tens in (2, 3) and ones:
        return f"{'hăm' if tens == 2 else 'băm'} {_ones(tens, ones, wording)}"
    if wording.tens == "short" and tens > 1 and ones:
        return _two_digits(number, wording)
    return _tens_said(number, wording)


def _tens_said(number: int, wording: Wording) -> str:
    tens, ones = divmod(number, 10)
    if tens == 0:
        return _digit(ones, wording)
    head = "mười" if tens == 1 else f"{_digit(tens, wording)} mươi"
    return f"{head} {_ones(tens, ones, wording)}" if ones else head


def _ones(tens: int, ones: int, wording: Wording) -> str:
    """The ones as they are said behind tens."""
    if ones == 5:
        return wording.five
    if tens > 1 and ones in (1, 4):
        return "mốt" if ones == 1 else wording.four
    return _digit(ones, wording)


def _digit(digit: int, wording: Wording) -> str:
    return wording.seven if digit == 7 else _DIGITS[digit]
