"""The two layers of a value: what stands on paper, and what is delivered of it by a rule.

Everything here is a pure function of what people and machines found on paper, the office's choices and what people
confirmed, so a book that is exported again gives the same. A rule never changes what stands on paper. Where it is not
sure it proposes values, and a person confirms one of them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from pipeline.base.model import FieldStatus, Ledger
from pipeline.declarations.schema import FieldSpec, RecordSpec, Schemas
from pipeline.delivery_rules.date_rules import DateFacts, proposed_dates
from pipeline.delivery_rules.delivery_policy import DeliveryPolicy
from pipeline.delivery_rules.proposals import DeliveredValue, blank_with_note, settled_by
from pipeline.delivery_rules.rules import CONFIRM, NOTE
from pipeline.values import kinds
from pipeline.values.kinds.calendar import PartialDate, parse_canonical
from pipeline.values.kinds.date import parse_canonical_age
from pipeline.values.kinds.number import parse_suffixed_number

FREE_TEXT = frozenset({"text", "place"})
"""Kinds whose column may say that the paper is illegible; a date, a number, a name or a code may not."""

SURE_DITTO = frozenset({"choice", "place", "text", "date", "date_words"})
"""Kinds of which a ditto mark below a settled value of the same column is taken without a person."""

NEAREST = 2
"""How many fields before it a ditto mark on a page of one entry may stand for."""


@dataclass(frozen=True, slots=True)
class WrittenField:
    """A field as it stands on paper.

    Attributes:
        status: What people or machines say of it.
        text: Its text, verbatim.
        value: Its effective value; ``""``: blank; None: not settled, or nothing that is valid stands there.
        amended: The value of an amendment, None where there is none.
        is_decided: Whether a person decided it.
    """

    status: FieldStatus
    text: str = ""
    value: str | None = None
    amended: str | None = None
    is_decided: bool = False


@dataclass(frozen=True, slots=True)
class ConfirmedDelivery:
    """A proposal that a person confirmed.

    Attributes:
        written: The text on paper that it was about.
        value: What is delivered.
        note: What is appended to the margin note.
        rule: The rule that proposed it.
        author: Who confirmed it.
    """

    written: str
    value: str
    note: str
    rule: str
    author: str


@dataclass(frozen=True, slots=True)
class FieldLayers:
    """Both layers of a field.

    Attributes:
        written: What stands on paper.
        delivered: What is delivered; while it is not ``certain``, what is proposed first.
        proposals: What a person may confirm.
    """

    written: str
    delivered: DeliveredValue
    proposals: tuple[DeliveredValue, ...] = ()

    @property
    def waits(self) -> bool:
        """Whether a person has to confirm a proposal."""
        return not self.delivered.certain

    @property
    def mark(self) -> str:
        """A mark of the text and its proposals: a person confirms what was shown, or nothing."""
        shown = [self.written, *((one.value, one.note, one.rule) for one in self.proposals)]
        return hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:16]

    def unless_of_others(self, author: str) -> FieldLayers:
        """Return the layers without what others than ``author`` confirmed, for whoever keys the field blind."""
        if self.delivered.confirmed_by in ("", author):
            return self
        return replace(self, delivered=self.proposals[0])


@dataclass(frozen=True)
class WrittenEntry:
    """An entry as it stands on paper.

    Attributes:
        record: Its kind of event.
        ledger: Its book.
        fields: What stands in its fields, by name.
        confirmed: What people confirmed, by field.
    """

    record: RecordSpec
    ledger: Ledger
    fields: Mapping[str, WrittenField]
    confirmed: Mapping[str, ConfirmedDelivery] = field(default_factory=dict)


@dataclass(frozen=True)
class LineAbove:
    """The entry before in the book: its layers, and whether it is the line right above on the same page.

    Of the layers only what stands on paper counts, without amendments: a ditto mark was written before them.
    """

    layers: Mapping[str, FieldLayers]
    is_next_to: bool


def entry_layers(
    entry: WrittenEntry, above: LineAbove | None, schemas: Schemas, policy: DeliveryPolicy
) -> Mapping[str, FieldLayers]:
    """Return both layers of every settled field of an entry, in the record's order.

    Args:
        entry: The entry.
        above: The entry before it; None where there is none, or nothing may be taken from it.
        schemas: The declarations.
        policy: The choices of the office.
    """
    return _EntryRules(entry, above, schemas, policy).layers()


def is_as_delivered(spec: FieldSpec, value: str, vocabulary: kinds.Vocabulary | None) -> bool:
    """Return whether an effective value is delivered as it is, by its looks alone; most values are.

    Args:
        spec: The field.
        value: Its effective value, not blank.
        vocabulary: Its code list.
    """
    if spec.kind == "entry_number":
        return "/" in value
    if spec.kind == "date":
        known = parse_canonical(value)
        if known is None:
            return parse_canonical_age(value) is not None
        return known.day is not None or known.month is None
    if spec.kind == "choice" and vocabulary is not None and vocabulary.has_codes:
        return value in vocabulary.labels
    return not kinds.is_ditto(value)


def notes_with(notes: str, layers: Mapping[str, FieldLayers]) -> str:
    """Return the margin note with what the delivered values leave to it.

    Args:
        notes: The margin note as it is delivered itself.
        layers: Both layers of the entry.
    """
    left = (one.delivered.note for one in layers.values())
    return "; ".join(dict.fromkeys(filter(None, (notes, *left))))


class _EntryRules:
    """The rules as they apply to one entry."""

    def __init__(
        self, entry: WrittenEntry, above: LineAbove | None, schemas: Schemas, policy: DeliveryPolicy
    ) -> None:
        self._entry, self._above, self._schemas, self._policy = entry, above, schemas, policy
        self._done: dict[str, FieldLayers] = {}

    def layers(self) -> Mapping[str, FieldLayers]:
        for spec in self._entry.record.fields:
            self._of(spec)
        order = self._entry.record.by_name
        return {name: self._done[name] for name in order if name in self._done}

    def _of(self, spec: FieldSpec) -> FieldLayers | None:
        """Return the layers of a field; None where nothing of it is settled."""
        if spec.name in self._done:
            return self._done[spec.name]
        written = self._entry.fields.get(spec.name)
        if written is None:
            return None
        if written.amended is not None:
            found: tuple[DeliveredValue, ...] = (DeliveredValue(written.amended),)
        else:
            found = tuple(self._proposed(spec, written))
        if not found:
            return None
        layers = self._with_word_of_person(spec, FieldLayers(written.text, found[0], found))
        if not layers.delivered.rule:
            layers = replace(layers, proposals=())
        self._done[spec.name] = layers
        return layers

    def _with_word_of_person(self, spec: FieldSpec, layers: FieldLayers) -> FieldLayers:
        """Return the layers with what a person confirmed, as long as the paper says the same and a rule proposes it."""
        word = self._entry.confirmed.get(spec.name)
        if word is None or word.written != layers.written:
            return layers
        for one in layers.proposals:
            if (one.value, one.note, one.rule) == (word.value, word.note, word.rule):
                return replace(layers, delivered=replace(one, certain=True, confirmed_by=word.author))
        return layers

    def _proposed(self, spec: FieldSpec, written: WrittenField) -> Iterator[DeliveredValue]:
        """Yield what may be delivered of a field, the likeliest first."""
        if written.value is None:
            yield from self._without_value(spec, written)
        elif not written.value:
            yield DeliveredValue("")
        elif kinds.is_ditto(written.value) and not self._is_literal(spec.name):
            yield from self._ditto(spec, written)
        elif spec.kind == "entry_number":
            yield from self._number(written)
        elif spec.kind == "date":
            yield from proposed_dates(written.text, written.value, spec, self._facts(spec), self._policy)
        elif spec.kind == "date_words" and written.text != written.value:
            if self._policy["date_in_words"] == "paper":
                yield DeliveredValue(written.text)
            else:
                yield DeliveredValue(written.value, rule="date_in_words")
        elif spec.kind == "choice":
            yield from self._term(spec, written.value)
        elif spec.kind == "number" and not written.value.isdecimal():
            yield from settled_by(
                "text_for_number", self._policy, blank_with_note(spec, written.text or written.value)
            )
        else:
            yield DeliveredValue(written.value)

    def _without_value(self, spec: FieldSpec, written: WrittenField) -> Iterator[DeliveredValue]:
        if not written.is_decided or not spec.column:
            return
        if written.status is FieldStatus.STRUCK_THROUGH:
            said = f"gạch bỏ: {written.text}" if written.text else "gạch bỏ"
            yield from self._blank("struck_through", spec, said)
        elif written.status is FieldStatus.ILLEGIBLE:
            if self._policy.illegible_wording and spec.kind in FREE_TEXT:
                yield DeliveredValue(self._policy.illegible_wording, rule="illegible")
            else:
                yield from self._blank("illegible", spec, "không đọc được")

    def _blank(self, rule: str, spec: FieldSpec, said: str) -> Iterator[DeliveredValue]:
        """Yield an empty cell with a note; a field that no entry may lack goes out empty by a person's word only."""
        for one in settled_by(rule, self._policy, blank_with_note(spec, said)):
            yield replace(one, certain=one.certain and not spec.required)

    # --- numbers ------------------------------------------------------------------------------------------------------

    def _number(self, written: WrittenField) -> Iterator[DeliveredValue]:
        """A number gets the year of its registration, also where it was completed by the year of the book before."""
        number = kinds.ENTRY_NUMBER.parse(written.text or written.value or "").canonical
        if number and "/" not in number:
            yield from settled_by("number_without_year", self._policy, f"{number}/{self._year()}")
            return
        suffixed = parse_suffixed_number(written.text or written.value or "")
        if suffixed is not None:
            year = suffixed.year or self._year()
            value = f"{suffixed.number}{suffixed.suffix}/{year}"
            yield from settled_by("number_with_suffix", self._policy, value)
            return
        yield DeliveredValue(written.value or "")

    def _year(self) -> int:
        day = self._registered_on()
        return day.year if day is not None else self._entry.ledger.year

    # --- dates --------------------------------------------------------------------------------------------------------

    def _facts(self, spec: FieldSpec) -> DateFacts:
        is_registration = spec.column == self._entry.record.key_columns.registered_on
        return DateFacts(
            None if is_registration else self._registered_on(),
            self._entry.ledger,
            self._in_words(spec),
            self._lowest(spec),
            is_registration,
        )

    def _registered_on(self) -> PartialDate | None:
        """Return the day of registration as it is delivered; None where it is not known."""
        spec = self._entry.record.by_column.get(self._entry.record.key_columns.registered_on)
        layers = None if spec is None else self._of(spec)
        return parse_canonical(layers.delivered.value) if layers is not None and not layers.waits else None

    def _in_words(self, spec: FieldSpec) -> PartialDate | None:
        """Return the date that stands in words beside a date in figures, as the record's rule of the two says."""
        for rule in self._entry.record.rules:
            if rule.predicate == "same_date" and rule.fields[0] == spec.name:
                words = self._entry.fields.get(rule.fields[1])
                return parse_canonical(words.value) if words is not None and words.value else None
        return None

    def _lowest(self, spec: FieldSpec) -> int | None:
        """Return the first year that the record's rules allow for a date."""
        limits = (
            rule.limits.get("lowest")
            for rule in self._entry.record.rules
            if rule.predicate == "year_from" and rule.fields[0] == spec.name
        )
        return next((int(limit) for limit in limits if limit is not None), None)

    # --- terms --------------------------------------------------------------------------------------------------------

    def _term(self, spec: FieldSpec, value: str) -> Iterator[DeliveredValue]:
        vocabulary = self._schemas.vocabulary(spec)
        if vocabulary is None or value in vocabulary.labels or not vocabulary.has_codes:
            yield DeliveredValue(value)
            return
        code = kinds.KINDS["choice"].parse(value, vocabulary).canonical
        if code in vocabulary.labels:  # decided before its term got a code
            yield DeliveredValue(code)
            return
        by_parents = self._entry.record.unknown_parent
        if by_parents is not None and spec.name == by_parents.field and value == by_parents.words:
            known = [self._is_named(name) for name in by_parents.parents]
            named = tuple(bool(one) for one in known)
            if None not in known and named in by_parents.codes:
                yield from settled_by("unknown_parent", self._policy, by_parents.codes[named])
                return
            for one in by_parents.codes.values():
                yield DeliveredValue(one, rule="unknown_parent", certain=False)
            yield replace(blank_with_note(spec, value), rule="unknown_parent", certain=False)
            return
        yield from self._blank("outside_list", spec, value)

    def _is_named(self, field_name: str) -> bool | None:
        written = self._entry.fields.get(field_name)
        return None if written is None or written.value is None else bool(written.value)

    # --- ditto marks --------------------------------------------------------------------------------------------------

    def _ditto(self, spec: FieldSpec, written: WrittenField) -> Iterator[DeliveredValue]:
        choice = self._policy["ditto"]
        left = blank_with_note(spec, written.text)
        if choice == NOTE:
            yield replace(left, rule="ditto")
            return
        for one, is_sure in self._lines_above(spec):
            certain = is_sure and choice != CONFIRM and spec.kind in SURE_DITTO
            yield DeliveredValue(one.value, one.note, "ditto", certain)
        yield replace(left, rule="ditto", certain=False)

    def _lines_above(self, spec: FieldSpec) -> Iterator[tuple[DeliveredValue, bool]]:
        """Yield the settled values that a ditto mark may stand for, each with whether it can be no other."""
        if self._above is not None and self._is_table:
            there = self._above.layers.get(spec.name)
            if there is not None and not there.waits and there.delivered.value:
                yield there.delivered, self._above.is_next_to
            return
        for name in self._fields_before(spec):
            written = self._entry.fields.get(name)
            if written is None or written.amended is not None:  # the mark was written before the amendment
                continue
            there = self._of(self._entry.record.by_name[name])
            if there is not None and not there.waits and there.delivered.value:
                yield there.delivered, False

    def _is_literal(self, name: str) -> bool:
        """Return whether a ditto mark in the column of a field stands for nothing above it."""
        return name in self._schemas.form(self._entry.ledger.form).literal_fields

    @property
    def _is_table(self) -> bool:
        return self._schemas.form(self._entry.ledger.form).layout == "table"

    def _fields_before(self, spec: FieldSpec) -> Iterator[str]:
        """Yield the nearest fields of the same kind and list above a field on its form."""
        names = self._schemas.form(self._entry.ledger.form).field_names
        if spec.name not in names:
            return
        of_record = self._entry.record.by_name
        before = [
            name
            for name in names[: names.index(spec.name)]
            if name in of_record and (of_record[name].kind, of_record[name].vocab) == (spec.kind, spec.vocab)
        ]
        yield from reversed(before[-NEAREST:])
