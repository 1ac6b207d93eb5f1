"""All figures of one group of fields."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from pipeline.evaluation.confidence import (
    CalibrationBin,
    CurvePoint,
    accepted_point,
    calibration_bins,
    calibration_error,
    coverage_error_curve,
)
from pipeline.evaluation.outcome import FieldOutcome
from pipeline.evaluation.score import Score, score_of


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
