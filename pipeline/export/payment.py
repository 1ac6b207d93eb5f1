"""Filled fields by length, as contractors are paid for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

LONG = 16
"""Characters from which a field counts as a long one."""


@dataclass(slots=True)
class FieldTally:
    """Filled cells of all rows that were ``counted``: ``short`` have under 16 characters, ``long`` 16 or more."""

    entries: int = 0
    short: int = 0
    long: int = 0

    def count(self, cells: Mapping[str, str], columns: Iterable[str]) -> None:
        """Count the cells of one row that stand in the template."""
        self.entries += 1
        for column in columns:
            length = len(cells.get(column, ""))
            self.short += 0 < length < LONG
            self.long += length >= LONG
