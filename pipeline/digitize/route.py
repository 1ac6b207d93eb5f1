"""Route: which readings may enter the record without a person, and for what reason the others wait in the queue.

Confidence alone never accepts a value: a finding about it outweighs any confidence. Handwriting is accepted only by a
calibration: where the chance that the value is right is high enough for the error among accepted fields to be proven
within what the office tolerates. Without a calibration, or without that proof, none of it is.
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
    """By what readings are accepted without a person.

    Attributes:
        min_confidence: The least confidence (0..1) with which print and check marks are accepted.
        min_confidence_critical: That of critical fields and of all names, which no list and no other field confirms.
        calibration: What handwriting is accepted by; without one, none is.
        tolerated: The greatest share of errors among accepted fields, proven but for a chance of ``delta``.
        tolerated_critical: That share among critical fields.
        delta: The chance, 0..1, that the proof is wrong.
        trust: What may be accepted of readings of a reader that learnt the hand of the book.
    """

    min_confidence: float = 0.95
    min_confidence_critical: float = 0.96
    calibration: Calibration | None = None
    tolerated: float = 0.004
    tolerated_critical: float = 0.001
    delta: float = DELTA
    trust: Trust = field(default="proposal", repr=False)

    def bound(self, *, critical: bool) -> RiskBound | None:
        """Return what is proven of one group of fields; ``None`` without a calibration."""
        tolerated = self.tolerated_critical if critical else self.tolerated
        known = self.calibration
        return known.bound(critical=critical, tolerated=tolerated, delta=self.delta) if known else None

    def for_reader(self, reader: str) -> RoutingOptions:
        """Return these options without a calibration that was made for another engine of handwriting.

        A reader that learnt the hand of a book has the calibration of the reader that it was, and the trust that its
        adapter was given.

        Args:
            reader: The fingerprint of the engine (``Engines.hand_fingerprint``).
        """
        parent, trust = parent_of(reader)
        foreign = self.calibration is not None and self.calibration.reader != parent
        options = replace(self, calibration=None) if foreign else self
        return replace(options, trust=trust) if trust else options

    def trusts(self, reading: FieldReading, *, critical: bool) -> bool:
        """Return whether a reading may be accepted at all, as far as it depends on who read it."""
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

    Where a calibration covers a reading, its confidence becomes the probability that the value is right. Fields that
    share one region (the same ``box``) share their doubts: ink that was given to one may belong to another. Not so
    where both have a calibrated probability, which knows such mistakes, and the other says something whole that is
    merely not sure enough; but a blank is doubted beside words that are not, as these may belong there. A field that is
    not on the form has nothing to review and counts as accepted.

    Args:
        readings: The fields of one entry.
        findings: What is known to be wrong or doubtful about them.
        record: The record they belong to.
        options: The thresholds and the calibration.
        confirmed: The fields that the rest of the book bears out.

    Returns:
        The readings with ``accepted`` set; the findings with the reasons added why a reading is not accepted.
    """
    found = list(findings)
    with_finding = _doubted(found)
    readings, calibrated = _calibrated(readings, findings, record, options)
    readings = [_confirmed(reading, confirmed) for reading in readings]
    thresholds: dict[str, float | None] = {}
    for reading in readings:
        spec = record.by_name.get(reading.field)
        least = _least(reading, spec, options, reading.field in calibrated)
        thresholds[reading.field] = least
        code = _reason(reading, least, reading.field in with_finding)
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
    _log_decisions(decided, thresholds, found, calibrated)
    return tuple(decided), tuple(found)


def _log_decisions(
    readings: Sequence[FieldReading],
    thresholds: Mapping[str, float | None],
    findings: Sequence[Finding],
    calibrated: frozenset[str],
) -> None:
    """Log for each field why it is accepted or not: never its value."""
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
    """Return the readings with calibrated chances, and the fields for which these were proven.

    Handwritten readings with evidence are calibrated. Fields are proven when the calibration has seen their kind; a
    date without its day is not.
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


def _confirmed(reading: FieldReading, confirmed: Confirmed) -> FieldReading:
    """Return a reading as much surer as the book confirms right values more often than wrong ones."""
    if reading.field in confirmed.order:
        return replace(reading, confidence=confirmed_chance(reading.confidence, IN_ORDER))
    if reading.field in confirmed.values and reading.writing is Writing.HAND:
        return replace(reading, confidence=confirmed_chance(reading.confidence, SAID_ELSEWHERE))
    return reading


def _least(
    reading: FieldReading, spec: FieldSpec | None, options: RoutingOptions, calibrated: bool
) -> float | None:
    """Return the confidence from which the reading is trusted; ``None`` when none is enough."""
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
    unvouched = critical or (spec is not None and spec.kind == "name")
    return options.min_confidence_critical if unvouched else options.min_confidence


def _doubted(findings: Sequence[Finding]) -> frozenset[str]:
    """Return the fields that a person has to look at."""
    serious = (finding for finding in findings if finding.severity is not Severity.INFO)
    return frozenset(name for finding in serious for name in finding.fields)


def _reason(reading: FieldReading, least: float | None, has_finding: bool) -> str:
    """Return the code of why the reading alone is not enough, ``""`` when it is.

    Args:
        reading: The reading.
        least: The confidence that would be enough; ``None`` where none is.
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
    if not reading.confidence >= least:  # not a number is no confidence
        return UNSURE
    empty = reading.status is FieldStatus.READ and not reading.canonical
    return NOT_READ if empty and not has_finding else ""


def _inked(reading: FieldReading) -> bool:
    """Return whether the field's blank, its own or a shared one, is known to have ink in it."""
    return reading.box is not None and reading.writing is not Writing.NONE


def _is_whole(reading: FieldReading, spec: FieldSpec | None) -> bool:
    """Return whether nothing is wanting of the value: it is read and parses, or may be blank and is."""
    if reading.status is FieldStatus.READ:
        return bool(reading.canonical)
    if reading.status is FieldStatus.BLANK:
        return spec is not None and not spec.required
    return reading.status is FieldStatus.NOT_ON_FORM
