"""Vietnamese number words as far as dates need them. Words are looked up without marks, and a phrase is a
tuple of them.

``mười`` and ``mươi``, ``một`` and ``mốt`` fall together without their marks; no phrase of these tables
changes its number by it. ``hai mươi năm`` is no number here: it is 25 misspelt, or twenty years.
"""

from __future__ import annotations

from pipeline.kinds.spelling import unaccented

_SPELLINGS = (
    "không một mốt hai ba bốn tư năm lăm nhăm sáu bảy bẩy tám chín mười mươi hăm băm trăm nghìn ngàn linh lẻ "
    "ngày tháng mồng mùng rằm giêng chạp"
)
_SAME = {"nham": "lam", "ngan": "nghin", "le": "linh", "mung": "mong"}
_WORDS = {
    written: _SAME.get(unaccented(spelling), unaccented(spelling))
    for spelling in _SPELLINGS.split()
    for written in (spelling, unaccented(spelling))
}

LUNAR_NAMES = frozenset({"gieng", "chap", "ram"})

_DIGITS = ("khong", "mot", "hai", "ba", "bon", "nam", "sau", "bay", "tam", "chin")
_ONES = {word: digit for digit, word in enumerate(_DIGITS) if digit}
_AFTER_TENS = {
    **{word: digit for word, digit in _ONES.items() if word != "nam"},
    "tu": 4,
    "lam": 5,
}

_Phrases = dict[tuple[str, ...], int]

_TEENS: _Phrases = {
    ("muoi",): 10,
    **{("muoi", word): 10 + digit for word, digit in _AFTER_TENS.items()},
}
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
_DAY_NAMES: _Phrases = {("mong", "muoi"): 10, ("ram",): 15}
_MONTH_NAMES: _Phrases = {("tu",): 4, ("gieng",): 1, ("chap",): 12}

_DAY_PHRASES = _SINGLE | _WITH_ZERO | _FIRST_TEN | _DAY_NAMES | _FULL | _SHORT | _MERGED
DAYS: _Phrases = {phrase: day for phrase, day in _DAY_PHRASES.items() if day <= 31}
"""Phrases that name a day of the month."""

_MONTH_PHRASES = _SINGLE | _WITH_ZERO | _MONTH_NAMES | _TEENS
MONTHS: _Phrases = {phrase: month for phrase, month in _MONTH_PHRASES.items() if month <= 12}
"""Phrases that name a month, after ``tháng``."""


def number_word(spelling: str) -> str:
    """The word without marks, variants made one; ``""`` for a word that is not known or bears wrong marks."""
    return _WORDS.get(spelling, "")


def year_of(words: tuple[str, ...]) -> int | None:
    """The year 1000 to 2999 that a phrase names; ``None`` when unsure. Years of two digits are not expanded."""
    if not words or words[0] not in ("mot", "hai"):
        return None
    if words[1:2] != ("nghin",):
        return _year_by_digits(words)
    thousands, rest = 1000 * _ONES[words[0]], words[2:]
    if rest[1:2] == ("tram",) and rest[0] in _DIGITS:
        tail = _below_hundred(rest[2:], short=True)
        return None if tail is None else thousands + 100 * _DIGITS.index(rest[0]) + tail
    tail = _below_hundred(rest, short=False)
    return None if tail is None else thousands + tail


def _below_hundred(words: tuple[str, ...], short: bool) -> int | None:
    """What follows the hundreds. ``short``: tens may lack their ``mươi`` (``năm tư``); behind thousands they
    may not.
    """
    if not words:
        return 0
    if words[0] in ("linh", "khong") and len(words) == 2 and (short or words[0] == "linh"):
        return _ONES.get(words[1])
    if words in _FULL:
        return _FULL[words]
    if not short:
        return None
    if len(words) == 2 and words[1] == "nam" and _ONES.get(words[0], 0) > 1:
        return 10 * _ONES[words[0]] + 5
    return _SHORT.get(words)


def _year_by_digits(words: tuple[str, ...]) -> int | None:
    """``một chín bảy lăm``: four digits, the last one spelt as behind tens or plainly."""
    if len(words) != 4 or not all(word in _DIGITS for word in words[:3]):
        return None
    head = [_DIGITS.index(word) for word in words[:3]]
    last = _DIGITS.index(words[3]) if words[3] in _DIGITS else None
    if last is None and head[2] > 1:
        last = _AFTER_TENS.get(words[3])
    return None if last is None else int("".join(map(str, [*head, last])))


_ONES_IN_WORDS = (
    "không",
    "một",
    "hai",
    "ba",
    "bốn",
    "năm",
    "sáu",
    "bảy",
    "tám",
    "chín",
)


def two_digits_in_words(number: int) -> str:
    """The usual spelling of 0 to 99."""
    tens, ones = divmod(number, 10)
    if tens == 0:
        return _ONES_IN_WORDS[ones]
    head = "mười" if tens == 1 else f"{_ONES_IN_WORDS[tens]} mươi"
    if ones == 0:
        return head
    special = {5: "lăm"} if tens == 1 else {1: "mốt", 4: "tư", 5: "lăm"}
    return f"{head} {special.get(ones, _ONES_IN_WORDS[ones])}"
