"""Quality of a calibration on fields outside its fitting data."""

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
    """The quality of a calibration on fields outside its fitting data.

    Attributes:
        bounds: Risk bound by group of fields.
        errors: Expected calibration error by kind of value; ``""``: all kinds together.
    """

    bounds: dict[str, RiskBound]
    errors: dict[str, float]


def proves_less(after: CalibrationScore, before: CalibrationScore) -> bool:
    """Return whether a group loses its acceptance although no check refutes the earlier acceptance."""
    return any(
        after.bounds[group].threshold is None and bound.threshold is not None and not bound.refuted
        for group, bound in before.bounds.items()
    )


def score_calibration(
    known: Calibration, made: Calibration, held: Sequence[Sample], routing: RoutingOptions
) -> CalibrationScore:
    """Return the quality of a known calibration on the fields that bound the risk of a new calibration.

    It is scored with its own thresholds.

    Args:
        made: The new calibration.
        held: Samples held out from fitting.
        routing: The tolerated error rates of the office.
    """
    chances = known.chances_right([sample.features for sample in held])
    pairs_by_kind: dict[str, list[tuple[float, bool]]] = {"": []}
    for sample, chance in zip(held, chances, strict=True):
        for kind in ("", sample.features.kind.partition(":")[0]):
            pairs_by_kind.setdefault(kind, []).append((chance, sample.right))
    bounds = {}
    for group in GROUPS:
        critical = group == "critical"
        tolerated = routing.tolerated_critical if critical else routing.tolerated
        bound = known.bound(critical=critical, tolerated=tolerated, delta=routing.delta)
        bounds[group] = (
            bound if known is made else _measured_bound(bound, known, held, chances, critical=critical)
        )
    errors = {kind: calibration_error(judged_bins(pairs)) for kind, pairs in pairs_by_kind.items()}
    return CalibrationScore(
        bounds, {kind: error for kind, error in sorted(errors.items()) if error is not None}
    )


def _measured_bound(
    bound: RiskBound, known: Calibration, held: Sequence[Sample], chances: Sequence[float], *, critical: bool
) -> RiskBound:
    """Return a bound's threshold with the risk measured on these fields."""
    group = [
        (sample, chance) for sample, chance in zip(held, chances, strict=True) if sample.critical is critical
    ]
    accepted = [
        sample
        for sample, chance in group
        if sample.features.eligible
        and known.knows(sample.features.kind)
        and bound.threshold is not None
        and chance >= bound.threshold
    ]
    wrong = sum(not sample.right for sample in accepted)
    upper = calibration.upper_bound(len(accepted), wrong, bound.delta)
    return RiskBound(bound.threshold, len(group), len(accepted), wrong, upper, bound.tolerated, bound.delta)
