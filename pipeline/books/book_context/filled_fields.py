"""How often a book fills its ordering fields: a blank in a usually filled field may be missed ink."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from pipeline.base.model import EntryResult, FieldReading, FieldStatus
from pipeline.declarations.schema import RecordSpec

USUAL = 0.5
"""Share of the other entries that must fill a field for its blank to be doubted."""


@dataclass(frozen=True)
class FilledFields:
    """Number of entries that fill each ordering field of a book: entry numbers, page numbers, days.

    Attributes:
        filled: Number of entries with ink in a field.
        entries: Number of entries with the field on their form.
    """

    filled: Counter[str] = field(default_factory=Counter)
    entries: Counter[str] = field(default_factory=Counter)

    def doubts(self, reading: FieldReading) -> bool:
        """Return whether a reading is blank where most other entries of the book are filled.

        Args:
            reading: A reading of a counted entry.
        """
        return reading.status is FieldStatus.BLANK and self._others_fill(reading.field)

    def _others_fill(self, name: str) -> bool:
        others = self.entries[name] - 1
        return others > 0 and self.filled[name] / others > USUAL


def filled_fields(entries: Iterable[EntryResult], record: RecordSpec) -> FilledFields:
    """Return how many entries of a book fill each ordering field."""
    filled = FilledFields()
    if record.book is None:
        return filled
    ordering = {record.book.number, record.book.registered_on, record.book.page}
    for entry in entries:
        for reading in entry.readings:
            if reading.field in ordering and reading.status is not FieldStatus.NOT_ON_FORM:
                filled.entries[reading.field] += 1
                filled.filled[reading.field] += reading.status is not FieldStatus.BLANK
    return filled
