"""From a written place and a day to the administrative unit of that day. Nothing is guessed.

A text is resolved when its parts can be read in only one way as nested units that all existed, or may have existed, on
the day. A text with two possible units stays ambiguous, and a spelling with another mark is another place.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from pipeline.base.text.tones import has_marks
from pipeline.values.places.gazetteer import COVERED, TABLES, Gazetteer
from pipeline.values.places.unit import ALWAYS, NEVER, TYPES, DayRange, Level, Span, Unit, Validity
from pipeline.values.places.written_places import PlacePart, split_place


class ResolutionState(StrEnum):
    """The result state of a written place."""

    RESOLVED = "resolved"
    """It is a single unit."""
    AMBIGUOUS = "ambiguous"
    """It may be any of several units; the text does not decide."""
    NOT_THEN = "not-then"
    """Nested units of these names exist, but not on that day (``validity``: no longer, or not yet)."""
    PARTIAL = "partial"
    """Its larger parts are units of that day, a smaller part is unknown."""
    UNKNOWN = "unknown"
    """It claims to be a place, but no part is known."""
    NOTHING = "nothing"
    """It names no unit: blank, a ditto mark, "tại nhà", a hospital."""


@dataclass(frozen=True, slots=True)
class PlaceResolution:
    """The units of a written place on a day.

    Attributes:
        state: Whether it is a single unit, or the reason why not.
        unit: The smallest named unit (``RESOLVED``), or the smallest known unit (``PARTIAL``).
        line: That unit and its higher units, largest first.
        validity: Whether it surely or possibly existed on the day.
        spelled: Whether every name is spelled as in the tables; otherwise some marks are missing.
        candidates: The possible units (``AMBIGUOUS``), or the units of another time (``NOT_THEN``).
        unknown: The part of the text that is not a known unit.
        complete: Whether the tables hold all units of that day, so that a missing unit did not exist.
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
"""Number of cached written places with their time: a book repeats the same few places."""


_NUMBERED_HAMLET = re.compile(r"^(\s*(?:ấp|khóm|thôn|tổ|đội)\s*)\d{1,3}(?=\s*[,;])", re.IGNORECASE)
"""A numbered hamlet: its number does not affect whether its commune existed."""


@dataclass(frozen=True, slots=True)
class _Named:
    """A unit named by a part. ``span``: the time of its existence as that type of unit."""

    unit: Unit
    span: Span
    spelled: bool


LAST_IN_NORTH = "44"
"""The code of Quảng Bình: the provinces are numbered from north to south."""

NO_TABLE_BEFORE = 19760702
"""The country's reunification: of earlier districts and communes the tables of today say nothing, and their names went
to other land (every province had a quận Châu Thành)."""

Chain = tuple[_Named, ...]
"""Nested units, largest first."""


class Resolver:
    """Resolves written places against a gazetteer. Caches its answers; safe to share among threads."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.gazetteer = gazetteer
        self._parts = lru_cache(maxsize=REMEMBERED)(self._parts_of)
        self._resolved = lru_cache(maxsize=REMEMBERED)(self._resolve)
        self._existing = lru_cache(maxsize=REMEMBERED)(self._existed)

    def __reduce__(self) -> tuple[type[Resolver], tuple[Gazetteer]]:
        """Pickle without the caches."""
        return Resolver, (self.gazetteer,)

    def resolve(self, written: str, on: tuple[int, ...] = ()) -> PlaceResolution:
        """Return the units of a text on a day.

        Args:
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
        resolution = self._resolved(_NUMBERED_HAMLET.sub(r"\g<1>1", written), first, last)
        if resolution.state is ResolutionState.RESOLVED:
            return True
        if resolution.state is ResolutionState.NOT_THEN:
            return former and resolution.validity is Validity.NO_LONGER
        return False if resolution.complete and resolution.unknown else None

    def _between(self, days: DayRange) -> tuple[int, int]:
        """Return a key shared by all days between which nothing changes."""
        bounds = self.gazetteer.bounds
        return bisect_right(bounds, days.first), bisect_right(bounds, days.last)

    def _days(self, first: int, last: int) -> DayRange:
        """Return a range that represents all days between the same bounds."""
        bounds = self.gazetteer.bounds
        return DayRange(bounds[first - 1] if first else NEVER, bounds[last - 1] if last else NEVER)

    def _parts_of(self, written: str) -> tuple[PlacePart, ...]:
        return split_place(written, self.gazetteer.is_name)

    def _resolve(self, written: str, first: int, last: int) -> PlaceResolution:
        parts = self._parts(written)
        if not parts:
            return NOTHING
        days = self._days(first, last)
        chains, unknown = self._chains(parts, has_marks(written), days)
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
        chain, how = min(existing, key=lambda pair: pair[1] is not Validity.SURE)
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
        """Return the smallest unit and its higher units, as written or else as they were."""
        written = {named.unit.level: named.unit for named in chain}
        for unit in self.gazetteer.line_of(chain[-1].unit, days):
            written.setdefault(unit.level, unit)
        return tuple(written[level] for level in sorted(written, reverse=True))

    def _chains(self, parts: Sequence[PlacePart], marked: bool, days: DayRange) -> tuple[list[Chain], str]:
        """Return the longest chains of nested units, and the unknown part that ends them, if any.

        After an unknown part, smaller parts are ignored: their location would be unknown. A part before all known parts
        that is not marked as a unit may be a hamlet or a house.
        """
        chains: list[Chain] = [()]
        for part in reversed(parts):
            longer = [
                (*chain, named)
                for chain in chains
                for named in self._named(part, chain, marked)
                if _is_told(named.unit, days)
            ]
            if longer:
                chains = longer
            elif part.typed or not _has_commune(chains):
                return chains, part.text
            else:
                break
        return chains, ""

    def _named(self, part: PlacePart, chain: Chain, marked: bool) -> Iterator[_Named]:
        """Yield the possible units of the part within the chain's smallest unit.

        In a text with marks (``marked``) an unmarked name has no marks; in a text without marks it may lack them.
        """
        above = chain[-1].unit if chain else None
        candidates = [
            _Named(unit, span, spelled)
            for kind, name in part.readings
            for unit, spelled in self.gazetteer.named(name)
            if above is None or self.gazetteer.lies_in(unit, above)
            for span in _spans(unit, kind)
        ]
        choosy = marked and any(named.spelled for named in candidates)
        return (named for named in candidates if named.spelled or not choosy)


def _is_told(unit: Unit, days: DayRange) -> bool:
    """Return whether a source may speak of the unit on those days."""
    if days.last >= NO_TABLE_BEFORE or unit.scheme not in TABLES or unit.level is Level.PROVINCE:
        return True
    return bool(unit.source) or NEVER < unit.span.from_min <= days.last


def _spans(unit: Unit, kind: str) -> Iterator[Span]:
    """Yield the spans of the unit's existence as a ``kind`` of unit, ``""`` = any kind.

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
    """Return the lowest validity among the units of a chain."""
    all_of_them = [named.span.at(days) for named in chain]
    for absent in (Validity.NOT_YET, Validity.NO_LONGER, Validity.POSSIBLE):
        if absent in all_of_them:
            return absent
    return Validity.SURE


def _units(chains: Iterable[Chain]) -> tuple[Unit, ...]:
    """Return the smallest units of the chains without repetition."""
    return tuple({chain[-1].unit.id: chain[-1].unit for chain in chains}.values())


def _has_commune(chains: Sequence[Chain]) -> bool:
    return all(chain and chain[-1].unit.level is Level.COMMUNE for chain in chains)


def _is_covered(days: DayRange, parts: Sequence[PlacePart]) -> bool:
    """Return whether the tables hold all units of those days, and the text names types of units."""
    return COVERED.first <= days.first and days.last <= COVERED.last and any(part.typed for part in parts)
