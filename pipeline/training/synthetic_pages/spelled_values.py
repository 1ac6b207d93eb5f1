"""Cases and values that a writer's strokes can spell: names, real places, dates and numbers; others stay blank."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.base.text import synthetic_words, training_words
from pipeline.declarations.schema import RecordSpec
from pipeline.training.synthetic_pages.blank_contents import BlankContent, Wording
from pipeline.training.synthetic_pages.cases import SyntheticCase
from pipeline.training.synthetic_pages.clerk import NOT_SPELLED
from pipeline.training.synthetic_pages.people import (
    Commune,
    Geography,
    RuralDistrict,
    SyntheticPerson,
    happens,
    pick,
)
from pipeline.training.synthetic_pages.writer_ink import WriterInk
from pipeline.values.kinds import COMPOSITES, SIGNER
from pipeline.values.places import DayRange, Gazetteer, Level

FEW = 4
"""With fewer surnames or places, rare surnames and places without a commune are used too."""

MOST_PLACES = 6
"""Largest number of places besides its own commune in the book of an office."""

HAMLETS = ("Ấp", "Thôn", "Xóm", "Tổ", "Khu", "Bản", "Đội")

TYPED = {"Xã": "xã", "Phường": "phường", "Thị trấn": "thị trấn", "Huyện": "huyện", "Quận": "quận", "Thị xã": "thị xã",
         "Thành phố": "thành phố", "Tỉnh": "tỉnh"}  # fmt: skip


@dataclass(frozen=True)
class SpelledPlace:
    """A commune in its district and province, or a district in its province, spelled by the strokes.

    Attributes:
        names: Names from the smallest unit up.
        types: Their types, if the strokes spell all of them; else empty.
        code: Code of the smallest unit.
        province_type: Type of the province as clerks write it.
    """

    names: tuple[str, ...]
    types: tuple[str, ...] = ()
    code: str = ""
    province_type: str = ""


@dataclass(frozen=True)
class SpelledWords:
    """The words that a writer's strokes can spell.

    Attributes:
        middles: Middle names.
        places: Real places of the book's year.
        hamlets: Words for a part of a commune.
        between: The clerk's separator of the units of a place.
    """

    strokes: WriterInk
    surnames: Sequence[str]
    middles: Sequence[str]
    givens: Sequence[str]
    places: Sequence[SpelledPlace]
    hamlets: Sequence[str]
    between: str

    @classmethod
    def gather(
        cls, strokes: WriterInk, gazetteer: Gazetteer, year: int, rng: np.random.Generator
    ) -> SpelledWords:
        """Return the words that the strokes spell in a year."""
        return cls(
            strokes,
            _surnames(strokes),
            _spelled(strokes, training_words.MIDDLES),
            _spelled(strokes, training_words.GIVENS),
            _places(strokes, gazetteer, year),
            _spelled(strokes, HAMLETS),
            pick(rng, (", ", ", ", " - ", " ")),
        )

    def at_home(self, home: Commune, rng: np.random.Generator) -> tuple[SpelledWords, Commune]:
        """Return the words in the book of an office, and its commune: few places, most of a single district.

        Args:
            home: The commune to use if the strokes spell no commune.
        """
        communes = [place for place in self.places if len(place.names) > 2]
        if not communes:
            return self, home
        chosen = pick(rng, communes)
        near = [place for place in communes if place.names[1:] == chosen.names[1:] and place != chosen]
        province = [place for place in communes if place.names[2:] == chosen.names[2:] and place not in near]
        others = [place for place in (*near, *province, *communes) if place != chosen][:MOST_PLACES]
        name, district, of_province = chosen.names
        kind, code = chosen.province_type, chosen.code
        renamed = replace(
            home,
            name=name,
            district=district,
            province=of_province,
            province_type=kind,
            code=code,
            geography=_with_commune(home.geography, chosen),
        )
        return replace(self, places=[*[chosen] * (len(others) + 1), *others]), renamed

    def person(
        self, person: SyntheticPerson, known: dict[str, SyntheticPerson], rng: np.random.Generator
    ) -> SyntheticPerson:
        """Return the person with a name that the strokes spell; the same person or family always gets the same name.

        Args:
            person: An invented person.
            known: Names and surnames already replaced in the book; extended.
        """
        if person.name not in known:
            family = known.get(person.surname) or replace(person, surname=pick(rng, self.surnames))
            known[person.surname] = family
            middle = "Thị" if not person.male and self.strokes.spells("Thị") and happens(rng, 0.5) else ""
            others = [word for word in self.middles if word not in ("Thị", "Văn", "Nữ", family.surname)]
            if person.male and self.strokes.spells("Văn") and happens(rng, 0.3):
                middle = "Văn"
            if others and (not middle or happens(rng, 0.4)):
                middle = f"{middle} {pick(rng, others)}".strip()
            used = {family.surname, *middle.split(), "Thị", "Văn"}
            given = pick(rng, [word for word in self.givens if word not in used] or self.givens)
            known[person.name] = replace(person, surname=family.surname, middle=middle, given=given)
        return replace(known[person.name], male=person.male)

    def case(
        self, case: SyntheticCase, known: dict[str, SyntheticPerson], rng: np.random.Generator
    ) -> SyntheticCase:
        """Return the case with names that the strokes spell; ``known`` as in ``person``."""
        if not self.surnames or not self.givens:
            return case
        return replace(case, people={key: self.person(who, known, rng) for key, who in case.people.items()})

    def content(
        self, value: BlankContent, record: RecordSpec, rng: np.random.Generator, written: Collection[str] = ()
    ) -> BlankContent:
        """Return the part of a value that the strokes spell; an empty blank if there is none.

        Args:
            written: Fields whose texts the case gives (``SyntheticCase.written``).
        """
        slot, empty = value.slot, BlankContent(value.slot)
        if slot.printed or (value.parts is None and not value.alternatives):
            return value
        specs = {role: record.by_name[name] for role, name in slot.roles.items() if name in record.by_name}
        if value.parts is not None:
            texts = [text for text in value.parts.values() if text]
            return value if texts and all(map(self.strokes.spells, texts)) else empty
        # of a blank with several values only the main value is written
        roles = (COMPOSITES[slot.kind].main_role,) if slot.kind else tuple(specs)
        whole = [wording for wording in value.alternatives if self.strokes.spells(_text_of(wording))]
        if slot.kind == SIGNER.name and whole:
            return replace(value, alternatives=tuple(whole), struck="")
        for role in roles:
            is_written = role in specs and specs[role].name in written
            if role not in specs or (specs[role].kind in NOT_SPELLED and not is_written):
                continue
            if specs[role].value_kind.is_place and not is_written:
                texts_of_role = self.place_texts(rng)
            else:
                texts_of_role = [_role_text(wording, role) for wording in value.alternatives]
            texts = [text for text in texts_of_role if self.strokes.spells(text)]
            if texts:
                return replace(value, alternatives=tuple(((role, text),) for text in texts), struck="")
        return empty

    def place_texts(self, rng: np.random.Generator) -> list[str]:
        """Return a place that the strokes spell in several forms, the longest first; empty without places."""
        if not self.places:
            return []
        place = pick(rng, self.places)
        plain = self.between.join(place.names)
        forms = [plain]
        numbered = any(name.isdigit() for name in place.names)
        if place.types and (numbered or happens(rng, 0.3)):
            typed = (f"{TYPED[kind]} {name}" for kind, name in zip(place.types, place.names, strict=True))
            forms.insert(0, self.between.join(typed))
        if self.hamlets and len(place.names) > 2 and happens(rng, 0.4):
            hamlet = f"{pick(rng, self.hamlets)} {rng.integers(1, 13)}"
            forms.insert(0, f"{hamlet}{self.between}{forms[0]}")
        if numbered:
            return forms[:-1]
        if len(place.names) > 2:
            forms.append(self.between.join(place.names[1:]))
        return forms


def _with_commune(geography: Geography, place: SpelledPlace) -> Geography:
    """Return the geography, with the district of a commune where it lacks that."""
    name, district, province = place.names
    known = geography.provinces.get(province, ())
    if any(other.name == district for other in known):
        return geography
    added = RuralDistrict(district, place.province_type, province, (name,), {name: place.code})
    return Geography({**geography.provinces, province: (*known, added)})


def _surnames(strokes: WriterInk) -> tuple[str, ...]:
    """Return the usual surnames; if they are few, rare surnames too."""
    usual = _spelled(strokes, synthetic_words.SURNAMES)
    return usual if len(set(usual)) >= FEW else usual + _spelled(strokes, training_words.SURNAMES)


def _spelled(strokes: WriterInk, words: Iterable[str]) -> tuple[str, ...]:
    """Return the words that the writer's own strokes spell."""
    return tuple(word for word in words if word.lower() not in strokes.lent and strokes.spells(word))


def _places(strokes: WriterInk, gazetteer: Gazetteer, year: int) -> tuple[SpelledPlace, ...]:
    """Return the fully spelled chains of units of a year, without duplicates, in the order of the tables."""
    days = DayRange(year * 10000 + 101, year * 10000 + (131 if year == 2025 else 1231))
    scheme, levels = ("2025", 2) if year > 2025 else ("2004", 3)
    chains: dict[Level, dict[tuple[str, ...], SpelledPlace]] = {Level.COMMUNE: {}, Level.DISTRICT: {}}
    for unit in gazetteer.units:
        if unit.level not in chains or unit.scheme != scheme or not strokes.spells(unit.name):
            continue
        line = gazetteer.line_of(unit, days)[::-1] if unit.span.at(days).exists else ()
        names, types = tuple(above.name for above in line), tuple(above.type for above in line)
        if len(line) < levels - (unit.level is Level.DISTRICT) or not all(map(strokes.spells, names)):
            continue
        has_types = all(kind in TYPED and strokes.spells(kind) for kind in types)
        if has_types or not any(name.isdigit() for name in names):
            kind = "TP" if types[-1] == "Thành phố" else types[-1].lower()
            chains[unit.level].setdefault(
                names, SpelledPlace(names, types if has_types else (), unit.code, kind)
            )
    communes = tuple(chains[Level.COMMUNE].values())
    return communes if len(communes) >= FEW else communes + tuple(chains[Level.DISTRICT].values())


def _text_of(wording: Wording) -> str:
    return "".join(text for _, text in wording)


def _role_text(wording: Wording, role: str) -> str:
    return "".join(text for of, text in wording if of == role)
