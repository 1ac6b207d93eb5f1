"""Validate: from the readings of one entry to its findings. Rules change no value.

Problems of a single value come from parsing, with its reading. A predicate declares the states of the values that it
can judge (``pipeline.values.predicates.Need``): a field that the form lacks is never wrong, unread ink only shows that
something is written, and a struck-through value is no value.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

from pipeline.base.model import FieldReading, FieldStatus, Finding, Ledger, Severity
from pipeline.declarations.schema import FindingSpec, Form, RecordSpec, RuleSpec, Schemas
from pipeline.values.predicates import (
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

MISSING = "MISSING"
ILLEGIBLE = "L08"
STRUCK_THROUGH = "L09"

REMEMBERED = 1 << 15
"""Largest number of cached plans, one for each combination of field states."""

_OF_STATUS = {FieldStatus.ILLEGIBLE: (ILLEGIBLE,), FieldStatus.STRUCK_THROUGH: (STRUCK_THROUGH,)}

READ, BLANK = FieldStatus.READ, FieldStatus.BLANK

_STATES = {status: code for code, status in enumerate(FieldStatus)}
_PARSED = len(_STATES)
_ABSENT, _READ, _BLANK = (_STATES[s] for s in (FieldStatus.NOT_ON_FORM, FieldStatus.READ, FieldStatus.BLANK))
"""States as small numbers. The states of an entry's fields, and whether each value parses, select the rules to ask."""


def context_of(
    form: Form,
    ledger: Ledger,
    *,
    places: PlaceResolver | None = None,
    scanned_on: datetime.date | None = None,
) -> RuleContext:
    """Return the rule context of a book.

    Args:
        places: The resolver of place names, ``None`` if no units are known.
        scanned_on: The day of the scan; by default today, which is no earlier.
    """
    opened_on = date_parts(ledger.opened_on)
    day = scanned_on or datetime.datetime.now(datetime.UTC).date()
    return RuleContext(
        scanned_on=date_tuple(day),
        opened_on=opened_on,
        closed_on=date_parts(ledger.closed_on),
        volume=ledger.volume,
        form=form.id,
        form_years=form.years,
        places=places,
        series=ledger.series,
        in_north=None
        if places is None
        else places.lies_in_north(ledger.place_code, ledger.place, opened_on or (ledger.year,)),
    )


def rules_of(record: RecordSpec, schemas: Schemas) -> EntryRules:
    """Return the rules of a record, compiled for its entries."""
    return EntryRules(record, schemas.findings)


Fields = Callable[[Sequence[Value | FieldReading]], tuple[Value | FieldReading, ...]]
"""Selects the values of several fields from the values of an entry."""


@dataclass(frozen=True, slots=True)
class _Bound:
    """A rule of one record; ``at``: the indices of its fields in the record; ``ask``: the predicate with its limits."""

    finding: Finding
    ask: Callable[..., bool | None]
    at: tuple[int, ...]
    needs: tuple[Need, ...]
    in_context: bool
    of_states: bool

    def can_ask(self, values: Sequence[Value | FieldReading]) -> bool:
        """Return whether the rule can judge values in these states."""
        return all(
            need.met_by(values[at].status) and (need is not Need.VALUE or values[at].canonical != "")
            for need, at in zip(self.needs, self.at, strict=True)
        )


@dataclass(frozen=True, slots=True)
class _Plan:
    """The rules to ask of entries whose fields have the same states.

    Attributes:
        known: The findings that follow from the states alone.
        missing: The same, unless the field has another finding.
    """

    known: tuple[Finding, ...]
    missing: tuple[Finding, ...]
    of_one: tuple[tuple[Finding, Callable[..., bool | None], int], ...]
    of_one_in_book: tuple[tuple[Finding, Callable[..., bool | None], int], ...]
    of_two: tuple[tuple[Finding, Callable[..., bool | None], int, int], ...]
    of_more: tuple[tuple[Finding, Callable[..., bool | None], Fields], ...]
    of_more_in_book: tuple[tuple[Finding, Callable[..., bool | None], Fields], ...]


class EntryRules:
    """All rules of one record over single fields and over single entries, compiled once for many entries.

    Args:
        findings: The severity of problems of a single value without a rule of their code (``REVIEW`` by default).
    """

    def __init__(
        self,
        record: RecordSpec,
        findings: Mapping[str, FindingSpec] | None = None,
    ) -> None:
        self._specs = record.fields
        self._place = {spec.name: place for place, spec in enumerate(record.fields)}
        self._findings = findings or {}
        self._severities = {(rule.code, rule.fields): rule.severity for rule in record.rules}
        self._bound = tuple(_bound(rule, self._place) for rule in record.rules)
        self._nothing: list[Value | FieldReading] = [NOT_ON_FORM] * len(record.fields)
        self._absent = bytes([_ABSENT]) * len(record.fields)
        self._plans: dict[bytes, _Plan] = {}

    def findings_of(
        self, readings: Iterable[FieldReading], context: RuleContext = NO_CONTEXT
    ) -> tuple[Finding, ...]:
        """Return all findings of one entry, each once: problems of values, violated rules, missing required values.

        Args:
            readings: One reading a field with its parsing problems; a field without a reading is not on the form.
        """
        values = self._nothing.copy()
        states = bytearray(self._absent)
        findings: list[Finding] = []
        places = self._place
        for reading in readings:
            place = places.get(reading.field)
            if place is None:
                continue
            values[place] = reading
            status = reading.status
            if status is READ:
                states[place] = _PARSED if reading.canonical else _READ
                if reading.problems:
                    findings += self._of_field(reading.problems, place)
            elif status is BLANK:
                states[place] = _BLANK
            else:
                states[place] = _STATES[status]
                findings += self._of_field(_OF_STATUS.get(status, ()), place)
        plan = self._plan(bytes(states), values)
        findings += plan.known
        findings += [finding for finding, ask, at in plan.of_one if ask(values[at]) is False]
        findings += [
            finding for finding, ask, at in plan.of_one_in_book if ask(values[at], context=context) is False
        ]
        findings += [
            finding
            for finding, ask, first, second in plan.of_two
            if ask(values[first], values[second]) is False
        ]
        findings += [finding for finding, ask, of in plan.of_more if ask(*of(values)) is False]
        findings += [
            finding for finding, ask, of in plan.of_more_in_book if ask(*of(values), context=context) is False
        ]
        if not findings and not plan.missing:
            return ()
        named = {name for finding in findings for name in finding.fields}
        findings += [finding for finding in plan.missing if finding.fields[0] not in named]
        return tuple({(finding.code, finding.fields): finding for finding in reversed(findings)}.values())[
            ::-1
        ]

    def _plan(self, states: bytes, values: Sequence[Value | FieldReading]) -> _Plan:
        plan = self._plans.get(states)
        if plan is None:
            if len(self._plans) >= REMEMBERED:
                self._plans.clear()
            plan = self._plans[states] = self._make_plan(values)
        return plan

    def _make_plan(self, values: Sequence[Value | FieldReading]) -> _Plan:
        """Return the plan for entries whose fields have the states of these values."""
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
            known=tuple(
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

    def _of_field(self, codes: Iterable[str], place: int) -> tuple[Finding, ...]:
        findings = (self._finding(code, place) for code in codes)
        return tuple(finding for finding in findings if finding is not None)

    def _finding(self, code: str, place: int) -> Finding | None:
        """Return the finding of a single field, ``None`` if the office has switched its rule off."""
        fields = (self._specs[place].name,)
        spec = self._findings.get(code)
        severity = self._severities.get((code, fields), spec.severity if spec else Severity.REVIEW)
        return None if spec is not None and spec.off else Finding(code, severity, fields)


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
