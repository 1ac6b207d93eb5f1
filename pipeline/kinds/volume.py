"""The number of a volume (quyển số): ``NN/YYYY``, or ``NN`` where no year is written. Problem K02: not such a
number.
"""

from __future__ import annotations

from pipeline.kinds.ditto import DITTO, is_ditto
from pipeline.kinds.kind import Parsed, Vocabulary
from pipeline.kinds.numbering import is_numbering, numbered

NOT_A_NUMBER = "K02"


def parse(text: str, vocab: Vocabulary | None = None) -> Parsed:
    if is_ditto(text):
        return Parsed("", (DITTO,))
    number = numbered(text)
    return Parsed("", (NOT_A_NUMBER,)) if number is None else Parsed(number)


def format(value: str, vocab: Vocabulary | None = None) -> str:
    if not is_numbering(value):
        raise ValueError("not a canonical NN/YYYY")
    return value
