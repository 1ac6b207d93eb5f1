"""How places are worded: what the words of one place, and the usual words of all, say of letters whose ink does not.

An x is as large as an X and an accent as wide as a space; a clerk who writes ``h.`` and ``t.`` writes ``x.``, and
``ĐKhuyện`` and ``KV7`` are two words. A health station is worded alike everywhere: ``Trạm Y te`` is one.
"""

from __future__ import annotations

import re

_SMALL = re.compile(r"(?<!\S)(?:h|t)\.")
_CAPITAL = re.compile(r"(?<=\S )X\.|(?<=\s-)X\.")
_RUN_TOGETHER = re.compile(r"(?<=[A-ZĐ])(?=(?:huyện|tỉnh|xã|quận|phường)(?!\S))|(?<=\bKV)(?=\d)")
_STATION = re.compile(r"(?<!\w)([Tt]r)[aạ]m ([Yy]) t[eêéế](?!\w)")


def usual_wording(text: str) -> str:
    """Return a place as it is worded usually: small abbreviations among small ones, words of units by themselves.

    Args:
        text: A place as it was read.
    """
    worded = _STATION.sub(r"\1ạm \2 tế", _RUN_TOGETHER.sub(" ", text))
    return _CAPITAL.sub("x.", worded) if _SMALL.search(worded) else worded
