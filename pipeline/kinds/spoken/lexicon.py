"""The words of dates. A word is looked up with all its marks or with none, in any case; variants that mean the same
(``nghìn``/``ngàn``, ``linh``/``lẻ``, ``lăm``/``nhăm``, ``mồng``/``mùng``) have one name.

``mười`` and ``mươi``, ``một`` and ``mốt`` fall together: no phrase changes its number by it.
"""

from __future__ import annotations

from pipeline.kinds.spelling import unaccented

SPELLINGS: tuple[str, ...] = (
    "không", "một", "mốt", "hai", "ba", "bốn", "tư", "năm", "lăm", "nhăm", "sáu", "bảy", "bẩy", "tám", "chín",
    "mười", "mươi", "chục", "hăm", "băm", "trăm", "nghìn", "ngàn", "linh", "lẻ", "lẽ",
    "ngày", "tháng", "mồng", "mùng", "rằm", "giêng", "chạp", "dương", "lịch", "dl",
)  # fmt: skip

_SAME = {"nham": "lam", "ngan": "nghin", "le": "linh", "mung": "mong", "chuc": "muoi"}

NAMES: dict[str, str] = {
    written: _SAME.get(unaccented(spelling), unaccented(spelling))
    for spelling in SPELLINGS
    for written in (spelling, unaccented(spelling))
}
"""From a spelling in small letters (NFC), or one without marks, to the name of the word."""

BARE: frozenset[str] = frozenset(map(unaccented, SPELLINGS)) - frozenset(SPELLINGS)
"""Words that have lost their marks: clerks write none so."""

DIGITS: tuple[str, ...] = ("khong", "mot", "hai", "ba", "bon", "nam", "sau", "bay", "tam", "chin")
"""The names of 0 to 9 where they stand alone."""

ONES: dict[str, int] = {word: digit for digit, word in enumerate(DIGITS) if digit}

AFTER_TENS: dict[str, int] = {
    **{word: digit for word, digit in ONES.items() if word != "nam"},
    "tu": 4,
    "lam": 5,
}
"""The ones behind ``mười`` and ``mươi``. ``hai mươi năm`` is no number: it is 25 misspelt, or twenty years."""

LUNAR_NAMES = frozenset({"gieng", "chap", "ram"})
"""Months and a day named as in the lunar calendar, though clerks also named months of the solar one so."""

SOLAR = (("duong", "lich"), ("dl",))
"""What says at the end that a date is of the solar calendar."""
