"""The words of a date as a network: what the strict grammar allows, and numbers that no day or month has, so that
``bốn mươi`` is not taken for another number.

Slots: ``day`` and ``month`` (1 and up; 40 stands for all that are higher), ``head`` and ``tail`` (the year's first two
and last two figures), ``shape`` (see ``evidence``).
"""

from __future__ import annotations

from functools import cache

from pipeline.kinds.misread.evidence import FULL, MONTH_ONLY, YEAR_ONLY
from pipeline.kinds.misread.network import Network, Sketch

_ONES = {"một": 1, "hai": 2, "ba": 3, "bốn": 4, "năm": 5, "sáu": 6, "bảy": 7, "bẩy": 7, "tám": 8, "chín": 9}
_DIGITS = {"không": 0, **_ONES}
_BEHIND_TEN = {**{word: one for word, one in _ONES.items() if word != "năm"}, "tư": 4, "lăm": 5, "nhăm": 5}
_BEHIND_TENS = {**_BEHIND_TEN, "mốt": 1}
_TEN = "mươi mười chục"

_NO_DAY_WORD = 2.0
_NO_DAY = 3.0
_NO_MONTH = 4.0
_NO_YEAR_WORD = 5.0
_NO_HUNDRED = 0.5
_FIVE_BEHIND_TENS = 4.0
"""What it costs (nats) that a date lacks its word ``ngày``, its day, its month, the word ``năm``; that the year has no
hundred; that ``năm`` stands for ``lăm``."""

_ABOVE = 40


@cache
def spoken_network() -> Network:
    sketch = Sketch()
    sketch.edge("first", "day?", "ngày")
    sketch.edge("first", "day?", cost=_NO_DAY_WORD)
    _two_figures(sketch, "day", "day?", "day!")
    sketch.edge("day?", "early day?", "mồng mùng")
    sketch.values("day", {**_ONES, "tư": 4, "mười": 10}, "early day?", "day!")
    sketch.value("day", 15, "day?", "day!", "rằm")
    sketch.value("shape", FULL, "day!", "month?", "tháng")
    sketch.value("shape", MONTH_ONLY, "first", "month?", "tháng", _NO_DAY)
    _two_figures(sketch, "month", "month?", "month!")
    sketch.values("month", {"tư": 4, "giêng": 1, "chạp": 12}, "month?", "month!")
    sketch.edge("month!", "year?", "năm")
    sketch.value("shape", YEAR_ONLY, "first", "year?", "năm", _NO_MONTH)
    sketch.value("shape", YEAR_ONLY, "first", "year?", cost=_NO_YEAR_WORD)
    _head(sketch)
    _tail(sketch)
    _tail_by_digits(sketch)
    return Network(sketch, "first", "last")


def _above(words: dict[str, int], tens: int) -> dict[str, int]:
    return {word: min(10 * tens + one, _ABOVE) for word, one in words.items()}


def _two_figures(sketch: Sketch, slot: str, start: str, end: str) -> None:
    """1 to 39, and all above as one."""
    zero, teens = f"{slot} 0", f"{slot} 10"
    sketch.values(slot, _ONES, start, end)
    sketch.edge(start, zero, "không")
    sketch.values(slot, _ONES, zero, end)
    sketch.edge(start, teens, "mười")
    sketch.value(slot, 10, teens, end)
    sketch.values(slot, _above(_BEHIND_TEN, 1), teens, end)
    for tens, words, merged in ((2, "hai", "hăm"), (3, "ba", "băm"), (4, "bốn năm sáu bảy bẩy tám chín", "")):
        short, full = f"{slot} {tens}", f"{slot} {tens}0"
        sketch.edge(start, short, words)
        sketch.edge(short, full, _TEN)
        sketch.value(slot, 10 * tens, full, end)
        sketch.value(slot, min(10 * tens + 5, _ABOVE), full, end, "năm", _FIVE_BEHIND_TENS)
        if merged:
            sketch.edge(start, f"{short} merged", merged)
        for before in (short, full, *([f"{short} merged"] if merged else [])):
            sketch.values(slot, _above(_BEHIND_TENS, tens), before, end)


def _head(sketch: Sketch) -> None:
    """Thousands and hundreds; 3 stands for all thousands that no year of a ledger has."""
    for thousands, words in ((1, "một"), (2, "hai"), (3, "ba bốn năm sáu bảy bẩy tám chín")):
        digit, thousand = f"year {thousands}", f"year {thousands}000"
        heads = {word: 10 * thousands + hundreds for word, hundreds in _DIGITS.items()}
        sketch.edge("year?", digit, words)
        sketch.edge(digit, thousand, "nghìn ngàn")
        sketch.value("head", 10 * thousands, thousand, "brief tail?", cost=_NO_HUNDRED)
        sketch.values("head", heads, thousand, "hundred?")
        sketch.values("head", heads, digit, "tail by digits?")
    sketch.edge("hundred?", "tail?", "trăm")


def _tail(sketch: Sketch) -> None:
    """The last two figures; directly behind thousands their tens are never without ``mươi``."""
    sketch.edge("tail?", "tail 0", "không")
    sketch.values("tail", {**_ONES, "tư": 4}, "tail 0", "last")
    for start in ("tail?", "brief tail?"):
        sketch.value("tail", 0, start, "last")
        sketch.edge(start, "tail 0", "linh lẻ")
    for start in ("tail?", "brief tail?", "tail by digits?"):
        sketch.edge(start, "tail 10", "mười")
    sketch.value("tail", 10, "tail 10", "last")
    sketch.values("tail", _above(_BEHIND_TEN, 1), "tail 10", "last")
    for tens in range(2, 10):
        short, full = f"tail {tens}", f"tail {tens}0"
        words = " ".join(word for word, one in _ONES.items() if one == tens)
        for start in ("tail?", "tail by digits?"):
            sketch.edge(start, short, words)
        sketch.edge("brief tail?", f"brief {short}", words)
        for before in (short, f"brief {short}"):
            sketch.edge(before, full, _TEN)
        ones = {word: 10 * tens + one for word, one in _BEHIND_TENS.items()}
        sketch.value("tail", 10 * tens, full, "last")
        sketch.values("tail", ones, full, "last")
        sketch.value("tail", 10 * tens + 5, full, "last", "năm", _FIVE_BEHIND_TENS)
        sketch.values("tail", {**ones, "năm": 10 * tens + 5, "không": 10 * tens}, short, "last")


def _tail_by_digits(sketch: Sketch) -> None:
    for tens, word in ((0, "không"), (1, "một")):
        sketch.edge("tail by digits?", f"digit {tens}", word)
        sketch.values(
            "tail", {ones: 10 * tens + one for ones, one in _DIGITS.items()}, f"digit {tens}", "last"
        )
