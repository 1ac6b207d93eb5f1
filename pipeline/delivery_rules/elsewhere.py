"""Delivery rule for a column without a text of its own whose value follows from other fields of the entry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from pipeline.base.model import FieldStatus
from pipeline.declarations.office.delivery_policy import DeliveryPolicy
from pipeline.declarations.office.delivery_rules import CONFIRM, PAPER
from pipeline.declarations.schema import DerivationSpec, FieldSpec, Schemas
from pipeline.delivery_rules.layers import FieldLayers, WrittenEntry, WrittenField
from pipeline.delivery_rules.proposals import DeliveredValue, note_of
from pipeline.values.derivations import ASKED_BEFORE_DELIVERY, DerivationContext, Known, derived
from pipeline.values.predicates import Value

PROVINCE = "province_of_place"
SAID, FOLLOWS = "said_elsewhere", "follows_elsewhere"


def proposed_elsewhere(
    spec: FieldSpec, entry: WrittenEntry, schemas: Schemas, policy: DeliveryPolicy
) -> Iterator[DeliveredValue]:
    """Yield the value that other fields of the entry give a column, then an empty cell; nothing where none do.

    A field that a person decided, or that people still have to decide, is left alone.
    """
    binding = next((one for one in entry.record.derivations if one.field == spec.name), None)
    if binding is None or not spec.column or not _is_open(entry.fields.get(spec.name)):
        return
    rule = SAID if binding.rule in ASKED_BEFORE_DELIVERY else FOLLOWS
    choice = policy[rule]
    text = "" if choice == PAPER else _text_of(binding, entry, schemas)
    if not text:
        return
    canonical = spec.value_kind.parse(text, schemas.vocabulary(spec)).canonical
    yield DeliveredValue(canonical or text, rule=rule, certain=choice != CONFIRM)
    yield DeliveredValue("", rule=rule, certain=False)


def province_in(
    value: str, spec: FieldSpec, entry: WrittenEntry, schemas: Schemas
) -> Iterator[DeliveredValue]:
    """Yield the province of a place with smaller units in a column of provinces, then the text, for confirmation."""
    binding = next((one for one in entry.record.derivations if one.field == spec.name), None)
    if binding is None or binding.rule != PROVINCE or "," not in value:
        return
    place = WrittenField(FieldStatus.READ, value, value)
    text = _text_of(binding, replace(entry, fields={**entry.fields, binding.fields[0]: place}), schemas)
    if text not in ("", value):
        yield DeliveredValue(text, note_of(spec, value), "smaller_place", certain=False)
        yield DeliveredValue(value, rule="smaller_place", certain=False)


def as_on_paper(layers: Mapping[str, FieldLayers]) -> Mapping[str, FieldLayers]:
    """Return layers in which a column gets nothing from other fields, for papers that repeat the book alone."""
    return {
        name: FieldLayers(field_layers.written, DeliveredValue(""))
        if field_layers.delivered.rule in (SAID, FOLLOWS)
        else field_layers
        for name, field_layers in layers.items()
    }


def _is_open(written: WrittenField | None) -> bool:
    """Return whether the paper has no place for a field, or a place where nothing is written and nobody was asked."""
    if written is None:
        return True
    if written.is_decided or written.amended is not None:
        return False
    return written.status is FieldStatus.NOT_ON_FORM or written.value == ""


def _text_of(binding: DerivationSpec, entry: WrittenEntry, schemas: Schemas) -> str:
    places = schemas.places if binding.rule == PROVINCE else None
    context = DerivationContext(entry.ledger.series, places, schemas.vocabularies)
    given = [_known(entry.fields.get(name)) for name in binding.fields]
    found = derived(binding.rule, given, binding.limits, context)
    return "" if found is None else found.text


def _known(written: WrittenField | None) -> Known:
    value = None if written is None else written.value if written.amended is None else written.amended
    return None if value is None else Value(value, value, FieldStatus.READ if value else FieldStatus.BLANK)
