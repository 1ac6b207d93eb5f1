"""The order in which people expect names that hold numbers."""

from __future__ import annotations

import re
import unicodedata


def natural_key(name: str) -> tuple[tuple[str | int, ...], str]:
    """Sorts ``trang 2`` before ``trang 10``, ``Scan_1`` before ``Scan_1 (2)``; the name itself breaks ties."""
    stem, dot, ending = unicodedata.normalize("NFC", name).casefold().rpartition(".")
    if not dot:
        stem, ending = ending, ""
    pieces = re.split(r"([0-9]+)", stem)
    numbered = tuple(int(piece) if index % 2 else piece for index, piece in enumerate(pieces))
    return numbered, f"{ending}\0{name}"
