"""Which parts of a date a number format of Excel shows (ECMA-376 part 1, 18.8.30 and 18.8.31)."""

from __future__ import annotations

import re
from enum import Flag, auto
from functools import lru_cache


class DateParts(Flag):
    """The parts of a date that a cell shows."""

    NOTHING = 0
    DAY = auto()
    MONTH = auto()
    YEAR = auto()


WHOLE = DateParts.DAY | DateParts.MONTH | DateParts.YEAR
_BUILT_IN = {
    **dict.fromkeys((14, 15, 22, *range(27, 32), 36, *range(50, 53), 54, 57, 58), WHOLE),
    16: DateParts.DAY | DateParts.MONTH,
    17: DateParts.MONTH | DateParts.YEAR,
}
_QUOTED = re.compile(r'"[^"]*"|\\.|[_*].|\[[^\]]*\]')


@lru_cache(maxsize=1 << 10)
def shown_by(number: int, code: str | None) -> DateParts:
    """What the format of that number shows; ``code``: its own code, None = it is built in."""
    if code is None:
        return _BUILT_IN.get(number, DateParts.NOTHING)
    marks = _QUOTED.sub("", code).split(";")[0].lower()
    if marks.startswith("general"):
        return DateParts.NOTHING
    shown = DateParts.NOTHING
    if "y" in marks:
        shown |= DateParts.YEAR
    if "d" in marks:
        shown |= DateParts.DAY
    if "m" in marks and (shown or not re.search(r"[hs]", marks)):
        shown |= DateParts.MONTH
    return shown
