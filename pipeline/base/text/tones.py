"""Vietnamese letters, their marks and tones, and text without them.

``normalized``, ``folded`` and ``unaccented`` are keys for comparing and searching. Only the first is ever stored.
"""

from __future__ import annotations

import re
import unicodedata

GRAVE, ACUTE, HOOK, TILDE, DOT = "\u0300", "\u0301", "\u0309", "\u0303", "\u0323"
TONES = (GRAVE, ACUTE, HOOK, TILDE, DOT)
"""The combining signs of huyền, sắc, hỏi, ngã, nặng."""

CIRCUMFLEX, BREVE, HORN = "\u0302", "\u0306", "\u031b"
BAR = "\u0335"
"""The stroke of đ, which Unicode does not decompose."""

VOWELS = "aăâeêioôơuưy"
TONED_VOWELS = "".join(
    unicodedata.normalize("NFC", vowel + tone) for vowel in VOWELS for tone in ("", *TONES)
)
"""Every vowel without a tone and with each tone, in small letters (NFC)."""

_TONE = re.compile(f"[{''.join(TONES)}]")
_MARKS = re.compile(r"[\u0300-\u034e\u0350-\u036f]+")
"""All marks of Vietnamese letters and of other Latin letters."""


def normalized(text: str) -> str:
    """Return the text in NFC, with spaces collapsed and trimmed."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def folded(text: str) -> str:
    """Return the normalized text with its case folded."""
    return normalized(normalized(text).casefold())


def unaccented(text: str) -> str:
    """Return the folded text without its marks: ``Mồng Một`` becomes ``mong mot``, and so do many other words.

    This is the single key for searching text and for finding likely matches.
    """
    small = folded(text)
    if small.isascii():
        return small
    bare = _MARKS.sub("", unicodedata.normalize("NFD", small)).replace("đ", "d")
    return bare if bare.isascii() else "".join(c for c in bare if not unicodedata.combining(c))


def split_tones(text: str) -> tuple[str, str]:
    """Return the text (NFC) without its tones, and the tones in order: ``Hoà`` is ``Hoa`` and ``GRAVE``."""
    if text.isascii():
        return text, ""
    parts = unicodedata.normalize("NFD", text)
    tones = "".join(_TONE.findall(parts))
    return unicodedata.normalize("NFC", _TONE.sub("", parts) if tones else parts), tones


def with_tones_last(text: str) -> str:
    """Return a text with the tones of each word behind its letters, so that ``Hoà`` and ``Hòa`` are the same.

    This is a key for comparing.
    """
    return " ".join("".join(split_tones(word)) for word in text.split())


def split_marks(letter: str) -> tuple[str, str]:
    """Return a letter without its marks, and the marks: ``ậ`` is ``a`` with ``DOT`` and ``CIRCUMFLEX``."""
    if letter in "đĐ":
        return ("d" if letter == "đ" else "D"), BAR
    parts = unicodedata.normalize("NFD", letter)
    return parts[0], parts[1:]


def has_marks(text: str) -> bool:
    """Return whether any letter has a Vietnamese mark."""
    return any(c == "đ" or unicodedata.combining(c) for c in unicodedata.normalize("NFD", text.casefold()))
