"""Numbers that name rows of the registry, as they come from outside."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

MOST = 2**31 - 1
"""The largest id that every database of the registry takes."""

RowId = Annotated[int, Field(ge=0, le=MOST)]
"""An id in a body."""


def are_too_large(values: Iterable[str]) -> bool:
    """Whether one of these parameters of an address is a number that names no row."""
    return any(value.removeprefix("-").isdecimal() and int(value[:20]) > MOST for value in values)
