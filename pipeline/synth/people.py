"""Synthetic people and places, drawn by chance from ``words``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from pipeline.synth.land import Land
from pipeline.text import synthetic_words as words

T = TypeVar("T")


def pick(rng: np.random.Generator, items: Sequence[T]) -> T:
    """One item, all equally likely."""
    return items[int(rng.integers(len(items)))]


def chance(rng: np.random.Generator, share: float) -> bool:
    return bool(rng.random() < share)


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune in its district and province, as they were called in the year of ``land``."""

    name: str
    district: str
    province_type: str
    province: str
    land: Land = field(repr=False, compare=False)

    @property
    def short(self) -> str:
        return ", ".join(part for part in (self.name, self.district, self.province) if part)

    @property
    def full(self) -> str:
        district = f"huyện {self.district}, " if self.district else ""
        return f"xã {self.name}, {district}{self.province_type} {self.province}"


@dataclass(frozen=True, slots=True)
class Person:
    """A synthetic person. ``ethnicity`` is a label of the code list ``ethnicity``."""

    surname: str
    middle: str
    given: str
    male: bool
    ethnicity: str
    home: Commune

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.surname, self.middle, self.given) if part)


def commune(rng: np.random.Generator, near: Commune | Land) -> Commune:
    """A commune of that land; near another one mostly of the same district or province."""
    land = near if isinstance(near, Land) else near.land
    home = None if isinstance(near, Land) else near
    province = home.province if home and chance(rng, 0.75) else pick(rng, tuple(land.provinces))
    districts = land.provinces[province]
    if home and home.province == province and chance(rng, 0.7):
        districts = [one for one in districts if one.name == home.district]
    district = pick(rng, districts)
    return Commune(pick(rng, district.communes), district.name, district.province_type, province, land)


def person(
    rng: np.random.Generator, home: Commune, male: bool | None = None, like: Person | None = None
) -> Person:
    """A person who lives in or near ``home``; with ``like`` of the same family (surname, ethnicity, home)."""
    male = chance(rng, 0.5) if male is None else male
    khmer = chance(rng, 0.12)
    ethnicity = like.ethnicity if like else ("Khơ-me" if khmer else "Kinh")
    if like is None and not khmer and chance(rng, 0.06):
        ethnicity = "Hoa"
    surname = like.surname if like else pick(rng, words.KHMER_SURNAMES if khmer else words.SURNAMES)
    middles = words.MIDDLES_MALE if male else words.MIDDLES_FEMALE
    middle = "" if khmer and male and chance(rng, 0.5) else pick(rng, middles)
    given = pick(
        rng,
        [w for w in (words.GIVEN_MALE if male else words.GIVEN_FEMALE) if w not in middle.split()],
    )
    near = like.home if like else (home if chance(rng, 0.6) else commune(rng, home))
    return Person(surname, middle, given, male, ethnicity, near)
