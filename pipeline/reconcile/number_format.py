"""Which parts of a date a number format of Excel shows (ECMA-376 part 1, 18.8.30 and 18.8.31)."""

from __future__ import annotations

import re
from enum import Flag, auto
from functools import lru_cache


class Shown(Flag):
    """The parts of a date that a cell shows."""

    NOTHING = 0
    DAY = auto()
    MONTH = auto()
    YEAR = auto()


WHOLE = Shown.DAY | Shown.MONTH | Shown.YEAR
_BUILT_IN = {
    **dict.fromkeys((14, 15, 22, *range(27, 32), 36, *range(50, 53), 54, 57, 58), WHOLE),
    16: Shown.DAY | Shown.MONTH,
    17: Shown.MONTH | Shown.YEAR,
}
_QUOTED = re.compile(r'"[^"]*"|\\.|[_*].|\[[^\]]*\]')


@lru_cache(maxsize=1 << 10)
def shown_by(number: int, code: str | None) -> Shown:
    """What the format of that number shows; ``code``: its own code, None = it is built in."""
    if code is None:
        return _BUILT_IN.get(number, Shown.NOTHING)
    marks = _QUOTED.sub("", code).split(";")[0].lower()
    if marks.startswith("general"):
        return Shown.NOTHING
    shown = Shown.NOTHING
    if "y" in marks:
        shown |= Shown.YEAR
    if "d" in marks:
        shown |= Shown.DAY
    if "m" in marks and (shown or not re.search(r"[hs]", marks)):
        shown |= Shown.MONTH
    return shown
