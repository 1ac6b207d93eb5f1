"""What a clerk writes into each blank of a form for one case, as alternatives from the longest to the shortest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from pipeline.schema import FieldSpec, Form, RecordSpec, Schemas, Slot
from pipeline.synth import words
from pipeline.synth.cases import Case, choice_of, date_of, parties, partner, party_key, said
from pipeline.synth.habits import Habits
from pipeline.synth.options import SynthOptions
from pipeline.synth.people import chance, commune, person, pick

Wording = tuple[tuple[str, str], ...]
"""The text of a blank in runs of (role, text); role "" is what stands between the values."""

DITTO_MARKS = ("nt", "-nt-", "-//-", "//", "như trên", '"')

TEMPLATES: Mapping[str, tuple[str, ...]] = {
    "signer": ("{name}, {title}", "{name} - {title}", "{name} ({title})"),
    "identity_paper": (
        "{type} số {number} do {issued_place} cấp ngày {issued_on}",
        "{type} số {number}, {issued_place} cấp ngày {issued_on}",
        "{type} {number} cấp ngày {issued_on} tại {issued_place}",
    ),
    "death_notice": ("{type} số {number} ngày {issued_on} do {issuer} cấp", "{type} số {number} ngày {issued_on} của {issuer}"),
    "moment": ("{time}, ngày {date}", "{time} ngày {date}"),
}  # fmt: skip
"""How clerks put several values into one blank, by composite kind."""


@dataclass(frozen=True, slots=True)
class Written:
    """What goes into one blank: ``alternatives`` from long to short (empty = left blank); ``parts`` the pieces of a
    value whose blanks are apart (day, month, year); ``spread``: letters stand apart along the leader (``groups`` =
    in groups of three); ``struck``: a wrong value written first and struck out; ``ditto``: what a mark stands for."""

    slot: Slot
    alternatives: tuple[Wording, ...] = ()
    parts: Mapping[str, str] | None = None
    spread: str = ""
    struck: str = ""
    ditto: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Clerk:
    """Who writes, into which form."""

    form: Form
    record: RecordSpec
    schemas: Schemas
    habits: Habits
    options: SynthOptions


def written(rng: np.random.Generator, clerk: Clerk, facts: Case, slot: Slot) -> Written:
    """What this clerk writes into that blank."""
    specs = {role: clerk.record.by_name[name] for role, name in slot.roles.items()}
    if slot.printed:
        return Written(slot, _one(str(facts.page_no)))
    if not specs or _left_blank(rng, clerk, facts, specs):
        return Written(slot)
    if len(specs) > 1 or slot.kind:
        return Written(slot, _composed(rng, clerk, facts, slot, specs))
    spec = next(iter(specs.values()))
    if any(piece.part for piece in slot.pieces):
        return Written(slot, parts=_parts(rng, clerk, facts, spec, slot))
    texts = texts_of(rng, clerk, facts, spec)
    struck = ""
    if spec.kind in ("name", "date", "text", "choice", "place") and not clerk.options.typed and chance(rng, clerk.options.struck):
        struck = _wrong(rng, clerk, facts, spec)
        struck = "" if struck in texts else struck
    return Written(slot, tuple(((("value", text),)) for text in texts if text), None, _spread(rng, clerk, spec), struck)


def _one(text: str) -> tuple[Wording, ...]:
    return ((("value", text),),)


def _left_blank(rng: np.random.Generator, clerk: Clerk, facts: Case, specs: Mapping[str, FieldSpec]) -> bool:
    if any(party_key(spec.name) in facts.missing for spec in specs.values()):
        return True
    if any(said(spec.label, "ghi chú") and spec.kind == "text" for spec in specs.values()):
        return not chance(rng, clerk.options.notes)
    return not any(spec.required for spec in specs.values()) and chance(rng, clerk.options.blank)


def _spread(rng: np.random.Generator, clerk: Clerk, spec: FieldSpec) -> str:
    if spec.kind not in ("date", "id_number") or not chance(rng, clerk.habits.spread):
        return ""
    return pick(rng, ("groups", "even")) if spec.kind == "id_number" else "even"


def _composed(
    rng: np.random.Generator, clerk: Clerk, facts: Case, slot: Slot, specs: Mapping[str, FieldSpec]
) -> tuple[Wording, ...]:
    texts = {role: texts_of(rng, clerk, facts, spec) for role, spec in specs.items()}
    kind = slot.kind
    template = _template(rng, kind, slot, tuple(texts))
    longest = max(len(options) for options in texts.values())
    return tuple(
        _filled(template, {role: options[min(step, len(options) - 1)] for role, options in texts.items()})
        for step in range(longest)
    )


def _template(rng: np.random.Generator, kind: str, slot: Slot, roles: tuple[str, ...]) -> str:
    """The shape of the text: under a label that asks for a number ("Số ...") mostly the number alone."""
    asks = slot.pieces[0].label if slot.pieces else ""
    if said(asks, "số") and asks.lower().startswith("số") and "number" in roles and chance(rng, 0.85):
        return "{number}"
    known = TEMPLATES.get(kind, ())
    return pick(rng, known) if known else ", ".join(f"{{{role}}}" for role in roles)


def _filled(template: str, values: Mapping[str, str]) -> Wording:
    """The runs of a template; a role that is not among the values drops out with the words before it."""
    runs: list[tuple[str, str]] = []
    for piece in template.replace("{", "\0{").replace("}", "}\0").split("\0"):
        role = piece[1:-1] if piece.startswith("{") else ""
        if role and role not in values:
            if runs and not runs[-1][0]:
                runs.pop()
        elif piece:
            runs.append((role, values[role] if role else piece))
    return tuple(runs)


def _parts(
    rng: np.random.Generator, clerk: Clerk, facts: Case, spec: FieldSpec, slot: Slot
) -> Mapping[str, str]:
    """The text of each part of a value; a piece without a part takes the rest of it."""
    day, month, year = clerk.habits.day_parts(date_of(rng, spec, facts))
    known = {"day": day, "month": month, "year": year, "hour": str(facts.hour), "minute": f"{facts.minute:02}"}
    return {piece.part: known.get(piece.part, "") for piece in slot.pieces if piece.part}


def _wrong(rng: np.random.Generator, clerk: Clerk, facts: Case, spec: FieldSpec) -> str:
    """A value of that kind that belongs to somebody else."""
    home = commune(rng, facts.home)
    other = replace(
        facts,
        registered_on=facts.registered_on - timedelta(days=int(rng.integers(1, 60))),
        happened_on=facts.happened_on - timedelta(days=int(rng.integers(1, 60))),
        people={key: person(rng, home) for key in facts.people},
        born_on={key: day - timedelta(days=int(rng.integers(1, 900))) for key, day in facts.born_on.items()},
    )
    return texts_of(rng, clerk, other, spec)[-1]


def texts_of(rng: np.random.Generator, clerk: Clerk, facts: Case, spec: FieldSpec) -> tuple[str, ...]:
    """The text of one field, the longest form first."""
    habits, party = clerk.habits, party_key(spec.name)
    if spec.kind == "name":
        who = facts.people.get(party) or person(rng, facts.home)
        return (habits.name(rng, who),)
    if spec.kind == "date":
        return _date_texts(rng, clerk, facts, spec)
    if spec.kind == "date_words":
        return (habits.day_in_words(date_of(rng, partner(clerk.record, spec.name) or spec, facts)),)
    if spec.kind == "entry_number":
        number = f"{facts.number:02}" if habits.padded else str(facts.number)
        return (f"{number}/{facts.registered_on.year}", number) if chance(rng, 0.2) else (number,)
    if spec.kind == "volume":
        return (facts.volume,)
    if spec.kind == "number":
        return (str(facts.page_no),) if said(spec.label, "trang") else (str(rng.integers(1, 6)),)
    if spec.kind == "id_number":
        return (_id_number(rng, spec, facts),)
    if spec.kind == "time":
        shape = pick(rng, ("{h} giờ {m:02} phút", "{h} giờ {m:02}", "{h}h{m:02}"))
        return (shape.format(h=facts.hour, m=facts.minute),)
    if spec.kind == "choice":
        return (choice_of(rng, spec, facts, clerk.schemas),)
    if spec.kind == "place":
        return _place_texts(rng, clerk, facts, spec)
    return _free_texts(rng, clerk, facts, spec)


def _date_texts(rng: np.random.Generator, clerk: Clerk, facts: Case, spec: FieldSpec) -> tuple[str, ...]:
    day = date_of(rng, spec, facts)
    if said(spec.label, "năm sinh"):
        return (str(day.year),)
    party = parties(clerk.record).get(party_key(spec.name))
    adult = party is not None and not party.newborn and said(spec.label, "sinh")
    return (str(day.year),) if adult and chance(rng, 0.3) else (clerk.habits.day(day),)


def _id_number(rng: np.random.Generator, spec: FieldSpec, facts: Case) -> str:
    who, born = facts.people.get(party_key(spec.name)), facts.born_on.get(party_key(spec.name))
    if said(spec.label, "định danh") or (facts.registered_on.year >= 2016 and chance(rng, 0.4)):
        year = born.year if born else 1980
        century = (2 if year >= 2000 else 0) + (0 if who and who.male else 1)
        return f"{pick(rng, ('092', '093', '094', '086'))}{century}{year % 100:02}{rng.integers(0, 10**6):06}"
    return f"{pick(rng, ('36', '33', '35', '34'))}{rng.integers(0, 10**7):07}"


def _place_texts(rng: np.random.Generator, clerk: Clerk, facts: Case, spec: FieldSpec) -> tuple[str, ...]:
    who = facts.people.get(party_key(spec.name))
    home = who.home if who else facts.home
    if said(spec.label, "nơi sinh", "nơi chết") and chance(rng, 0.55):
        return (
            f"Bệnh viện đa khoa huyện {home.district}, {home.province}",
            f"BV đa khoa {home.district}",
            "Trạm Y tế xã",
        )[int(rng.integers(0, 2)) :]
    if said(spec.label, "nơi chết") and chance(rng, 0.5):
        return ("Tại nhà",)
    return clerk.habits.dwelling(rng, home)


def _free_texts(rng: np.random.Generator, clerk: Clerk, facts: Case, spec: FieldSpec) -> tuple[str, ...]:
    label, day = spec.label, clerk.habits.day(date_of(rng, spec, facts))
    if said(label, "ghi chú"):
        return (
            pick(rng, words.NOTES).format(
                date=day, number=rng.integers(1, 300), district=facts.home.district
            ),
        )
    if said(label, "chức vụ"):
        return (pick(rng, words.SIGNER_TITLES),)
    if said(label, "quan hệ"):
        return (_relation(rng, clerk, facts, spec),)
    if said(label, "nguyên nhân"):
        return (pick(rng, words.CAUSES),)
    if said(label, "nghề"):
        return (pick(rng, words.OCCUPATIONS),)
    if said(label, "nơi cấp", "cơ quan cấp", "cơ quan"):
        where = commune(rng, facts.home)
        if said(label, "giấy báo tử"):
            return (f"Bệnh viện đa khoa {where.district}", f"UBND xã {where.name}")
        return (f"Công an {'TP' if where.province == 'Cần Thơ' else 'tỉnh'} {where.province}", f"CA {where.province}")
    if said(label, "số giấy", "số"):
        return (f"{rng.integers(1, 200):02}/{facts.registered_on.year}",)
    return (pick(rng, words.TEXTS),)


def _relation(rng: np.random.Generator, clerk: Clerk, facts: Case, spec: FieldSpec) -> str:
    """How the declarant is related: the parent's word when the declarant is that parent."""
    me = facts.people.get(party_key(spec.name))
    for key, party in parties(clerk.record).items():
        if key != party_key(spec.name) and party.male is not None and facts.people.get(key) == me:
            return "Cha" if party.male else "Mẹ"
    return pick(rng, words.RELATIONS_TO_DEAD if said(spec.label, "chết", "tử") else words.RELATIONS)


def dittoed(rng: np.random.Generator, value: Written, above: Written | None) -> Written:
    """The same blank with a mark that says: as in the row above. ``above`` must hold a plain value of one field."""
    if above is None or not above.alternatives or above.ditto or len(value.slot.roles) != 1:
        return value
    stands_for = {"value": above.alternatives[-1][0][1]}
    return Written(value.slot, _one(pick(rng, DITTO_MARKS)), ditto=stands_for)
