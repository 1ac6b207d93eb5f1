"""A whole number (a page number): canonical digits without leading zeros. Problem K11: not a number."""

from __future__ import annotations

from pipeline.kinds.digits import is_digits, without_leader
from pipeline.kinds.ditto import DITTO, is_ditto
from pipeline.kinds.kind import NOTHING, Parsed, Vocabulary

NOT_A_NUMBER = "K11"


def parse(text: str, vocab: Vocabulary | None = None) -> Parsed:
    digits = without_leader(text)
    if is_digits(digits):
        return Parsed(digits.lstrip("0") or "0")
    if is_ditto(text):
        return Parsed("", (DITTO,))
    return Parsed("", (NOT_A_NUMBER,)) if digits else NOTHING


def format(value: str, vocab: Vocabulary | None = None) -> str:
    if not is_digits(value):
        raise ValueError("not a canonical number")
    return value
