"""Every rule has a trio: it holds, it is broken, it is not applicable."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from pipeline.base.model import FieldStatus, Severity
from pipeline.declarations.schema import RuleSpec
from pipeline.values.predicates import PREDICATES, Need
from tests.digitize.validate.book_trios import BOOK_TRIOS
from tests.digitize.validate.entries import SCHEMAS, SOUND, Written, context, form_of, found, serious
from tests.digitize.validate.trios.every import TRIOS
from tests.digitize.validate.trios.trio import Trio

TABLE = {
    *(f"K{number:02}" for number in range(1, 13)),
    *(f"D{number:02}" for number in range(1, 11)),
    *(f"M{number:02}" for number in range(1, 7)),
    *(f"B{number:02}" for number in range(1, 7)),
    *(f"T{number:02}" for number in range(1, 4)),
    *(f"I{number:02}" for number in range(1, 8)),
    *(f"L{number:02}" for number in range(1, 11)),
    *(f"P{number:02}" for number in range(1, 4)),
    *(f"H{number:02}" for number in range(1, 4)),
    *(f"G{number:02}" for number in range(1, 5)),
    *(f"A{number:02}" for number in range(1, 6)),
}
"""The codes of the rule table."""

BOOK_TESTS = Path(__file__).parents[2] / "books" / "book_rules"
OF_ENTRIES = {code for code, finding in SCHEMAS.findings.items() if finding.level in ("field", "entry")}
BINDINGS = [(record.record, rule) for record in SCHEMAS.records.values() for rule in record.rules]


def _name(trio: Trio) -> str:
    return f"{trio.code}-{trio.record}{'-info' if trio.info else ''}"


def told(trio: Trio, change: Written) -> bool:
    """Whether the rule finds something in the sound entry after that change."""
    entry = {**SOUND[trio.record], **change}
    findings = found(trio.record, entry, context(trio.on_form, trio.closed_on))
    severe = trio.code in serious(findings)
    return trio.code in findings and severe != trio.info


@pytest.mark.parametrize("trio", TRIOS, ids=_name)
def test_it_holds(trio: Trio) -> None:
    assert not told(trio, {})
    for change in trio.holds:
        assert not told(trio, change), change


@pytest.mark.parametrize("trio", TRIOS, ids=_name)
def test_it_is_broken(trio: Trio) -> None:
    for change in trio.broken:
        assert told(trio, change), change
    if trio.about:
        entry = {**SOUND[trio.record], **trio.broken[0]}
        findings = found(trio.record, entry, context(trio.on_form, trio.closed_on))
        assert trio.about in [finding.fields for finding in findings[trio.code]]


@pytest.mark.parametrize("trio", TRIOS, ids=_name)
def test_it_is_not_applicable(trio: Trio) -> None:
    assert trio.silent
    for change in trio.silent:
        assert not told(trio, change), change


def test_every_rule_of_the_table_is_declared() -> None:
    assert TABLE - set(SCHEMAS.findings) - set(SCHEMAS.principles) == set()


def test_every_rule_over_fields_and_entries_has_a_trio() -> None:
    assert OF_ENTRIES - {trio.code for trio in TRIOS} == set()


def test_every_rule_over_books_and_the_registry_has_a_trio() -> None:
    beside = {code for code, finding in SCHEMAS.findings.items() if finding.level in ("book", "registry")}
    assert beside - set(BOOK_TRIOS) == set()
    for code, tests in BOOK_TRIOS.items():
        text = (BOOK_TESTS / f"{tests.file}.py").read_text(encoding="utf-8")
        for name in tests[1:]:
            assert f"\ndef {name}(" in text, (code, name)


def test_a_principle_is_kept_by_rules_that_have_trios() -> None:
    kept = {code for principle in SCHEMAS.principles.values() for code in principle.kept_by}
    assert kept <= {trio.code for trio in TRIOS}


@pytest.mark.parametrize("record", SOUND)
def test_the_sound_entries_are_sound(record: str) -> None:
    assert found(record, SOUND[record], context(form_of(record))) == {}


@pytest.mark.parametrize(("record", "rule"), BINDINGS, ids=lambda part: getattr(part, "code", part))
def test_no_rule_needs_a_value_that_is_not_there(record: str, rule: RuleSpec) -> None:
    """A field whose value a rule needs, in any other state: the rule says nothing."""
    states = [state for state in FieldStatus if state is not FieldStatus.READ]
    needs = PREDICATES[rule.predicate].needs_of(len(rule.fields))
    assert needs is not None
    needing = [name for name, need in zip(rule.fields, needs, strict=True) if need in (Need.VALUE, Need.TEXT)]
    for name, state in product(needing, states):
        findings = found(record, {**SOUND[record], name: state}, context(form_of(record)))
        fields = [finding.fields for finding in findings.get(rule.code, [])]
        assert rule.fields not in fields or len(rule.fields) == 1, (name, state)


@pytest.mark.parametrize("record", SOUND)
def test_a_form_without_a_field_is_no_reason_for_a_finding(record: str) -> None:
    for name in SOUND[record]:
        entry = {**SOUND[record], name: FieldStatus.NOT_ON_FORM}
        assert serious(found(record, entry, context(form_of(record)))) == set(), name


def test_only_keys_block() -> None:
    blocking = {code for code, finding in SCHEMAS.findings.items() if finding.severity is Severity.BLOCK}
    assert {"K01", "K02"} <= blocking
    assert {code[0] for code in blocking - {"I07"}} <= {"K"}
