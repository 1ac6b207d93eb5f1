"""Which of the fields that order a book its pages fill: a blank where most have ink may be ink that was not found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from pipeline.base.model import EntryResult, FieldReading, FieldStatus
from pipeline.declarations.schema import RecordSpec

USUAL = 0.5
"""The share of the other entries that have to fill a field for a blank there to be doubted."""


@dataclass(frozen=True)
class FilledFields:
    """How many entries of a book fill each field that orders it: their numbers, those of their pages, their days.

    Attributes:
        filled: How many entries have ink in a field.
        entries: How many have the field on their form.
    """

    filled: Counter[str] = field(default_factory=Counter)
    entries: Counter[str] = field(default_factory=Counter)

    def doubts(self, reading: FieldReading) -> bool:
        """Return whether a reading is a blank that most other entries of the book fill.

        Args:
            reading: One of an entry that was counted.
        """
        return reading.status is FieldStatus.BLANK and self._others_fill(reading.field)

    def _others_fill(self, name: str) -> bool:
        others = self.entries[name] - 1
        return others > 0 and self.filled[name] / others > USUAL


def filled_fields(entries: Iterable[EntryResult], record: RecordSpec) -> FilledFields:
    """Return how many entries of a book fill each field that orders it."""
    found = FilledFields()
    if record.book is None:
        return found
    ordering = {record.book.number, record.book.registered_on, record.book.page}
    for entry in entries:
        for reading in entry.readings:
            if reading.field in ordering and reading.status is not FieldStatus.NOT_ON_FORM:
                found.entries[reading.field] += 1
                found.filled[reading.field] += reading.status is not FieldStatus.BLANK
    return found
