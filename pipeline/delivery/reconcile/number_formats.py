"""Which parts of a date a number format of a workbook shows (ECMA-376, 18.8.30)."""

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
def date_parts_of_format(number: int, code: str | None) -> DateParts:
    """Return which parts of a date a number format shows (ECMA-376 part 1, 18.8.30 and 18.8.31).

    Args:
        number: The id of the format.
        code: Its format code; ``None`` for a built-in one.
    """
    if code is None:
        return _BUILT_IN.get(number, DateParts.NOTHING)
    symbols = _QUOTED.sub("", code).split(";")[0].lower()
    if symbols.startswith("general"):
        return DateParts.NOTHING
    shown = DateParts.NOTHING
    if "y" in symbols:
        shown |= DateParts.YEAR
    if "d" in symbols:
        shown |= DateParts.DAY
    if "m" in symbols and (shown or not re.search(r"[hs]", symbols)):
        shown |= DateParts.MONTH
    return shown
