"""Random synthetic people, and the real communes in which they live."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeVar

import numpy as np

from pipeline.base.text import synthetic_words as words
from pipeline.values.places import DayRange, Gazetteer, Level, Unit
from pipeline.values.places.unit import ALWAYS

PROVINCES = ("92", "93", "94", "86", "89", "91", "95", "87")
"""Codes (of the list of 2004) of the provinces of the books: the Mekong delta."""


@dataclass(frozen=True)
class RuralDistrict:
    """A rural district in a year.

    Attributes:
        name: Its name; ``""`` in years without districts.
        province_type: Type of the province as clerks write it: ``TP``, ``tỉnh``.
        province: Name of the province in that year.
    """

    name: str
    province_type: str
    province: str
    communes: Sequence[str]
    codes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Geography:
    """The rural districts of a year by province."""

    provinces: Mapping[str, Sequence[RuralDistrict]]


@lru_cache(maxsize=64)
def geography_of_year(gazetteer: Gazetteer, year: int) -> Geography:
    """Return the rural communes of a year in their districts (none from 2026 on) and provinces.

    Units that the tables exclude on any day of the year are left out. For 2025, January counts.
    """
    days = DayRange(year * 10000 + 101, year * 10000 + (131 if year == 2025 else 1231))
    units = [unit for unit in gazetteer.units if _throughout(unit, days)]
    districts = _two_levels(units) if year > 2025 else _three_levels(gazetteer, units)
    return Geography(
        {
            name: tuple(sorted(districts[name], key=lambda district: district.name))
            for name in sorted(districts)
        }
    )


def _three_levels(gazetteer: Gazetteer, units: Sequence[Unit]) -> Mapping[str, Sequence[RuralDistrict]]:
    communes = _rural_communes(units, "2004")
    provinces = [
        unit for unit in units if unit.level is Level.PROVINCE and unit.scheme in ("2004", "history")
    ]
    districts = defaultdict(list)
    for district in units:
        if district.type != "Huyện" or district.scheme != "2004" or district.parent not in PROVINCES:
            continue
        above = [province for province in provinces if gazetteer.lies_in(district, province)]
        if len(above) == 1 and communes[district.code]:
            districts[above[0].name].append(_district(district.name, above[0], communes[district.code]))
    return districts


def _two_levels(units: Sequence[Unit]) -> Mapping[str, Sequence[RuralDistrict]]:
    communes = _rural_communes(units, "2025")
    provinces = [unit for unit in units if unit.level is Level.PROVINCE and unit.scheme == "2025"]
    return {
        unit.name: [_district("", unit, communes[unit.code])] for unit in provinces if unit.code in PROVINCES
    }


def _rural_communes(units: Sequence[Unit], scheme: str) -> Mapping[str, dict[str, str]]:
    """Return the codes of rural communes by name, by the code of their parent unit."""
    codes: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for unit in units:
        if unit.type == "Xã" and unit.scheme == scheme:
            codes[unit.parent].setdefault(unit.name, unit.code)
    return codes


def _district(name: str, province: Unit, communes: Mapping[str, str]) -> RuralDistrict:
    kind = "TP" if province.type == "Thành phố" else province.type.lower()
    return RuralDistrict(name, kind, province.name, tuple(sorted(communes)), communes)


def _throughout(unit: Unit, days: DayRange) -> bool:
    """Return whether the tables contradict the unit on none of the days."""
    return unit.span.from_min <= days.first and (unit.span.to_max == ALWAYS or days.last < unit.span.to_min)


T = TypeVar("T")


def pick(rng: np.random.Generator, items: Sequence[T]) -> T:
    """Return a random item, all equally likely."""
    return items[int(rng.integers(len(items)))]


def happens(rng: np.random.Generator, share: float) -> bool:
    """Return ``True`` with the given chance."""
    return bool(rng.random() < share)


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune in its district and province, with the names of its ``geography``."""

    name: str
    district: str
    province_type: str
    province: str
    geography: Geography = field(repr=False, compare=False)
    code: str = field(default="", compare=False)

    @property
    def short(self) -> str:
        return ", ".join(part for part in (self.name, self.district, self.province) if part)

    @property
    def full(self) -> str:
        district = f"huyện {self.district}, " if self.district else ""
        return f"xã {self.name}, {district}{self.province_type} {self.province}"


@dataclass(frozen=True, slots=True)
class SyntheticPerson:
    """A synthetic person; ``ethnicity`` is a label of the code list ``ethnicity``."""

    surname: str
    middle: str
    given: str
    male: bool
    ethnicity: str
    home: Commune

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.surname, self.middle, self.given) if part)


def draw_commune(rng: np.random.Generator, near: Commune | Geography) -> Commune:
    """Draw a commune of a geography, or a commune near another, mostly of its district or province."""
    geography = near if isinstance(near, Geography) else near.geography
    home = None if isinstance(near, Geography) else near
    province = home.province if home and happens(rng, 0.75) else pick(rng, tuple(geography.provinces))
    districts = geography.provinces[province]
    if home and home.province == province and happens(rng, 0.7):
        districts = [other for other in districts if other.name == home.district]
    district = pick(rng, districts)
    name = pick(rng, district.communes)
    return Commune(
        name, district.name, district.province_type, province, geography, district.codes.get(name, "")
    )


def draw_person(
    rng: np.random.Generator, home: Commune, male: bool | None = None, like: SyntheticPerson | None = None
) -> SyntheticPerson:
    """Draw a person.

    Args:
        home: The commune in or near which the person lives.
        male: Sex; random if ``None``.
        like: A relative with the same surname, ethnicity and home.
    """
    male = happens(rng, 0.5) if male is None else male
    khmer = happens(rng, 0.12)
    ethnicity = like.ethnicity if like else ("Khơ-me" if khmer else "Kinh")
    if like is None and not khmer and happens(rng, 0.06):
        ethnicity = "Hoa"
    surname = like.surname if like else pick(rng, words.KHMER_SURNAMES if khmer else words.SURNAMES)
    middles = words.MIDDLES_MALE if male else words.MIDDLES_FEMALE
    middle = "" if khmer and male and happens(rng, 0.5) else pick(rng, middles)
    given = pick(
        rng, [w for w in (words.GIVEN_MALE if male else words.GIVEN_FEMALE) if w not in middle.split()]
    )
    near = like.home if like else (home if happens(rng, 0.6) else draw_commune(rng, home))
    return SyntheticPerson(
        surname=surname, middle=middle, given=given, male=male, ethnicity=ethnicity, home=near
    )
