"""``schemas/records``: the fields of an event, the rules bound to them, who the people of an entry are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass, fields
from functools import cached_property
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from pipeline.base.model import Ledger, Severity
from pipeline.declarations.schema.declaration import Declaration
from pipeline.values.kinds import KINDS, Kind

LEDGER_KEYS = {key.name: key for key in fields(Ledger)}
"""What ``FieldSpec.ledger`` may name."""


PLACE_POOL = "place"
"""The pool of all places of a book (``RecordSpec.pool_of``)."""


class FieldSpec(Declaration):
    """One field of a record: the only place where it is named.

    Attributes:
        name: Its name in ``schemas/``.
        column: Its column in the workbook, the Ministry's or an office's own; ``""``: it has none, and the field is not
            exported.
        kind: A key of ``kinds.KINDS``.
        label: On screen.
        required: An entry is not complete without it.
        critical: An error in it weighs more; it has a bound of its own.
        vocab: The code list of a choice.
        editions: The import templates that have the column (empty: all of the record's).
        ledger: The key of ``ledger.toml`` that fills it where the form has no slot for it.
        usual: The usual wordings of a free text: readings are weighed by them, and other wordings are no finding.
        second: The field of the second value, where the paper holds two in this one (a second nationality).
        expects: The name of the shares by which readings are weighed (``ocr_models/field-priors``).
    """

    name: str
    column: str = ""
    kind: str
    label: str
    required: bool = False
    critical: bool = False
    vocab: str | None = None
    editions: tuple[str, ...] = ()
    ledger: str | None = None
    usual: tuple[str, ...] = ()
    second: str = ""
    expects: str = ""

    @property
    def expected_shares(self) -> str:
        """The name of the shares of its values: its own, else that of its code list."""
        return self.expects or self.vocab or ""

    @property
    def value_kind(self) -> Kind:
        """The kind with its traits."""
        return KINDS[self.kind]


class RuleSpec(Declaration):
    """One rule bound to fields.

    Attributes:
        predicate: A key of ``predicates.PREDICATES``.
        fields: What the predicate is asked about, in order.
        severity: Its own, else that of its finding.
        limits: The limits it sets (``with``).
        about: The fields that the finding names, where others are only a condition (empty: all).
    """

    code: str
    predicate: str
    fields: tuple[str, ...]
    severity: Severity = Severity.REVIEW
    limits: Mapping[str, Any] = Field(default_factory=dict, alias="with")
    about: tuple[str, ...] = ()


class DerivationSpec(Declaration):
    """A value that may be offered for a field, as it follows from others.

    Attributes:
        rule: A key of ``derivations.DERIVATIONS``.
        fields: What it goes by, in order.
        limits: What the binding sets (``with``).
    """

    field: str
    rule: str
    fields: tuple[str, ...]
    limits: Mapping[str, Any] = Field(default_factory=dict, alias="with")


class BookSpec(Declaration):
    """The fields of an entry that the checks of a whole book need (``pipeline.books.book_rules``)."""

    number: str
    registered_on: str
    page: str
    notes: str


@dataclass(frozen=True, slots=True)
class RecordKey:
    """The fields or columns that tell one entry from all others; ``""`` where the record does not declare one."""

    number: str = ""
    registered_on: str = ""
    page: str = ""
    volume: str = ""
    place: str = ""


class PersonSpec(Declaration):
    """One person of an entry, as the checks across the registry need them: the fields about this person.

    Attributes:
        role: The person's role in the event.
        event: What the entry records of them; ``party``: they are whom it is about, ``other``: they only took part.
        male: The sex that the role implies where no field holds it.
        home: The field of the residence.
    """

    role: str
    event: Literal["born", "wed", "died", "party", "other"] = "other"
    name: str
    sex: str | None = None
    male: bool | None = None
    born_on: str | None = None
    died_on: str | None = None
    home: str | None = None
    mother: str | None = None
    father: str | None = None
    id_numbers: tuple[str, ...] = ()

    @property
    def field_names(self) -> tuple[str, ...]:
        """The fields that are named here."""
        named = (self.name, self.sex, self.born_on, self.died_on, self.home, self.mother, self.father)
        return (*(name for name in named if name), *self.id_numbers)


class ActSpec(Declaration):
    """Which earlier entry an entry changes or ends, and what of it both entries say.

    Attributes:
        roles: The people of this entry whom the earlier one is about.
        earlier: For each kind of earlier entry the roles that these people may have there.
        number: The field that names the number of the earlier entry.
        registered_on: The field that names its day of registration.
        noted: Codes of acts that the margin of the earlier entry has to note; empty where the law asks for no note.
        once: Whether an earlier entry can have only one such act.
    """

    roles: tuple[str, ...]
    earlier: Mapping[str, tuple[str, ...]]
    number: str | None = None
    registered_on: str | None = None
    noted: tuple[str, ...] = ()
    once: bool = False


class UnknownParentSpec(Declaration):
    """What a printed box means that says that a parent is not known, without saying which.

    Attributes:
        field: The field of the box.
        words: The printed words, which are its value.
        code_without: For each parent the code where all others are named and this one is not.
        code_without_all: The code where none is named.
    """

    field: str
    words: str
    parents: tuple[str, ...]
    code_without: tuple[str, ...]
    code_without_all: str

    @property
    def codes(self) -> Mapping[tuple[bool, ...], str]:
        """The code by which of the parents are named, the likeliest first: mostly the last parent is not known."""
        found = {
            tuple(other != parent for other in self.parents): code
            for parent, code in zip(reversed(self.parents), reversed(self.code_without), strict=True)
        }
        return {**found, tuple(False for _ in self.parents): self.code_without_all}


class AmbiguousBoxSpec(Declaration):
    """A printed box whose words stand for several codes of its field.

    Attributes:
        field: The field of the box.
        words: The printed words, which are its value.
        codes: The codes that it may mean.
        by: The field whose value decides; ``""``: no field does, and a person chooses.
        known: The values of that field, one for each code.
    """

    field: str
    words: str
    codes: tuple[str, ...]
    by: str = ""
    known: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _has_a_value_for_each_code(self) -> Self:
        if len(self.known) != (len(self.codes) if self.by else 0):
            raise ValueError(
                "known phải có cho mỗi mã một giá trị của trường by; không có by thì không có known"
            )
        return self


class RecordSpec(Declaration):
    """One kind of event; the order of ``fields`` is the Ministry's order of columns."""

    record: str
    title: str
    prefix: str
    fields: tuple[FieldSpec, ...] = Field(alias="field")
    rules: tuple[RuleSpec, ...] = Field(default=(), alias="rule")
    book: BookSpec | None = None
    people: tuple[PersonSpec, ...] = Field(default=(), alias="person")
    act: ActSpec | None = None
    unknown_parent: UnknownParentSpec | None = None
    ambiguous_boxes: tuple[AmbiguousBoxSpec, ...] = Field(default=(), alias="ambiguous_box")
    derivations: tuple[DerivationSpec, ...] = Field(default=(), alias="derive")

    @cached_property
    def by_name(self) -> Mapping[str, FieldSpec]:
        return {spec.name: spec for spec in self.fields}

    @cached_property
    def by_column(self) -> Mapping[str, FieldSpec]:
        return {spec.column: spec for spec in self.fields if spec.column}

    def pool_of(self, name: str) -> str:
        """Return the pool of the values of a field that a book repeats; ``""`` for a field without repeated values.

        All places share a pool; each field of texts, or of names other than the entry's people, has its own. Names of
        the entry's people, numbers, dates, choices and notes have none.
        """
        spec = self.by_name[name]
        if spec.ledger:
            return ""
        if spec.value_kind.is_place:
            return PLACE_POOL
        if spec.value_kind.is_name:
            people = {of_person for person in self.people for of_person in person.field_names}
            return "" if name in people or spec.critical else name
        notes = self.book.notes if self.book is not None else ""
        return name if spec.value_kind.takes_remarks and name != notes else ""

    @cached_property
    def derived_fields(self) -> Mapping[str, str]:
        """From the rule of a derivation to the field for which it offers a value."""
        return {one.rule: one.field for one in self.derivations}

    @cached_property
    def key_fields(self) -> RecordKey:
        """The fields of an entry's key.

        ``book`` declares the number, day and page; the ledger fills volume and place. Without ``book`` the
        number is the first field of its kind.
        """
        by_ledger = {spec.ledger: spec.name for spec in self.fields if spec.ledger}
        numbers = (spec.name for spec in self.fields if spec.value_kind.is_entry_number)
        return RecordKey(
            number=self.book.number if self.book else next(numbers, ""),
            registered_on=self.book.registered_on if self.book else "",
            page=self.book.page if self.book else "",
            volume=by_ledger.get("volume", ""),
            place=by_ledger.get("place", ""),
        )

    @cached_property
    def key_columns(self) -> RecordKey:
        """The Ministry's columns of an entry's key."""
        columns = {"": "", **{spec.name: spec.column for spec in self.fields}}
        return RecordKey(*(columns[name] for name in astuple(self.key_fields)))
