"""A name that is not known is told with the nearest one that is."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from pipeline.errors import SchemaError

T = TypeVar("T")


def nearest(word: str, known: Iterable[str]) -> str:
    """Asks in Vietnamese whether the nearest known word is meant; ``""`` where none is near."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f" Có phải là “{close[0]}”?" if close else ""


def named(name: str, things: Mapping[str, T], what: str, where: str, file: Path | None = None) -> T:
    """The thing of that name, else ``SchemaError``: ``where`` lists the known ones, ``file`` holds the slip."""
    if name in things:
        return things[name]
    slip = f"{file}: không" if file else "Không"
    raise SchemaError(f"{slip} có {what} “{name}” trong {where}.{nearest(name, things)}")
