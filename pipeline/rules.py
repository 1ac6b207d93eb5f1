"""From the readings of one entry to what is wrong or doubtful about them. Rules change no value.

A predicate says in which states it wants to see the values it is asked about (``pipeline.predicates.Need``): a field
that this form does not have is never wrong, of ink that could not be read a rule knows only that it is there, and a
value that is struck through is no value.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence

from pipeline.kinds import KINDS, Vocabulary
from pipeline.model import FieldReading, FieldStatus, Finding, Ledger, Severity
from pipeline.predicates import (
    NO_CONTEXT,
    NOT_ON_FORM,
    PREDICATES,
    PlaceResolver,
    RuleContext,
    Value,
    day_of,
    known,
)
from pipeline.schema import FieldSpec, Form, RecordSpec, RuleSpec

MISSING = "MISSING"
ILLEGIBLE = "L08"
STRUCK_THROUGH = "L09"


def context_of(
    form: Form,
    ledger: Ledger,
    *,
    places: PlaceResolver | None = None,
    scanned_on: datetime.date | None = None,
) -> RuleContext:
    """What rules may know of a book. ``scanned_on``: the day of the scan, where it is known; else today, which is no
    earlier."""
    day = scanned_on or datetime.datetime.now(datetime.UTC).date()
    return RuleContext(
        scanned_on=day_of(day),
        opened_on=known(ledger.opened_on),
        closed_on=known(ledger.closed_on),
        form=form.id,
        form_years=form.years,
        places=places,
    )


def findings_of(
    readings: Sequence[FieldReading],
    record: RecordSpec,
    vocabularies: Mapping[str, Vocabulary],
    context: RuleContext = NO_CONTEXT,
) -> tuple[Finding, ...]:
    """All findings of one entry, each once: of its values by themselves, of its rules, of required blanks.

    ``vocabularies`` by the names that ``FieldSpec.vocab`` uses; ``context``: what is known of the book.
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
        if _fires(rule, by_field, context):
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


def _fires(rule: RuleSpec, by_field: Mapping[str, FieldReading], context: RuleContext) -> bool:
    values = [_value(by_field.get(name)) for name in rule.fields]
    return PREDICATES[rule.predicate](*values, context=context, **rule.limits) is False


def _value(reading: FieldReading | None) -> Value:
    if reading is None:
        return NOT_ON_FORM
    return Value(reading.text, reading.canonical, reading.status)
