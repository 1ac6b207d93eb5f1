"""Whether confidence means anything: coverage against error, and calibration. Over fields that were read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from pipeline.evaluation.outcome import Outcome
from pipeline.model import FieldStatus

BINS = 10
CURVE_POINTS = 100


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Taking every field of at least ``confidence``: the share of fields taken, the share of those that is
    wrong.
    """

    confidence: float
    coverage: float
    error: float


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """The fields whose confidence lies in one tenth of 0..1: mean confidence beside the share that is exact."""

    fields: int
    confidence: float
    exact: float


def coverage_error_curve(outcomes: Iterable[Outcome]) -> tuple[CurvePoint, ...]:
    """From the surest field to all of them, at most ``CURVE_POINTS`` points; equal confidences are taken
    together.
    """
    read = sorted(_read(outcomes), key=lambda o: -o.predicted.confidence)
    points: list[CurvePoint] = []
    taken = wrong = 0
    for confidence, group in groupby(read, key=lambda o: o.predicted.confidence):
        for outcome in group:
            taken += 1
            wrong += not outcome.exact
        points.append(CurvePoint(confidence, taken / len(read), wrong / taken))
    return _thinned(points)


def _thinned(points: Sequence[CurvePoint]) -> tuple[CurvePoint, ...]:
    if len(points) <= CURVE_POINTS:
        return tuple(points)
    last = len(points) - 1
    return tuple(points[round(step * last / (CURVE_POINTS - 1))] for step in range(CURVE_POINTS))


def calibration_bins(outcomes: Iterable[Outcome]) -> tuple[CalibrationBin, ...]:
    """The bins that hold any field, from unsure to sure."""
    bins: list[list[Outcome]] = [[] for _ in range(BINS)]
    for outcome in _read(outcomes):
        place = int(min(max(outcome.predicted.confidence, 0.0), 1.0) * BINS)
        bins[min(place, BINS - 1)].append(outcome)
    return tuple(
        CalibrationBin(
            len(held),
            sum(o.predicted.confidence for o in held) / len(held),
            sum(o.exact for o in held) / len(held),
        )
        for held in bins
        if held
    )


def calibration_error(bins: Sequence[CalibrationBin]) -> float | None:
    """Expected calibration error: the mean gap between confidence and truth; ``None`` when nothing was read."""
    fields = sum(held.fields for held in bins)
    if not fields:
        return None
    return sum(held.fields * abs(held.confidence - held.exact) for held in bins) / fields


def _read(outcomes: Iterable[Outcome]) -> list[Outcome]:
    return [outcome for outcome in outcomes if outcome.predicted.status is FieldStatus.READ]
