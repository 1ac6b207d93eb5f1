"""The facts of one registered case, made up to agree with one another, and the boxes a clerk ticks for it.

No field is named here. The person of a field is the first word of its name in the record (``mother_name`` and
``mother_born_on`` belong to the same person); what it means is given by its kind, its code list and the Vietnamese
words of its label, so a new record of known kinds gets sensible values without code.
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
    """Return whether one of the phrases occurs in the label as whole words."""
    return any(re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", label.lower()) for phrase in phrases)


@dataclass(frozen=True, slots=True)
class Party:
    """One person of a record: all fields whose names begin with ``key``.

    Attributes:
        key: First word of the names of the fields.
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
    """Return the people of a record: every first word of field names that has a field of kind ``name``."""
    keys = dict.fromkeys(party_key(spec.name) for spec in record.fields if spec.kind == "name")
    return {key: _party(record, key) for key in keys}


def _party(record: RecordSpec, key: str) -> Party:
    mine = [spec for spec in record.fields if party_key(spec.name) == key]
    label = next(spec.label for spec in mine if spec.kind == "name").lower()
    return Party(key, label, not any(spec.required for spec in mine))


@dataclass(frozen=True)
class SyntheticCase:
    """The facts of one registered case.

    Attributes:
        number: Number of the entry.
        page_no: Page of the book, from 1.
        volume: Volume as it is written, ``01/2010``.
        registered_on: Day of registration.
        happened_on: Day of the event.
        hour: Hour of the event.
        minute: Minute of the event.
        home: Commune of registration.
        people: Party to person.
        born_on: Party to day of birth.
        missing: Parties that are left out on paper.
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
    """Draw a case; its event lies days to years before the registration, as the parties require.

    Args:
        rng: Random stream of the case.
        record: The record whose parties it has.
        home: Commune of registration.
        officers: Party to the person who signs all entries of the book.
        number: Number of the entry.
        page_no: Page of the book, from 1.
        volume: Volume as it is written.
        registered_on: Day of registration.
        no_father: Chance that a voluntary male party is left out.
        private: Whether no officer is taken for a relative who declares.
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
        with_minor = any(one.minor for one in parties(record).values())
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
    """Return whether a person bears the family name of the case.

    A child has its father's, or its mother's where the father is not known.
    """
    if party.optional and party.male is not None and family is not None:
        return party.male or bool(missing)
    return party.male is not False and happens(rng, 0.8)


TIME_LIMITS = {"newborn": 60, "dead": 15}
"""Days within which an event has to be registered (Luật Hộ tịch 2014, Điều 15 and 33)."""


def is_late(record: RecordSpec, facts: SyntheticCase) -> bool:
    """Return whether the case was registered after the time limit of its kind of event."""
    days = (facts.registered_on - facts.happened_on).days
    people = parties(record).values()
    limits = [limit for role, limit in TIME_LIMITS.items() if any(getattr(party, role) for party in people)]
    return any(days > limit for limit in limits)


def _birth(rng: np.random.Generator, before: date, party: Party, *, with_minor: bool) -> date:
    """Return the day of birth of a person who is no newborn; who cares for a minor is old enough to."""
    lowest, highest = (1, 95) if party.dead else (30, 45) if with_minor else (20, 42)
    lowest, highest = (1, 7) if party.minor else (lowest, highest)
    age = int(rng.integers(lowest, highest))
    return before - timedelta(days=age * 366 + int(rng.integers(0, 365)))


def draw_officers(
    rng: np.random.Generator, record: RecordSpec, home: Commune
) -> Mapping[str, SyntheticPerson]:
    """Return the people who sign all entries of a book, by party."""
    return {key: draw_person(rng, home) for key, party in parties(record).items() if party.officer}


def date_of(rng: np.random.Generator, spec: FieldSpec, facts: SyntheticCase) -> date:
    """Return the day that a date field gives, by its label and party."""
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
    """Return the date field that a ``same_date`` rule binds to a date in words, or None."""
    for rule in record.rules:
        if rule.predicate == "same_date" and name in rule.fields:
            others = [record.by_name[other] for other in rule.fields if other != name]
            return next((other for other in others if other.kind == "date"), None)
    return None


KHMER = ("Khơ-me", "Khmer", "Khơ me")
"""How the ethnicity of the Khmer is spelled."""


def choice_text(rng: np.random.Generator, spec: FieldSpec, facts: SyntheticCase, schemas: Schemas) -> str:
    """Return the label of a term of the field's code list that agrees with the person of the field."""
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
"""The share of entries in which a box is ticked that should be."""

OTHERWISE = 0.12
"""The share of registrations that are neither in time nor late (again, from abroad)."""


def ticked_boxes(
    rng: np.random.Generator, boxes: Sequence[CheckBox], record: RecordSpec, facts: SyntheticCase
) -> Mapping[str, CheckBox | None]:
    """Return the ticked box of each field that has boxes; None means that none of them is ticked."""
    return {name: _ticked(rng, mine, record, facts) for name, mine in _by_field(boxes)}


def _by_field(boxes: Sequence[CheckBox]) -> Iterator[tuple[str, Sequence[CheckBox]]]:
    for name in dict.fromkeys(box.field for box in boxes):
        yield name, [box for box in boxes if box.field == name]


def _ticked(
    rng: np.random.Generator, boxes: Sequence[CheckBox], record: RecordSpec, facts: SyntheticCase
) -> CheckBox | None:
    fitting = [box for box in boxes if _fits(box, record, facts)]
    if not fitting or not happens(rng, TICKED):
        return None
    usual = [box for box in fitting if _is_usual(box)] or fitting
    return pick(rng, fitting if happens(rng, OTHERWISE) else usual)


def _age_at_death(record: RecordSpec, facts: SyntheticCase) -> int | None:
    """Return the full years of the dead person, or None where nobody is dead."""
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
