"""Which predicted entry speaks of which true one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pipeline.evaluation.prediction import PredictedEntry
from pipeline.evaluation.truth import TrueEntry
from pipeline.kinds import entry_number

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
    return entry_number.parse(text).canonical or None


def _place(entry: TrueEntry | PredictedEntry) -> Hashable | None:
    return None if entry.page is None or entry.row is None else (entry.page, entry.row)


def _number_and_place(entry: TrueEntry | PredictedEntry) -> Hashable | None:
    number, place = _number(entry), _place(entry)
    return None if number is None or place is None else (number, place)


def _order(entry: TrueEntry | PredictedEntry) -> tuple[float, float]:
    last = float("inf")
    return (last if entry.page is None else entry.page, last if entry.row is None else entry.row)
