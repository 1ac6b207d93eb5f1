"""The two layers of a value: the value on paper, and the value that a rule delivers.

Everything here is a pure function of the readings and decisions, the office's choices and people's confirmations, so
repeating an export gives the same result. A rule never changes the value on paper. If a rule is not certain, it
proposes values, and a person confirms one of them.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from pipeline.base.model import FieldStatus, Ledger
from pipeline.declarations.office.delivery_policy import DeliveryPolicy
from pipeline.declarations.office.delivery_rules import CONFIRM, NOTE, PAPER
from pipeline.declarations.schema import AmbiguousBoxSpec, FieldSpec, RecordSpec, Schemas
from pipeline.delivery_rules.date_rules import DateFacts, day_of_neighbour, proposed_dates
from pipeline.delivery_rules.proposals import DeliveredValue, blank_with_note, note_of, settled_by
from pipeline.values import kinds
from pipeline.values.kinds.calendar import PartialDate, parse_canonical
from pipeline.values.kinds.date import parse_canonical_age
from pipeline.values.kinds.name import names_nobody
from pipeline.values.kinds.number import paper_number_in, parse_marked_number, parse_suffixed_number
from pipeline.values.kinds.time import times_in_words

NEAREST = 2
"""Number of preceding fields that a ditto mark on a one-entry page may refer to."""


@dataclass(frozen=True, slots=True)
class WrittenField:
    """The paper layer of a field.

    Attributes:
        status: Its state according to people or machines.
        text: Its text, verbatim.
        value: Its effective value; ``""``: blank; None: not settled, or not valid.
        amended: The value of an amendment, None without an amendment.
    """

    status: FieldStatus
    text: str = ""
    value: str | None = None
    amended: str | None = None
    is_decided: bool = False


@dataclass(frozen=True, slots=True)
class ConfirmedDelivery:
    """A proposal confirmed by a person.

    Attributes:
        value: The delivered value.
        note: The text appended to the margin note.
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
        delivered: The delivered value; while it is not ``certain``, the first proposal.
        proposals: The values that a person may confirm.
    """

    written: str
    delivered: DeliveredValue
    proposals: tuple[DeliveredValue, ...] = ()

    @property
    def waits(self) -> bool:
        """Whether a person must confirm a proposal."""
        return not self.delivered.certain

    @property
    def mark(self) -> str:
        """Hash of the text and its proposals: a confirmation holds only for the values that were shown."""
        shown = [
            self.written,
            *((proposal.value, proposal.note, proposal.rule) for proposal in self.proposals),
        ]
        return hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:16]

    def unless_of_others(self, author: str) -> FieldLayers:
        """Return the layers without confirmations by anybody but ``author``, for blind keying."""
        if self.delivered.confirmed_by in ("", author):
            return self
        return replace(self, delivered=self.proposals[0])


@dataclass(frozen=True)
class WrittenEntry:
    """The paper layer of an entry.

    Attributes:
        fields: Its fields, by name.
        confirmed: Confirmed deliveries, by field.
    """

    record: RecordSpec
    ledger: Ledger
    fields: Mapping[str, WrittenField]
    confirmed: Mapping[str, ConfirmedDelivery] = field(default_factory=dict)


@dataclass(frozen=True)
class LineAbove:
    """The preceding entry of the book: its layers, and whether it is the line directly above on the same page.

    Only its paper layer counts, without amendments: a ditto mark is older than amendments.
    """

    layers: Mapping[str, FieldLayers]
    is_next_to: bool


@dataclass(frozen=True, slots=True)
class EntryBelow:
    """What is known of the following entry of the book: its number and day of registration; ``""``: not known."""

    number: str = ""
    registered_on: str = ""


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


def notes_with(notes: str, layers: Mapping[str, FieldLayers]) -> str:
    """Return the margin note with the notes of the delivered values.

    Args:
        notes: The delivered margin note.
        layers: Both layers of the entry.
    """
    left = (field_layers.delivered.note for field_layers in layers.values())
    return "; ".join(dict.fromkeys(filter(None, (notes, *left))))


_BETWEEN_NAMES = re.compile(r"\s*[,;/&+]\s*|\s+(?:và|-|–)\s+")


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
        if written is None:
            return None
        if written.amended is not None:
            proposals: tuple[DeliveredValue, ...] = (DeliveredValue(written.amended),)
        else:
            proposals = tuple(self._proposed(spec, written))
        if not proposals:
            return None
        layers = self._with_word_of_person(spec, FieldLayers(written.text, proposals[0], proposals))
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
            yield from self._number(spec, written)
        elif spec.value_kind.is_date:
            yield from proposed_dates(written.text, written.value, spec, self._facts(spec), self._policy)
        elif spec.value_kind.is_date_in_words and written.text != written.value:
            if self._policy["date_in_words"] == "paper":
                yield DeliveredValue(written.text)
            else:
                yield DeliveredValue(written.value, rule="date_in_words")
        elif spec.value_kind.is_listed:
            yield from self._term(spec, written.value)
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
            yield DeliveredValue(value)

    def _blank_on_paper(self, spec: FieldSpec, written: WrittenField) -> Iterator[DeliveredValue]:
        if written.is_decided and self._is_registration(spec):
            yield from day_of_neighbour("", spec, self._facts(spec))
        if written.is_decided and spec.value_kind.is_entry_number:
            yield from self._number_of_neighbours(spec)
        yield DeliveredValue("")

    def _number_of_neighbours(self, spec: FieldSpec) -> Iterator[DeliveredValue]:
        """Yield the number after the preceding entry's or before the following one's, for confirmation."""
        above = None if self._above is None else self._above.layers.get(spec.name)
        before = "" if above is None or above.waits else above.delivered.value
        meant = [(before, 1), (self._below.number, -1)]
        year = str(self._year())
        values = []
        for number, step in meant:
            first, _, of_year = number.partition("/")
            if first.isdecimal() and of_year in ("", year) and int(first) + step > 0:
                values.append(f"{int(first) + step:02d}/{year}")
        for value in dict.fromkeys(values):
            yield DeliveredValue(value, note_of(spec, "không ghi"), "missing_number", certain=False)

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

    # --- numbers ------------------------------------------------------------------------------------------------------

    def _number(self, spec: FieldSpec, written: WrittenField) -> Iterator[DeliveredValue]:
        """Yield an entry number as delivered: one written without a year gets the year of its registration.

        The text as written counts: its value may be completed with the book's year, which may be the one before.
        """
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
        marked = None if number else parse_marked_number(written.text or written.value or "")
        if marked is None:
            yield DeliveredValue(written.value or "")
            return
        is_agreed = marked.tells(self._year()) and self._policy["number_with_marks"] != CONFIRM
        for value in marked.in_year(self._year()):
            note = "" if marked.tells(self._year()) else note_of(spec, written.text or written.value or "")
            yield DeliveredValue(value, note, "number_with_marks", certain=is_agreed)

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

    # --- terms --------------------------------------------------------------------------------------------------------

    def _term(self, spec: FieldSpec, value: str) -> Iterator[DeliveredValue]:
        vocabulary = self._schemas.vocabulary(spec)
        if vocabulary is None or value in vocabulary.labels:
            yield DeliveredValue(value)
            return
        code = kinds.CHOICE.parse(value, vocabulary).canonical
        if code in vocabulary.labels:  # the decision is older than its term's code
            yield DeliveredValue(code)
            return
        if vocabulary.listed:
            yield from self._listed(spec, value, vocabulary)
            return
        if not vocabulary.has_codes:
            yield DeliveredValue(value)
            return
        by_parents = self._entry.record.unknown_parent
        if by_parents is not None and spec.name == by_parents.field and value == by_parents.words:
            known = [self._is_named(name) for name in by_parents.parents]
            named = tuple(bool(is_named) for is_named in known)
            if None not in known and named in by_parents.codes:
                yield from settled_by("unknown_parent", self._policy, by_parents.codes[named])
                return
            for offered_code in by_parents.codes.values():
                yield DeliveredValue(offered_code, rule="unknown_parent", certain=False)
            yield replace(blank_with_note(spec, value), rule="unknown_parent", certain=False)
            return
        for box in self._entry.record.ambiguous_boxes:
            if (spec.name, value) == (box.field, box.words):
                yield from self._boxed(box, spec, value)
                return
        yield from self._blank("outside_list", spec, value)

    def _boxed(self, box: AmbiguousBoxSpec, spec: FieldSpec, words: str) -> Iterator[DeliveredValue]:
        deciding = self._entry.fields.get(box.by)
        value = deciding.value if deciding is not None else None
        code = dict(zip(box.known, box.codes, strict=True)).get(value or "") if box.by else None
        if code is not None:
            yield from settled_by("ambiguous_box", self._policy, code)
            return
        for offered_code in box.codes:
            yield DeliveredValue(offered_code, rule="ambiguous_box", certain=False)
        yield replace(blank_with_note(spec, words), rule="ambiguous_box", certain=False)

    def _is_named(self, field_name: str) -> bool | None:
        written = self._entry.fields.get(field_name)
        if written is None or written.value is None:
            return None
        return bool(written.value) and not names_nobody(written.value)

    def _listed(self, spec: FieldSpec, value: str, vocabulary: kinds.Vocabulary) -> Iterator[DeliveredValue]:
        """Yield the names of a complete list that a text outside the terms may mean, then the text as written."""
        choice = self._policy["listed_name"]
        if value in vocabulary.delivered or (choice == PAPER and not vocabulary.has_codes):
            yield DeliveredValue(value)
            return
        names = vocabulary.offered(value)
        sure = len(names) == 1 and (vocabulary.is_plain_name(value) or choice == "single")
        if sure and choice != CONFIRM:
            note = "" if vocabulary.is_plain_name(value) else note_of(spec, value)
            yield DeliveredValue(names[0].code, note, "listed_name")
            return
        both = self._two_names(spec, value)
        codes = both or tuple(name.code for name in names)
        for code in codes:
            yield DeliveredValue(code, note_of(spec, value), "listed_name", certain=False)
        if not vocabulary.has_codes:
            yield DeliveredValue(value, rule="listed_name", certain=False)
        yield replace(blank_with_note(spec, value), rule="listed_name", certain=False)

    def _two_names(self, spec: FieldSpec, value: str) -> tuple[str, ...]:
        """Return the two names of a list in a text, if the record has a field for the second."""
        vocabulary = self._schemas.vocabulary(spec)
        parts = _BETWEEN_NAMES.split(value.strip())
        if not spec.second or vocabulary is None or len(parts) != 2:
            return ()
        codes = []
        for part in parts:
            names = vocabulary.offered(part)
            code = kinds.CHOICE.parse(part, vocabulary).canonical or (
                names[0].code if len(names) == 1 else ""
            )
            codes.append(code)
        return tuple(codes) if all(codes) and codes[0] != codes[1] else ()

    def _second_name(self, spec: FieldSpec) -> FieldLayers | None:
        """Return the layers of a field without a text whose value a confirmed field holds as its second name."""
        for first in self._entry.record.fields:
            written = self._entry.fields.get(first.name)
            if first.second != spec.name or written is None or not written.value:
                continue
            codes = self._two_names(first, written.value)
            delivered = layers.delivered if (layers := self._layers_of(first)) is not None else None
            if codes and delivered is not None and delivered.certain and delivered.value in codes:
                other = codes[1 - codes.index(delivered.value)]
                return FieldLayers(
                    "", DeliveredValue(other, "", "listed_name", confirmed_by=delivered.confirmed_by)
                )
        return None

    # --- names and times ----------------------------------------------------------------------------------------------

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
