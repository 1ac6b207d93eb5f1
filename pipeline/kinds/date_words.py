"""Not written yet: reads as free text."""

from __future__ import annotations

from pipeline.kinds.ditto import DITTO, is_ditto
from pipeline.kinds.kind import Parsed, Vocabulary
from pipeline.kinds.spelling import spelled


def parse(text: str, vocab: Vocabulary | None = None) -> Parsed:
    if is_ditto(text):
        return Parsed("", (DITTO,))
    return Parsed(spelled(text))


def format(value: str, vocab: Vocabulary | None = None) -> str:
    return value
