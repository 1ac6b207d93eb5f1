"""Which letters the font of printed papers has: one that it lacks would be an empty box, and nobody would be told."""

from __future__ import annotations

import struct
from functools import cache
from pathlib import Path

from pipeline.base.text.control_characters import visible_text

FONTS = Path(__file__).parent / "fonts" / "liberation-serif"
REGULAR = FONTS / "LiberationSerif-Regular.ttf"

_SEGMENTS = 4
"""The format of the table that maps letters of the first plane to glyphs (OpenType, ``cmap``)."""


@cache
def known_letters() -> frozenset[int]:
    """Return the code points that the font has a glyph for."""
    data = REGULAR.read_bytes()
    (tables,) = struct.unpack_from(">H", data, 4)
    records = (struct.unpack_from(">4sIII", data, 12 + 16 * at) for at in range(tables))
    start = next(offset for tag, _, offset, _ in records if tag == b"cmap")
    (subtables,) = struct.unpack_from(">H", data, start + 2)
    found: set[int] = set()
    for at in range(subtables):
        (offset,) = struct.unpack_from(">I", data, start + 4 + 8 * at + 4)
        (kind,) = struct.unpack_from(">H", data, start + offset)
        if kind == _SEGMENTS:
            found |= _letters_of_segments(data, start + offset)
    return frozenset(found)


def _letters_of_segments(data: bytes, at: int) -> set[int]:
    """Return the code points of a table of segments; those of a segment that is there to end the table are none."""
    (doubled,) = struct.unpack_from(">H", data, at + 6)
    count = doubled // 2
    ends = struct.unpack_from(f">{count}H", data, at + 14)
    starts = struct.unpack_from(f">{count}H", data, at + 16 + doubled)
    return {
        code
        for first, last in zip(starts, ends, strict=True)
        if first <= last < 0xFFFF
        for code in range(first, last + 1)
    }


def missing_letters(text: str) -> str:
    """Return the letters of a text that the font lacks, each once, in their order; a line's end is no letter."""
    known = known_letters()
    return "".join(dict.fromkeys(one for one in text if ord(one) not in known and one not in "\n\t"))


def printable_text(text: str) -> str:
    """Return a text with what cannot be seen and what the font lacks written out, ``[U+58EC]``."""
    known = known_letters()
    shown = visible_text(text.replace("\r", ""))
    return "".join(one if ord(one) in known or one in "\n\t" else f"[U+{ord(one):04X}]" for one in shown)
