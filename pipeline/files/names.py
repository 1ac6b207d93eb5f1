"""Names of files in the form that messages may hold."""

from __future__ import annotations

from pathlib import Path


def printable(name: str | Path) -> str:
    """Return a name or a path without control characters and without bytes that are not text."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in str(name))
