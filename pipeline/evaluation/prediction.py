"""What the machine (or a desk) says of a book, as plain values that can be scored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.model import FieldReading, FieldStatus, Hypothesis, PageResult, Writing
from pipeline.schema import RecordSpec

NUMBER_COLUMN_KIND = "entry_number"


@dataclass(frozen=True, slots=True)
class PredictedValue:
    """One field: its text, its state, the confidence 0..1 and whether it went in without a person; ``writing`` is what
    the machine took the ink for, ``hypotheses`` the readings it weighed.
    """

    text: str
    status: FieldStatus
    confidence: float = 0.0
    accepted: bool = False
    writing: Writing = Writing.NONE
    hypotheses: tuple[Hypothesis, ...] = ()


@dataclass(frozen=True, slots=True)
class PredictedEntry:
    """One entry by Ministry column. ``page`` is the page's place in the book from 0, ``row`` the entry's on
    the page.
    """

    values: Mapping[str, PredictedValue]
    page: int | None = None
    row: int | None = None


@dataclass(frozen=True, slots=True)
class BookPrediction:
    entries: tuple[PredictedEntry, ...]


def prediction_of(pages: Sequence[PageResult | None], record: RecordSpec, year: int) -> BookPrediction:
    """The machine's readings of a book, all its pages in order; ``None`` for a page that failed.

    ``year`` is the volume's: it completes an entry number that is written without one, as truth does.
    """
    columns = {spec.name: spec.column for spec in record.fields}
    entries = []
    for number, page in enumerate(pages):
        for entry in page.entries if page is not None else ():
            values = {
                column: _value(reading, record, year)
                for reading in entry.readings
                if reading.status is not FieldStatus.NOT_ON_FORM and (column := columns.get(reading.field))
            }
            entries.append(PredictedEntry(values, number, entry.row))
    return BookPrediction(tuple(entries))


def _value(reading: FieldReading, record: RecordSpec, year: int) -> PredictedValue:
    text = reading.text
    numbered = record.by_name[reading.field].kind == NUMBER_COLUMN_KIND
    if numbered and text and "/" not in text:
        text = f"{text}/{year}"
    return PredictedValue(
        text, reading.status, reading.confidence, reading.accepted, reading.writing, reading.hypotheses
    )
