"""The number of a volume (quyển số): ``NN/YYYY``, or ``NN`` where no year is written. Problem K02: not such a
number.
"""

from __future__ import annotations

from pipeline.kinds.kind import Parsed, Vocabulary
from pipeline.kinds.numbering import formatted, parsed

NOT_A_NUMBER = "K02"


def parse(text: str, vocab: Vocabulary | None = None) -> Parsed:
    return parsed(text, NOT_A_NUMBER)


def format(value: str, vocab: Vocabulary | None = None) -> str:
    return formatted(value)
