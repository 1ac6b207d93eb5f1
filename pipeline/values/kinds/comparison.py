"""The form in which two typed values are compared, without differences that are meaningless for their kind.

``12-1-2008`` and ``12/01/2008`` are one date, ``1`` and ``01`` one number, in a book of 2006 also ``03`` and
``03/2006``, ``nt`` and ``-//-`` one ditto mark. A text that does not parse is compared as text. The text itself is
never changed.
"""

from __future__ import annotations

import re

from pipeline.base.text.tones import folded, normalized
from pipeline.values.kinds.date import LUNAR_DATE
from pipeline.values.kinds.date_words import MISREAD
from pipeline.values.kinds.kind import Kind, Vocabulary, is_ditto

_GUESSED = frozenset({MISREAD, LUNAR_DATE})
"""Problems of canonical forms that do not hold everything that the text says."""

_DITTO = "〃"
_SIGN = re.compile(r"\s*([,;:.])\s*")


def compared_form(
    kind: Kind,
    text: str,
    vocab: Vocabulary | None = None,
    *,
    case_counts: bool = False,
    year: int | None = None,
) -> str:
    """Return the form in which a text equals every other text of the same value.

    Args:
        text: The typed text.
        vocab: The code list of a choice.
        case_counts: Whether capitals distinguish names, places and free texts.
        year: The year of the book, which an entry number without a year has.
    """
    if is_ditto(text):
        return _DITTO
    if not kind.is_verbatim:
        parsed = kind.parse(text, vocab)
        if parsed.canonical and _GUESSED.isdisjoint(parsed.problems):
            lacks_year = kind.is_entry_number and year is not None and "/" not in parsed.canonical
            return f"{parsed.canonical}/{year}" if lacks_year else parsed.canonical
    spaced = normalized(_SIGN.sub(r"\1 ", normalized(text))).strip(" .,;:")
    return (spaced if case_counts else folded(spaced)) or normalized(text)
