"""Which letters of two ways to write a field differ."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher


@dataclass(frozen=True, slots=True)
class Part:
    """A run of letters. ``differs``: the other text has others in their place, or none; an empty part that differs
    stands where the other text has more."""

    text: str
    differs: bool


def parts(text: str, other: str) -> tuple[Part, ...]:
    """``text`` (NFC) in runs, with what differs from ``other``."""
    ours, theirs = (unicodedata.normalize("NFC", one) for one in (text, other))
    found = [
        Part(ours[start:end], kind != "equal")
        for kind, start, end, _, _ in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes()
    ]
    return tuple(found)
