"""The letters in the font of printed papers: a missing letter would print as an empty box, without a warning."""

from __future__ import annotations

import struct
from functools import cache
from pathlib import Path

from pipeline.base.text.control_characters import visible_text

FONTS = Path(__file__).parent / "fonts" / "liberation-serif"
REGULAR = FONTS / "LiberationSerif-Regular.ttf"

_SEGMENTS = 4
"""Format of the ``cmap`` subtable that maps letters of the first plane to glyphs (OpenType)."""


@cache
def known_letters() -> frozenset[int]:
    """Return the code points with a glyph in the font."""
    data = REGULAR.read_bytes()
    (tables,) = struct.unpack_from(">H", data, 4)
    records = (struct.unpack_from(">4sIII", data, 12 + 16 * at) for at in range(tables))
    start = next(offset for tag, _, offset, _ in records if tag == b"cmap")
    (subtables,) = struct.unpack_from(">H", data, start + 2)
    code_points: set[int] = set()
    for at in range(subtables):
        (offset,) = struct.unpack_from(">I", data, start + 4 + 8 * at + 4)
        (kind,) = struct.unpack_from(">H", data, start + offset)
        if kind == _SEGMENTS:
            code_points |= _letters_of_segments(data, start + offset)
    return frozenset(code_points)


def _letters_of_segments(data: bytes, at: int) -> set[int]:
    """Return the code points of a segment table, without the segment that marks its end."""
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
    """Return the distinct letters of a text that the font lacks, in order; line breaks and tabs are not letters."""
    known = known_letters()
    return "".join(
        dict.fromkeys(letter for letter in text if ord(letter) not in known and letter not in "\n\t")
    )


def printable_text(text: str) -> str:
    """Return a text with invisible characters and letters missing from the font written out, ``[U+58EC]``."""
    known = known_letters()
    shown = visible_text(text.replace("\r", ""))
    return "".join(
        letter if ord(letter) in known or letter in "\n\t" else f"[U+{ord(letter):04X}]" for letter in shown
    )
