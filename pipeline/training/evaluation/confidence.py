"""Quality of confidences: error against coverage, and calibration.

Error against coverage refers to fields with ink, calibration to fields with a reading; ``figures_of`` gives all figures
of a group of fields.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

from pipeline.base.model import FieldStatus
from pipeline.training.evaluation.field_scores import FieldOutcome, Score, score_of, upper_bound

BINS = 10
CURVE_POINTS = 100


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """A point of the coverage–error curve: all fields of at least its confidence are accepted.

    Attributes:
        confidence: The threshold.
        coverage: Share of accepted fields among all fields not read as blank.
        error: Share of wrong fields among accepted fields.
        taken: Number of accepted fields.
        wrong: Number of wrong accepted fields.
    """

    confidence: float
    coverage: float
    error: float
    taken: int
    wrong: int

    @property
    def error_bound(self) -> float:
        """The upper bound of the error rate at the level ``field_scores.SURE``."""
        return upper_bound(self.wrong, self.taken) or 0.0


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """The fields with confidence in a tenth of 0..1: number, mean confidence, share of right fields."""

    fields: int
    confidence: float
    right: float


def coverage_error_curve(outcomes: Iterable[FieldOutcome]) -> tuple[CurvePoint, ...]:
    """Return the curve from the most to the least confident read field, in at most ``CURVE_POINTS`` points.

    Fields of equal confidence share a point.
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
    """Return the point of the accepted read fields, with their least confidence; ``None`` without accepted fields."""
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
    """Return the bins with fields, in order of confidence."""
    return judged_bins((outcome.predicted.confidence, outcome.right) for outcome in _read(outcomes))


def judged_bins(judged: Iterable[tuple[float, bool]]) -> tuple[CalibrationBin, ...]:
    """Return the bins of pairs of confidence and correctness."""
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
    """Return the expected calibration error: mean gap of confidence and accuracy; ``None`` without readings."""
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
    """All figures of a group of fields.

    Attributes:
        score: Counts and shares.
        curve: Error against coverage.
        accepted: The point of acceptance; ``None``: no read field was accepted.
        calibration: Accuracy by confidence.
        critical: Number of critical fields.
    """

    score: Score
    curve: tuple[CurvePoint, ...]
    accepted: CurvePoint | None
    calibration: tuple[CalibrationBin, ...]
    critical: int

    @property
    def calibration_error(self) -> float | None:
        """Expected calibration error (ECE); ``None`` without readings."""
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
    """Return the figures of a group: ``figures_of(o for o in evaluation.outcomes if …)``."""
    group = tuple(outcomes)
    return GroupFigures(
        score=score_of(group),
        curve=coverage_error_curve(group),
        accepted=accepted_point(group),
        calibration=calibration_bins(group),
        critical=sum(outcome.critical for outcome in group),
    )
