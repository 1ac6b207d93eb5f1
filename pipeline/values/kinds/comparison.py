"""The form in which two typed values are compared: differences that a form for its kind does not have are none.

``12-1-2008`` and ``12/01/2008`` are one date, ``1`` and ``01`` one number, ``nt`` and ``-//-`` one ditto mark. What
does not parse is compared as text. The text itself is never changed.
"""

from __future__ import annotations

import re

from pipeline.base.text.tones import folded, normalized
from pipeline.values.kinds.date import LUNAR_DATE
from pipeline.values.kinds.date_words import MISREAD
from pipeline.values.kinds.kind import Kind, Vocabulary, is_ditto

_TEXT_KINDS = frozenset({"text", "name", "place"})
"""Kinds whose canonical form is the text itself, capitals and signs included."""

_GUESSED = frozenset({MISREAD, LUNAR_DATE})
"""Problems of a canonical form that does not say all that the text says."""

_DITTO = "〃"
_SIGN = re.compile(r"\s*([,;:.])\s*")


def compared_form(
    kind: Kind, text: str, vocab: Vocabulary | None = None, *, case_counts: bool = False
) -> str:
    """Return the form of a text in which it equals every other text that says the same value.

    Args:
        kind: The kind of the field.
        text: What was typed.
        vocab: The code list of a choice.
        case_counts: Whether capitals tell names, places and free texts apart.
    """
    if is_ditto(text):
        return _DITTO
    if kind.name not in _TEXT_KINDS:
        parsed = kind.parse(text, vocab)
        if parsed.canonical and _GUESSED.isdisjoint(parsed.problems):
            return parsed.canonical
    spaced = normalized(_SIGN.sub(r"\1 ", normalized(text))).strip(" .,;:")
    return (spaced if case_counts else folded(spaced)) or normalized(text)
