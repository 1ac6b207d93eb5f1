"""Synthetic people and places, drawn by chance from ``words``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from pipeline.synth import words

T = TypeVar("T")


def pick(rng: np.random.Generator, items: Sequence[T]) -> T:
    """One item, all equally likely."""
    return items[int(rng.integers(len(items)))]


def chance(rng: np.random.Generator, share: float) -> bool:
    return bool(rng.random() < share)


@dataclass(frozen=True, slots=True)
class Commune:
    """An invented commune in a real district."""

    name: str
    district: str
    province: str

    @property
    def short(self) -> str:
        return f"{self.name}, {self.district}, {self.province}"

    @property
    def full(self) -> str:
        city = "TP" if self.province == "Cần Thơ" else "tỉnh"
        return f"xã {self.name}, huyện {self.district}, {city} {self.province}"


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


def commune(rng: np.random.Generator, near: Commune | None = None) -> Commune:
    """A commune; with ``near`` mostly of the same district or province."""
    head = pick(rng, words.COMMUNE_HEADS)
    tail = pick(rng, [tail for tail in words.COMMUNE_TAILS if tail != head])
    province = near.province if near and chance(rng, 0.75) else pick(rng, sorted(words.DISTRICTS))
    same = near is not None and near.province == province and chance(rng, 0.7)
    district = near.district if near and same else pick(rng, words.DISTRICTS[province])
    return Commune(f"{head} {tail}", district, province)


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
        rng, [w for w in (words.GIVEN_MALE if male else words.GIVEN_FEMALE) if w not in middle.split()]
    )
    near = like.home if like else (home if chance(rng, 0.6) else commune(rng, home))
    return Person(surname, middle, given, male, ethnicity, near)
