"""Names of files, and any other text, in the form that messages and terminals may hold."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path


def printable(name: str | Path, keep: str = "") -> str:
    """Return a name with what a terminal would obey, or nobody would see, written out (``\\x1b``, ``\\u202e``).

    Args:
        name: A name of a file or folder, or any other text.
        keep: Characters that stay as they are, such as line breaks.
    """
    return "".join(letter if _is_shown(letter) or letter in keep else _escape(letter) for letter in str(name))


def json_printable(document: str) -> str:
    """Return a JSON document that says the same and holds only characters that a terminal shows as they are."""
    return _HIDDEN.sub(lambda found: _json_escape(found.group()), document)


_HIDDEN = re.compile(r"[^\n -~]")


def _escape(letter: str) -> str:
    code = ord(letter)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _is_shown(letter: str) -> bool:
    """Whether a terminal shows a character as it is; spaces of every width are."""
    return letter.isprintable() or unicodedata.category(letter) == "Zs"


def _json_escape(letter: str) -> str:
    if _is_shown(letter):
        return letter
    return "".join(f"\\u{unit:04x}" for unit in _utf16_units(letter))


def _utf16_units(letter: str) -> list[int]:
    units = letter.encode("utf-16-be", "surrogatepass")
    return [int.from_bytes(units[at : at + 2]) for at in range(0, len(units), 2)]
