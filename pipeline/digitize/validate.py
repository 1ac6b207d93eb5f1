"""From the readings of one entry to what is wrong or doubtful about them. Rules change no value.

A predicate says in which states it wants to see the values it is asked about (``pipeline.predicates.Need``): a field
that this form does not have is never wrong, of ink that could not be read a rule knows only that it is there, and a
value that is struck through is no value.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter

from pipeline.kinds import KINDS, Vocabulary
from pipeline.model import FieldReading, FieldStatus, Finding, Ledger, Severity
from pipeline.predicates import (
    NO_CONTEXT,
    NOT_ON_FORM,
    PREDICATES,
    Need,
    PlaceResolver,
    RuleContext,
    Value,
    date_parts,
    date_tuple,
)
from pipeline.schema import FindingSpec, Form, RecordSpec, RuleSpec, Schemas

MISSING = "MISSING"
ILLEGIBLE = "L08"
STRUCK_THROUGH = "L09"

REMEMBERED = 1 << 15
"""How many texts of a kind, and how many ways in which fields are filled, are remembered."""

SHARED_KINDS = frozenset(
    {"choice", "date", "date_words", "name", "number", "place", "text", "time", "volume"}
)
"""Kinds of which many fields and entries have the same texts (parents declare, one clerk signs a whole book, every book
has the same pages): what is wrong with one is remembered."""

_OF_STATUS = {FieldStatus.ILLEGIBLE: (ILLEGIBLE,), FieldStatus.STRUCK_THROUGH: (STRUCK_THROUGH,)}

READ, BLANK = FieldStatus.READ, FieldStatus.BLANK

_STATES = {status: code for code, status in enumerate(FieldStatus)}
_PARSED = len(_STATES)
_ABSENT, _READ, _BLANK = (_STATES[s] for s in (FieldStatus.NOT_ON_FORM, FieldStatus.READ, FieldStatus.BLANK))
"""States as small numbers: an entry's states, with whether each value parses, say which rules can be asked."""


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
        scanned_on=date_tuple(day),
        opened_on=date_parts(ledger.opened_on),
        closed_on=date_parts(ledger.closed_on),
        volume=ledger.volume,
        form=form.id,
        form_years=form.years,
        places=places,
    )


def rules_of(record: RecordSpec, schemas: Schemas) -> EntryRules:
    """The rules of a record, made ready for its entries."""
    return EntryRules(record, schemas.vocabularies, schemas.findings)


Fields = Callable[[Sequence[Value | FieldReading]], tuple[Value | FieldReading, ...]]
"""Takes the values of several fields out of an entry's."""


@dataclass(frozen=True, slots=True)
class _Bound:
    """A rule of one record: ``at`` are the places of its fields among the record's, ``ask`` has the limits set."""

    finding: Finding
    ask: Callable[..., bool | None]
    at: tuple[int, ...]
    needs: tuple[Need, ...]
    in_context: bool
    of_states: bool

    def can_ask(self, values: Sequence[Value | FieldReading]) -> bool:
        """Whether the states of the values let the rule know anything."""
        return all(
            need.met_by(values[at].status) and (need is not Need.VALUE or values[at].canonical != "")
            for need, at in zip(self.needs, self.at, strict=True)
        )


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is to be asked of entries whose fields are all in the same states: ``found`` is known from the states alone,
    ``missing`` too unless something else is told of the field."""

    found: tuple[Finding, ...]
    missing: tuple[Finding, ...]
    of_one: tuple[tuple[Finding, Callable[..., bool | None], int], ...]
    of_one_in_book: tuple[tuple[Finding, Callable[..., bool | None], int], ...]
    of_two: tuple[tuple[Finding, Callable[..., bool | None], int, int], ...]
    of_more: tuple[tuple[Finding, Callable[..., bool | None], Fields], ...]
    of_more_in_book: tuple[tuple[Finding, Callable[..., bool | None], Fields], ...]


class EntryRules:
    """All rules of one record over single fields and over single entries, compiled once for many entries.

    ``vocabularies`` by the names that ``FieldSpec.vocab`` uses; ``findings`` say how serious a problem of a value by
    itself is, where no rule of its code is bound to the field (``REVIEW`` where they do not say either)."""

    def __init__(
        self,
        record: RecordSpec,
        vocabularies: Mapping[str, Vocabulary],
        findings: Mapping[str, FindingSpec] | None = None,
    ) -> None:
        self._specs = record.fields
        self._place = {spec.name: place for place, spec in enumerate(record.fields)}
        self._findings = findings or {}
        self._severities = {(rule.code, rule.fields): rule.severity for rule in record.rules}
        kinds = {(spec.kind, spec.vocab) for spec in record.fields}
        problems = {
            (kind, vocab): _problems_of(kind, vocabularies.get(vocab) if vocab else None)
            for kind, vocab in kinds
        }
        self._fields = {
            spec.name: (place, problems[spec.kind, spec.vocab]) for place, spec in enumerate(record.fields)
        }
        self._bound = tuple(_bound(rule, self._place) for rule in record.rules)
        self._nothing: list[Value | FieldReading] = [NOT_ON_FORM] * len(record.fields)
        self._absent = bytes([_ABSENT]) * len(record.fields)
        self._plans: dict[bytes, _Plan] = {}

    def findings_of(
        self, readings: Iterable[FieldReading], context: RuleContext = NO_CONTEXT
    ) -> tuple[Finding, ...]:
        """All findings of one entry, each once: of its values by themselves, of its rules, of required blanks.

        ``readings``: one a field; a field without one is not on the form. ``context``: what is known of the book."""
        values = self._nothing.copy()
        states = bytearray(self._absent)
        found: list[Finding] = []
        fields = self._fields
        for reading in readings:
            field = fields.get(reading.field)
            if field is None:
                continue
            place, problems = field
            values[place] = reading
            status = reading.status
            if status is READ:
                states[place] = _PARSED if reading.canonical else _READ
                wrong = problems(reading.text)
                if wrong:
                    found += self._told(wrong, place)
            elif status is BLANK:
                states[place] = _BLANK
            else:
                states[place] = _STATES[status]
                found += self._told(_OF_STATUS.get(status, ()), place)
        plan = self._plan(bytes(states), values)
        found += plan.found
        found += [finding for finding, ask, at in plan.of_one if ask(values[at]) is False]
        found += [
            finding for finding, ask, at in plan.of_one_in_book if ask(values[at], context=context) is False
        ]
        found += [finding for finding, ask, one, two in plan.of_two if ask(values[one], values[two]) is False]
        found += [finding for finding, ask, of in plan.of_more if ask(*of(values)) is False]
        found += [
            finding for finding, ask, of in plan.of_more_in_book if ask(*of(values), context=context) is False
        ]
        if not found and not plan.missing:
            return ()
        told = {name for finding in found for name in finding.fields}
        found += [finding for finding in plan.missing if finding.fields[0] not in told]
        return tuple({(finding.code, finding.fields): finding for finding in reversed(found)}.values())[::-1]

    def _plan(self, states: bytes, values: Sequence[Value | FieldReading]) -> _Plan:
        plan = self._plans.get(states)
        if plan is None:
            if len(self._plans) >= REMEMBERED:
                self._plans.clear()
            plan = self._plans[states] = self._planned(values)
        return plan

    def _planned(self, values: Sequence[Value | FieldReading]) -> _Plan:
        """The plan for entries with fields in the states of these."""
        askable = [rule for rule in self._bound if rule.can_ask(values)]
        settled = [rule for rule in askable if rule.of_states]
        asked = [rule for rule in askable if not rule.of_states]
        alone = [rule for rule in asked if not rule.in_context]
        in_book = [rule for rule in asked if rule.in_context]
        blank = [
            self._finding(MISSING, place)
            for place, spec in enumerate(self._specs)
            if spec.required and values[place].status is FieldStatus.BLANK
        ]
        return _Plan(
            found=tuple(
                rule.finding for rule in settled if rule.ask(*(values[place] for place in rule.at)) is False
            ),
            missing=tuple(finding for finding in blank if finding is not None),
            of_one=tuple((rule.finding, rule.ask, rule.at[0]) for rule in alone if len(rule.at) == 1),
            of_one_in_book=tuple(
                (rule.finding, rule.ask, rule.at[0]) for rule in in_book if len(rule.at) == 1
            ),
            of_two=tuple((rule.finding, rule.ask, *rule.at) for rule in alone if len(rule.at) == 2),
            of_more=tuple(
                (rule.finding, rule.ask, itemgetter(*rule.at)) for rule in alone if len(rule.at) > 2
            ),
            of_more_in_book=tuple(
                (rule.finding, rule.ask, itemgetter(*rule.at)) for rule in in_book if len(rule.at) > 1
            ),
        )

    def _told(self, codes: Iterable[str], place: int) -> tuple[Finding, ...]:
        findings = (self._finding(code, place) for code in codes)
        return tuple(finding for finding in findings if finding is not None)

    def _finding(self, code: str, place: int) -> Finding | None:
        """The finding of one field by itself; ``None`` where the office has switched its rule off."""
        fields = (self._specs[place].name,)
        spec = self._findings.get(code)
        severity = self._severities.get((code, fields), spec.severity if spec else Severity.REVIEW)
        return None if spec is not None and spec.off else Finding(code, severity, fields)


def _problems_of(kind: str, vocabulary: Vocabulary | None) -> Callable[[str], tuple[str, ...]]:
    """From a text of that kind to the codes of what is wrong with it by itself."""
    parse = KINDS[kind].parse

    def problems(text: str) -> tuple[str, ...]:
        return parse(text, vocabulary).problems

    return lru_cache(maxsize=REMEMBERED)(problems) if kind in SHARED_KINDS else problems


def _bound(rule: RuleSpec, places: Mapping[str, int]) -> _Bound:
    predicate = PREDICATES[rule.predicate]
    needs = predicate.needs_of(len(rule.fields))
    assert needs is not None  # checked when the declarations were loaded
    return _Bound(
        finding=Finding(rule.code, rule.severity, rule.about or rule.fields),
        ask=predicate.limited(rule.limits),
        at=tuple(places[name] for name in rule.fields),
        needs=needs,
        in_context=predicate.in_context,
        of_states=predicate.of_states,
    )
