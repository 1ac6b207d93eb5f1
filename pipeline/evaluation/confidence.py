"""X"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

from pipeline.evaluation.field_scores import FieldOutcome, Score, score_of, upper_bound
from pipeline.model import FieldStatus

BINS = 10
CURVE_POINTS = 100


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Taking every field of at least ``confidence``: how many that are, how many of them are wrong; ``coverage`` is
    their share of all fields that were not called blank, ``error`` the share of them that is wrong.
    """

    confidence: float
    coverage: float
    error: float
    taken: int
    wrong: int

    @property
    def error_bound(self) -> float:
        """What the share of errors stays below, as sure as ``bound.SURE``."""
        return upper_bound(self.wrong, self.taken) or 0.0


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """The fields whose confidence lies in one tenth of 0..1: mean confidence beside the share that is right."""

    fields: int
    confidence: float
    right: float


def coverage_error_curve(outcomes: Iterable[FieldOutcome]) -> tuple[CurvePoint, ...]:
    """From the surest field to the last that was read, at most ``CURVE_POINTS`` points; equal confidences are taken
    together.
    """
    inked = _inked(outcomes)
    points: list[CurvePoint] = []
    taken = wrong = 0
    by_confidence = sorted(_read(inked), key=lambda o: -o.predicted.confidence)
    for confidence, group in groupby(by_confidence, key=lambda o: o.predicted.confidence):
        for outcome in group:
            taken += 1
            wrong += not outcome.right
        points.append(CurvePoint(confidence, taken / len(inked), wrong / taken, taken, wrong))
    return _thinned(points)


def accepted_point(outcomes: Iterable[FieldOutcome]) -> CurvePoint | None:
    """Where on that plane the machine stands: the fields it accepted as read, with the least confidence of any of
    them; ``None`` when it accepted none.
    """
    inked = _inked(outcomes)
    accepted = [outcome for outcome in _read(inked) if outcome.predicted.accepted]
    if not accepted:
        return None
    wrong = sum(not outcome.right for outcome in accepted)
    least = min(outcome.predicted.confidence for outcome in accepted)
    return CurvePoint(least, len(accepted) / len(inked), wrong / len(accepted), len(accepted), wrong)


def _thinned(points: Sequence[CurvePoint]) -> tuple[CurvePoint, ...]:
    if len(points) <= CURVE_POINTS:
        return tuple(points)
    last = len(points) - 1
    return tuple(points[round(step * last / (CURVE_POINTS - 1))] for step in range(CURVE_POINTS))


def calibration_bins(outcomes: Iterable[FieldOutcome]) -> tuple[CalibrationBin, ...]:
    """The bins that hold any field, from unsure to sure."""
    return judged_bins((outcome.predicted.confidence, outcome.right) for outcome in _read(outcomes))


def judged_bins(judged: Iterable[tuple[float, bool]]) -> tuple[CalibrationBin, ...]:
    """The same of confidences beside whether they were right."""
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for confidence, right in judged:
        place = int(min(max(confidence, 0.0), 1.0) * BINS)
        bins[min(place, BINS - 1)].append((confidence, right))
    return tuple(
        CalibrationBin(
            len(held),
            sum(confidence for confidence, _ in held) / len(held),
            sum(right for _, right in held) / len(held),
        )
        for held in bins
        if held
    )


def calibration_error(bins: Sequence[CalibrationBin]) -> float | None:
    """Expected calibration error: the mean gap between confidence and truth; ``None`` when nothing was read."""
    fields = sum(held.fields for held in bins)
    if not fields:
        return None
    return sum(held.fields * abs(held.confidence - held.right) for held in bins) / fields


def _inked(outcomes: Iterable[FieldOutcome]) -> list[FieldOutcome]:
    return [outcome for outcome in outcomes if outcome.predicted.status is not FieldStatus.BLANK]


def _read(outcomes: Iterable[FieldOutcome]) -> list[FieldOutcome]:
    return [outcome for outcome in outcomes if outcome.predicted.status is FieldStatus.READ]


@dataclass(frozen=True)
class GroupFigures:
    """``accepted`` is where on the curve's plane the machine itself drew the line, ``None`` when it accepted nothing
    that it had read; ``critical`` counts fields whose error would do most harm.
    """

    score: Score
    curve: tuple[CurvePoint, ...]
    accepted: CurvePoint | None
    calibration: tuple[CalibrationBin, ...]
    critical: int

    @property
    def calibration_error(self) -> float | None:
        """Expected calibration error (ECE), ``None`` when nothing was read."""
        return calibration_error(self.calibration)

    def as_dict(self) -> dict[str, Any]:
        return {
            **self.score.as_dict(),
            "critical": self.critical,
            "coverage_error_curve": [asdict(point) for point in self.curve],
            "calibration": {
                "error": self.calibration_error,
                "bins": [asdict(held) for held in self.calibration],
            },
        }


def figures_of(outcomes: Iterable[FieldOutcome]) -> GroupFigures:
    """The figures of any group: ``figures_of(o for o in evaluation.outcomes if …)``."""
    group = tuple(outcomes)
    return GroupFigures(
        score=score_of(group),
        curve=coverage_error_curve(group),
        accepted=accepted_point(group),
        calibration=calibration_bins(group),
        critical=sum(outcome.critical for outcome in group),
    )
