"""The features of a calibration: the evidence of a reading, and the agreement of the rest of its entry."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from pipeline.base.model import (
    AGAINST_BOOK,
    AGAINST_ENTRY,
    BLANK_ALONE,
    CUT_SHORT,
    INK_LEFT,
    INK_TOUCHES,
    LABEL_UNREAD,
    PAGE_ORDER,
    SIGNER_BOOK,
    TEXT_END,
    Evidence,
    FieldReading,
    FieldStatus,
    Finding,
    Severity,
    Writing,
)
from pipeline.declarations.schema import FieldSpec, RecordSpec
from pipeline.values.kinds.kind import is_like_ditto
from pipeline.values.predicates import PREDICATES, Value

SAYING_THE_SAME = frozenset({"same_date"})
"""Predicates that confirm both values when they hold, because wrong readings rarely agree by chance. Years do not
count: most entries of a book share a year."""

NO_FEATURES = frozenset(
    {
        "READ-HAND",
        "READ-LOW",
        "READ-NONE",
        "READ-ACT",
        INK_LEFT,
        INK_TOUCHES,
        AGAINST_BOOK,
        AGAINST_ENTRY,
        CUT_SHORT,
        LABEL_UNREAD,
        BLANK_ALONE,
        PAGE_ORDER,
        SIGNER_BOOK,
        TEXT_END,
    }
)
"""Findings that are not features: findings that follow from a probability (a stored entry has them), and findings that
send a value to a person whatever its probability."""


LIKELY, CLEAR = 0.5, 0.9
"""A value with a decoding probability below the first counts only if its mean letter clarity reaches the second."""


@dataclass(frozen=True, slots=True)
class CalibrationFeatures:
    """The calibration features of a handwritten field.

    Attributes:
        kind: The kind of the field with its list (``choice:sex``).
        evidence: The evidence from decoding its lines.
        letters: Number of letters in the text, without spaces.
        parses: Whether the text has a value, or the field is read as blank.
        doubted: Whether a finding sends the field to a person.
        confirmed: Whether a rule finds the same value elsewhere in the entry.
        neighbour_clarity: The mean optical evidence 0..1 of the other handwritten values in the entry, or of the field
            itself without others: the networks read a difficult hand badly everywhere.
        whole: Whether the value is complete: not a date without a day (a remainder after an unseen beginning), not a
            name or place that may be ditto marks, and not both unlikely and unclear.
    """

    kind: str
    evidence: Evidence
    letters: int
    lines: int
    parses: bool
    doubted: bool
    confirmed: bool
    neighbour_clarity: float
    whole: bool = True

    @property
    def eligible(self) -> bool:
        """Whether the probability alone decides about acceptance."""
        return self.parses and not self.doubted and self.whole


@dataclass(frozen=True, slots=True)
class Sample:
    """The features of a field with its truth.

    Attributes:
        right: Whether the registry would hold the value on paper.
        entry: The entry's name, unique over all books; an entry is in only one half of the samples.
        hand: The writer; the book where the writer is unknown.
        weight: Number of represented fields: a randomly drawn field also represents fields that were not drawn.
    """

    features: CalibrationFeatures
    right: bool
    critical: bool
    book: str
    entry: str
    hand: str = ""
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Truth:
    """The content of a field according to a person.

    Attributes:
        status: Whether the field is read, blank, illegible or struck through on paper.
        canonical: The value in canonical form, ``""`` where the text does not parse.
    """

    status: FieldStatus
    text: str
    canonical: str


def calibration_features(
    readings: Sequence[FieldReading], findings: Iterable[Finding], record: RecordSpec
) -> dict[str, CalibrationFeatures]:
    """Return the features of every handwritten field in an entry whose reading carries evidence, by field.

    Args:
        findings: The entry's findings; all but informational findings put their fields in doubt.
    """
    doubted = {
        name
        for finding in findings
        if finding.severity is not Severity.INFO and finding.code not in NO_FEATURES
        for name in finding.fields
    }
    cut_short = {name for finding in findings if finding.code == CUT_SHORT for name in finding.fields}
    agreed = fields_saying_the_same(
        [reading for reading in readings if reading.field not in cut_short], record
    )
    handwritten = {
        reading.field: (reading, record.by_name[reading.field], reading.evidence)
        for reading in readings
        if reading.evidence is not None and is_handwritten(reading) and reading.field in record.by_name
    }
    clear = {name: evidence.optical for name, (_, _, evidence) in handwritten.items()}
    features = {}
    for name, (reading, spec, evidence) in handwritten.items():
        others = [optical for other, optical in clear.items() if other != name]
        features[name] = CalibrationFeatures(
            kind=calibrated_kind(spec),
            evidence=evidence,
            letters=len(reading.text.replace(" ", "")),
            lines=len(reading.lines),
            parses=bool(reading.canonical) or reading.status is FieldStatus.BLANK,
            doubted=name in doubted,
            confirmed=name in agreed,
            neighbour_clarity=fmean(others) if others else evidence.optical,
            whole=not (_lacks_its_day(reading, spec) or may_be_ditto(reading, spec) or _is_unclear(reading)),
        )
    return features


def is_handwritten(reading: FieldReading) -> bool:
    """Return whether the machine read handwriting in the field, or that the writer left it blank."""
    return reading.status in (FieldStatus.READ, FieldStatus.BLANK) and reading.writing is Writing.HAND


def _lacks_its_day(reading: FieldReading, spec: FieldSpec) -> bool:
    """Return whether a date has a month but no day.

    Such dates are rare on paper but remain of any date whose first digits were not seen. A year alone does not count:
    many forms ask for a year only.
    """
    return (spec.value_kind.is_date or spec.value_kind.is_date_in_words) and reading.canonical.count(".") == 1


def may_be_ditto(reading: FieldReading, spec: FieldSpec) -> bool:
    """Return whether a name or place may be ditto marks, which look like digits and strokes."""
    named = (spec.value_kind.is_name or spec.value_kind.is_place) and reading.status is FieldStatus.READ
    return named and is_like_ditto(reading.text)


def _is_unclear(reading: FieldReading) -> bool:
    """Return whether a value is unlikely by the decoding and its letters are unclear.

    The lead over other readings does not count: many readings of the same ink are typical of an unfamiliar hand. In a
    long slot a clear value can be unlikely.
    """
    known = reading.evidence
    return known is not None and not (known.chance >= LIKELY or known.optical >= CLEAR)


def calibrated_kind(spec: FieldSpec) -> str:
    """Return the kind for calibration; a kind with a list is distinguished by the list."""
    return f"{spec.kind}:{spec.vocab}" if spec.vocab else spec.kind


def calibration_samples(
    readings: Sequence[FieldReading],
    findings: Iterable[Finding],
    record: RecordSpec,
    truths: Mapping[str, Truth],
    book: str,
    entry: str,
    weights: Mapping[str, float] | None = None,
) -> tuple[Sample, ...]:
    """Return samples for the fields of an entry with both features and truth.

    Args:
        truths: The truth according to a person, by field.
        entry: The entry's name, unique over all books.
        weights: Number of fields that each field represents; 1 each by default.
    """
    counts = weights or {}
    by_field = {reading.field: reading for reading in readings}
    return tuple(
        Sample(
            features,
            is_right(by_field[name], truths[name]),
            record.by_name[name].critical,
            book,
            entry,
            weight=counts.get(name, 1.0),
        )
        for name, features in calibration_features(readings, findings, record).items()
        if name in truths
    )


def is_right(reading: FieldReading, truth: Truth) -> bool:
    """Return whether the registry would hold the truth: the same value, or the same text (NFC).

    An illegible or struck-through field has no value that could be right.
    """
    if reading.status is not truth.status:
        return False
    if truth.status is FieldStatus.BLANK:
        return True
    if truth.status is not FieldStatus.READ:
        return False
    same = truth.canonical != "" and _nfc(reading.canonical) == _nfc(truth.canonical)
    return same or _nfc(reading.text) == _nfc(truth.text)


def fields_saying_the_same(readings: Sequence[FieldReading], record: RecordSpec) -> frozenset[str]:
    """Return the fields of rules that find two readings in agreement."""
    by_field = {reading.field: reading for reading in readings if reading.status is FieldStatus.READ}
    agreed: set[str] = set()
    for rule in record.rules:
        pair = [by_field.get(name) for name in rule.fields]
        known = [Value(word.text, word.canonical) for word in pair if word and word.canonical]
        complete = rule.predicate in SAYING_THE_SAME and len(known) == len(pair)
        if complete and PREDICATES[rule.predicate](*known) is True:
            agreed.update(rule.fields)
    return frozenset(agreed)


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)
