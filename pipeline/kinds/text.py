"""Free text: its canonical form is the text in NFC with spaces collapsed."""

from __future__ import annotations

from pipeline.kinds.ditto import DITTO, is_ditto
from pipeline.kinds.kind import Parsed, Vocabulary
from pipeline.text.tones import normalized


def parse(text: str, vocab: Vocabulary | None = None) -> Parsed:
    if is_ditto(text):
        return Parsed("", (DITTO,))
    return Parsed(normalized(text))


def format(value: str, vocab: Vocabulary | None = None) -> str:
    return value
