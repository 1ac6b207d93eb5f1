"""Validate: from the readings of one entry to what is wrong or doubtful about them. Rules change no value.

What is wrong with a value by itself was found when it was parsed and comes with its reading. A predicate says in which
states it wants to see the values it is asked about (``pipeline.values.predicates.Need``): a field that this form does
not have is never wrong, of ink that could not be read a rule knows only that it is there, and a value that is struck
through is no value.
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
"""How many combinations of field states are remembered with their plan."""

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
    """Return what rules may know of a book.

    Args:
        form: Its form.
        ledger: The book itself.
        places: Resolves names of places, where units are known.
        scanned_on: The day of the scan, where it is known; else today, which is no earlier.
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
        """Return whether the states of the values let the rule know anything."""
        return all(
            need.met_by(values[at].status) and (need is not Need.VALUE or values[at].canonical != "")
            for need, at in zip(self.needs, self.at, strict=True)
        )


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is to be asked of entries whose fields are all in the same states.

    ``found`` is known from the states alone, ``missing`` too unless there is another finding about the field.
    """

    found: tuple[Finding, ...]
    missing: tuple[Finding, ...]
    of_one: tuple[tuple[Finding, Callable[..., bool | None], int], ...]
    of_one_in_book: tuple[tuple[Finding, Callable[..., bool | None], int], ...]
    of_two: tuple[tuple[Finding, Callable[..., bool | None], int, int], ...]
    of_more: tuple[tuple[Finding, Callable[..., bool | None], Fields], ...]
    of_more_in_book: tuple[tuple[Finding, Callable[..., bool | None], Fields], ...]


class EntryRules:
    """All rules of one record over single fields and over single entries, compiled once for many entries.

    Args:
        record: The record whose rules they are.
        findings: How serious a problem of a value by itself is, where no rule of its code is bound to the field
            (``REVIEW`` where they do not say either).
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
        """Return all findings of one entry, each once: of its values by themselves, of its rules, of required blanks.

        Args:
            readings: One a field, each with the problems that parsing found; a field without one is not on the form.
            context: What is known of the book.
        """
        values = self._nothing.copy()
        states = bytearray(self._absent)
        found: list[Finding] = []
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
                    found += self._of_field(reading.problems, place)
            elif status is BLANK:
                states[place] = _BLANK
            else:
                states[place] = _STATES[status]
                found += self._of_field(_OF_STATUS.get(status, ()), place)
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
        named = {name for finding in found for name in finding.fields}
        found += [finding for finding in plan.missing if finding.fields[0] not in named]
        return tuple({(finding.code, finding.fields): finding for finding in reversed(found)}.values())[::-1]

    def _plan(self, states: bytes, values: Sequence[Value | FieldReading]) -> _Plan:
        plan = self._plans.get(states)
        if plan is None:
            if len(self._plans) >= REMEMBERED:
                self._plans.clear()
            plan = self._plans[states] = self._make_plan(values)
        return plan

    def _make_plan(self, values: Sequence[Value | FieldReading]) -> _Plan:
        """Return the plan for entries with fields in the states of these."""
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

    def _of_field(self, codes: Iterable[str], place: int) -> tuple[Finding, ...]:
        findings = (self._finding(code, place) for code in codes)
        return tuple(finding for finding in findings if finding is not None)

    def _finding(self, code: str, place: int) -> Finding | None:
        """Return the finding of one field by itself; ``None`` where the office has switched its rule off."""
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
