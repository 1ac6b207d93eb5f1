"""All known units, indexed by their names and by the units above them."""

from __future__ import annotations

import pickle
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from pipeline.values.places.unit import DayRange, Level, Unit
from pipeline.values.places.written_places import bare_letters, lacks_only_marks, syllables

COVERED = DayRange(20191006, 20251008)
"""The first and the last day that the tables show: every unit that existed between the two is in them."""

TABLES = ("2004", "2025")
"""The schemes of the official tables; a unit of one never lies under a unit of the other."""


_MOST_KNOWN = 4
"""How many gazetteers a process remembers: that of the program, and one with an office's additions."""

_known: dict[str, Gazetteer] = {}
"""The gazetteers of this process by their fingerprints, the latest last."""


def known_gazetteer(fingerprint: str) -> Gazetteer | None:
    """Return the gazetteer of that fingerprint where this process has it."""
    return _known.get(fingerprint)


def remember(gazetteer: Gazetteer) -> Gazetteer:
    """Keep a gazetteer for all who want the same tables, and return it; one without a fingerprint is not kept."""
    if gazetteer.fingerprint:
        _known[gazetteer.fingerprint] = gazetteer
        while len(_known) > _MOST_KNOWN:
            del _known[next(iter(_known))]
    return gazetteer


@dataclass(frozen=True, eq=False)
class Gazetteer:
    """The administrative units of all times.

    Its copy in another process is the one that is there already, where that has the same tables.

    Attributes:
        units: In the order of the tables.
        successors: From the code of a commune of scheme 2004 to the codes of its successors of scheme 2025.
        fingerprint: Changes when any table does.
    """

    units: tuple[Unit, ...]
    successors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fingerprint: str = ""

    def __reduce__(self) -> tuple[Callable[..., Gazetteer], tuple[object, ...]]:
        return _unpacked, (self.fingerprint, self._packed)

    @cached_property
    def _packed(self) -> bytes:
        return pickle.dumps((self.units, dict(self.successors)))

    def prepare(self) -> None:
        """Index the units now; else the first that asks does."""
        _ = self.bounds, self._by_letters, self._by_id, self._parents

    @cached_property
    def bounds(self) -> tuple[int, ...]:
        """Every day on which anything may change, in order."""
        spans = (unit.span for unit in self.units)
        days = {day for s in spans for day in (s.from_min, s.from_max, s.to_min, s.to_max)}
        return tuple(sorted(days | {COVERED.first, COVERED.last}))

    def is_name(self, text: str) -> bool:
        """Return whether some unit has that name."""
        return bare_letters(text) in self._by_letters

    def named(self, name: str) -> Iterator[tuple[Unit, bool]]:
        """Yield the units of that name, each with whether it is spelled exactly: with all marks, or with some left out.

        Another mark makes another name.
        """
        written = syllables(name)
        for unit in self._by_letters.get(bare_letters(name), ()):
            if any(syllables(own) == written for own in unit.names):
                yield unit, True
            elif any(lacks_only_marks(name, own) for own in unit.names):
                yield unit, False

    def versions(self, unit_id: str) -> Sequence[Unit]:
        """Return one unit (``Unit.id``) under all the names and parents it had."""
        return self._by_id.get(unit_id, ())

    def has_code(self, code: str) -> bool:
        """Return whether any unit of any time, or one that the office added, has that code."""
        return any(self.versions(f"{scheme}:{code}") for scheme in (*TABLES, "history", "office"))

    def unit_of_code(self, code: str, days: DayRange, written: str = "") -> str:
        """Return the id of the unit that bore a code on such a day; the code itself where no table has it.

        The codes of communes were given anew on 1 July 2025: one code may be of two units, before and since. Where the
        day leaves both possible, the one that ``written`` names counts, else the earlier.
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
        """Return whether the first was ever part of the second, directly or not, or on land that was."""
        if unit.level >= above.level:
            return False
        if "2025" in (unit.scheme, above.scheme):
            return unit.scheme == above.scheme and unit.parent == above.code
        if unit.parent in above.lands:
            return True
        parents = self._parents.get(unit.parent, ()) if above.level is Level.PROVINCE else ()
        return any(parent in above.lands for parent in parents)

    def line_of(self, unit: Unit, days: DayRange) -> tuple[Unit, ...]:
        """Return the unit and those above it on such a day, from the largest down."""
        line = [unit]
        while line[-1].parent:
            schemes = (
                (line[-1].scheme,) if line[-1].scheme in TABLES else (line[-1].scheme, "history", "2004")
            )
            found = [
                version for scheme in schemes for version in self.versions(f"{scheme}:{line[-1].parent}")
            ]
            if not found:
                break
            line.append(next((version for version in found if version.span.at(days).exists), found[-1]))
        return tuple(reversed(line))

    @cached_property
    def _by_letters(self) -> Mapping[str, Sequence[Unit]]:
        found: dict[str, list[Unit]] = defaultdict(list)
        for unit in self.units:
            for letters in {bare_letters(name) for name in unit.names}:
                found[letters].append(unit)
        return dict(found)

    @cached_property
    def _by_id(self) -> Mapping[str, Sequence[Unit]]:
        found: dict[str, list[Unit]] = defaultdict(list)
        for unit in self.units:
            found[unit.id].append(unit)
        return dict(found)

    @cached_property
    def _parents(self) -> Mapping[str, frozenset[str]]:
        """The codes that were ever above each district; districts have codes of their own in all schemes but 2025."""
        found: dict[str, set[str]] = defaultdict(set)
        for unit in self.units:
            if unit.level is Level.DISTRICT:
                found[unit.code].add(unit.parent)
        return {code: frozenset(parents) for code, parents in found.items()}


def _is_within(name: Sequence[object], text: Sequence[object]) -> bool:
    """Return whether the syllables of a name follow one another somewhere in a text."""
    return any(text[at : at + len(name)] == name for at in range(len(text) - len(name) + 1))


def _unpacked(fingerprint: str, packed: bytes) -> Gazetteer:
    known = known_gazetteer(fingerprint)
    if known is not None:
        return known
    units, successors = pickle.loads(packed)  # noqa: S301  # it is within a pickle already
    return remember(Gazetteer(units, successors, fingerprint))
