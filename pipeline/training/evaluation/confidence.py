"""Measures of whether confidences mean anything.

Error against coverage is taken over fields with ink, calibration over fields read; ``figures_of`` gives all
figures of a group of fields.
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
    """A point of the curve: every field of at least a certain confidence is accepted.

    Attributes:
        confidence: The least confidence.
        coverage: The share of accepted fields among all that were not called blank.
        error: The share of them that is wrong.
        taken: How many are accepted.
        wrong: How many of them are wrong.
    """

    confidence: float
    coverage: float
    error: float
    taken: int
    wrong: int

    @property
    def error_bound(self) -> float:
        """The upper bound of the share of errors, at the level ``field_scores.SURE``."""
        return upper_bound(self.wrong, self.taken) or 0.0


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """The fields whose confidence lies in a tenth of 0..1: their mean confidence, and the share that is right."""

    fields: int
    confidence: float
    right: float


def coverage_error_curve(outcomes: Iterable[FieldOutcome]) -> tuple[CurvePoint, ...]:
    """Return the curve from the surest field to the last that was read, in at most ``CURVE_POINTS`` points.

    Fields of equal confidence make one point.
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
    """Return the point of the fields that the machine accepted as read, with the least confidence of any of them.

    ``None`` when it accepted none.
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
    """Return the bins that hold any field, from unsure to sure."""
    return judged_bins((outcome.predicted.confidence, outcome.right) for outcome in _read(outcomes))


def judged_bins(judged: Iterable[tuple[float, bool]]) -> tuple[CalibrationBin, ...]:
    """Return the bins of confidences, each with whether its reading was right."""
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
    """Return the expected calibration error: the mean gap between confidence and truth; ``None`` of nothing read."""
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
        accepted: The point at which the machine itself stopped accepting; ``None``: it accepted nothing it had read.
        calibration: Confidence against the share that is right.
        critical: How many fields would do most harm if wrong.
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
    """Return the figures of any group: ``figures_of(o for o in evaluation.outcomes if …)``."""
    group = tuple(outcomes)
    return GroupFigures(
        score=score_of(group),
        curve=coverage_error_curve(group),
        accepted=accepted_point(group),
        calibration=calibration_bins(group),
        critical=sum(outcome.critical for outcome in group),
    )
