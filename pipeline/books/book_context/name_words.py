"""The words that names are made of: what no name has is more likely misread, on however many pages of one hand."""

from __future__ import annotations

from functools import cache

from pipeline.recognition.decoding import read_language
from pipeline.recognition.ocr.models import default_folder

LANGUAGE, NAMES = "vietnamese-text", "name"


@cache
def name_words() -> frozenset[str]:
    """Return the words of names in small letters, from the data that the decoder weighs names by; none without it."""
    try:
        model = read_language(default_folder() / LANGUAGE).model(NAMES)
    except (OSError, ValueError):
        return frozenset()
    return frozenset(word.lower() for word in model.words) if model else frozenset()
