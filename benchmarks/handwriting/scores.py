"""What the fields of drawn books are worth: exact shares, what was accepted and how wrong that is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.figures import share
from benchmarks.handwriting.books import HandOutcome
from pipeline.base.model import FieldStatus
from pipeline.training.evaluation import figures_of
from pipeline.training.evaluation.confidence import CurvePoint, calibration_error, judged_bins
from pipeline.training.evaluation.field_scores import upper_bound

WANTED: Mapping[str, float] = {
    "sex": 0.99, "ethnicity": 0.99, "nationality": 0.99, "date": 0.97, "date_words": 0.97, "entry_number": 0.97,
    "id_number": 0.97, "name": 0.85, "place": 0.75,
}  # fmt: skip
"""Least share of fields read rightly (``Outcome.right``), by kind or list."""

TOLERATED = (0.001, 0.004, 0.01, 0.02)
"""Shares of errors among accepted fields at which the curve has a point."""

DRAWS = 100
"""How often truth is drawn to know what calibration error chance alone makes."""

CURVE_POINTS = 25
"""Points of the curve in the figures."""


@dataclass(frozen=True)
class FieldFigures:
    """Figures of some handwritten fields. ``exact``, ``right`` and ``cer`` leave out those with a ``struck``-out value,
    which a person has to see, and the ``invented`` ones, read where nothing stands; all else counts every field.
    ``ece`` is None where nothing was read; ``ece_by_chance``: how great it would be, on average, were every confidence
    exactly true."""

    fields: int
    struck: int
    invented: int
    exact: float | None
    right: float | None
    cer: float | None
    accepted: int
    wrong: int
    ece: float | None
    ece_by_chance: float | None
    curve: tuple[CurvePoint, ...]

    @property
    def accepted_share(self) -> float | None:
        return share(self.accepted, self.fields)

    @property
    def error(self) -> float | None:
        return share(self.wrong, self.accepted)

    @property
    def error_bound(self) -> float | None:
        """What the share of errors stays below with 95 %."""
        return upper_bound(self.wrong, self.accepted)

    def reach(self, tolerated: float) -> float:
        """The greatest share of fields that some threshold would accept with at most that share of errors."""
        return max((point.coverage for point in self.curve if point.error <= tolerated), default=0.0)

    def as_dict(self) -> dict[str, Any]:
        return {
            "fields": self.fields,
            "struck": self.struck,
            "invented": self.invented,
            "exact": self.exact,
            "right": self.right,
            "cer": self.cer,
            "accepted": self.accepted_share,
            "accepted_fields": self.accepted,
            "accepted_wrong": self.wrong,
            "accepted_error": self.error,
            "accepted_error_bound": self.error_bound,
            "ece": self.ece,
            "ece_by_chance": self.ece_by_chance,
        }


def field_figures(fields: Iterable[HandOutcome]) -> FieldFigures:
    """Return the figures of the fields that count as handwriting."""
    counted = [field for field in fields if field.counts]
    scored = [field.outcome for field in counted if field.by_hand and not field.struck]
    accepted = [field.outcome for field in counted if field.outcome.predicted.accepted]
    figures = figures_of(field.outcome for field in counted)
    return FieldFigures(
        fields=len(counted),
        struck=sum(field.struck for field in counted),
        invented=sum(not field.by_hand and not field.struck for field in counted),
        exact=share(sum(outcome.exact for outcome in scored), len(scored)),
        right=share(sum(outcome.right for outcome in scored), len(scored)),
        cer=share(sum(o.edits for o in scored), sum(o.characters for o in scored)),
        accepted=len(accepted),
        wrong=sum(not outcome.right for outcome in accepted),
        ece=figures.calibration_error,
        ece_by_chance=error_by_chance(
            [o.predicted.confidence for f in counted if (o := f.outcome).predicted.status is FieldStatus.READ]
        ),
        curve=figures.curve,
    )


def error_by_chance(confidences: Sequence[float]) -> float | None:
    """The calibration error that so many fields show by chance alone when each is right as often as its confidence
    says: with few fields it is far from 0, and one that was measured means something only beside it."""
    random = np.random.default_rng(len(confidences))
    sure = np.array(confidences)
    drawn = (
        calibration_error(
            judged_bins(zip(confidences, (random.random(len(sure)) < sure).tolist(), strict=True))
        )
        for _ in range(DRAWS)
    )
    return float(np.mean([error or 0.0 for error in drawn])) if len(sure) else None


def figures_by(
    fields: Sequence[HandOutcome], group: Callable[[HandOutcome], str]
) -> Mapping[str, FieldFigures]:
    """The figures of each group that has a field that counts."""
    groups: dict[str, list[HandOutcome]] = {}
    for field in fields:
        if field.counts:
            groups.setdefault(group(field), []).append(field)
    return {name: field_figures(groups[name]) for name in sorted(groups)}


def curve_points(figures: FieldFigures) -> Sequence[dict[str, float]]:
    """The curve in few points, from the surest fields to all."""
    curve = figures.curve
    if len(curve) > CURVE_POINTS:
        last = len(curve) - 1
        curve = tuple(curve[round(step * last / (CURVE_POINTS - 1))] for step in range(CURVE_POINTS))
    return [
        {"confidence": point.confidence, "coverage": point.coverage, "error": point.error} for point in curve
    ]
