"""A place as written. It is never rewritten to a newer name: which unit it is stands in a column of its own."""

from __future__ import annotations

from pipeline.kinds import text as free_text
from pipeline.kinds.kind import Parsed, Vocabulary


def parse(text: str, vocab: Vocabulary | None = None) -> Parsed:
    return free_text.parse(text)


def format(value: str, vocab: Vocabulary | None = None) -> str:
    return value
