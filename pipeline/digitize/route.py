"""Which readings may enter the record without a person, and for what reason the others wait in the queue.

Confidence alone never accepts a value: a finding about it outweighs any confidence. Handwriting is accepted only by a
calibration: where the chance that the value is right is high enough for the error among accepted fields to be proven
within what the office tolerates. Without a calibration, or without that proof, none of it is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.calibration import DELTA, Calibration, RiskBound, calibration_features, may_be_ditto
from pipeline.model import (
    HANDWRITTEN,
    NOT_READ,
    UNSURE,
    FieldReading,
    FieldStatus,
    Finding,
    Severity,
    Writing,
)
from pipeline.schema import FieldSpec, RecordSpec

_TRUSTED = (Writing.PRINT, Writing.MARK)


@dataclass(frozen=True, slots=True)
class RoutingOptions:
    """``min_confidence``: least confidence (0..1) with which print and marks are accepted, for any field, and for
    critical ones and all names, which no list and no other field vouches for. ``calibration`` is what handwriting is
    accepted by; ``tolerated``: the greatest share of errors among accepted fields, of any kind and of critical ones,
    proven but for a chance of ``delta``."""

    min_confidence: float = 0.95
    min_confidence_critical: float = 0.96
    calibration: Calibration | None = None
    tolerated: float = 0.004
    tolerated_critical: float = 0.001
    delta: float = DELTA

    def bound(self, *, critical: bool) -> RiskBound | None:
        """What is proven of one group of fields; ``None`` without a calibration."""
        tolerated = self.tolerated_critical if critical else self.tolerated
        known = self.calibration
        return known.bound(critical=critical, tolerated=tolerated, delta=self.delta) if known else None

    def for_reader(self, reader: str) -> RoutingOptions:
        """These options without a calibration that speaks of another reader of handwriting, or of none in particular
        (``Engines.hand_fingerprint``)."""
        foreign = self.calibration is not None and self.calibration.reader != reader
        return replace(self, calibration=None) if foreign else self


def routed(
    readings: Sequence[FieldReading],
    findings: Sequence[Finding],
    record: RecordSpec,
    options: RoutingOptions = RoutingOptions(),
) -> tuple[tuple[FieldReading, ...], tuple[Finding, ...]]:
    """The readings with ``accepted`` set, and the findings with the reasons added why a reading is not trusted. Where a
    calibration speaks of a reading, its confidence becomes the chance that the value is right.

    Fields that share one blank (the same ``box``) share their doubts: ink that was given to one may belong to
    another. Not so where both have a calibrated chance, which knows such mistakes, and the other says something whole
    that is merely not sure enough. A field that is not on the form has nothing to review and counts as accepted.
    """
    found = list(findings)
    told = _doubted(found)
    readings, calibrated = _calibrated(readings, findings, record, options)
    for reading in readings:
        spec = record.by_name.get(reading.field)
        least = _least(reading, spec, options, reading.field in calibrated)
        code = _reason(reading, least, reading.field in told)
        if code:
            found.append(Finding(code, Severity.REVIEW, (reading.field,)))
    doubted = _doubted(found)
    serious = _doubted([finding for finding in found if finding.code != UNSURE])
    calm = {
        reading.field
        for reading in readings
        if reading.field in calibrated - serious and reading.status is FieldStatus.READ and reading.canonical
    }
    shared = {reading.box for reading in readings if reading.field in doubted and _inked(reading)}
    between_calibrated = {
        reading.box for reading in readings if reading.field in doubted - calm and _inked(reading)
    }
    decided = []
    for reading in readings:
        others = between_calibrated if reading.field in calibrated else shared
        doubt = reading.field in doubted or (_inked(reading) and reading.box in others)
        whole = _is_whole(reading, record.by_name.get(reading.field))
        decided.append(replace(reading, accepted=whole and not doubt))
    return tuple(decided), tuple(found)


def _calibrated(
    readings: Sequence[FieldReading], findings: Sequence[Finding], record: RecordSpec, options: RoutingOptions
) -> tuple[Sequence[FieldReading], frozenset[str]]:
    """The readings with calibrated chances (handwritten ones with evidence), and for which fields these chances were
    proven: those of a kind that the calibration has seen, a date without its day aside."""
    if options.calibration is None:
        return readings, frozenset()
    features = calibration_features(readings, findings, record)
    chances = dict(zip(features, options.calibration.chances_right(tuple(features.values())), strict=True))
    return [
        replace(reading, confidence=chances[reading.field]) if reading.field in chances else reading
        for reading in readings
    ], frozenset(
        name for name, known in features.items() if known.whole and options.calibration.knows(known.kind)
    )


def _least(
    reading: FieldReading, spec: FieldSpec | None, options: RoutingOptions, calibrated: bool
) -> float | None:
    """The confidence from which the reading is trusted; ``None`` when none is enough."""
    critical = spec is not None and spec.critical
    if calibrated:
        bound = options.bound(critical=critical)
        return bound.threshold if bound else None
    if reading.writing not in _TRUSTED:
        return None
    if spec is not None and reading.canonical and may_be_ditto(reading, spec):
        return math.inf
    unvouched = critical or (spec is not None and spec.kind == "name")
    return options.min_confidence_critical if unvouched else options.min_confidence


def _doubted(findings: Sequence[Finding]) -> frozenset[str]:
    """The fields that a person has to look at."""
    serious = (finding for finding in findings if finding.severity is not Severity.INFO)
    return frozenset(name for finding in serious for name in finding.fields)


def _reason(reading: FieldReading, least: float | None, told: bool) -> str:
    """Why the machine's word on this field is not enough, ``""`` when it is; ``least``: the confidence that would be;
    ``told``: a finding says so already.
    """
    if reading.status is FieldStatus.UNREADABLE:
        return NOT_READ
    if reading.status is FieldStatus.BLANK and reading.writing is Writing.NONE:
        return ""
    if reading.status not in (FieldStatus.READ, FieldStatus.BLANK):
        return ""
    if least is None:
        return HANDWRITTEN
    if not reading.confidence >= least:  # not a number is no confidence
        return UNSURE
    empty = reading.status is FieldStatus.READ and not reading.canonical
    return NOT_READ if empty and not told else ""


def _inked(reading: FieldReading) -> bool:
    """Whether the field's blank, its own or a shared one, is known to have ink in it."""
    return reading.box is not None and reading.writing is not Writing.NONE


def _is_whole(reading: FieldReading, spec: FieldSpec | None) -> bool:
    """Whether nothing is wanting of the value: it is read and parses, or may be blank and is."""
    if reading.status is FieldStatus.READ:
        return bool(reading.canonical)
    if reading.status is FieldStatus.BLANK:
        return spec is not None and not spec.required
    return reading.status is FieldStatus.NOT_ON_FORM
