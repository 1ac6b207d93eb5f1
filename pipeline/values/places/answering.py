"""The administrative unit that answers for a place on a day: the unit itself, or the units that took it over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from pipeline.values.places.gazetteer import TABLES, Gazetteer
from pipeline.values.places.unit import DayRange, Level, Unit, Validity

MOST_NAMED = 4
"""Number of candidates that a title names; more are counted."""

UNKNOWN_UNIT = "Chưa rõ đơn vị nào"


@dataclass(frozen=True, slots=True)
class UnitsOfBook:
    """The unit that answers for a place on a day.

    Attributes:
        units: The unit; several candidates where the place was divided and no table says which one took it over; none
            where the place, or what became of it, is unknown.
    """

    units: tuple[Unit, ...] = ()

    @property
    def key(self) -> str:
        """The same for the same units; ``""`` for none."""
        return "+".join(unit.id for unit in self.units)

    @property
    def is_split(self) -> bool:
        return len(self.units) > 1

    @property
    def title(self) -> str:
        """The unit in Vietnamese; candidates are joined by “hoặc”."""
        if not self.units:
            return UNKNOWN_UNIT
        if len(self.units) > MOST_NAMED:
            named = ", ".join(unit.title for unit in self.units[:MOST_NAMED])
            return f"Một trong {len(self.units)} đơn vị ({named}…)"
        return " hoặc ".join(unit.title for unit in self.units)


class AnsweringUnits:
    """Finds the unit that answers for each place on one day.

    Args:
        on: The day, from the first list of units on; the last list holds for every later day.
    """

    def __init__(self, gazetteer: Gazetteer, on: date) -> None:
        self.on = on
        self._gazetteer = gazetteer
        self._day = DayRange.of((on.year, on.month, on.day))
        self.of = lru_cache(maxsize=None)(self._of)

    def of_book(self, place_code: str, place: str, volume: str) -> UnitsOfBook:
        """Return the unit that answers for the book of a place; ``volume`` ends with the year of its opening."""
        year = volume.rpartition("/")[2]
        return self.of(place_code, place, (int(year),) if year.isdecimal() else ())

    def admits(self, unit_id: str, answer: UnitsOfBook) -> bool:
        """Return whether an answer is a unit or names it among its candidates; ``""`` admits all."""
        return not unit_id or any(unit.id == unit_id for unit in answer.units)

    def _of(self, code: str, written: str, opened: tuple[int, ...]) -> UnitsOfBook:
        unit_id = self._gazetteer.unit_of_code(code, DayRange.of(opened), written)
        found = self._units(unit_id, frozenset())
        by_id = {unit.id: unit for unit in found}
        return UnitsOfBook(tuple(sorted(by_id.values(), key=lambda unit: unit.id)))

    def _units(self, unit_id: str, seen: frozenset[str]) -> Sequence[Unit]:
        """Return the units that answer for a unit; ``seen`` stops a circle of takeovers."""
        if unit_id in seen:
            return ()
        before = seen | {unit_id}
        taken = [row for row in self._gazetteer.taken_over.get(unit_id, ()) if row[0] <= self._day.first]
        if taken:
            return self._units(max(taken)[1], before)
        versions = self._gazetteer.versions(unit_id)
        there = [unit for unit in versions if self._is_there(unit)]
        if there or not versions:
            return there[-1:]
        if all(unit.span.at(self._day) is Validity.NOT_YET for unit in versions):
            return ()
        return [one for heir in self._heirs(versions[-1]) for one in self._units(heir, before)]

    def _is_there(self, unit: Unit) -> bool:
        """Return whether a unit exists; a former unit with successors does only where the tables are sure."""
        validity = unit.span.at(self._day)
        return validity is Validity.SURE if _others(unit) else validity.exists

    def _heirs(self, unit: Unit) -> Iterable[str]:
        """Return the ids of the units on the land of a former unit."""
        codes = self._gazetteer.successors.get(unit.code, ()) if unit.scheme == "2004" else ()
        if codes:
            return [f"2025:{code}" for code in codes]
        if others := _others(unit):
            return [self._id_of_land(code) for code in sorted(others)]
        if unit.scheme == "2004" and unit.level is Level.DISTRICT:
            return self._gazetteer.communes_of(unit.code)
        return ()

    def _id_of_land(self, code: str) -> str:
        """Return the id of a unit among the lands of another; only an office's own unit names one of scheme 2025."""
        return next(
            (f"{scheme}:{code}" for scheme in TABLES if self._gazetteer.versions(f"{scheme}:{code}")), ""
        )


def _others(unit: Unit) -> frozenset[str]:
    return unit.lands - {unit.code}
