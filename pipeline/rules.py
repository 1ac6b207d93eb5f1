"""From the readings of one entry to what is wrong or doubtful about them. Rules change no value.

A predicate says in which states it wants to see the values it is asked about (``pipeline.predicates.Need``): a field
that this form does not have is never wrong, of ink that could not be read a rule knows only that it is there, and a
value that is struck through is no value.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

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
    day_of,
    known,
)
from pipeline.schema import FieldSpec, FindingSpec, Form, RecordSpec, RuleSpec, Schemas

MISSING = "MISSING"
ILLEGIBLE = "L08"
STRUCK_THROUGH = "L09"

REMEMBERED = 1 << 15
"""Texts whose problems are remembered, by kind and list."""

_ABSENT = FieldStatus.NOT_ON_FORM
_OF_STATUS = {FieldStatus.ILLEGIBLE: (ILLEGIBLE,), FieldStatus.STRUCK_THROUGH: (STRUCK_THROUGH,)}

State = tuple[FieldStatus, bool]
"""A field's status, and whether its value parses: all that decides which rules can be asked."""


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
        volume=ledger.volume,
        form=form.id,
        form_years=form.years,
        places=places,
    )


def rules_of(record: RecordSpec, schemas: Schemas) -> EntryRules:
    """The rules of a record, made ready for its entries."""
    return EntryRules(record, schemas.vocabularies, schemas.findings)


@dataclass(frozen=True, slots=True)
class _Bound:
    """A rule of one record: ``at`` are the places of its fields among the record's, ``ask`` has the limits set."""

    finding: Finding
    ask: Callable[..., bool | None]
    at: tuple[int, ...]
    needs: tuple[Need, ...]
    in_context: bool

    def can_ask(self, states: Sequence[State]) -> bool:
        """Whether the states of the fields let the rule know anything."""
        return all(
            need.met_by(states[at][0]) and (need is not Need.VALUE or states[at][1])
            for need, at in zip(self.needs, self.at, strict=True)
        )


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
        self._problems = [_problems_of(spec, vocabularies) for spec in record.fields]
        self._bound = tuple(_bound(rule, self._place) for rule in record.rules)
        self._made: dict[tuple[str, int], Finding | None] = {}
        self._askable = lru_cache(maxsize=4096)(self._askable_of)

    def findings_of(
        self, readings: Sequence[FieldReading], context: RuleContext = NO_CONTEXT
    ) -> tuple[Finding, ...]:
        """All findings of one entry, each once: of its values by themselves, of its rules, of required blanks.

        ``readings``: one a field; a field without one is not on the form. ``context``: what is known of the book."""
        values = [NOT_ON_FORM] * len(self._specs)
        states: list[State] = [(_ABSENT, False)] * len(self._specs)
        found: dict[tuple[str, tuple[str, ...]], Finding] = {}
        for reading in readings:
            place = self._place.get(reading.field)
            if place is None:
                continue
            status = reading.status
            values[place] = Value(reading.text, reading.canonical, status)
            states[place] = (status, reading.canonical != "")
            codes = (
                self._problems[place](reading.text)
                if status is FieldStatus.READ
                else _OF_STATUS.get(status, ())
            )
            for code in codes:
                _keep(found, self._finding(code, place))
        for rule in self._askable(tuple(states)):
            asked = [values[place] for place in rule.at]
            answer = rule.ask(*asked, context=context) if rule.in_context else rule.ask(*asked)
            if answer is False:
                _keep(found, rule.finding)
        self._add_missing(found, states)
        return tuple(found.values())

    def _add_missing(
        self, found: dict[tuple[str, tuple[str, ...]], Finding], states: Sequence[State]
    ) -> None:
        """A required blank is told once: not where a rule has told of the field already."""
        blank = [
            place
            for place, spec in enumerate(self._specs)
            if spec.required and states[place][0] is FieldStatus.BLANK
        ]
        told = {field for _, fields in found for field in fields} if blank else set()
        for place in blank:
            if self._specs[place].name not in told:
                _keep(found, self._finding(MISSING, place))

    def _askable_of(self, states: tuple[State, ...]) -> tuple[_Bound, ...]:
        return tuple(rule for rule in self._bound if rule.can_ask(states))

    def _finding(self, code: str, place: int) -> Finding | None:
        """The finding of one field by itself; ``None`` where the office has switched its rule off."""
        if (code, place) not in self._made:
            fields = (self._specs[place].name,)
            spec = self._findings.get(code)
            severity = self._severities.get((code, fields), spec.severity if spec else Severity.REVIEW)
            off = spec is not None and spec.off
            self._made[code, place] = None if off else Finding(code, severity, fields)
        return self._made[code, place]


def _keep(found: dict[tuple[str, tuple[str, ...]], Finding], finding: Finding | None) -> None:
    if finding is not None:
        found.setdefault((finding.code, finding.fields), finding)


def _problems_of(spec: FieldSpec, vocabularies: Mapping[str, Vocabulary]) -> Callable[[str], tuple[str, ...]]:
    """From a text of that field to the codes of what is wrong with it by itself."""
    parse = KINDS[spec.kind].parse
    vocabulary = vocabularies.get(spec.vocab) if spec.vocab else None

    @lru_cache(maxsize=REMEMBERED)
    def problems(text: str) -> tuple[str, ...]:
        return parse(text, vocabulary).problems

    return problems


def _bound(rule: RuleSpec, places: Mapping[str, int]) -> _Bound:
    predicate = PREDICATES[rule.predicate]
    needs = predicate.needs_of(len(rule.fields))
    assert needs is not None  # checked when the declarations were loaded
    return _Bound(
        finding=Finding(rule.code, rule.severity, rule.about or rule.fields),
        ask=partial(predicate.ask, **rule.limits) if rule.limits else predicate.ask,
        at=tuple(places[name] for name in rule.fields),
        needs=needs,
        in_context=predicate.in_context,
    )
