"""Suggest the nearest known word for an unknown word, as a question to its author."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

LONGEST_NAME = 200
"""Largest number of letters of a compared word; comparing takes the square of its length."""


def nearest_hint(word: str, known: Iterable[str]) -> str:
    """Ask in Vietnamese whether the nearest known word is meant.

    Args:
        word: The unknown word.

    Returns:
        The question after a space; ``""`` without a near word, or if the word is a text rather than a name.
    """
    if len(word) > LONGEST_NAME:
        return ""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f" Có phải là “{close[0]}”?" if close else ""
