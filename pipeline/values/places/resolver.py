"""From a written place and a day to the administrative units of that day. Nothing is guessed.

A text is resolved when its parts can be read in one way only as units one within the other, all of which were
there on the day or may have been. What could be two units stays ambiguous, and what is spelled with another
mark is another place.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from pipeline.base.text.tones import has_marks
from pipeline.values.places.gazetteer import COVERED, Gazetteer
from pipeline.values.places.unit import ALWAYS, NEVER, TYPES, DayRange, Level, Span, Unit, Validity
from pipeline.values.places.written_places import PlacePart, split_place


class ResolutionState(StrEnum):
    """What is known about a written place."""

    RESOLVED = "resolved"
    """It is one unit."""
    AMBIGUOUS = "ambiguous"
    """It may be any of several units; nothing written decides."""
    NOT_THEN = "not-then"
    """There are units of these names one within the other, but none existed on that day (``validity``: no longer, or
    not yet)."""
    PARTIAL = "partial"
    """Its larger parts are units of that day, a smaller one is not known."""
    UNKNOWN = "unknown"
    """It says that it is a place, and no part of it is known."""
    NOTHING = "nothing"
    """It names no unit: blank, a ditto mark, "tại nhà", a hospital."""


@dataclass(frozen=True, slots=True)
class PlaceResolution:
    """What a written place names on a day.

    Attributes:
        state: Whether it is one unit, and if not, why not.
        unit: The smallest unit that the text names (``RESOLVED``), or the smallest that is known (``PARTIAL``).
        line: That unit and those above it, from the largest down.
        validity: Whether it surely existed on the day, or as far as is known.
        spelled: Every name is spelled as in the tables; else some of its marks are missing.
        candidates: The units it may be (``AMBIGUOUS``), or was or will be at another time (``NOT_THEN``).
        unknown: The part of the text that is no known unit.
        complete: The tables show all units of that day, so what is not in them did not exist.
    """

    state: ResolutionState
    unit: Unit | None = None
    line: tuple[Unit, ...] = ()
    validity: Validity | None = None
    spelled: bool = True
    candidates: tuple[Unit, ...] = ()
    unknown: str = ""
    complete: bool = False

    @property
    def code(self) -> str:
        """The unit's code with its scheme (``2004:31417``), or ``""``."""
        return self.unit.id if self.unit and self.state is ResolutionState.RESOLVED else ""


NOTHING = PlaceResolution(ResolutionState.NOTHING)


REMEMBERED = 1 << 15
"""How many written places with their time are remembered: a book says the same few again and again."""


_NUMBERED_HAMLET = re.compile(r"^(\s*(?:ấp|khóm|thôn|tổ|đội)\s*)\d{1,3}(?=\s*[,;])", re.IGNORECASE)
"""A hamlet with a number: whether its commune existed does not depend on the number."""


@dataclass(frozen=True, slots=True)
class _Named:
    """A unit as one part names it. ``span``: when it existed as that type of unit."""

    unit: Unit
    span: Span
    spelled: bool


LAST_IN_NORTH = "44"
"""The code of Quảng Bình: the provinces are numbered from north to south."""

Chain = tuple[_Named, ...]
"""Units one within the other, the largest first."""


class Resolver:
    """Resolves written places against one gazetteer. Caches its answers; safe to share among threads."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.gazetteer = gazetteer
        self._parts = lru_cache(maxsize=REMEMBERED)(self._parts_of)
        self._resolved = lru_cache(maxsize=REMEMBERED)(self._resolve)
        self._existing = lru_cache(maxsize=REMEMBERED)(self._existed)

    def __reduce__(self) -> tuple[type[Resolver], tuple[Gazetteer]]:
        """Leave the caches behind when it is sent to another process."""
        return Resolver, (self.gazetteer,)

    def resolve(self, written: str, on: tuple[int, ...] = ()) -> PlaceResolution:
        """Return what a text names on a day.

        Args:
            written: The text on paper.
            on: Year, month, day as far as they are known; ``()`` is any time.
        """
        return self._resolved(written, *self._between(DayRange.of(on)))

    def lies_in_north(self, code: str, written: str, on: tuple[int, ...]) -> bool | None:
        """See ``predicates.PlaceResolver``."""
        units = self.gazetteer.versions(self.gazetteer.unit_of_code(code, DayRange.of(on), written))
        line = self.gazetteer.line_of(units[0], DayRange.of(on)) if units else self.resolve(written, on).line
        provinces = [unit for unit in line if unit.level is Level.PROVINCE]
        lands = {land for unit in provinces for land in unit.lands if len(land) == len(LAST_IN_NORTH)}
        answers = {land <= LAST_IN_NORTH for land in lands if land.isdecimal()}
        return answers.pop() if len(answers) == 1 else None

    def existed(self, written: str, on: tuple[int, ...], *, former: bool = False) -> bool | None:
        """See ``predicates.PlaceResolver``."""
        return self._existing(written, *self._between(DayRange.of(on)), former)

    def _existed(self, written: str, first: int, last: int, former: bool) -> bool | None:
        found = self._resolved(_NUMBERED_HAMLET.sub(r"\g<1>1", written), first, last)
        if found.state is ResolutionState.RESOLVED:
            return True
        if found.state is ResolutionState.NOT_THEN:
            return former and found.validity is Validity.NO_LONGER
        return False if found.complete and found.unknown else None

    def _between(self, days: DayRange) -> tuple[int, int]:
        """Return a key that is the same for all days between which nothing changes."""
        bounds = self.gazetteer.bounds
        return bisect_right(bounds, days.first), bisect_right(bounds, days.last)

    def _days(self, first: int, last: int) -> DayRange:
        """Return days that represent all between the same bounds."""
        bounds = self.gazetteer.bounds
        return DayRange(bounds[first - 1] if first else NEVER, bounds[last - 1] if last else NEVER)

    def _parts_of(self, written: str) -> tuple[PlacePart, ...]:
        return split_place(written, self.gazetteer.is_name)

    def _resolve(self, written: str, first: int, last: int) -> PlaceResolution:
        parts = self._parts(written)
        if not parts:
            return NOTHING
        days = self._days(first, last)
        chains, unknown = self._chains(parts, has_marks(written))
        if not chains or not chains[0]:
            return PlaceResolution(
                ResolutionState.UNKNOWN, unknown=unknown, complete=_is_covered(days, parts)
            )
        validity = [(chain, _validity(chain, days)) for chain in chains]
        existing = [(chain, how) for chain, how in validity if how.exists]
        if not existing:
            return PlaceResolution(
                ResolutionState.NOT_THEN,
                validity=max((how for _, how in validity), key=lambda how: how is Validity.NO_LONGER),
                candidates=_units(chains),
                unknown=unknown,
                complete=_is_covered(days, parts),
            )
        units = _units(chain for chain, _ in existing)
        if len({unit.id for unit in units}) > 1:
            return PlaceResolution(ResolutionState.AMBIGUOUS, candidates=units, unknown=unknown)
        chain, how = min(existing, key=lambda one: one[1] is not Validity.SURE)
        return PlaceResolution(
            ResolutionState.PARTIAL if unknown else ResolutionState.RESOLVED,
            unit=chain[-1].unit,
            line=self._line(chain, days),
            validity=how,
            spelled=all(named.spelled for named in chain),
            unknown=unknown,
            complete=bool(unknown) and how is Validity.SURE and _is_covered(days, parts),
        )

    def _line(self, chain: Chain, days: DayRange) -> tuple[Unit, ...]:
        """Return the smallest unit and those above it, as they are written or else as they were."""
        written = {named.unit.level: named.unit for named in chain}
        for unit in self.gazetteer.line_of(chain[-1].unit, days):
            written.setdefault(unit.level, unit)
        return tuple(written[level] for level in sorted(written, reverse=True))

    def _chains(self, parts: Sequence[PlacePart], marked: bool) -> tuple[list[Chain], str]:
        """Return the longest chains of units one within the other, and the part that ends them, if any does.

        Once a part is unknown, the smaller ones are not looked at: nothing would say where they lie. A part
        that comes before all known ones and is not said to be a unit may be a hamlet or a house.
        """
        chains: list[Chain] = [()]
        for part in reversed(parts):
            longer = [(*chain, named) for chain in chains for named in self._named(part, chain, marked)]
            if longer:
                chains = longer
            elif part.typed or not _has_commune(chains):
                return chains, part.text
            else:
                break
        return chains, ""

    def _named(self, part: PlacePart, chain: Chain, marked: bool) -> Iterator[_Named]:
        """Yield the units that the part may be, within the smallest unit of the chain.

        In a text with marks (``marked``) a name without any has none; in a text without it may lack them.
        """
        above = chain[-1].unit if chain else None
        found = [
            _Named(unit, span, spelled)
            for kind, name in part.readings
            for unit, spelled in self.gazetteer.named(name)
            if above is None or self.gazetteer.lies_in(unit, above)
            for span in _spans(unit, kind)
        ]
        choosy = marked and any(named.spelled for named in found)
        return (named for named in found if named.spelled or not choosy)


def _spans(unit: Unit, kind: str) -> Iterator[Span]:
    """Yield when the unit existed as such a ``kind`` of unit, ``""`` = of whatever kind.

    Before the tables begin, and after they end, a unit may have had another type (a district that became a town).
    """
    if not kind or unit.type == kind:
        yield unit.span
    elif kind in TYPES[unit.level] and unit.level is not Level.PROVINCE:
        if unit.span.from_min == NEVER:
            yield Span(NEVER, ALWAYS, NEVER, unit.span.from_max)
        if unit.span.to_max == ALWAYS:
            yield Span(unit.span.to_min, ALWAYS, NEVER, ALWAYS)


def _validity(chain: Chain, days: DayRange) -> Validity:
    """Return the least validity of the units of a chain."""
    all_of_them = [named.span.at(days) for named in chain]
    for absent in (Validity.NOT_YET, Validity.NO_LONGER, Validity.POSSIBLE):
        if absent in all_of_them:
            return absent
    return Validity.SURE


def _units(chains: Iterable[Chain]) -> tuple[Unit, ...]:
    """Return the smallest units of the chains, each once."""
    return tuple({chain[-1].unit.id: chain[-1].unit for chain in chains}.values())


def _has_commune(chains: Sequence[Chain]) -> bool:
    return all(chain and chain[-1].unit.level is Level.COMMUNE for chain in chains)


def _is_covered(days: DayRange, parts: Sequence[PlacePart]) -> bool:
    """Return whether the tables show all units of those days, and the text names types of units."""
    return COVERED.first <= days.first and days.last <= COVERED.last and any(part.typed for part in parts)
