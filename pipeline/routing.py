"""Which readings may enter the record without a person, and for what reason the others wait in the queue.

Confidence alone never accepts a value: a finding about it outweighs any confidence. No engine is trusted with
handwriting.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.model import FieldReading, FieldStatus, Finding, Severity, Writing
from pipeline.schema import FieldSpec, RecordSpec

HANDWRITTEN = "READ-HAND"
UNSURE = "READ-LOW"
NOT_READ = "READ-NONE"

_TRUSTED = (Writing.PRINT, Writing.MARK)


@dataclass(frozen=True, slots=True)
class RoutingOptions:
    """Least confidence (0..1) with which print and marks are accepted, for any field and for critical ones."""

    min_confidence: float = 0.93
    min_confidence_critical: float = 0.95


def routed(
    readings: Sequence[FieldReading],
    findings: Sequence[Finding],
    record: RecordSpec,
    options: RoutingOptions = RoutingOptions(),
) -> tuple[tuple[FieldReading, ...], tuple[Finding, ...]]:
    """The readings with ``accepted`` set, and the findings with the reasons added why a reading is not
    trusted.

    Fields that share one blank (the same ``box``) share their doubts: ink that was given to one may belong to
    another. A field that is not on the form has nothing to review and counts as accepted.
    """
    found = list(findings)
    told = _doubted(found)
    for reading in readings:
        code = _reason(reading, record.by_name.get(reading.field), options, reading.field in told)
        if code:
            found.append(Finding(code, Severity.REVIEW, (reading.field,)))
    doubted = _doubted(found)
    shared = {reading.box for reading in readings if reading.field in doubted and _inked(reading)}
    decided = []
    for reading in readings:
        doubt = reading.field in doubted or (_inked(reading) and reading.box in shared)
        whole = _is_whole(reading, record.by_name.get(reading.field))
        decided.append(replace(reading, accepted=whole and not doubt))
    return tuple(decided), tuple(found)


def _doubted(findings: Sequence[Finding]) -> frozenset[str]:
    """The fields that a person has to look at."""
    serious = (finding for finding in findings if finding.severity is not Severity.INFO)
    return frozenset(name for finding in serious for name in finding.fields)


def _reason(reading: FieldReading, spec: FieldSpec | None, options: RoutingOptions, told: bool) -> str:
    """Why the machine's word on this field is not enough, ``""`` when it is; ``told``: a finding says so
    already.
    """
    if reading.status is FieldStatus.UNREADABLE:
        return NOT_READ
    if reading.status is FieldStatus.BLANK and reading.writing is Writing.NONE:
        return ""
    if reading.status not in (FieldStatus.READ, FieldStatus.BLANK):
        return ""
    if reading.writing not in _TRUSTED:
        return HANDWRITTEN
    critical = spec is not None and spec.critical
    least = options.min_confidence_critical if critical else options.min_confidence
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
