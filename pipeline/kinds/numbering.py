"""Numbers that run within a year: of an entry, of a volume. Canonical ``NN/YYYY``, or ``NN`` where no year is
written.
"""

from __future__ import annotations

import re

from pipeline.kinds.digits import without_leader
from pipeline.kinds.ditto import DITTO, is_ditto
from pipeline.kinds.kind import Parsed

_NUMBER = re.compile(r"(?:số:?|quyển(?:số)?:?)?0*(\d{1,6})(?:/([12]\d{3}))?", re.ASCII | re.IGNORECASE)
_APART = re.compile(r"\d\d\s+\d|\d\s+\d\d", re.ASCII)
_CANONICAL = re.compile(r"\d{2,6}(?:/[12]\d{3})?", re.ASCII)


def parsed(text: str, problem: str) -> Parsed:
    """The number that a text tells; ``problem``: what it is called when it tells none."""
    if is_ditto(text):
        return Parsed("", (DITTO,))
    number = numbered(text)
    return Parsed("", (problem,)) if number is None else Parsed(number)


def formatted(value: str) -> str:
    """A canonical number as it is written; raises ``ValueError`` for another text."""
    if _CANONICAL.fullmatch(value) is None:
        raise ValueError("not a canonical NN/YYYY")
    return value


def numbered(text: str) -> str | None:
    """``NN`` or ``NN/YYYY`` with the number padded to two digits; ``""`` for an empty text, ``None`` for
    another one.

    A year of two digits is not expanded, and runs of figures that stand apart are not joined (single figures are): such
    a text is no number.
    """
    head, slash, year = text.partition("/")
    if (
        head.isascii() and head.isdigit() and (_is_year(year) if slash else True)
    ):  # the same by the shorter way
        number = head.lstrip("0")
        if 0 < len(number) <= 6:
            return f"{number.zfill(2)}{slash}{year}"
    if _APART.search(text):
        return None
    marks = without_leader(text)
    if not marks:
        return ""
    match = _NUMBER.fullmatch(marks)
    if match is None or int(match[1]) == 0:
        return None
    number = match[1].zfill(2)
    return f"{number}/{match[2]}" if match[2] else number


def _is_year(text: str) -> bool:
    return len(text) == 4 and text.isascii() and text.isdigit() and text[0] in "12"
