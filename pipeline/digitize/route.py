"""Route: decide which readings enter the record without a person, and why the others wait for review.

Confidence alone never accepts a value: a finding outweighs any confidence. Handwriting is accepted only by a
calibration, from the probability at which the error among accepted fields is proven to be within the office's
tolerance. Without a calibration or that proof no handwriting is accepted.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipeline.base.model import (
    HANDWRITTEN,
    NOT_READ,
    UNSURE,
    Confirmed,
    FieldReading,
    FieldStatus,
    Finding,
    Severity,
    Writing,
)
from pipeline.base.model.adapted_reader import Trust, is_adapted, parent_of
from pipeline.declarations.schema import FieldSpec, RecordSpec
from pipeline.recognition.calibration import (
    DELTA,
    IN_ORDER,
    SAID_ELSEWHERE,
    SAID_IN_COPY,
    Calibration,
    RiskBound,
    calibration_features,
    confirmed_chance,
    may_be_ditto,
)

log = logging.getLogger(__name__)

_TRUSTED = (Writing.PRINT, Writing.MARK)


@dataclass(frozen=True, slots=True)
class RoutingOptions:
    """Thresholds of acceptance without a person.

    Attributes:
        min_confidence: Least confidence (0..1) of accepted print and check marks.
        min_confidence_critical: The same for critical fields and for all names, which nothing else confirms.
        calibration: The calibration of handwriting; ``None`` accepts no handwriting.
        tolerated: Largest share of errors among accepted fields, proven with probability 1 - ``delta``.
        tolerated_critical: The same among critical fields.
        delta: The probability, 0..1, that the proof is wrong.
        trust: The trust in readers adapted to the hand of a book.
    """

    min_confidence: float = 0.95
    min_confidence_critical: float = 0.96
    calibration: Calibration | None = None
    tolerated: float = 0.004
    tolerated_critical: float = 0.001
    delta: float = DELTA
    trust: Trust = field(default="proposal", repr=False)

    def bound(self, *, critical: bool) -> RiskBound | None:
        """Return the proven error bound of one group of fields, ``None`` without a calibration."""
        tolerated = self.tolerated_critical if critical else self.tolerated
        known = self.calibration
        return known.bound(critical=critical, tolerated=tolerated, delta=self.delta) if known else None

    def for_reader(self, reader: str) -> RoutingOptions:
        """Return these options without a calibration of another handwriting engine.

        A reader adapted to the hand of a book has the calibration of its parent reader, and the trust of its adapter.

        Args:
            reader: The fingerprint of the engine (``Engines.hand_fingerprint``).
        """
        parent, trust = parent_of(reader)
        foreign = self.calibration is not None and self.calibration.reader != parent
        options = replace(self, calibration=None) if foreign else self
        return replace(options, trust=trust) if trust else options

    def trusts(self, reading: FieldReading, *, critical: bool) -> bool:
        """Return whether the reader of a reading is trusted for acceptance."""
        if not is_adapted(reading.engine):
            return True
        return self.trust == "critical" or (self.trust == "ordinary" and not critical)


def route(
    readings: Sequence[FieldReading],
    findings: Sequence[Finding],
    record: RecordSpec,
    options: RoutingOptions = RoutingOptions(),
    confirmed: Confirmed = Confirmed(),
) -> tuple[tuple[FieldReading, ...], tuple[Finding, ...]]:
    """Decide which readings are accepted.

    If a calibration covers a reading, its confidence becomes the probability that the value is right. Fields that share
    a region (the same ``box``) share their doubts: ink assigned to one field may belong to another. They do not if both
    have a calibrated probability, which includes such mistakes, and the doubted value is complete and merely below its
    threshold. A blank stays doubted beside words below their threshold, as these may belong to the blank. A field that
    the form lacks has nothing to review and counts as accepted.

    Args:
        findings: The findings about the readings so far.
        confirmed: The fields that the rest of the book confirms.

    Returns:
        The readings with ``accepted`` set; the findings with the reasons why readings are not accepted.
    """
    all_findings = list(findings)
    with_finding = _doubted(all_findings)
    readings, calibrated = _calibrated(readings, findings, record, options)
    readings = [_confirmed(reading, confirmed, record.by_name.get(reading.field)) for reading in readings]
    thresholds: dict[str, float | None] = {}
    for reading in readings:
        spec = record.by_name.get(reading.field)
        least = _least(reading, spec, options, reading.field in calibrated)
        thresholds[reading.field] = least
        code = _reason(reading, least, reading.field in with_finding)
        if code:
            all_findings.append(Finding(code, Severity.REVIEW, (reading.field,)))
    doubted = _doubted(all_findings)
    serious = _doubted([finding for finding in all_findings if finding.code != UNSURE])
    calm = {
        reading.field
        for reading in readings
        if reading.field in calibrated - serious and reading.status is FieldStatus.READ and reading.canonical
    }
    shared = {reading.box for reading in readings if reading.field in doubted and _inked(reading)}
    between_calibrated = {
        reading.box for reading in readings if reading.field in doubted - calm and _inked(reading)
    }
    of_words = {
        reading.box
        for reading in readings
        if reading.field in doubted and _inked(reading) and any(map(str.isalpha, reading.text))
    }
    decided = []
    for reading in readings:
        others = between_calibrated if reading.field in calibrated else shared
        if reading.status is FieldStatus.BLANK:
            others = others | of_words
        doubt = reading.field in doubted or (_inked(reading) and reading.box in others)
        whole = _is_whole(reading, record.by_name.get(reading.field))
        decided.append(replace(reading, accepted=whole and not doubt))
    _log_decisions(decided, thresholds, all_findings, calibrated)
    return tuple(decided), tuple(all_findings)


def _log_decisions(
    readings: Sequence[FieldReading],
    thresholds: Mapping[str, float | None],
    findings: Sequence[Finding],
    calibrated: frozenset[str],
) -> None:
    """Log the decision on each field and its reason, never its value."""
    if not log.isEnabledFor(logging.DEBUG):
        return
    for reading in readings:
        log.debug(
            "field %s: %s, %s, %s; confidence %.4f%s, threshold %s, findings %s",
            reading.field,
            "accepted" if reading.accepted else "to review",
            reading.status.value,
            reading.writing.value,
            reading.confidence,
            " (calibrated)" if reading.field in calibrated else "",
            thresholds[reading.field],
            [f"{finding.code}/{finding.severity}" for finding in findings if reading.field in finding.fields],
        )


def _calibrated(
    readings: Sequence[FieldReading], findings: Sequence[Finding], record: RecordSpec, options: RoutingOptions
) -> tuple[Sequence[FieldReading], frozenset[str]]:
    """Return the readings with calibrated probabilities, and the names of the fields with a proven calibration.

    Handwritten readings with evidence are calibrated. The calibration of a field is proven if it has seen the kind of
    the field, but not for a date without its day.
    """
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


def _confirmed(reading: FieldReading, confirmed: Confirmed, spec: FieldSpec | None) -> FieldReading:
    """Return a reading with the odds of its value raised by the greatest likelihood ratio of what confirms it."""
    odds = 1.0
    if reading.field in confirmed.order:
        odds = IN_ORDER
    elif reading.field in confirmed.values and reading.writing is Writing.HAND:
        odds = SAID_ELSEWHERE
    is_free = (
        spec is not None and not spec.value_kind.is_listed
    )  # of a list hardly a term is misread to measure by
    if reading.field in confirmed.copied and reading.writing is Writing.HAND and is_free:
        odds = max(odds, SAID_IN_COPY)
    return replace(reading, confidence=confirmed_chance(reading.confidence, odds)) if odds > 1.0 else reading


def _least(
    reading: FieldReading, spec: FieldSpec | None, options: RoutingOptions, calibrated: bool
) -> float | None:
    """Return the least confidence for acceptance, ``None`` if no confidence is enough."""
    critical = spec is not None and spec.critical
    if not options.trusts(reading, critical=critical):
        return None
    if calibrated:
        bound = options.bound(critical=critical)
        return bound.threshold if bound else None
    if reading.writing not in _TRUSTED:
        return None
    if spec is not None and reading.canonical and may_be_ditto(reading, spec):
        return math.inf
    unvouched = critical or (spec is not None and spec.value_kind.is_name)
    return options.min_confidence_critical if unvouched else options.min_confidence


def _doubted(findings: Sequence[Finding]) -> frozenset[str]:
    """Return the fields with a finding that asks for review."""
    serious = (finding for finding in findings if finding.severity is not Severity.INFO)
    return frozenset(name for finding in serious for name in finding.fields)


def _reason(reading: FieldReading, least: float | None, has_finding: bool) -> str:
    """Return the code of the reason why a reading is not accepted by itself, ``""`` without a reason.

    Args:
        least: The least confidence for acceptance; ``None`` if no confidence is enough.
        has_finding: Whether a finding already sends the field to a person.
    """
    if reading.status is FieldStatus.UNREADABLE:
        return NOT_READ
    if reading.status is FieldStatus.BLANK and reading.writing is Writing.NONE:
        return ""
    if reading.status not in (FieldStatus.READ, FieldStatus.BLANK):
        return ""
    if least is None:
        return HANDWRITTEN
    if not reading.confidence >= least:  # NaN is no confidence
        return UNSURE
    empty = reading.status is FieldStatus.READ and not reading.canonical
    return NOT_READ if empty and not has_finding else ""


def _inked(reading: FieldReading) -> bool:
    """Return whether the region of the field, its own or shared, has ink."""
    return reading.box is not None and reading.writing is not Writing.NONE


def _is_whole(reading: FieldReading, spec: FieldSpec | None) -> bool:
    """Return whether the value is complete: read and parsed, or blank where a blank is allowed."""
    if reading.status is FieldStatus.READ:
        return bool(reading.canonical)
    if reading.status is FieldStatus.BLANK:
        return spec is not None and not spec.required
    return reading.status is FieldStatus.NOT_ON_FORM
