"""Ditto marks: “the same as above”. The mark stays the text; what it stands for is for a person (finding
L07).
"""

from __future__ import annotations

import re

from pipeline.text.tones import folded

DITTO = "L07"

_WORDS = re.compile(r"(?:n\.?\s?t\.?|như\s+trên|nhu\s+tren|như\s+nt)")
_BEGINNINGS = frozenset("nN-–—=/\"”“″〃',’")
_STROKES = re.compile(r"(?:[-–—=]\s*)*(?:/\s*/|[\"”“″〃]|''|,,|’’)(?:\s*[-–—=])*")


def is_ditto(text: str) -> bool:
    """Whether the whole text is a ditto mark (``nt``, ``như trên``, ``-//-``, ``"``) and nothing else."""
    begins = text.lstrip("( ")[:1]
    if begins not in _BEGINNINGS and not begins.isspace():  # nearly every text: told at once
        return False
    word = folded(text).strip("() ")
    return bool(_WORDS.fullmatch(word) or _STROKES.fullmatch(word))


_STROKE_LETTERS = frozenset("lIiJjnuLU")


def is_like_ditto(text: str) -> bool:
    """Whether a text may be ditto marks or dashes that were read as something: it has no word of two letters and more
    that are not all mere strokes (``11``, ``- 1``, ``ll``, ``n``)."""
    words = re.findall(r"[^\W\d_]+", text)
    return not any(len(word) > 1 and not _STROKE_LETTERS.issuperset(word) for word in words)
