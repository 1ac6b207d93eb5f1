"""The rules of an entry, asked about what a person has typed so far.

They are the rules by which the machine's own readings were judged; nothing here changes a value.
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

BY_THEMSELVES = frozenset({"L08", "L09"})
"""Findings that repeat what the person has just said: that it is illegible, that it is struck through."""


@dataclass(frozen=True, slots=True)
class TypedField:
    """What is to be said of a field as it stands in its input.

    Attributes:
        doubted: The text is no value of its field as far as its kind can tell; kept only where a person says so.
        findings: What the rules find about it together with the other fields.
    """

    doubted: bool
    findings: tuple[Finding, ...]


class LiveRules:
    """The rules of all records, for values that are being typed.

    Args:
        schemas: The declarations.
    """

    def __init__(self, schemas: Schemas) -> None:
        self._schemas = schemas
        self._rules: dict[str, EntryRules] = {}

    def checked(self, entry: KnownEntry, typed: Sequence[Verdict]) -> Mapping[str, TypedField]:
        """Return what is found of each typed field of an entry that the person may key.

        Args:
            entry: What else is known of the entry.
            typed: What stands in the inputs; an input without a text or a status says nothing.
        """
        record = self._schemas.record(entry.record)
        words = {one.field: one for one in typed if one.field in entry.fields and one.field in record.by_name}
        said = [one for one in words.values() if one.text.strip() or one.status not in READ_TEXT]
        form = self._schemas.forms.get(entry.form)
        literal = form.literal_fields if form is not None else frozenset()
        readings = (
            *entry.readings,
            *(self._reading(record.by_name[one.field], one, literal) for one in said),
        )
        rules = self._rules.setdefault(entry.record, rules_of(record, self._schemas))
        found = [
            one
            for one in rules.findings_of(readings, self._context(entry))
            if one.severity is not Severity.INFO and one.code not in BY_THEMSELVES
        ]
        return {
            name: TypedField(
                is_doubted(record.by_name[name], word, self._schemas),
                tuple(one for one in found if name in one.fields),
            )
            for name, word in words.items()
        }

    def _reading(self, spec: FieldSpec, word: Verdict, literal: Collection[str]) -> FieldReading:
        parsed = KINDS[spec.kind].parse(word.text, self._schemas.vocabulary(spec))
        if spec.name in literal:
            parsed = taken_literally(KINDS[spec.kind], parsed)
        return FieldReading(
            spec.name, word.status, word.text, parsed.canonical, accepted=True, problems=parsed.problems
        )

    def _context(self, entry: KnownEntry) -> RuleContext:
        form = self._schemas.forms.get(entry.form)
        return NO_CONTEXT if form is None else context_of(form, entry.ledger, places=self._schemas.places)


def live_codes(record: RecordSpec, schemas: Schemas) -> frozenset[str]:
    """Return the codes of the findings that are asked about what is typed: those shown before give way to them."""
    own = {code for spec in record.fields for code in KINDS[spec.kind].problems}
    lists = {vocab.finding for spec in record.fields if (vocab := schemas.vocabulary(spec)) is not None}
    return frozenset({rule.code for rule in record.rules} | own | lists | {UNCODED, MISSING})
