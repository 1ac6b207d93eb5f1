"""X"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pipeline.evaluation.truth import TrueEntry
from pipeline.kinds import ENTRY_NUMBER
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


NUMBER = "so"
"""The Ministry's column of the entry number, the same in all records (see ``truth.json``)."""

E = TypeVar("E", TrueEntry, PredictedEntry)
Pair = tuple[TrueEntry, PredictedEntry]


@dataclass(frozen=True, slots=True)
class Alignment:
    """``missing`` are true entries nobody predicted, ``extra`` predicted ones that are not on paper."""

    pairs: tuple[Pair, ...]
    missing: tuple[TrueEntry, ...]
    extra: tuple[PredictedEntry, ...]


def aligned(truth: Sequence[TrueEntry], predicted: Sequence[PredictedEntry]) -> Alignment:
    """Entries paired by number and year (leading zeros aside), those left by their place, the rest in page
    order.
    """
    pairs: list[Pair] = []
    true_left, predicted_left = list(truth), list(predicted)
    for key in (_number_and_place, _number, _place):
        more, true_left, predicted_left = _paired(true_left, predicted_left, key)
        pairs += more
    true_left.sort(key=_order)
    predicted_left.sort(key=_order)
    both = min(len(true_left), len(predicted_left))
    pairs += zip(true_left[:both], predicted_left[:both], strict=True)
    return Alignment(tuple(pairs), tuple(true_left[both:]), tuple(predicted_left[both:]))


def _paired(
    truth: list[TrueEntry],
    predicted: list[PredictedEntry],
    key: Callable[[TrueEntry | PredictedEntry], Hashable | None],
) -> tuple[list[Pair], list[TrueEntry], list[PredictedEntry]]:
    """Pairs of equal key (``None`` has no equal), first come first, and what is left of both."""
    waiting: dict[Hashable, list[PredictedEntry]] = defaultdict(list)
    for entry in sorted(predicted, key=_order):
        waiting[key(entry)].append(entry)
    pairs: list[Pair] = []
    true_left: list[TrueEntry] = []
    for true in sorted(truth, key=_order):
        mark = key(true)
        if mark is not None and waiting[mark]:
            pairs.append((true, waiting[mark].pop(0)))
        else:
            true_left.append(true)
    return pairs, true_left, [entry for entries in waiting.values() for entry in entries]


def _number(entry: TrueEntry | PredictedEntry) -> Hashable | None:
    if isinstance(entry, TrueEntry):
        text = entry.values.get(NUMBER, "")
    else:
        value = entry.values.get(NUMBER)
        text = "" if value is None else value.text
    return ENTRY_NUMBER.parse(text).canonical or None


def _place(entry: TrueEntry | PredictedEntry) -> Hashable | None:
    return None if entry.page is None or entry.row is None else (entry.page, entry.row)


def _number_and_place(entry: TrueEntry | PredictedEntry) -> Hashable | None:
    number, place = _number(entry), _place(entry)
    return None if number is None or place is None else (number, place)


def _order(entry: TrueEntry | PredictedEntry) -> tuple[float, float]:
    last = float("inf")
    return (last if entry.page is None else entry.page, last if entry.row is None else entry.row)
