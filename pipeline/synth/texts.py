"""The text a clerk puts down for one field, by the kind of its value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from pipeline.schema import FieldSpec, Form, RecordSpec, Schemas
from pipeline.synth.cases import Case, choice_of, date_of, parties, partner, party_key, said
from pipeline.synth.habits import Habits
from pipeline.synth.options import SynthOptions
from pipeline.synth.people import Commune, Person, chance, commune, person, pick
from pipeline.text import synthetic_words as words


@dataclass(frozen=True, slots=True)
class Clerk:
    """Who writes, into which form."""

    form: Form
    record: RecordSpec
    schemas: Schemas
    habits: Habits
    options: SynthOptions


@dataclass(frozen=True, slots=True)
class Asked:
    """What a text is asked for: this clerk, this case, this field; ``rng`` decides what is left to chance."""

    rng: np.random.Generator
    clerk: Clerk
    facts: Case
    spec: FieldSpec

    @property
    def who(self) -> Person | None:
        """The person whom the field speaks of."""
        return self.facts.people.get(party_key(self.spec.name))


def texts_of(rng: np.random.Generator, clerk: Clerk, facts: Case, spec: FieldSpec) -> tuple[str, ...]:
    """The text of one field, the longest form first; a kind that has no writer here is written as free text."""
    return WRITERS.get(spec.kind, _free_texts)(Asked(rng, clerk, facts, spec))


def _name_texts(ask: Asked) -> tuple[str, ...]:
    return (ask.clerk.habits.name(ask.rng, ask.who or person(ask.rng, ask.facts.home)),)


def _word_date_texts(ask: Asked) -> tuple[str, ...]:
    day = date_of(ask.rng, partner(ask.clerk.record, ask.spec.name) or ask.spec, ask.facts)
    return (ask.clerk.habits.day_in_words(day),)


def _entry_number_texts(ask: Asked) -> tuple[str, ...]:
    number = f"{ask.facts.number:02}" if ask.clerk.habits.padded else str(ask.facts.number)
    return (f"{number}/{ask.facts.registered_on.year}", number) if chance(ask.rng, 0.2) else (number,)


def _volume_texts(ask: Asked) -> tuple[str, ...]:
    return (ask.facts.volume,)


def _number_texts(ask: Asked) -> tuple[str, ...]:
    return (str(ask.facts.page_no),) if said(ask.spec.label, "trang") else (str(ask.rng.integers(1, 6)),)


def _time_texts(ask: Asked) -> tuple[str, ...]:
    shape = pick(ask.rng, ("{h} giờ {m:02} phút", "{h} giờ {m:02}", "{h}h{m:02}"))
    return (shape.format(h=ask.facts.hour, m=ask.facts.minute),)


def _choice_texts(ask: Asked) -> tuple[str, ...]:
    return (choice_of(ask.rng, ask.spec, ask.facts, ask.clerk.schemas),)


def _date_texts(ask: Asked) -> tuple[str, ...]:
    day = date_of(ask.rng, ask.spec, ask.facts)
    if said(ask.spec.label, "năm sinh"):
        return (str(day.year),)
    party = parties(ask.clerk.record).get(party_key(ask.spec.name))
    adult = party is not None and not party.newborn and said(ask.spec.label, "sinh")
    return (str(day.year),) if adult and chance(ask.rng, 0.3) else (ask.clerk.habits.day(day),)


def _id_number_texts(ask: Asked) -> tuple[str, ...]:
    who, born = ask.who, ask.facts.born_on.get(party_key(ask.spec.name))
    if said(ask.spec.label, "định danh") or (ask.facts.registered_on.year >= 2016 and chance(ask.rng, 0.4)):
        year = born.year if born else 1980
        century = (2 if year >= 2000 else 0) + (0 if who and who.male else 1)
        head = f"{pick(ask.rng, ('092', '093', '094', '086'))}{century}{year % 100:02}"
        return (f"{head}{ask.rng.integers(0, 10**6):06}",)
    return (f"{pick(ask.rng, ('36', '33', '35', '34'))}{ask.rng.integers(0, 10**7):07}",)


def _place_texts(ask: Asked) -> tuple[str, ...]:
    home = ask.who.home if ask.who else ask.facts.home
    if said(ask.spec.label, "nơi sinh", "nơi chết") and chance(ask.rng, 0.55):
        return (
            f"Bệnh viện đa khoa {_district_of(home)}, {home.province}",
            f"BV đa khoa {home.district or home.province}",
            "Trạm Y tế xã",
        )[int(ask.rng.integers(0, 2)) :]
    if said(ask.spec.label, "nơi chết") and chance(ask.rng, 0.5):
        return ("Tại nhà",)
    return ask.clerk.habits.dwelling(ask.rng, home)


def _district_of(home: Commune) -> str:
    return f"huyện {home.district}" if home.district else "khu vực"


def _free_texts(ask: Asked) -> tuple[str, ...]:
    label, day = ask.spec.label, ask.clerk.habits.day(date_of(ask.rng, ask.spec, ask.facts))
    if said(label, "ghi chú"):
        return (
            pick(ask.rng, words.NOTES).format(
                date=day, number=ask.rng.integers(1, 300), district=ask.facts.home.district
            ),
        )
    if said(label, "chức vụ"):
        return (pick(ask.rng, words.SIGNER_TITLES),)
    if said(label, "quan hệ"):
        return (_relation(ask),)
    if said(label, "nguyên nhân"):
        return (pick(ask.rng, words.CAUSES),)
    if said(label, "nghề"):
        return (pick(ask.rng, words.OCCUPATIONS),)
    if said(label, "nơi cấp", "cơ quan cấp", "cơ quan"):
        where = commune(ask.rng, ask.facts.home)
        if said(label, "giấy báo tử"):
            return (f"Bệnh viện đa khoa {where.district}", f"UBND xã {where.name}")
        return (
            f"Công an {where.province_type} {where.province}",
            f"CA {where.province}",
        )
    if said(label, "số giấy", "số"):
        return (f"{ask.rng.integers(1, 200):02}/{ask.facts.registered_on.year}",)
    return (pick(ask.rng, words.TEXTS),)


def _relation(ask: Asked) -> str:
    """How the declarant is related: the parent's word when the declarant is that parent."""
    me = ask.facts.people.get(party_key(ask.spec.name))
    for key, party in parties(ask.clerk.record).items():
        if key != party_key(ask.spec.name) and party.male is not None and ask.facts.people.get(key) == me:
            return "Cha" if party.male else "Mẹ"
    known = words.RELATIONS_TO_DEAD if said(ask.spec.label, "chết", "tử") else words.RELATIONS
    mine = known[0] if me is None or me.male else known[1]
    return pick(ask.rng, [word for word in mine if word not in words.SPOUSES or _is_spouse(ask, me)])


def _is_spouse(ask: Asked, me: Person | None) -> bool:
    """Whether the declarant can be the spouse of the dead."""
    dead = [ask.facts.people[key] for key, party in parties(ask.clerk.record).items() if party.dead]
    return me is not None and any(other.male is not me.male for other in dead)


WRITERS: Mapping[str, Callable[[Asked], tuple[str, ...]]] = {
    "name": _name_texts,
    "date": _date_texts,
    "date_words": _word_date_texts,
    "entry_number": _entry_number_texts,
    "volume": _volume_texts,
    "number": _number_texts,
    "id_number": _id_number_texts,
    "time": _time_texts,
    "choice": _choice_texts,
    "place": _place_texts,
}
"""How each kind of value is put on paper."""
