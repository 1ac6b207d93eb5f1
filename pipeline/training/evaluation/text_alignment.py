"""Predictions of a book as plain values, and their alignment with the true entries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.base.model import FieldReading, FieldStatus, Hypothesis, PageResult, Writing
from pipeline.declarations.schema import RecordSpec
from pipeline.training.evaluation.truth import TrueEntry
from pipeline.values.kinds import ENTRY_NUMBER


@dataclass(frozen=True, slots=True)
class PredictedValue:
    """The prediction of a field by the machine or a desk.

    Attributes:
        status: Read, blank, …
        confidence: 0..1.
        accepted: Whether it is accepted without a person.
        writing: The writing assigned to the ink.
        hypotheses: The considered readings.
    """

    text: str
    status: FieldStatus
    confidence: float = 0.0
    accepted: bool = False
    writing: Writing = Writing.NONE
    hypotheses: tuple[Hypothesis, ...] = ()


@dataclass(frozen=True, slots=True)
class PredictedEntry:
    """A predicted entry.

    Attributes:
        values: By Ministry column.
        page: Index of the page in the book, from 0.
    """

    values: Mapping[str, PredictedValue]
    page: int | None = None
    row: int | None = None


@dataclass(frozen=True, slots=True)
class BookPrediction:
    """The predicted entries of a book."""

    entries: tuple[PredictedEntry, ...]


def prediction_of(pages: Sequence[PageResult | None], record: RecordSpec, year: int) -> BookPrediction:
    """Return the machine's readings of a book as a prediction.

    Args:
        pages: All pages in order; ``None`` for a failed page.
        year: Year of the volume; it completes entry numbers written without a year, as in the truth.
    """
    columns = {spec.name: spec.column for spec in record.fields}
    entries = []
    for number, page in enumerate(pages):
        for entry in page.entries if page is not None else ():
            values = {
                column: _predicted_value(reading, record, year)
                for reading in entry.readings
                if reading.status is not FieldStatus.NOT_ON_FORM and (column := columns.get(reading.field))
            }
            entries.append(PredictedEntry(values, number, entry.row))
    return BookPrediction(tuple(entries))


def _predicted_value(reading: FieldReading, record: RecordSpec, year: int) -> PredictedValue:
    text = reading.text  # the truth has entry numbers with their year
    if record.by_name[reading.field].value_kind.is_entry_number and text and "/" not in text:
        text = f"{text}/{year}"
    return PredictedValue(
        text=text,
        status=reading.status,
        confidence=reading.confidence,
        accepted=reading.accepted,
        writing=reading.writing,
        hypotheses=reading.hypotheses,
    )


AnyEntry = TrueEntry | PredictedEntry
Pair = tuple[TrueEntry, PredictedEntry]


@dataclass(frozen=True, slots=True)
class Alignment:
    """The correspondence of true and predicted entries.

    Attributes:
        pairs: True entries with their predictions.
        missing: True entries without a prediction.
        extra: Predicted entries without a true entry.
    """

    pairs: tuple[Pair, ...]
    missing: tuple[TrueEntry, ...]
    extra: tuple[PredictedEntry, ...]


def align_entries(
    truth: Sequence[TrueEntry], predicted: Sequence[PredictedEntry], number_column: str
) -> Alignment:
    """Pair entries by number and year (ignoring leading zeros), then by place, then in page order.

    Args:
        number_column: The Ministry's column of the entry number.
    """

    def number(entry: AnyEntry) -> Hashable | None:
        return _number(entry, number_column)

    def number_and_place(entry: AnyEntry) -> Hashable | None:
        number_key, place = number(entry), _place(entry)
        return None if number_key is None or place is None else (number_key, place)

    pairs: list[Pair] = []
    true_left, predicted_left = list(truth), list(predicted)
    for key in (number_and_place, number, _place):
        more, true_left, predicted_left = _pair_by_key(true_left, predicted_left, key)
        pairs += more
    true_left.sort(key=_order)
    predicted_left.sort(key=_order)
    both = min(len(true_left), len(predicted_left))
    pairs += zip(true_left[:both], predicted_left[:both], strict=True)
    return Alignment(tuple(pairs), tuple(true_left[both:]), tuple(predicted_left[both:]))


def _pair_by_key(
    truth: list[TrueEntry], predicted: list[PredictedEntry], key: Callable[[AnyEntry], Hashable | None]
) -> tuple[list[Pair], list[TrueEntry], list[PredictedEntry]]:
    """Return pairs of equal keys in order (``None`` equals no key), and the unpaired entries of both sides."""
    waiting: dict[Hashable, list[PredictedEntry]] = defaultdict(list)
    for entry in sorted(predicted, key=_order):
        waiting[key(entry)].append(entry)
    pairs: list[Pair] = []
    true_left: list[TrueEntry] = []
    for true in sorted(truth, key=_order):
        true_key = key(true)
        if true_key is not None and waiting[true_key]:
            pairs.append((true, waiting[true_key].pop(0)))
        else:
            true_left.append(true)
    return pairs, true_left, [entry for entries in waiting.values() for entry in entries]


def _number(entry: AnyEntry, column: str) -> Hashable | None:
    if isinstance(entry, TrueEntry):
        text = entry.values.get(column, "")
    else:
        value = entry.values.get(column)
        text = "" if value is None else value.text
    return ENTRY_NUMBER.parse(text).canonical or None


def _place(entry: AnyEntry) -> Hashable | None:
    return None if entry.page is None or entry.row is None else (entry.page, entry.row)


def _order(entry: AnyEntry) -> tuple[float, float]:
    last = float("inf")
    return (last if entry.page is None else entry.page, last if entry.row is None else entry.row)
