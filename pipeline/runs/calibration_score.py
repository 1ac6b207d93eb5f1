"""The worth of a calibration on fields that it was not fitted on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.digitize.route import RoutingOptions
from pipeline.recognition import calibration
from pipeline.recognition.calibration import Calibration, RiskBound, Sample
from pipeline.training.evaluation.confidence import calibration_error, judged_bins

GROUPS = {"critical": "quan trọng", "other": "khác"}


@dataclass(frozen=True)
class CalibrationScore:
    """What a calibration is worth on fields it was not fitted on.

    Attributes:
        bounds: The bound of the risk by group of fields.
        errors: The expected calibration error by kind of value, ``""`` for all kinds together.
    """

    bounds: dict[str, RiskBound]
    errors: dict[str, float]


def proves_less(after: CalibrationScore, before: CalibrationScore) -> bool:
    """Whether a group is no longer accepted at all though nothing speaks against accepting it as before."""
    return any(
        after.bounds[group].threshold is None and bound.threshold is not None and not bound.refuted
        for group, bound in before.bounds.items()
    )


def score_calibration(
    known: Calibration, made: Calibration, held: Sequence[Sample], routing: RoutingOptions
) -> CalibrationScore:
    """Return the worth of a known calibration on the fields that bounded a new one's risk.

    It is tried with its own thresholds.

    Args:
        made: The new calibration.
        held: The samples that were held back from fitting.
        routing: The error rates that the office tolerates.
    """
    sure = known.chances_right([sample.features for sample in held])
    judged: dict[str, list[tuple[float, bool]]] = {"": []}
    for sample, chance in zip(held, sure, strict=True):
        for kind in ("", sample.features.kind.partition(":")[0]):
            judged.setdefault(kind, []).append((chance, sample.right))
    bounds = {}
    for group in GROUPS:
        critical = group == "critical"
        tolerated = routing.tolerated_critical if critical else routing.tolerated
        bound = known.bound(critical=critical, tolerated=tolerated, delta=routing.delta)
        bounds[group] = bound if known is made else _tried(bound, known, held, sure, critical=critical)
    errors = {kind: calibration_error(judged_bins(pairs)) for kind, pairs in judged.items()}
    return CalibrationScore(
        bounds, {kind: error for kind, error in sorted(errors.items()) if error is not None}
    )


def _tried(
    bound: RiskBound, known: Calibration, held: Sequence[Sample], sure: Sequence[float], *, critical: bool
) -> RiskBound:
    """The threshold of a bound as it would have done on these fields."""
    group = [(s, c) for s, c in zip(held, sure, strict=True) if s.critical is critical]
    taken = [
        s
        for s, c in group
        if s.features.eligible
        and known.knows(s.features.kind)
        and bound.threshold is not None
        and c >= bound.threshold
    ]
    wrong = sum(not sample.right for sample in taken)
    upper = calibration.upper_bound(len(taken), wrong, bound.delta)
    return RiskBound(bound.threshold, len(group), len(taken), wrong, upper, bound.tolerated, bound.delta)
