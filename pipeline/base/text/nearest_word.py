"""Which known word is meant by one that is not known, as a question to who wrote it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

LONGEST_NAME = 200
"""Letters of a word that known ones are still compared with; comparing takes the square of its length."""


def nearest_hint(word: str, known: Iterable[str]) -> str:
    """Return a question in Vietnamese whether the nearest known word is meant.

    Args:
        word: The word that is not known.
        known: The known ones.

    Returns:
        The question after a space; ``""`` where none is near, or the word is no name but a text.
    """
    if len(word) > LONGEST_NAME:
        return ""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f" Có phải là “{close[0]}”?" if close else ""
