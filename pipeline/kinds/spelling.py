"""Spellings that are the same but for Unicode form, spaces, case or accents. For comparing, never for
storing.
"""

from __future__ import annotations

import unicodedata


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
    bare = "".join(c for c in unicodedata.normalize("NFD", folded(text)) if not unicodedata.combining(c))
    return bare.replace("đ", "d")
