"""File names, and any other text, in a form that is safe for messages and terminals."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path


def printable(name: str | Path, keep: str = "") -> str:
    """Return a name with control and invisible characters escaped (``\\x1b``, ``\\u202e``).

    Args:
        name: A file or folder name, or any other text.
        keep: Characters to leave unchanged, such as line breaks.
    """
    return "".join(letter if _is_shown(letter) or letter in keep else _escape(letter) for letter in str(name))


def json_printable(document: str) -> str:
    """Return an equivalent JSON document that holds only characters a terminal shows unchanged."""
    return _HIDDEN.sub(lambda match: _json_escape(match.group()), document)


_HIDDEN = re.compile(r"[^\n -~]")


def _escape(letter: str) -> str:
    code = ord(letter)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _is_shown(letter: str) -> bool:
    """Whether a terminal shows a character unchanged; spaces of every width count."""
    return letter.isprintable() or unicodedata.category(letter) == "Zs"


def _json_escape(letter: str) -> str:
    if _is_shown(letter):
        return letter
    return "".join(f"\\u{unit:04x}" for unit in _utf16_units(letter))


def _utf16_units(letter: str) -> list[int]:
    units = letter.encode("utf-16-be", "surrogatepass")
    return [int.from_bytes(units[at : at + 2]) for at in range(0, len(units), 2)]
