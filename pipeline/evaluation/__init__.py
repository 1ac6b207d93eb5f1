"""How right the readings of a book are, measured against what is on paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from itertools import groupby
from typing import Any

from pipeline.evaluation.alignment import aligned
from pipeline.evaluation.confidence import (
    CalibrationBin,
    CurvePoint,
    calibration_bins,
    calibration_error,
    coverage_error_curve,
)
from pipeline.evaluation.outcome import Outcome, outcomes_of
from pipeline.evaluation.prediction import BookPrediction, PredictedEntry, PredictedValue, prediction_of
from pipeline.evaluation.score import Score, score_of
from pipeline.evaluation.truth import BookTruth, TrueEntry, load_truth
from pipeline.schema import RecordSpec

__all__ = [
    "BookPrediction",
    "BookTruth",
    "Evaluation",
    "PredictedEntry",
    "PredictedValue",
    "Score",
    "TrueEntry",
    "evaluate",
    "load_truth",
    "prediction_of",
]


@dataclass(frozen=True)
class Evaluation:
    """All figures of one book. ``matched``, ``missing`` and ``extra`` count entries; ``versions`` say what
    read it.
    """

    overall: Score
    by_column: Mapping[str, Score]
    by_kind: Mapping[str, Score]
    matched: int
    missing: int
    extra: int
    curve: tuple[CurvePoint, ...]
    calibration: tuple[CalibrationBin, ...]
    calibration_error: float | None
    pages_per_minute: float | None = None
    versions: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The same figures as JSON holds them."""
        return {
            "entries": {"matched": self.matched, "missing": self.missing, "extra": self.extra},
            "overall": self.overall.as_dict(),
            "by_column": {column: score.as_dict() for column, score in self.by_column.items()},
            "by_kind": {kind: score.as_dict() for kind, score in self.by_kind.items()},
            "coverage_error_curve": [asdict(point) for point in self.curve],
            "calibration": {
                "error": self.calibration_error,
                "bins": [asdict(held) for held in self.calibration],
            },
            "pages_per_minute": self.pages_per_minute,
            "versions": dict(self.versions),
        }


def evaluate(
    truth: BookTruth,
    prediction: BookPrediction,
    record: RecordSpec,
    *,
    pages_per_minute: float | None = None,
    versions: Mapping[str, str] | None = None,
) -> Evaluation:
    """Score a book. Columns and kinds come in the record's order; fields of missing entries count as not
    read.
    """
    alignment = aligned(truth.entries, prediction.entries)
    outcomes = outcomes_of(alignment, {spec.column: spec.kind for spec in record.fields})
    order = {spec.column: number for number, spec in enumerate(record.fields)}
    in_order = sorted(outcomes, key=lambda o: (order.get(o.column, len(order)), o.column))
    bins = calibration_bins(outcomes)
    return Evaluation(
        overall=score_of(outcomes),
        by_column={column: score_of(group) for column, group in groupby(in_order, key=lambda o: o.column)},
        by_kind=_by_kind(outcomes),
        matched=len(alignment.pairs),
        missing=len(alignment.missing),
        extra=len(alignment.extra),
        curve=coverage_error_curve(outcomes),
        calibration=bins,
        calibration_error=calibration_error(bins),
        pages_per_minute=pages_per_minute,
        versions=versions or {},
    )


def _by_kind(outcomes: tuple[Outcome, ...]) -> Mapping[str, Score]:
    kinds = sorted({outcome.kind for outcome in outcomes})
    return {kind: score_of(outcome for outcome in outcomes if outcome.kind == kind) for kind in kinds}
