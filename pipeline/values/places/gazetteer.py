"""All known units, indexed by their names and by their higher units."""

from __future__ import annotations

import pickle
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from pipeline.values.places.unit import DayRange, Level, Unit
from pipeline.values.places.written_places import bare_letters, lacks_only_marks, syllables

COVERED = DayRange(20191006, 20251008)
"""The first and the last day of the tables: they hold every unit that existed between the two."""

TABLES = ("2004", "2025")
"""The schemes of the official tables; a unit of a scheme never lies under a unit of the other."""


_MOST_KNOWN = 4
"""Number of cached gazetteers in a process: the program's own, and versions with an office's additions."""

_known: dict[str, Gazetteer] = {}
"""The gazetteers of this process by fingerprint, latest last."""


def known_gazetteer(fingerprint: str) -> Gazetteer | None:
    """Return the cached gazetteer with a fingerprint, if there is one."""
    return _known.get(fingerprint)


def remember(gazetteer: Gazetteer) -> Gazetteer:
    """Cache a gazetteer for other users of the same tables, and return it; without a fingerprint it is not cached."""
    if gazetteer.fingerprint:
        _known[gazetteer.fingerprint] = gazetteer
        while len(_known) > _MOST_KNOWN:
            del _known[next(iter(_known))]
    return gazetteer


@dataclass(frozen=True, eq=False)
class Gazetteer:
    """The administrative units of all times.

    Unpickling in a process returns the cached gazetteer with the same tables, if there is one.

    Attributes:
        units: In the order of the tables.
        successors: From a commune's code in scheme 2004 to the codes of its successors in scheme 2025.
        fingerprint: Changes with any table.
        takeovers: Code of a former unit, code of the unit that answers for it, and the day from which it does.
    """

    units: tuple[Unit, ...]
    successors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fingerprint: str = ""
    takeovers: tuple[tuple[str, str, int], ...] = ()

    def __reduce__(self) -> tuple[Callable[..., Gazetteer], tuple[object, ...]]:
        return _unpacked, (self.fingerprint, self._packed)

    @cached_property
    def _packed(self) -> bytes:
        return pickle.dumps((self.units, dict(self.successors), self.takeovers))

    def prepare(self) -> None:
        """Build the index now instead of at the first query."""
        _ = self.bounds, self._by_letters, self._by_id, self._parents

    @cached_property
    def bounds(self) -> tuple[int, ...]:
        """Every day with a possible change, in order."""
        spans = (unit.span for unit in self.units)
        days = {day for s in spans for day in (s.from_min, s.from_max, s.to_min, s.to_max)}
        return tuple(sorted(days | {COVERED.first, COVERED.last}))

    def is_name(self, text: str) -> bool:
        """Return whether a unit has this name."""
        return bare_letters(text) in self._by_letters

    def named(self, name: str) -> Iterator[tuple[Unit, bool]]:
        """Yield the units with a name, and whether the spelling is exact: with all marks, or with some left out.

        A different mark makes a different name.
        """
        written = syllables(name)
        for unit in self._by_letters.get(bare_letters(name), ()):
            if any(syllables(own) == written for own in unit.names):
                yield unit, True
            elif any(lacks_only_marks(name, own) for own in unit.names):
                yield unit, False

    def versions(self, unit_id: str) -> Sequence[Unit]:
        """Return a unit (``Unit.id``) under all its names and parents over time."""
        return self._by_id.get(unit_id, ())

    def communes_of(self, district: str) -> Sequence[str]:
        """Return the ids of the communes that ever lay in a district of scheme 2004."""
        return self._communes.get(district, ())

    def has_code(self, code: str) -> bool:
        """Return whether a unit of any time, or an office's added unit, has this code."""
        return any(self.versions(f"{scheme}:{code}") for scheme in (*TABLES, "history", "office"))

    def unit_of_code(self, code: str, days: DayRange, written: str = "") -> str:
        """Return the id of the unit with a code on such a day; the code itself if no table has it.

        Communes received new codes on 1 July 2025: a code may belong to two units, before and after. If the day allows
        both, the unit named in ``written`` counts, else the earlier unit.
        """
        known = [
            unit for scheme in (*TABLES, "history", "office") for unit in self.versions(f"{scheme}:{code}")
        ]
        there = [unit for unit in known if unit.span.at(days).exists]
        if len({unit.id for unit in there}) > 1:
            words = syllables(written)
            named = [unit for unit in there if _is_within(syllables(unit.title), words)]
            there = named or [unit for unit in there if _is_within(syllables(unit.name), words)] or there
        return there[0].id if there else code

    def lies_in(self, unit: Unit, above: Unit) -> bool:
        """Return whether a unit was ever a direct or indirect part of another, or of a former unit on its land."""
        if unit.level >= above.level:
            return False
        if "2025" in (unit.scheme, above.scheme):
            return unit.scheme == above.scheme and unit.parent == above.code
        if unit.parent in above.lands:
            return True
        parents = self._parents.get(unit.parent, ()) if above.level is Level.PROVINCE else ()
        return any(parent in above.lands for parent in parents)

    def line_of(self, unit: Unit, days: DayRange) -> tuple[Unit, ...]:
        """Return the unit and its higher units on such a day, largest first."""
        line = [unit]
        while line[-1].parent:
            schemes = (
                (line[-1].scheme,) if line[-1].scheme in TABLES else (line[-1].scheme, "history", "2004")
            )
            versions = [
                version for scheme in schemes for version in self.versions(f"{scheme}:{line[-1].parent}")
            ]
            if not versions:
                break
            line.append(next((version for version in versions if version.span.at(days).exists), versions[-1]))
        return tuple(reversed(line))

    @cached_property
    def _by_letters(self) -> Mapping[str, Sequence[Unit]]:
        units: dict[str, list[Unit]] = defaultdict(list)
        for unit in self.units:
            for letters in {bare_letters(name) for name in unit.names}:
                units[letters].append(unit)
        return dict(units)

    @cached_property
    def _by_id(self) -> Mapping[str, Sequence[Unit]]:
        versions: dict[str, list[Unit]] = defaultdict(list)
        for unit in self.units:
            versions[unit.id].append(unit)
        return dict(versions)

    @cached_property
    def taken_over(self) -> Mapping[str, Sequence[tuple[int, str]]]:
        """The takeovers by the id of the former unit: their days, and the ids of the units that answer from then on."""
        found: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for old, new, since in self.takeovers:
            before = self.unit_of_code(old, DayRange(since - 1, since - 1))
            found[before].append((since, self.unit_of_code(new, DayRange(since, since))))
        return dict(found)

    @cached_property
    def _communes(self) -> Mapping[str, Sequence[str]]:
        communes: dict[str, dict[str, None]] = defaultdict(dict)
        for unit in self.units:
            if unit.level is Level.COMMUNE and unit.scheme == "2004":
                communes[unit.parent][unit.id] = None
        return {district: tuple(ids) for district, ids in communes.items()}

    @cached_property
    def _parents(self) -> Mapping[str, frozenset[str]]:
        """The codes ever above each district; districts have their own codes in all schemes but 2025."""
        parents_of: dict[str, set[str]] = defaultdict(set)
        for unit in self.units:
            if unit.level is Level.DISTRICT:
                parents_of[unit.code].add(unit.parent)
        return {code: frozenset(parents) for code, parents in parents_of.items()}


def _is_within(name: Sequence[object], text: Sequence[object]) -> bool:
    """Return whether the syllables of a name occur consecutively in a text."""
    return any(text[at : at + len(name)] == name for at in range(len(text) - len(name) + 1))


def _unpacked(fingerprint: str, packed: bytes) -> Gazetteer:
    known = known_gazetteer(fingerprint)
    if known is not None:
        return known
    units, successors, takeovers = pickle.loads(packed)  # noqa: S301  # it is within a pickle already
    return remember(Gazetteer(units, successors, fingerprint, takeovers))
