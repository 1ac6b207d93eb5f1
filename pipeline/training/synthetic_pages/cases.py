"""The facts of a registered case, invented consistently, and the boxes that a clerk ticks for it.

No field is named here. The person of a field is the first word of its name in the record (``mother_name`` and
``mother_born_on`` belong to the same person); its meaning follows from its kind, its code list and the Vietnamese words
of its label, so that new records of known kinds get sensible values without code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from pipeline.base.text import synthetic_words as words
from pipeline.declarations.schema import CheckBox, FieldSpec, RecordSpec, Schemas
from pipeline.training.synthetic_pages.people import Commune, SyntheticPerson, draw_person, happens, pick


def label_mentions(label: str, *phrases: str) -> bool:
    """Return whether the label contains any of the phrases as whole words."""
    return any(re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", label.lower()) for phrase in phrases)


@dataclass(frozen=True, slots=True)
class Party:
    """A person of a record: all fields whose names begin with ``key``.

    Attributes:
        key: First word of the field names.
        label: Label of the name field, in lower case.
        optional: Whether no field of the person is required.
    """

    key: str
    label: str
    optional: bool

    @property
    def male(self) -> bool | None:
        if label_mentions(self.label, "cha, mẹ"):
            return None
        if label_mentions(self.label, "mẹ", "vợ"):
            return False
        return True if label_mentions(self.label, "cha", "chồng") else None

    @property
    def newborn(self) -> bool:
        return label_mentions(self.label, "được khai sinh", "trẻ")

    @property
    def dead(self) -> bool:
        return label_mentions(self.label, "người chết")

    @property
    def declarant(self) -> bool:
        return label_mentions(self.label, "người đi", "người yêu cầu")

    @property
    def minor(self) -> bool:
        return label_mentions(self.label, "người con", "được giám hộ", "họ tên con nuôi")

    @property
    def officer(self) -> bool:
        return label_mentions(self.label, "người ký", "người thực hiện")


def party_key(name: str) -> str:
    return name.split("_", 1)[0]


def parties(record: RecordSpec) -> Mapping[str, Party]:
    """Return the people of a record: every first word of field names with a name field."""
    keys = dict.fromkeys(party_key(spec.name) for spec in record.fields if spec.value_kind.is_name)
    return {key: _party(record, key) for key in keys}


def _party(record: RecordSpec, key: str) -> Party:
    own = [spec for spec in record.fields if party_key(spec.name) == key]
    label = next(spec.label for spec in own if spec.value_kind.is_name).lower()
    return Party(key, label, not any(spec.required for spec in own))


@dataclass(frozen=True)
class SyntheticCase:
    """The facts of a registered case.

    Attributes:
        page_no: Page of the book, from 1.
        volume: Volume as written, ``01/2010``.
        hour: Hour of the event.
        minute: Minute of the event.
        home: Commune of registration.
        people: Person by party.
        born_on: Day of birth by party.
        missing: Parties left out on paper.
        written: Texts by field, the longest first, of fields in which other texts stand than follow from the rest.
    """

    number: int
    page_no: int
    volume: str
    registered_on: date
    happened_on: date
    hour: int
    minute: int
    home: Commune
    people: Mapping[str, SyntheticPerson]
    born_on: Mapping[str, date]
    missing: frozenset[str] = field(default_factory=frozenset)
    written: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def draw_case(
    rng: np.random.Generator,
    record: RecordSpec,
    home: Commune,
    officers: Mapping[str, SyntheticPerson],
    *,
    number: int,
    page_no: int,
    volume: str,
    registered_on: date,
    no_father: float,
    private: bool = False,
) -> SyntheticCase:
    """Draw a case; its event is days to years before the registration, as the parties require.

    Args:
        home: Commune of registration.
        officers: Signer of all entries of the book by party.
        page_no: Page of the book, from 1.
        no_father: Chance that a voluntary male party is left out.
        private: Whether officers are excluded from the relatives who declare.
    """
    late = happens(rng, 0.15)
    missing = frozenset(
        key for key, party in parties(record).items()
        if party.optional and party.male is True and happens(rng, no_father)
    )  # fmt: skip
    happened_on = registered_on - timedelta(days=int(rng.integers(70, 4000) if late else rng.integers(1, 40)))
    people: dict[str, SyntheticPerson] = {}
    born: dict[str, date] = {}
    family: SyntheticPerson | None = None
    for key, party in parties(record).items():
        parents = [
            people[other] for other, who in parties(record).items()
            if who.optional and other in people and not (private and who.officer)
        ]  # fmt: skip
        if party.officer:
            people[key] = officers[key]
        elif party.declarant and parents and happens(rng, 0.6):
            people[key] = pick(rng, [who for who in parents if who not in officers.values()] or parents)
        else:
            like = family if _is_kin(rng, party, missing, family) else None
            people[key] = draw_person(rng, home, party.male, like)
            family = family or (people[key] if party.newborn or party.dead else None)
        with_minor = any(member.minor for member in parties(record).values())
        born[key] = happened_on if party.newborn else _birth(rng, happened_on, party, with_minor=with_minor)
        for other, who in parties(record).items():
            if people.get(other) is people[key] and who.male is not None:  # a parent who declares
                born[key] = born[other]
    return SyntheticCase(
        number=number,
        page_no=page_no,
        volume=volume,
        registered_on=registered_on,
        happened_on=happened_on,
        hour=int(rng.integers(0, 24)),
        minute=int(rng.integers(0, 60)),
        home=home,
        people=people,
        born_on=born,
        missing=missing,
    )


def _is_kin(
    rng: np.random.Generator, party: Party, missing: frozenset[str], family: SyntheticPerson | None
) -> bool:
    """Return whether a person has the family name of the case.

    A child has its father's name, or its mother's if the father is unknown.
    """
    if party.optional and party.male is not None and family is not None:
        return party.male or bool(missing)
    return party.male is not False and happens(rng, 0.8)


TIME_LIMITS = {"newborn": 60, "dead": 15}
"""Days within which an event must be registered (Luật Hộ tịch 2014, Điều 15 and 33)."""


def is_late(record: RecordSpec, facts: SyntheticCase) -> bool:
    """Return whether the case was registered after the time limit of its event."""
    days = (facts.registered_on - facts.happened_on).days
    people = parties(record).values()
    limits = [limit for role, limit in TIME_LIMITS.items() if any(getattr(party, role) for party in people)]
    return any(days > limit for limit in limits)


def _birth(rng: np.random.Generator, before: date, party: Party, *, with_minor: bool) -> date:
    """Return the day of birth of a person who is no newborn; guardians of a minor are old enough."""
    lowest, highest = (1, 95) if party.dead else (30, 45) if with_minor else (20, 42)
    lowest, highest = (1, 7) if party.minor else (lowest, highest)
    age = int(rng.integers(lowest, highest))
    return before - timedelta(days=age * 366 + int(rng.integers(0, 365)))


def draw_officers(
    rng: np.random.Generator, record: RecordSpec, home: Commune
) -> Mapping[str, SyntheticPerson]:
    """Return the signers of all entries of a book, by party."""
    return {key: draw_person(rng, home) for key, party in parties(record).items() if party.officer}


def date_of(rng: np.random.Generator, spec: FieldSpec, facts: SyntheticCase) -> date:
    """Return the day of a date field, by its label and party."""
    if label_mentions(spec.label, "ngày cấp"):
        issued = facts.registered_on - timedelta(days=int(rng.integers(200, 5000)))
        born = facts.born_on.get(party_key(spec.name))
        return issued if born is None else max(issued, born + timedelta(days=1))
    if label_mentions(spec.label, "giấy báo tử"):
        return facts.happened_on + timedelta(days=int(rng.integers(0, 2)))
    if label_mentions(spec.label, "sinh") and party_key(spec.name) in facts.born_on:
        return facts.born_on[party_key(spec.name)]
    if label_mentions(spec.label, "chết"):
        return facts.happened_on
    return facts.registered_on


def paired_date_field(record: RecordSpec, name: str) -> FieldSpec | None:
    """Return the date field bound to a date in words by a ``same_date`` rule, or ``None``."""
    for rule in record.rules:
        if rule.predicate == "same_date" and name in rule.fields:
            others = [record.by_name[other] for other in rule.fields if other != name]
            return next((other for other in others if other.value_kind.is_date), None)
    return None


KHMER = ("Khơ-me", "Khmer", "Khơ me")
"""Spellings of the Khmer ethnicity."""


def choice_text(rng: np.random.Generator, spec: FieldSpec, facts: SyntheticCase, schemas: Schemas) -> str:
    """Return the label of a term of the field's code list that fits the person of the field."""
    who = facts.people.get(party_key(spec.name))
    if spec.vocab == "sex" and who:
        return "Nam" if who.male else "Nữ"
    if spec.vocab == "ethnicity" and who:
        return pick(rng, KHMER) if who.ethnicity == "Khơ-me" else who.ethnicity
    if spec.vocab == "nationality":
        return "VN" if happens(rng, 0.08) else "Việt Nam"
    vocab = schemas.vocabs.get(spec.vocab or "")
    return pick(rng, vocab.terms).label if vocab else pick(rng, words.TEXTS)


TICKED = 0.95
"""Share of entries in which the right box is ticked."""

OTHERWISE = 0.12
"""Share of registrations that are neither in time nor late (again, from abroad)."""


def ticked_boxes(
    rng: np.random.Generator, boxes: Sequence[CheckBox], record: RecordSpec, facts: SyntheticCase
) -> Mapping[str, CheckBox | None]:
    """Return the ticked box by field; ``None``: no box is ticked."""
    return {name: _ticked(rng, of_field, record, facts) for name, of_field in _by_field(boxes)}


def _by_field(boxes: Sequence[CheckBox]) -> Iterator[tuple[str, Sequence[CheckBox]]]:
    for name in dict.fromkeys(box.field for box in boxes):
        yield name, [box for box in boxes if box.field == name]


def _ticked(
    rng: np.random.Generator, boxes: Sequence[CheckBox], record: RecordSpec, facts: SyntheticCase
) -> CheckBox | None:
    fitting = [box for box in boxes if _fits(box, record, facts)]
    if not fitting or not happens(rng, TICKED):
        return None
    if len(boxes) == 1 and label_mentions(boxes[0].value, "ghi vào sổ"):
        return boxes[0] if happens(rng, OTHERWISE) else None
    usual = [box for box in fitting if _is_usual(box)] or fitting
    return pick(rng, fitting if happens(rng, OTHERWISE) else usual)


def _age_at_death(record: RecordSpec, facts: SyntheticCase) -> int | None:
    """Return the dead person's age in full years; ``None`` if no person is dead."""
    died = facts.happened_on
    for key, party in parties(record).items():
        if party.dead:
            born = facts.born_on[key]
            return died.year - born.year - ((died.month, died.day) < (born.month, born.day))
    return None


def _is_usual(box: CheckBox) -> bool:
    return label_mentions(box.value, "đúng hạn", "quá hạn", "lần đầu")


def _fits(box: CheckBox, record: RecordSpec, facts: SyntheticCase) -> bool:
    late = is_late(record, facts)
    if label_mentions(box.value, "đúng hạn"):
        return not late
    if label_mentions(box.value, "quá hạn"):
        return late
    if label_mentions(box.value, "dưới 01 tuổi", "dưới 05 tuổi"):
        return _age_at_death(record, facts) in (
            range(1) if label_mentions(box.value, "dưới 01 tuổi") else range(1, 5)
        )
    if label_mentions(box.value, "chưa xác định"):
        return bool(facts.missing)
    if label_mentions(box.value, "bị bỏ rơi"):
        parents = {key for key, party in parties(record).items() if party.optional and party.male is not None}
        return parents == facts.missing
    return True
