"""Delivery rules for listed fields: codes, names of complete lists, printed boxes, two names in a cell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from pipeline.declarations.office.delivery_policy import DeliveryPolicy
from pipeline.declarations.office.delivery_rules import CONFIRM, PAPER
from pipeline.declarations.schema import AmbiguousBoxSpec, FieldSpec, UnknownParentSpec
from pipeline.delivery_rules.layers import WrittenEntry
from pipeline.delivery_rules.proposals import DeliveredValue, blank_with_note, note_of, settled_by
from pipeline.values import kinds
from pipeline.values.kinds.name import names_nobody

_BETWEEN_NAMES = re.compile(r"\s*[,;/&+]\s*|\s+(?:và|-|–)\s+")


def proposed_terms(
    value: str,
    spec: FieldSpec,
    entry: WrittenEntry,
    vocabulary: kinds.Vocabulary | None,
    policy: DeliveryPolicy,
) -> Iterator[DeliveredValue]:
    """Yield the possible deliveries of a term, likeliest first.

    Args:
        value: Its effective value.
        entry: The entry, whose other fields may decide a printed box.
        vocabulary: The field's code list.
    """
    if vocabulary is None or value in vocabulary.labels:
        yield DeliveredValue(value)
        return
    code = kinds.CHOICE.parse(value, vocabulary).canonical
    if code in vocabulary.labels:  # the decision is older than its term's code
        yield DeliveredValue(code)
        return
    if vocabulary.listed:
        yield from _listed(spec, value, vocabulary, policy)
        return
    if not vocabulary.has_codes:
        yield DeliveredValue(value)
        return
    by_parents = entry.record.unknown_parent
    if by_parents is not None and (spec.name, value) == (by_parents.field, by_parents.words):
        yield from _of_parents(by_parents, spec, value, entry, policy)
        return
    for box in entry.record.ambiguous_boxes:
        if (spec.name, value) == (box.field, box.words):
            yield from _boxed(box, spec, value, entry, policy)
            return
    for proposal in settled_by("outside_list", policy, blank_with_note(spec, value)):
        yield replace(proposal, certain=proposal.certain and not spec.required)


def two_names(value: str, spec: FieldSpec, vocabulary: kinds.Vocabulary | None) -> tuple[str, ...]:
    """Return the two names of a list in a text, if the record has a field for the second."""
    parts = _BETWEEN_NAMES.split(value.strip())
    if not spec.second or vocabulary is None or len(parts) != 2:
        return ()
    codes = []
    for part in parts:
        names = vocabulary.offered(part)
        only = names[0].code if len(names) == 1 else ""
        codes.append(kinds.CHOICE.parse(part, vocabulary).canonical or only)
    return tuple(codes) if all(codes) and codes[0] != codes[1] else ()


def _of_parents(
    by_parents: UnknownParentSpec, spec: FieldSpec, value: str, entry: WrittenEntry, policy: DeliveryPolicy
) -> Iterator[DeliveredValue]:
    known = [_is_named(entry, name) for name in by_parents.parents]
    named = tuple(bool(is_named) for is_named in known)
    if None not in known and named in by_parents.codes:
        yield from settled_by("unknown_parent", policy, by_parents.codes[named])
        return
    for offered_code in by_parents.codes.values():
        yield DeliveredValue(offered_code, rule="unknown_parent", certain=False)
    yield replace(blank_with_note(spec, value), rule="unknown_parent", certain=False)


def _boxed(
    box: AmbiguousBoxSpec, spec: FieldSpec, words: str, entry: WrittenEntry, policy: DeliveryPolicy
) -> Iterator[DeliveredValue]:
    deciding = entry.fields.get(box.by)
    value = deciding.value if deciding is not None else None
    code = dict(zip(box.known, box.codes, strict=True)).get(value or "") if box.by else None
    if code is not None:
        yield from settled_by("ambiguous_box", policy, code)
        return
    for offered_code in box.codes:
        yield DeliveredValue(offered_code, rule="ambiguous_box", certain=False)
    yield replace(blank_with_note(spec, words), rule="ambiguous_box", certain=False)


def _is_named(entry: WrittenEntry, field_name: str) -> bool | None:
    written = entry.fields.get(field_name)
    if written is None or written.value is None:
        return None
    return bool(written.value) and not names_nobody(written.value)


def _listed(
    spec: FieldSpec, value: str, vocabulary: kinds.Vocabulary, policy: DeliveryPolicy
) -> Iterator[DeliveredValue]:
    """Yield the names of a complete list that a text outside the terms may mean, then the text as written."""
    choice = policy["listed_name"]
    if value in vocabulary.delivered or (choice == PAPER and not vocabulary.has_codes):
        yield DeliveredValue(value)
        return
    names = vocabulary.offered(value)
    sure = len(names) == 1 and (vocabulary.is_plain_name(value) or choice == "single")
    if sure and choice != CONFIRM:
        note = "" if vocabulary.is_plain_name(value) else note_of(spec, value)
        yield DeliveredValue(names[0].code, note, "listed_name")
        return
    for code in two_names(value, spec, vocabulary) or tuple(name.code for name in names):
        yield DeliveredValue(code, note_of(spec, value), "listed_name", certain=False)
    if not vocabulary.has_codes:
        yield DeliveredValue(value, rule="listed_name", certain=False)
    yield replace(blank_with_note(spec, value), rule="listed_name", certain=False)
