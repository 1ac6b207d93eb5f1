"""The communes that a synthetic book may name: real ones that were there in the book's year, by district and
province."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline.places import Days, Gazetteer, Level, Unit
from pipeline.places.unit import ALWAYS

PROVINCES = ("92", "93", "94", "86", "89", "91", "95", "87")
"""Codes (of the list of 2004) of the provinces that books are from: the Mekong delta."""


@dataclass(frozen=True)
class District:
    """A rural district of some year; without a ``name`` where there are none. ``province`` as it was called
    then, with its type as clerks write it: ``TP`` Cần Thơ, ``tỉnh`` Hậu Giang."""

    name: str
    province_type: str
    province: str
    communes: Sequence[str]


@dataclass(frozen=True)
class Land:
    """The districts of one year by the names of their provinces."""

    provinces: Mapping[str, Sequence[District]]


@lru_cache(maxsize=64)
def land_of(gazetteer: Gazetteer, year: int) -> Land:
    """Rural communes of that year in their rural districts (from 2026 on without), and the provinces they lay
    in then; nothing that the tables rule out on any day of the year. In 2025 the units of its first half."""
    days = Days(year * 10000 + 101, year * 10000 + (131 if year == 2025 else 1231))
    there = [unit for unit in gazetteer.units if _throughout(unit, days)]
    found = _two_levels(there) if year > 2025 else _three_levels(gazetteer, there)
    return Land({name: tuple(sorted(found[name], key=lambda one: one.name)) for name in sorted(found)})


def _three_levels(gazetteer: Gazetteer, there: Sequence[Unit]) -> Mapping[str, Sequence[District]]:
    communes = _rural_communes(there, "2004")
    provinces = [
        unit for unit in there if unit.level is Level.PROVINCE and unit.scheme in ("2004", "history")
    ]
    found = defaultdict(list)
    for district in there:
        if district.type != "Huyện" or district.scheme != "2004" or district.parent not in PROVINCES:
            continue
        above = [province for province in provinces if gazetteer.lies_in(district, province)]
        if len(above) == 1 and communes[district.code]:
            found[above[0].name].append(_district(district.name, above[0], communes[district.code]))
    return found


def _two_levels(there: Sequence[Unit]) -> Mapping[str, Sequence[District]]:
    communes = _rural_communes(there, "2025")
    provinces = [unit for unit in there if unit.level is Level.PROVINCE and unit.scheme == "2025"]
    return {
        unit.name: [_district("", unit, communes[unit.code])] for unit in provinces if unit.code in PROVINCES
    }


def _rural_communes(there: Sequence[Unit], scheme: str) -> Mapping[str, set[str]]:
    """Their names by the code above them."""
    found = defaultdict(set)
    for unit in there:
        if unit.type == "Xã" and unit.scheme == scheme:
            found[unit.parent].add(unit.name)
    return found


def _district(name: str, province: Unit, communes: set[str]) -> District:
    kind = "TP" if province.type == "Thành phố" else province.type.lower()
    return District(name, kind, province.name, tuple(sorted(communes)))


def _throughout(unit: Unit, days: Days) -> bool:
    """Whether nothing speaks against the unit on any of those days."""
    return unit.span.from_min <= days.first and (unit.span.to_max == ALWAYS or days.last < unit.span.to_min)
