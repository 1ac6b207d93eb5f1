"""From the readings of one entry to what is wrong or doubtful about them. Rules change no value.

A rule over a field that this form does not have is silent; of a field that could not be read it knows only that
there is ink. A blank counts as a value only where the record requires one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pipeline.kinds import KINDS, Vocabulary
from pipeline.model import FieldReading, FieldStatus, Finding, Severity
from pipeline.predicates import PREDICATES, Value
from pipeline.schema import FieldSpec, RecordSpec, RuleSpec

MISSING = "MISSING"
ILLEGIBLE = "L08"
STRUCK_THROUGH = "L09"


def findings_of(
    readings: Sequence[FieldReading], record: RecordSpec, vocabularies: Mapping[str, Vocabulary]
) -> tuple[Finding, ...]:
    """All findings of one entry, each once: of its values by themselves, of its rules, of required blanks.

    ``vocabularies`` by the names that ``FieldSpec.vocab`` uses.
    """
    by_field = {reading.field: reading for reading in readings}
    found: dict[tuple[str, tuple[str, ...]], Finding] = {}
    severities = {(rule.code, rule.fields): rule.severity for rule in record.rules}
    for spec in record.fields:
        reading = by_field.get(spec.name)
        if reading is not None:
            for code in _problems(reading, spec, vocabularies):
                severity = severities.get((code, (spec.name,)), Severity.REVIEW)
                found[code, (spec.name,)] = Finding(code, severity, (spec.name,))
    for rule in record.rules:
        if _fires(rule, by_field, record):
            found.setdefault((rule.code, rule.fields), Finding(rule.code, rule.severity, rule.fields))
    told = {field for _, fields in found for field in fields}
    for spec in record.fields:
        reading = by_field.get(spec.name)
        blank = reading is not None and reading.status is FieldStatus.BLANK
        if blank and spec.required and spec.name not in told:
            found[MISSING, (spec.name,)] = Finding(MISSING, Severity.REVIEW, (spec.name,))
    return tuple(found.values())


def _problems(
    reading: FieldReading, spec: FieldSpec, vocabularies: Mapping[str, Vocabulary]
) -> Iterator[str]:
    if reading.status is FieldStatus.ILLEGIBLE:
        yield ILLEGIBLE
    elif reading.status is FieldStatus.STRUCK_THROUGH:
        yield STRUCK_THROUGH
    elif reading.status is FieldStatus.READ:
        vocabulary = vocabularies.get(spec.vocab) if spec.vocab else None
        yield from KINDS[spec.kind].parse(reading.text, vocabulary).problems


def _fires(rule: RuleSpec, by_field: Mapping[str, FieldReading], record: RecordSpec) -> bool:
    values = [_value(by_field.get(name), record.by_name[name]) for name in rule.fields]
    known = [value for value in values if value is not None]
    return len(known) == len(values) and PREDICATES[rule.predicate](*known) is False


def _value(reading: FieldReading | None, spec: FieldSpec) -> Value | None:
    """What a rule may know of the field; ``None`` when nothing."""
    if reading is None or reading.status is FieldStatus.NOT_ON_FORM:
        return None
    if reading.status is FieldStatus.READ:
        return Value(reading.text, reading.canonical, inked=True)
    if reading.status is FieldStatus.BLANK:
        return Value("", "", inked=False) if spec.required else None
    return Value("", "", inked=True)
