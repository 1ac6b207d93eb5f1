"""How two values of one field differ, if they do."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

from pipeline.reconcile.values import FieldDifference, FieldDifferenceKind, FileRow, RegistryEntry
from pipeline.schema import FieldSpec
from pipeline.text.tones import folded, split_tones

_WORDS = frozenset({"name", "text", "place", "date_words"})
"""Kinds in which capitals, signs and the place of a tone mark are a way of writing."""

_FIGURES = frozenset({"id_number", "number", "entry_number", "volume"})
"""Kinds in which zeros in front are one: a cell that holds a number loses them."""


class FieldComparer:
    """Compares entries with rows over the columns of one layout. ``position``: where each column stands."""

    def __init__(self, fields: Sequence[FieldSpec]) -> None:
        self._fields = tuple(fields)
        self.position: Mapping[str, int] = {spec.column: at for at, spec in enumerate(fields)}

    def differences(self, entry: RegistryEntry, row: FileRow) -> tuple[FieldDifference, ...]:
        """The fields that are not the same. What waits for a person and what was not understood is not compared."""
        if entry.texts == row.texts and not row.refused:
            return ()
        found: list[FieldDifference] = []
        for spec, ours, theirs in zip(self._fields, entry.texts, row.texts, strict=True):
            if ours == theirs:
                continue
            if spec.column in entry.unsettled or spec.column in row.refused:
                continue
            known = ours if spec.column not in entry.nothing else None
            kind = kind_of(spec.kind, known, theirs, legacy=row.font is not None)
            if kind is not None:
                found.append(FieldDifference(spec.column, ours, theirs, kind))
        return _with_swaps(found)


def kind_of(kind: str, ours: str | None, theirs: str, *, legacy: bool = False) -> FieldDifferenceKind | None:
    """How two different values of a kind differ; None: not at all. ``legacy``: theirs was typed with a font that does
    not tell capitals."""
    if ours is None:
        return FieldDifferenceKind.BEYOND
    if not ours:
        return FieldDifferenceKind.ONLY_THEIRS
    if not theirs:
        return FieldDifferenceKind.ONLY_OURS
    if legacy and folded(ours) == folded(theirs):
        return None
    if kind in _WORDS and written_alike(ours) == written_alike(theirs):
        return FieldDifferenceKind.SPELLING
    if kind in _FIGURES and ours.lstrip("0") == theirs.lstrip("0"):
        return FieldDifferenceKind.SPELLING
    return FieldDifferenceKind.DIGITS if _digits_swapped(ours, theirs) else FieldDifferenceKind.CHANGED


def written_alike(text: str) -> tuple[tuple[str, str], ...]:
    """The words without capitals, signs and the place of their tone: ``Hoà-Bình`` and ``Hòa Bình`` are one."""
    letters = (c if c.isalnum() or unicodedata.combining(c) else " " for c in folded(text))
    words = map(split_tones, "".join(letters).split())
    return tuple((base, tones) for base, tones in words if base)


def _digits_swapped(one: str, other: str) -> bool:
    """Whether two neighbouring digits have changed places, and nothing else."""
    if len(one) != len(other):
        return False
    at = [place for place, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(at) != 2:
        return False
    first, second = at
    between = one[first + 1 : second]
    return (
        one[first] == other[second]
        and one[second] == other[first]
        and (one[first] + one[second]).isdigit()
        and not any(letter.isalnum() for letter in between)
    )


def _with_swaps(found: list[FieldDifference]) -> tuple[FieldDifference, ...]:
    """Two columns of which each has the other's value have changed places."""
    pairs = {(one.ours, one.theirs): one.column for one in found if one.ours and one.theirs}
    return tuple(
        FieldDifference(
            one.column, one.ours, one.theirs, FieldDifferenceKind.SWAPPED, pairs[one.theirs, one.ours]
        )
        if (one.theirs, one.ours) in pairs and one.ours != one.theirs
        else one
        for one in found
    )
