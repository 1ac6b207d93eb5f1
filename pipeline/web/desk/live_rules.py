"""Rules of an entry, applied to the values that a person is typing.

They are the rules that judged the machine's readings; nothing here changes a value.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from pipeline.base.model import FieldReading, Finding, Severity
from pipeline.declarations.schema import FieldSpec, RecordSpec, Schemas
from pipeline.digitize.validate import MISSING, EntryRules, context_of, rules_of
from pipeline.registry import Verdict
from pipeline.registry.tasks.model import KnownEntry
from pipeline.values.kinds import KINDS, UNCODED, taken_literally
from pipeline.values.predicates import NO_CONTEXT, RuleContext
from pipeline.web.desk.expected_form import is_doubted
from pipeline.web.desk.field_view import READ_TEXT

REPEATING_STATUS = frozenset({"L08", "L09"})
"""Findings that only repeat the status that the person has set: illegible, struck through."""


@dataclass(frozen=True, slots=True)
class TypedField:
    """Findings about a field as it stands in its input.

    Attributes:
        doubted: The text is not a valid value of the field; it is kept only where a person confirms it.
        findings: Findings of the rules about this field together with the other fields.
    """

    doubted: bool
    findings: tuple[Finding, ...]


class LiveRules:
    """The rules of all records, applied to values that are being typed."""

    def __init__(self, schemas: Schemas) -> None:
        self._schemas = schemas
        self._rules: dict[str, EntryRules] = {}

    def checked(self, entry: KnownEntry, typed: Sequence[Verdict]) -> Mapping[str, TypedField]:
        """Return the findings about each typed field of an entry, as far as the person may key it.

        Args:
            entry: The other known values of the entry.
            typed: The contents of the inputs; an input without text or status is skipped.
        """
        record = self._schemas.record(entry.record)
        by_field = {
            verdict.field: verdict
            for verdict in typed
            if verdict.field in entry.fields and verdict.field in record.by_name
        }
        filled = [field for field in by_field.values() if field.text.strip() or field.status not in READ_TEXT]
        form = self._schemas.forms.get(entry.form)
        literal = form.literal_fields if form is not None else frozenset()
        readings = (
            *entry.readings,
            *(self._reading(record.by_name[verdict.field], verdict, literal) for verdict in filled),
        )
        rules = self._rules.setdefault(entry.record, rules_of(record, self._schemas))
        findings = [
            finding
            for finding in rules.findings_of(readings, self._context(entry))
            if finding.severity is not Severity.INFO and finding.code not in REPEATING_STATUS
        ]
        return {
            name: TypedField(
                is_doubted(record.by_name[name], verdict, self._schemas),
                tuple(finding for finding in findings if name in finding.fields),
            )
            for name, verdict in by_field.items()
        }

    def _reading(self, spec: FieldSpec, verdict: Verdict, literal: Collection[str]) -> FieldReading:
        parsed = KINDS[spec.kind].parse(verdict.text, self._schemas.vocabulary(spec))
        if spec.name in literal:
            parsed = taken_literally(KINDS[spec.kind], parsed)
        return FieldReading(
            spec.name, verdict.status, verdict.text, parsed.canonical, accepted=True, problems=parsed.problems
        )

    def _context(self, entry: KnownEntry) -> RuleContext:
        form = self._schemas.forms.get(entry.form)
        return NO_CONTEXT if form is None else context_of(form, entry.ledger, places=self._schemas.places)


def live_codes(record: RecordSpec, schemas: Schemas) -> frozenset[str]:
    """Return the codes of findings that live rules check; they replace the stored findings with these codes."""
    own = {code for spec in record.fields for code in KINDS[spec.kind].problems}
    lists = {vocab.finding for spec in record.fields if (vocab := schemas.vocabulary(spec)) is not None}
    return frozenset({rule.code for rule in record.rules} | own | lists | {UNCODED, MISSING})
