"""The units around the place of a book, as of its year: its own, those of its district, those of its province."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from pipeline.base.model import NearUnits, UnitChain
from pipeline.values.places.gazetteer import Gazetteer
from pipeline.values.places.resolver import Resolver
from pipeline.values.places.unit import DayRange, Level, Unit
from pipeline.values.places.written_places import bare_letters


@lru_cache(maxsize=16)
def near_units(resolver: Resolver, place: str, code: str, year: int) -> NearUnits | None:
    """Return the units around a book.

    Args:
        resolver: What resolves written places.
        place: The office that kept the book, as its ledger names it.
        code: The code of that office's unit, or a code of the office's own.
        year: The year of the book.

    Returns:
        The units, or ``None`` where neither the code nor the name tells where the book is.
    """
    days = DayRange.of((year,))
    gazetteer = resolver.gazetteer
    home = _home(resolver, place, code, year, days)
    if home is None:
        return None
    above = gazetteer.line_of(home, days)
    district = next((unit for unit in above if unit.level is Level.DISTRICT), None)
    own = _chain(gazetteer, home, days)
    near: list[UnitChain] = []
    further: list[UnitChain] = []
    for unit in _province_units(gazetteer, above[0], days):
        if unit.id == home.id:
            continue
        is_near = district is not None and district.code in (unit.code, unit.parent)
        (near if is_near else further).append(_chain(gazetteer, unit, days))
    return NearUnits((own,), tuple(dict.fromkeys(near)), tuple(dict.fromkeys(further)))


def _home(resolver: Resolver, place: str, code: str, year: int, days: DayRange) -> Unit | None:
    """Return the unit of the book: that of its code if its name says the same, else the one its name is resolved to."""
    letters = bare_letters(place)
    for unit in resolver.gazetteer.units:
        if unit.code == code and unit.span.at(days).exists and _is_named(unit, letters):
            return unit
    return resolver.resolve(place, (year,)).unit


def _is_named(unit: Unit, letters: str) -> bool:
    return any(bare_letters(name) in letters for name in unit.names)


def _province_units(gazetteer: Gazetteer, province: Unit, days: DayRange) -> Iterator[Unit]:
    """Yield the units of a province on such days, itself first."""
    yield province
    for unit in gazetteer.units:
        is_below = unit.level is not Level.PROVINCE and unit.span.at(days).exists
        if is_below and _lies_in(gazetteer, unit, province, days):
            yield unit


def _lies_in(gazetteer: Gazetteer, unit: Unit, province: Unit, days: DayRange) -> bool:
    return gazetteer.lies_in(unit, province) and gazetteer.line_of(unit, days)[0] == province


def _chain(gazetteer: Gazetteer, unit: Unit, days: DayRange) -> UnitChain:
    return tuple((above.type, above.name) for above in reversed(gazetteer.line_of(unit, days)))
