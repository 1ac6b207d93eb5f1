"""The features that a calibration weighs: the evidence of a reading, and how the rest of its entry agrees."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from pipeline.base.model import (
    BLANK_ALONE,
    CUT_SHORT,
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
"""Predicates that confirm both values when they hold: few wrong readings agree by chance. Years do not count: most
entries of a book have the same."""

NO_FEATURES = frozenset(
    {
        "READ-HAND",
        "READ-LOW",
        "READ-NONE",
        "READ-ACT",
        "INK-TOUCHES",
        CUT_SHORT,
        LABEL_UNREAD,
        BLANK_ALONE,
        PAGE_ORDER,
        SIGNER_BOOK,
        TEXT_END,
    }
)
"""Findings that are no features: those that follow from a probability (a stored entry has them), and those that send a
value to a person whatever its probability is."""


LIKELY, CLEAR = 0.5, 0.9
"""A value whose probability by the decoding is below the first counts only if its letters, in the mean, reach the
second."""


@dataclass(frozen=True, slots=True)
class CalibrationFeatures:
    """What a calibration weighs of one handwritten field.

    Attributes:
        kind: The kind of the field with its list (``choice:sex``).
        evidence: What the decoding of its lines gave.
        letters: How many letters the text has, spaces aside.
        lines: How many lines it has.
        parses: The text has a value, or the field is read as blank.
        doubted: A finding sends it to a person.
        confirmed: A rule found the same value elsewhere in the entry.
        neighbour_clarity: The mean optical evidence 0..1 of the other handwritten values of the entry, its own where
            there are none: a hand that the networks read badly is read badly all over.
        whole: The value is not a date without its day (what is left of a date whose beginning was not seen), not a name
            or place that may be ditto marks, and not both unlikely and unclear.
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
        """Whether the probability alone decides if the value is accepted."""
        return self.parses and not self.doubted and self.whole


@dataclass(frozen=True, slots=True)
class Sample:
    """The features of a field with its truth.

    Attributes:
        features: What the calibration weighs.
        right: The registry would hold what is on paper.
        critical: The field is a critical one.
        book: The book it is in.
        entry: Its entry, unique over all books; no entry is in both halves of the samples.
        hand: The writer; where nobody knows better, the book.
        weight: How many fields it stands for: one that came to people by a draw stands for those that were not drawn.
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
    """What a person says a field holds.

    Attributes:
        status: Whether the field is read, blank, illegible or struck through on paper.
        text: Its text as written.
        canonical: Its value in canonical form, ``""`` where the text does not parse.
    """

    status: FieldStatus
    text: str
    canonical: str


def calibration_features(
    readings: Sequence[FieldReading], findings: Iterable[Finding], record: RecordSpec
) -> dict[str, CalibrationFeatures]:
    """Return the features of every handwritten field of an entry whose reading carries evidence, by field.

    Args:
        readings: The readings of one entry.
        findings: The findings of that entry; those that are not just information put their fields in doubt.
        record: The fields of the entry's record.
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
    found = {}
    for name, (reading, spec, evidence) in handwritten.items():
        others = [optical for other, optical in clear.items() if other != name]
        found[name] = CalibrationFeatures(
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
    return found


def is_handwritten(reading: FieldReading) -> bool:
    """Return whether the machine read what a hand wrote there, or that the hand left the field blank."""
    return reading.status in (FieldStatus.READ, FieldStatus.BLANK) and reading.writing is Writing.HAND


def _lacks_its_day(reading: FieldReading, spec: FieldSpec) -> bool:
    """Return whether a date has a month and no day.

    That is rare on paper, and what is left of any date whose first digits were not seen. A year alone is what
    many forms ask for.
    """
    return spec.kind in ("date", "date_words") and reading.canonical.count(".") == 1


def may_be_ditto(reading: FieldReading, spec: FieldSpec) -> bool:
    """Return whether a name or place may be ditto marks, which look like digits and strokes.

    Args:
        reading: What the machine read.
        spec: The field it read.
    """
    named = spec.kind in ("name", "place") and reading.status is FieldStatus.READ
    return named and is_like_ditto(reading.text)


def _is_unclear(reading: FieldReading) -> bool:
    """Return whether the decoding finds the value less likely than not and its letters are not clear either.

    The lead over other readings does not count: many readings of one ink are the mark of an unknown hand. In a long
    slot a clear value may be unlikely by itself.
    """
    known = reading.evidence
    return known is not None and not (known.chance >= LIKELY or known.optical >= CLEAR)


def calibrated_kind(spec: FieldSpec) -> str:
    """Return the kind that is calibrated: lists differ as kinds do."""
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
    """Return the fields of an entry whose features and truth are both known.

    Args:
        readings: The readings of the entry.
        findings: Its findings.
        record: The fields of its record.
        truths: What a person says its fields hold, by field.
        book: The book it is in.
        entry: Its name, unique over all books.
        weights: How many fields each of its fields stands for; one each by default.
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

    What cannot be read or is struck through on paper has no value that could be right.

    Args:
        reading: What the machine read.
        truth: What a person says.
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
    """Return the fields of rules that found two readings to agree.

    Args:
        readings: The readings of one entry.
        record: The fields of its record.
    """
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
