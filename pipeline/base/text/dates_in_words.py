"""Dates in Vietnamese words: the one grammar by which they are read and drawn.

Reading works on tokens. A token is a word of the grammar without its marks; spellings that mean the same
(``nghìn``/``ngàn``, ``linh``/``lẻ``, ``lăm``/``nhăm``, ``mồng``/``mùng``, ``mười``/``mươi``, ``một``/``mốt``) share one
token, and no phrase changes its number by it. ``năm`` is five and also “year”, so every way to cut the tokens into day,
month and year is tried.

Writing goes the other way, in every wording that clerks use (``Wording``). Whether the calendar has a day is for the
caller to check.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from itertools import product
from typing import Literal, get_args, get_origin, get_type_hints

from pipeline.base.text.tones import unaccented

DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
"""The words for 0 to 9 where they stand alone."""

SPELLINGS = (
    *DIGITS, "mốt", "tư", "lăm", "nhăm", "bẩy", "mười", "mươi", "chục", "hăm", "băm", "trăm", "nghìn", "ngàn", "linh",
    "lẻ", "lẽ", "ngày", "tháng", "mồng", "mùng", "rằm", "giêng", "chạp", "dương", "lịch", "dl",
)  # fmt: skip
"""All words of dates, as clerks spell them."""

_SAME = {"nham": "lam", "ngan": "nghin", "le": "linh", "mung": "mong", "chuc": "muoi"}

TOKENS: dict[str, str] = {
    written: _SAME.get(unaccented(spelling), unaccented(spelling))
    for spelling in SPELLINGS
    for written in (spelling, unaccented(spelling))
}
"""The token of a spelling in small letters (NFC), with all its marks or with none."""

UNMARKED: frozenset[str] = frozenset(map(unaccented, SPELLINGS)) - frozenset(SPELLINGS)
"""Words that lost their marks: clerks write none so."""

LUNAR_TOKENS = frozenset({"gieng", "chap", "ram"})
"""Months and a day named as in the lunar calendar, though clerks also name months of the solar one so."""

# --- reading ----------------------------------------------------------------------------------------------------------

DateParts = tuple[int, int | None, int | None]
"""Year, month and day, as far as a text names them."""

_Phrases = dict[tuple[str, ...], int]

_DIGITS = tuple(map(unaccented, DIGITS))
_ONES = {word: digit for digit, word in enumerate(_DIGITS) if digit}
_AFTER_TENS = {**{word: digit for word, digit in _ONES.items() if word != "nam"}, "tu": 4, "lam": 5}
"""The ones behind ``mười`` and ``mươi``. ``hai mươi năm`` is no number: it is 25 misspelt, or twenty years."""

_SOLAR = (("duong", "lich"), ("dl",))
"""What says at the end that a date is of the solar calendar."""

_TEENS: _Phrases = {("muoi",): 10, **{("muoi", word): 10 + digit for word, digit in _AFTER_TENS.items()}}
_TENS: _Phrases = {(word, "muoi"): 10 * digit for word, digit in _ONES.items() if digit > 1}
_FULL: _Phrases = {
    **_TEENS,
    **_TENS,
    **{(*tens, word): value + digit for tens, value in _TENS.items() for word, digit in _AFTER_TENS.items()},
}
_SHORT: _Phrases = {
    (tens, word): 10 * value + digit
    for tens, value in _ONES.items()
    if value > 1
    for word, digit in _AFTER_TENS.items()
}
_MERGED: _Phrases = {
    (tens, word): value + digit
    for tens, value in (("ham", 20), ("bam", 30))
    for word, digit in _AFTER_TENS.items()
}
_WITH_ZERO: _Phrases = {("khong", word): digit for word, digit in _ONES.items()}
_SINGLE: _Phrases = {(word,): digit for word, digit in _ONES.items()}
_FIRST_TEN: _Phrases = {("mong", word): digit for word, digit in _ONES.items()}
_DAY_NAMES: _Phrases = {("mong", "muoi"): 10, ("mong", "tu"): 4, ("ram",): 15}
_MONTH_NAMES: _Phrases = {("tu",): 4, ("gieng",): 1, ("chap",): 12}

_DAY_PHRASES = _SINGLE | _WITH_ZERO | _FIRST_TEN | _DAY_NAMES | _FULL | _SHORT | _MERGED
_DAYS: _Phrases = {phrase: day for phrase, day in _DAY_PHRASES.items() if day <= 31}
_MONTH_PHRASES = _SINGLE | _WITH_ZERO | _MONTH_NAMES | _TEENS
_MONTHS: _Phrases = {phrase: month for phrase, month in _MONTH_PHRASES.items() if month <= 12}
_NUMBERS: _Phrases = _SINGLE | _FULL | _SHORT | _MERGED


def parse_number(tokens: tuple[str, ...]) -> int | None:
    """Return the number 1 to 199 that the tokens name; ``None`` when unsure."""
    if tokens[:2] != ("mot", "tram"):
        return _NUMBERS.get(tokens)
    tail = _below_hundred(tokens[2:], short=False)
    return None if tail is None else 100 + tail


def parse_date(tokens: tuple[str, ...]) -> frozenset[DateParts]:
    """Return all dates that the tokens can mean, none when they are no date.

    Args:
        tokens: Values of ``TOKENS``; ``""`` for a word that is not known, which fits nowhere.
    """
    for ending in _SOLAR:
        if tokens[-len(ending) :] == ending:
            tokens = tokens[: -len(ending)]
    if "thang" not in tokens:
        year = _year(tokens[1:] if tokens[:1] == ("nam",) else tokens)
        return frozenset() if year is None else frozenset({(year, None, None)})
    at = tokens.index("thang")
    before, after = tokens[:at], tokens[at + 1 :]
    day = None
    if before:
        day = _DAYS.get(before[1:] if before[0] == "ngay" else before)
        if day is None:
            return frozenset()
    found: set[DateParts] = set()
    for length in (1, 2):
        month = _MONTHS.get(after[:length])
        if month and after[length : length + 1] == ("nam",):
            year = _year(after[length + 1 :])
            if year is not None:
                found.add((year, month, day))
    return frozenset(found)


def _year(tokens: tuple[str, ...]) -> int | None:
    """Return the year 1000 to 2999 that a phrase names. Years of two digits are not expanded."""
    if not tokens or tokens[0] not in ("mot", "hai"):
        return None
    if tokens[1:2] != ("nghin",):
        return _year_by_digits(tokens)
    thousands, rest = 1000 * _ONES[tokens[0]], tokens[2:]
    if rest[1:2] == ("tram",) and rest[0] in _DIGITS:
        tail = _below_hundred(rest[2:], short=True)
        return None if tail is None else thousands + 100 * _DIGITS.index(rest[0]) + tail
    tail = _below_hundred(rest, short=False)
    return None if tail is None else thousands + tail


def _below_hundred(tokens: tuple[str, ...], short: bool) -> int | None:
    """Return what follows the hundreds. ``short``: tens may lack their ``mươi`` (``năm tư``), not behind thousands."""
    if not tokens:
        return 0
    if tokens[0] in ("linh", "khong") and len(tokens) == 2 and (short or tokens[0] == "linh"):
        return 4 if tokens[1] == "tu" else _ONES.get(tokens[1])
    if tokens in _FULL:
        return _FULL[tokens]
    if not short:
        return None
    if len(tokens) == 2 and tokens[1] == "nam" and _ONES.get(tokens[0], 0) > 1:
        return 10 * _ONES[tokens[0]] + 5
    return _SHORT.get(tokens)


def _year_by_digits(tokens: tuple[str, ...]) -> int | None:
    """Read ``một chín bảy lăm``, the last digit spelt as behind tens or plainly, and ``một chín bảy mươi lăm``."""
    if not 3 <= len(tokens) <= 5 or tokens[1] not in _DIGITS:
        return None
    head = 1000 * _ONES[tokens[0]] + 100 * _DIGITS.index(tokens[1])
    tail = tokens[2:]
    if tail in _FULL:
        return head + _FULL[tail]
    if len(tail) != 2 or tail[0] not in _DIGITS:
        return None
    tens = _DIGITS.index(tail[0])
    last = _DIGITS.index(tail[1]) if tail[1] in _DIGITS else None
    if last is None and tens > 1:
        last = _AFTER_TENS.get(tail[1])
    return None if last is None else head + 10 * tens + last


# --- writing ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wording:
    """One way to put numbers and dates into words.

    Attributes:
        thousand: The word for a thousand.
        zero: The word between hundreds and ones.
        four: Four behind tens, and the fourth month unless ``fourth_month`` names it.
        five: Five behind tens.
        seven: Seven.
        tens: Whether ``mươi`` is said (``hai mươi mốt``), left out before ones (``hai mốt``) or merged (``hăm mốt``).
        early: The word before the first ten days of a month.
        year: With hundreds and tens (``một nghìn chín trăm bảy mươi lăm``), with short tens (``chín trăm bảy lăm``),
            without an empty hundred (``hai nghìn lẻ tám``), digit by digit (``một chín bảy lăm``).
        names: giêng, chạp and rằm for 1, 12 and 15.
        fourth_month: The fourth month where it is not said like ``four``: most clerks who write ``hai mươi bốn`` write
            ``tháng tư`` all the same.
    """

    thousand: Literal["nghìn", "ngàn"] = "nghìn"
    zero: Literal["linh", "lẻ"] = "linh"
    four: Literal["tư", "bốn"] = "tư"
    five: Literal["lăm", "nhăm"] = "lăm"
    seven: Literal["bảy", "bẩy"] = "bảy"
    tens: Literal["said", "short", "merged"] = "said"
    early: Literal["", "mồng", "mùng"] = ""
    year: Literal["full", "short", "brief", "digits"] = "full"
    names: Literal["", "lunar"] = ""
    fourth_month: str = ""

    @classmethod
    def every(cls) -> Iterator[Wording]:
        """Yield all wordings, each once."""
        hints = get_type_hints(cls)
        choices = {
            f.name: get_args(hints[f.name]) for f in fields(cls) if get_origin(hints[f.name]) is Literal
        }
        for values in product(*choices.values()):
            yield cls(**dict(zip(choices, values, strict=True)))


USUAL = Wording()


def date_in_words(day: int | None, month: int | None, year: int, wording: Wording = USUAL) -> str:
    """Return the date in small letters; a day is named only with its month.

    Raises:
        ValueError: The year is not one of 1000 to 2999.
    """
    if not 1000 <= year <= 2999:
        raise ValueError("a year outside 1000 to 2999")
    parts = [f"năm {year_in_words(year, wording)}"]
    if month is not None:
        parts.insert(0, f"tháng {_month_in_words(month, wording)}")
    if day is not None:
        parts.insert(0, f"ngày {_day_in_words(day, wording)}")
    return " ".join(parts)


def year_in_words(year: int, wording: Wording) -> str:
    """Return a year 1000 to 2999 without the word ``năm`` before it."""
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
    return f"{head} {_two_digits(last, wording) if short else _full_tens(last, wording)}"


def number_in_words(number: int, wording: Wording = USUAL) -> str:
    """Return a number 0 to 99."""
    tens, ones = divmod(number, 10)
    if wording.tens == "merged" and tens in (2, 3) and ones:
        return f"{'hăm' if tens == 2 else 'băm'} {_ones_after(tens, ones, wording)}"
    if wording.tens == "short" and tens > 1 and ones:
        return _two_digits(number, wording)
    return _full_tens(number, wording)


def _day_in_words(day: int, wording: Wording) -> str:
    if wording.early and day <= 10:
        return f"{wording.early} {_digit(day, wording) if day < 10 else 'mười'}"
    if wording.names and day == 15:
        return "rằm"
    return number_in_words(day, wording)


def _month_in_words(month: int, wording: Wording) -> str:
    if month == 4:
        return wording.fourth_month or wording.four
    if wording.names and month in (1, 12):
        return "giêng" if month == 1 else "chạp"
    return number_in_words(month, wording)


def _two_digits(last: int, wording: Wording) -> str:
    """Tens and ones without ``mươi``: ``bảy lăm``, ``không tám``."""
    tens, ones = divmod(last, 10)
    return (
        f"{_digit(tens, wording)} {_ones_after(tens, ones, wording) if tens > 1 else _digit(ones, wording)}"
    )


def _full_tens(number: int, wording: Wording) -> str:
    tens, ones = divmod(number, 10)
    if tens == 0:
        return _digit(ones, wording)
    head = "mười" if tens == 1 else f"{_digit(tens, wording)} mươi"
    return f"{head} {_ones_after(tens, ones, wording)}" if ones else head


def _ones_after(tens: int, ones: int, wording: Wording) -> str:
    """Return the ones as they are spelt behind tens."""
    if ones == 5:
        return wording.five
    if tens > 1 and ones in (1, 4):
        return "mốt" if ones == 1 else wording.four
    return _digit(ones, wording)


def _digit(digit: int, wording: Wording) -> str:
    return wording.seven if digit == 7 else DIGITS[digit]
