"""How places are worded: what the words of one place, and the usual words of all, say of letters whose ink does not.

An x is as large as an X and an accent as wide as a space; a clerk who writes ``h.`` and ``t.`` writes ``x.``, and
``ĐKhuyện`` is two words.
"""

from __future__ import annotations

import re

_SMALL = re.compile(r"(?<!\S)(?:h|t)\.")
_CAPITAL = re.compile(r"(?<=\S )X\.")
_RUN_TOGETHER = re.compile(r"(?<=[A-ZĐ])(?=(?:huyện|tỉnh|xã|quận|phường)(?!\S))")


def usual_wording(text: str) -> str:
    """Return a place as it is worded usually: small abbreviations among small ones, words of units by themselves.

    Args:
        text: A place as it was read.
    """
    worded = _RUN_TOGETHER.sub(" ", text)
    return _CAPITAL.sub("x.", worded) if _SMALL.search(worded) else worded
