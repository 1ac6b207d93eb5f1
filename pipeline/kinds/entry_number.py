"""The number of an entry in its book's year (số): ``NN/YYYY``, or ``NN`` where no year is written. Problem
K01: not such a number.
"""

from __future__ import annotations

from pipeline.kinds.kind import Parsed, Vocabulary
from pipeline.kinds.numbering import formatted, parsed

NOT_A_NUMBER = "K01"


def parse(text: str, vocab: Vocabulary | None = None) -> Parsed:
    return parsed(text, NOT_A_NUMBER)


def format(value: str, vocab: Vocabulary | None = None) -> str:
    return formatted(value)
