"""The usual wording of places: the other words of a place, and usual words in general, resolve ambiguous letters.

An x is as large as an X and an accent as wide as a space; a clerk who writes ``h.`` and ``t.`` also writes ``x.``, and
``ĐKhuyện`` and ``KV7`` are two words each. The wording of a health station is the same everywhere: ``Trạm Y te`` is
one.
"""

from __future__ import annotations

import re

_SMALL = re.compile(r"(?<!\S)(?:h|t)\.")
_CAPITAL = re.compile(r"(?<=\S )X\.|(?<=\s-)X\.")
_RUN_TOGETHER = re.compile(r"(?<=[A-ZĐ])(?=(?:huyện|tỉnh|xã|quận|phường)(?!\S))|(?<=\bKV)(?=\d)")
_STATION = re.compile(r"(?<!\w)([Tt]r)[aạ]m ([Yy]) t[eêéế](?!\w)")


def usual_wording(text: str) -> str:
    """Return a place in its usual wording: small abbreviations among small ones, unit words separate.

    Args:
        text: The reading of a place.
    """
    worded = _STATION.sub(r"\1ạm \2 tế", _RUN_TOGETHER.sub(" ", text))
    return _CAPITAL.sub("x.", worded) if _SMALL.search(worded) else worded
