"""Entries of families, and values planted in them against all expectation: what a clerk's knowledge is measured on.

The shares below are beliefs where no source is named; the measured knowledge of the reader is not taken from here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np

from pipeline.declarations.schema import FieldSpec, RecordSpec
from pipeline.training.synthetic_pages.cases import SyntheticCase, label_mentions, parties, party_key
from pipeline.training.synthetic_pages.people import SyntheticPerson, happens, pick
from pipeline.training.synthetic_pages.spelled_values import SpelledWords

PEOPLES: Mapping[str, float] = {
    "Kinh": 0.86, "Hoa": 0.05, "Thái": 0.04, "Mường": 0.03, "Lào": 0.01, "Chăm": 0.01,
}  # fmt: skip
"""Share of each people among families; of Kinh the share of the census of 1 April 2019 (85.3 %) and of real books."""

OF_FATHER, SAME_PEOPLE, SAME_HOME, AT_HOME = 0.97, 0.93, 0.9, 0.75
"""Share of children with the father's surname, of couples of a people, of couples of a home, of homes in the book's
commune."""

DECLARANTS: Mapping[str, float] = {"father": 0.55, "mother": 0.28, "grandparent": 0.12, "other": 0.05}
"""Who declares a birth: a parent or the person in nine of ten entries of real books."""

ABROAD = 0.005
"""Share of people of another nationality."""

LISTED_WORDS = frozenset((
    "nam", "nữ", "kinh", "hoa", "việt", "thái", "mường", "mông", "lào", "chăm", "hàn", "quốc", "pháp", "trung", "con",
    "ông", "bà", "nội", "chủ", "tịch", "phó", "ubnd", "xã", "ct",
))  # fmt: skip
"""Words of lists, relations and titles that others lend to a writer who lacks them."""

FOREIGN_WORDS = frozenset(("marie", "john", "paul", "louis", "jean", "pierre", "henri", "charles", "robert"))
"""Words of foreign names."""

COUNTRIES, RARE_PEOPLES = ("Lào", "Hàn Quốc", "Pháp", "Trung Quốc"), ("Mông", "Chăm", "Lào", "Mường")


def families(
    cases: Sequence[SyntheticCase], record: RecordSpec, spelled: SpelledWords, seed: int
) -> list[SyntheticCase]:
    """Return the cases as whole families; everything about a case depends on its place and the seed alone."""
    return [
        _family(np.random.default_rng([seed, number]), case, record, spelled)
        for number, case in enumerate(cases)
    ]


def _family(
    rng: np.random.Generator, case: SyntheticCase, record: RecordSpec, spelled: SpelledWords
) -> SyntheticCase:
    case = _on_working_day(case)
    people, born = dict(case.people), dict(case.born_on)
    homes = {key: _home(rng, spelled) for key in people}
    couple = [key for key, party in parties(record).items() if party.male is not None]
    if len(couple) == 2 and happens(rng, SAME_HOME):
        homes[couple[1]] = homes[couple[0]]
    of_house = str(rng.choice(list(PEOPLES), p=_shares(PEOPLES)))
    peoples = dict.fromkeys(people, of_house)
    for key in couple:
        if parties(record)[key].male is False and not happens(rng, SAME_PEOPLE):
            peoples[key] = str(rng.choice(list(PEOPLES), p=_shares(PEOPLES)))
    relations: dict[str, str] = {}
    for key, party in parties(record).items():
        if party.newborn:
            _parents(rng, key, people, born, record, homes)
        elif party.dead:
            died = case.happened_on
            born[key] = _years_before(rng, died, float(np.clip(rng.normal(70, 16), 0, 104)))
        elif party.male is not None and not any(other.newborn for other in parties(record).values()):
            older = 27 if party.male else 23  # mean ages at first marriage: census of 1 April 2019
            born[key] = _years_before(
                rng, case.registered_on, float(np.clip(rng.normal(older, 5), 18 + 2 * bool(party.male), 70))
            )
    _declarants(rng, people, born, record, relations, spelled)
    written = dict(case.written)
    for spec in record.fields:
        if text := _text(rng, spec, homes, peoples, relations):
            written[spec.name] = text
    return replace(case, people=people, born_on=born, written=written)


def _on_working_day(case: SyntheticCase) -> SyntheticCase:
    """Return the case registered from Monday to Friday; the order of days stays."""
    shift = timedelta(days={5: -1, 6: 1}.get(case.registered_on.weekday(), 0))
    return replace(
        case, registered_on=case.registered_on + shift, happened_on=case.happened_on + min(shift, timedelta())
    )


def _home(rng: np.random.Generator, spelled: SpelledWords) -> tuple[str, ...]:
    """Return a place, mostly in the commune of the book, in several forms."""
    if spelled.places and happens(rng, AT_HOME):
        spelled = replace(spelled, places=[spelled.places[0]])
    return tuple(spelled.place_texts(rng))


def _parents(
    rng: np.random.Generator,
    child: str,
    people: dict[str, SyntheticPerson],
    born: dict[str, date],
    record: RecordSpec,
    homes: dict[str, tuple[str, ...]],
) -> None:
    parents = {party.male: key for key, party in parties(record).items() if party.male is not None}
    mother, father = parents.get(False), parents.get(True)
    age = float(np.clip(rng.normal(27, 5), 17, 45))
    if mother:
        born[mother] = _years_before(rng, born[child], age)
    if father:
        born[father] = _years_before(rng, born[child], float(np.clip(age + rng.normal(3, 4), 18, 65)))
        of = father if mother is None or happens(rng, OF_FATHER) else mother
        people[child] = replace(people[child], surname=people[of].surname)
        homes[child] = homes[father]


def _years_before(rng: np.random.Generator, day: date, years: float) -> date:
    return day - timedelta(days=int(365.25 * years) + int(rng.integers(0, 365)))


def _declarants(
    rng: np.random.Generator,
    people: dict[str, SyntheticPerson],
    born: dict[str, date],
    record: RecordSpec,
    relations: dict[str, str],
    spelled: SpelledWords,
) -> None:
    """Set who declares, and what the entry says of the relation."""
    known = parties(record)
    of_sex = {party.male: key for key, party in known.items() if party.male is not None}
    about = next((key for key, party in known.items() if party.newborn or party.dead), "")
    for key, party in known.items():
        if not party.declarant:
            continue
        role = str(rng.choice(list(DECLARANTS), p=_shares(DECLARANTS)))
        parent = of_sex.get(role == "father")
        if role in ("father", "mother") and parent:
            people[key], born[key] = people[parent], born[parent]
            relations[key] = "Cha" if role == "father" else "Mẹ"
        elif known[about].newborn and role == "grandparent":
            father = people[of_sex[True]]
            people[key] = replace(people[key], male=happens(rng, 0.5))
            if people[key].male:
                people[key] = replace(people[key], surname=father.surname)
            relations[key] = "Ông nội" if people[key].male else "Bà nội"
        elif known[about].dead and role != "other":
            relations[key] = "Con"
            if people[about].male:
                people[key] = replace(people[key], surname=people[about].surname)
        else:
            people[key] = replace(people[key], surname=_other_surname(rng, people, spelled))
            relations[key] = ""


def _other_surname(
    rng: np.random.Generator, people: Mapping[str, SyntheticPerson], spelled: SpelledWords
) -> str:
    """Return a surname that nobody of the entry has, where the strokes spell one."""
    used = {who.surname for who in people.values()}
    return pick(rng, [name for name in spelled.surnames if name not in used] or list(spelled.surnames))


def _text(
    rng: np.random.Generator,
    spec: FieldSpec,
    homes: Mapping[str, tuple[str, ...]],
    peoples: Mapping[str, str],
    relations: Mapping[str, str],
) -> tuple[str, ...]:
    """Return the texts of a field that the family decides; empty where it decides nothing."""
    key = party_key(spec.name)
    if spec.value_kind.is_place and homes.get(key):
        return homes[key]
    if spec.vocab == "ethnicity" and key in peoples:
        return (peoples[key],)
    if spec.vocab == "nationality":
        return (pick(rng, COUNTRIES) if happens(rng, ABROAD) else "Việt Nam",)
    if label_mentions(spec.label, "quan hệ") and key in relations:
        return (relations[key],)
    return ()


def _shares(of: Mapping[str, float]) -> list[float]:
    return [share / sum(of.values()) for share in of.values()]


# --- against expectation --------------------------------------------------------------------------------------------


@dataclass
class Planted:
    """Values against all expectation in the cases of a book, a case in two.

    Attributes:
        first: Number of the first kind that is planted; the others follow in turn.
        fields: What was planted, by the number of the case: its kind and its fields.
    """

    first: int = 0
    fields: dict[int, tuple[str, tuple[str, ...]]] = field(default_factory=dict)

    def in_cases(
        self, cases: Sequence[SyntheticCase], record: RecordSpec, spelled: SpelledWords, seed: int
    ) -> list[SyntheticCase]:
        """Return the cases with planted values. The first case and every other one after it stay as they are."""
        kinds, turn, changed = list(KINDS.items()), self.first, list(cases)
        for number in range(1, len(cases), 2):
            rng = np.random.default_rng([seed, 7, number])
            for _ in kinds:
                kind, plant = kinds[turn % len(kinds)]
                turn += 1
                case, names = plant(Soil(rng, changed[number], record, spelled))
                if names:
                    changed[number] = case
                    self.fields[number] = (kind, names)
                    break
        return changed


@dataclass(frozen=True)
class Soil:
    """What a value is planted in."""

    rng: np.random.Generator
    case: SyntheticCase
    record: RecordSpec
    spelled: SpelledWords

    def written(self, name: str, text: str) -> SyntheticCase:
        """Return the case with another text in a field."""
        return replace(self.case, written={**self.case.written, name: (text,)})


Plant = Callable[[Soil], tuple[SyntheticCase, tuple[str, ...]]]
"""Plants a value in a case: the case and the fields; no field where the record has none for it."""


def _of_1878(soil: Soil) -> tuple[SyntheticCase, tuple[str, ...]]:
    for spec in soil.record.fields:
        key = party_key(spec.name)
        party = parties(soil.record).get(key)
        if party and not party.newborn and spec.value_kind.is_date and label_mentions(spec.label, "sinh"):
            return soil.written(spec.name, "1878"), (spec.name,)
    return soil.case, ()


def _foreign_name(soil: Soil) -> tuple[SyntheticCase, tuple[str, ...]]:
    names = sorted(word.title() for word in FOREIGN_WORDS if soil.spelled.strokes.spells(word))
    key = next((key for key, party in parties(soil.record).items() if party.male is False or party.dead), "")
    if len(names) < 2 or not key:
        return soil.case, ()
    name = f"{pick(soil.rng, names[::2])} {pick(soil.rng, names[1::2])}"
    return soil.written(f"{key}_name", name), (f"{key}_name",)


def _stranger(soil: Soil) -> tuple[SyntheticCase, tuple[str, ...]]:
    """Somebody declares who is nobody of the family and has a name like that of a parent but for a word."""
    known = parties(soil.record)
    key = next((key for key, party in known.items() if party.declarant), "")
    kin = next(
        (soil.case.people[other] for other, party in known.items() if party.male is not None or party.dead),
        None,
    )
    if not key or kin is None:
        return soil.case, ()
    who = replace(kin, surname=_other_surname(soil.rng, soil.case.people, soil.spelled))
    return replace(soil.case, people={**soil.case.people, key: who}), (f"{key}_name",)


def _number_out_of_order(soil: Soil) -> tuple[SyntheticCase, tuple[str, ...]]:
    name = next((spec.name for spec in soil.record.fields if spec.value_kind.is_entry_number), "")
    number = soil.case.number + int(soil.rng.integers(30, 90))
    return soil.written(name, str(number)), (name,) if name else ()


def _day_of_another_year(soil: Soil) -> tuple[SyntheticCase, tuple[str, ...]]:
    name = soil.record.book.registered_on if soil.record.book else None
    number = next((spec.name for spec in soil.record.fields if spec.value_kind.is_entry_number), "")
    if not name:
        return soil.case, ()
    day = soil.case.registered_on - timedelta(days=728)  # a working day too
    return (
        replace(
            soil.case, registered_on=day, written={**soil.case.written, number: (str(soil.case.number),)}
        ),
        (name,),
    )


def _listed(vocab: str, texts: Sequence[str]) -> Plant:
    def plant(soil: Soil) -> tuple[SyntheticCase, tuple[str, ...]]:
        known = [text for text in texts if soil.spelled.strokes.spells(text)]
        name = next((spec.name for spec in soil.record.fields if spec.vocab == vocab), "")
        if not known or not name:
            return soil.case, ()
        return soil.written(name, pick(soil.rng, known)), (name,)

    return plant


KINDS: Mapping[str, Plant] = {
    "born-1878": _of_1878,
    "foreign-name": _foreign_name,
    "stranger": _stranger,
    "number": _number_out_of_order,
    "day": _day_of_another_year,
    "people": _listed("ethnicity", RARE_PEOPLES),
    "nationality": _listed("nationality", COUNTRIES),
}
"""What is planted, by kind."""
