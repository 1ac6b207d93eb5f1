"""Keystrokes of Vietnamese text in Telex."""

from __future__ import annotations

import unicodedata


def telex_keys(text: str) -> int:
    """Return the keystrokes of a text in Telex: a letter 1, a mark 1 (``ế`` = e e s), ``đ`` 2, a capital 1 more."""
    letters = unicodedata.normalize("NFD", text.replace("đ", "dd").replace("Đ", "DD"))
    return sum(1 + letter.isupper() for letter in letters)
