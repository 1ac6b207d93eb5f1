"""Digits as clerks write them: spaced out along a dotted leader (``3 6 0  1 1 8  4 0 5``, ``0 . 7``)."""

from __future__ import annotations

import re
import unicodedata

_LEADER = re.compile(r"[\s.…_·]+")


def without_leader(text: str) -> str:
    """The text (NFC) with spaces and the dots of the leader taken out."""
    if text.isascii() and text.isalnum():
        return text
    return _LEADER.sub("", unicodedata.normalize("NFC", text))


def is_digits(text: str) -> bool:
    """Whether the text is ASCII digits and nothing else (``str.isdigit`` also takes ``²`` and ``٣``)."""
    return text.isascii() and text.isdigit()
