"""Spellings that are the same but for Unicode form, spaces, case or accents. For comparing, never for
storing.
"""

from __future__ import annotations

import re
import unicodedata

_MARKS = re.compile(r"[\u0300-\u034e\u0350-\u036f]+")
"""All the marks that Vietnamese letters bear, and those of other Latin ones."""


def spelled(text: str) -> str:
    """The text in NFC, spaces collapsed and trimmed."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def folded(text: str) -> str:
    """The text as two equal spellings share it: NFC, spaces collapsed, case folded."""
    return spelled(spelled(text).casefold())


def unaccented(text: str) -> str:
    """The folded text without its marks: ``Mồng Một`` and ``mong mot`` become the same, and so do many other
    words. The one key by which text is searched and likely matches are looked for; what they are is told by the text.
    """
    small = folded(text)
    if small.isascii():
        return small
    bare = _MARKS.sub("", unicodedata.normalize("NFD", small)).replace("đ", "d")
    return bare if bare.isascii() else "".join(c for c in bare if not unicodedata.combining(c))
