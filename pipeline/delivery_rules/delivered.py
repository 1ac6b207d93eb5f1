"""The two layers of a value: the value on paper, and the value that a rule delivers.

Everything here is a pure function of the readings and decisions, the office's choices and people's confirmations, so
repeating an export gives the same result. A rule never changes the value on paper. If a rule is not certain, it
proposes values, and a person confirms one of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from pipeline.base.model import FieldStatus
from pipeline.declarations.office.delivery_policy import DeliveryPolicy
from pipeline.declarations.office.delivery_rules import CONFIRM, NOTE, PAPER
from pipeline.declarations.schema import FieldSpec, Schemas
from pipeline.delivery_rules.date_rules import DateFacts, day_of_neighbour, proposed_dates
from pipeline.delivery_rules.elsewhere import proposed_elsewhere, province_in
from pipeline.delivery_rules.layers import EntryBelow, FieldLayers, LineAbove, WrittenEntry, WrittenField
from pipeline.delivery_rules.number_rules import numbers_of_neighbours, proposed_numbers
from pipeline.delivery_rules.proposals import DeliveredValue, blank_with_note, note_of, settled_by
from pipeline.delivery_rules.term_rules import proposed_terms, two_names
from pipeline.values import kinds
from pipeline.values.kinds.calendar import PartialDate, parse_canonical
from pipeline.values.kinds.date import parse_canonical_age
from pipeline.values.kinds.name import names_nobody
from pipeline.values.kinds.number import paper_number_in
from pipeline.values.kinds.time import times_in_words

NEAREST = 2
"""Number of preceding fields that a ditto mark on a one-entry page may refer to."""


def entry_layers(
    entry: WrittenEntry,
    above: LineAbove | None,
    schemas: Schemas,
    policy: DeliveryPolicy,
    below: EntryBelow = EntryBelow(),
) -> Mapping[str, FieldLayers]:
    """Return both layers of every settled field of an entry, in the record's order.

    Args:
        above: The preceding entry; None without one, or if nothing may be taken from it.
    """
    return _EntryRules(entry, above, schemas, policy, below).layers()


def is_as_delivered(
    spec: FieldSpec, value: str, vocabulary: kinds.Vocabulary | None, *, as_whole_day: bool = False
) -> bool:
    """Return whether an effective value is delivered unchanged, by its form alone; most values are.

    Args:
        value: Its effective value; blank only for a whole day.
        vocabulary: Its code list.
        as_whole_day: Whether a date is delivered with its day only, as that of a registration.
    """
    kind = spec.value_kind
    if kind.is_entry_number:
        return "/" in value and kinds.ENTRY_NUMBER.parse(value).canonical == value
    if kind.is_date:
        known = parse_canonical(value)
        if known is None:
            return parse_canonical_age(value) is not None
        return known.day is not None or (known.month is None and not as_whole_day)
    if kind.is_listed and vocabulary is not None and (vocabulary.has_codes or vocabulary.listed):
        return value in vocabulary.delivered
    if kind.is_name:
        return not names_nobody(value) and not kinds.is_ditto(value)
    if kind.is_time or kind.is_identity_number:
        return kind.parse(value).canonical == value
    return not kinds.is_ditto(value)


class _EntryRules:
    """The delivery rules applied to an entry."""

    def __init__(
        self,
        entry: WrittenEntry,
        above: LineAbove | None,
        schemas: Schemas,
        policy: DeliveryPolicy,
        below: EntryBelow,
    ) -> None:
        self._entry, self._above, self._schemas, self._policy = entry, above, schemas, policy
        self._below = below
        self._with_second = tuple(spec for spec in entry.record.fields if spec.second)
        self._done: dict[str, FieldLayers] = {}

    def layers(self) -> Mapping[str, FieldLayers]:
        for spec in self._entry.record.fields:
            self._layers_of(spec)
        order = self._entry.record.by_name
        return {name: self._done[name] for name in order if name in self._done}

    def _layers_of(self, spec: FieldSpec) -> FieldLayers | None:
        """Return the layers of a field; None if it is not settled."""
        if spec.name in self._done:
            return self._done[spec.name]
        written = self._entry.fields.get(spec.name)
        if written is None or (not written.text and not written.value and written.amended is None):
            second = self._second_name(spec)
            if second is not None:
                self._done[spec.name] = second
                return second
        proposals = tuple(proposed_elsewhere(spec, self._entry, self._schemas, self._policy))
        if written is not None and written.amended is not None:
            proposals = (DeliveredValue(written.amended),)
        elif written is not None and not proposals:
            proposals = tuple(self._proposed(spec, written))
        if not proposals:
            return None
        text = "" if written is None else written.text
        layers = self._with_word_of_person(spec, FieldLayers(text, proposals[0], proposals))
        if not layers.delivered.rule:
            layers = replace(layers, proposals=())
        self._done[spec.name] = layers
        return layers

    def _with_word_of_person(self, spec: FieldSpec, layers: FieldLayers) -> FieldLayers:
        """Return the layers with a person's confirmation, if the paper and the rule's proposal are unchanged."""
        word = self._entry.confirmed.get(spec.name)
        if word is None or word.written != layers.written:
            return layers
        for proposal in layers.proposals:
            if (proposal.value, proposal.note, proposal.rule) == (word.value, word.note, word.rule):
                return replace(layers, delivered=replace(proposal, certain=True, confirmed_by=word.author))
        return layers

    def _proposed(self, spec: FieldSpec, written: WrittenField) -> Iterator[DeliveredValue]:
        """Yield the possible deliveries of a field, likeliest first."""
        if written.value is None:
            yield from self._without_value(spec, written)
        elif not written.value:
            yield from self._blank_on_paper(spec, written)
        elif kinds.is_ditto(written.value) and not self._is_literal(spec.name):
            yield from self._ditto(spec, written)
        elif spec.value_kind.is_entry_number:
            yield from proposed_numbers(written.text, written.value, self._year(), spec, self._policy)
        elif spec.value_kind.is_date:
            yield from proposed_dates(written.text, written.value, spec, self._facts(spec), self._policy)
        elif spec.value_kind.is_date_in_words and written.text != written.value:
            if self._policy["date_in_words"] == "paper":
                yield DeliveredValue(written.text)
            else:
                yield DeliveredValue(written.value, rule="date_in_words")
        elif spec.value_kind.is_listed:
            vocabulary = self._schemas.vocabulary(spec)
            yield from proposed_terms(written.value, spec, self._entry, vocabulary, self._policy)
        elif spec.value_kind.is_count and not written.value.isdecimal():
            yield from settled_by(
                "text_for_number", self._policy, blank_with_note(spec, written.text or written.value)
            )
        else:
            yield from self._text(spec, written.value, written.text or written.value)

    def _text(self, spec: FieldSpec, value: str, text: str) -> Iterator[DeliveredValue]:
        """Yield a value in words or the number of a paper; words for nobody, a time or a paper are no such value."""
        kind = spec.value_kind
        if kind.is_name and names_nobody(value):
            yield from self._nobody(spec, text)
        elif kind.is_time and not kind.parse(value).canonical:
            yield from self._time(spec, text)
        elif kind.is_identity_number and (number := paper_number_in(value)):
            yield DeliveredValue(number, note_of(spec, text), "paper_in_number", certain=False)
            yield DeliveredValue(value, rule="paper_in_number", certain=False)
        else:
            yield from province_in(value, spec, self._entry, self._schemas)
            yield DeliveredValue(value)

    def _nobody(self, spec: FieldSpec, text: str) -> Iterator[DeliveredValue]:
        if self._policy["names_nobody"] == PAPER:
            yield DeliveredValue(text)
            return
        is_certain = self._policy["names_nobody"] != CONFIRM and not spec.required
        yield replace(blank_with_note(spec, text), rule="names_nobody", certain=is_certain)
        if not is_certain:
            yield DeliveredValue(text, rule="names_nobody", certain=False)

    def _time(self, spec: FieldSpec, text: str) -> Iterator[DeliveredValue]:
        if self._policy["time_otherwise"] == CONFIRM:
            for value in times_in_words(text):
                yield DeliveredValue(value, note_of(spec, text), "time_otherwise", certain=False)
        yield from settled_by("time_otherwise", self._policy, blank_with_note(spec, text))

    def _blank_on_paper(self, spec: FieldSpec, written: WrittenField) -> Iterator[DeliveredValue]:
        if written.is_decided and self._is_registration(spec):
            yield from day_of_neighbour("", spec, self._facts(spec))
        if written.is_decided and spec.value_kind.is_entry_number:
            above = None if self._above is None else self._above.layers.get(spec.name)
            before = "" if above is None or above.waits else above.delivered.value
            yield from numbers_of_neighbours(before, self._below.number, self._year(), spec)
        yield DeliveredValue("")

    def _without_value(self, spec: FieldSpec, written: WrittenField) -> Iterator[DeliveredValue]:
        if not written.is_decided or not spec.column:
            return
        if written.status is FieldStatus.STRUCK_THROUGH:
            wording = f"gạch bỏ: {written.text}" if written.text else "gạch bỏ"
            yield from self._blank("struck_through", spec, wording)
        elif written.status is FieldStatus.ILLEGIBLE:
            if self._policy.illegible_wording and spec.value_kind.takes_remarks:
                yield DeliveredValue(self._policy.illegible_wording, rule="illegible")
            else:
                yield from self._blank("illegible", spec, "không đọc được")

    def _blank(self, rule: str, spec: FieldSpec, text: str) -> Iterator[DeliveredValue]:
        """Yield an empty cell with a note; a mandatory field is delivered empty only after a person's confirmation."""
        for proposal in settled_by(rule, self._policy, blank_with_note(spec, text)):
            yield replace(proposal, certain=proposal.certain and not spec.required)

    def _year(self) -> int:
        day = self._registered_on()
        return day.year if day is not None else self._entry.ledger.year

    # --- dates --------------------------------------------------------------------------------------------------------

    def _facts(self, spec: FieldSpec) -> DateFacts:
        is_registration = self._is_registration(spec)
        return DateFacts(
            None if is_registration else self._registered_on(),
            self._entry.ledger,
            self._in_words(spec),
            self._lowest(spec),
            is_registration,
            self._day_above(spec) if is_registration else None,
            parse_canonical(self._below.registered_on) if is_registration else None,
            self._year_of_number() if is_registration else None,
            self._above.page_year if is_registration and self._above is not None else None,
        )

    def _year_of_number(self) -> int | None:
        """Return the year that is written with the entry's number."""
        spec = self._entry.record.by_column.get(self._entry.record.key_columns.number)
        written = None if spec is None else self._entry.fields.get(spec.name)
        _, _, year = kinds.ENTRY_NUMBER.parse(
            written.text if written is not None else ""
        ).canonical.partition("/")
        return int(year) if year else None

    def _is_registration(self, spec: FieldSpec) -> bool:
        return spec.column == self._entry.record.key_columns.registered_on

    def _day_above(self, spec: FieldSpec) -> PartialDate | None:
        """Return the settled date of the preceding entry in the same field."""
        above = None if self._above is None else self._above.layers.get(spec.name)
        return None if above is None or above.waits else parse_canonical(above.delivered.value)

    def _registered_on(self) -> PartialDate | None:
        """Return the delivered day of registration; None if unknown."""
        spec = self._entry.record.by_column.get(self._entry.record.key_columns.registered_on)
        layers = None if spec is None else self._layers_of(spec)
        return parse_canonical(layers.delivered.value) if layers is not None and not layers.waits else None

    def _in_words(self, spec: FieldSpec) -> PartialDate | None:
        """Return the date in words that belongs to a date in figures, according to the record's rule for both."""
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

    def _second_name(self, spec: FieldSpec) -> FieldLayers | None:
        """Return the layers of a field without a text whose value a confirmed field holds as its second name."""
        for first in self._with_second:
            written = self._entry.fields.get(first.name)
            if first.second != spec.name or written is None or not written.value:
                continue
            codes = two_names(written.value, first, self._schemas.vocabulary(first))
            delivered = layers.delivered if (layers := self._layers_of(first)) is not None else None
            if codes and delivered is not None and delivered.certain and delivered.value in codes:
                other = codes[1 - codes.index(delivered.value)]
                return FieldLayers(
                    "", DeliveredValue(other, "", "listed_name", confirmed_by=delivered.confirmed_by)
                )
        return None

    # --- ditto marks --------------------------------------------------------------------------------------------------

    def _ditto(self, spec: FieldSpec, written: WrittenField) -> Iterator[DeliveredValue]:
        choice = self._policy["ditto"]
        left = blank_with_note(spec, written.text)
        if choice == NOTE:
            yield replace(left, rule="ditto")
            return
        for delivered, is_sure in self._lines_above(spec):
            certain = is_sure and choice != CONFIRM and spec.value_kind.has_sure_ditto
            yield DeliveredValue(delivered.value, delivered.note, "ditto", certain)
        yield replace(left, rule="ditto", certain=False)

    def _lines_above(self, spec: FieldSpec) -> Iterator[tuple[DeliveredValue, bool]]:
        """Yield the settled values that a ditto mark may refer to, each with whether it is the only possible one."""
        if self._above is not None and self._is_table:
            there = self._above.layers.get(spec.name)
            if there is not None and not there.waits and there.delivered.value:
                yield there.delivered, self._above.is_next_to
            return
        for name in self._fields_before(spec):
            written = self._entry.fields.get(name)
            if written is None or written.amended is not None:  # the ditto mark is older than the amendment
                continue
            there = self._layers_of(self._entry.record.by_name[name])
            if there is not None and not there.waits and there.delivered.value:
                yield there.delivered, False

    def _is_literal(self, name: str) -> bool:
        """Return whether a ditto mark in a field's column refers to nothing above it."""
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
