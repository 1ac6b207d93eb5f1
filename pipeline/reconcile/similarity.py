"""X"""

from __future__ import annotations

import heapq
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz
from rapidfuzz.distance import DamerauLevenshtein

from pipeline.reconcile.differences import FieldDifference, FieldDifferenceKind, FileRow, RegistryEntry
from pipeline.schema import FieldSpec, RecordSpec
from pipeline.text.tones import folded, split_tones, unaccented

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


SURE = 0.85
"""An entry and a row with one key that are so alike are a pair at once; else another may be likelier."""

SAME = 0.5
"""So alike must be those that have one key, as long as others may be theirs."""

FOR_THE_KEY = 0.15
"""What one key adds to likeness, where it is weighed against other pairs."""

ALIKE = 0.75
"""So alike must be what only likeness pairs."""

MOST_IN_A_BLOCK = 300
"""Blocks with more on one side tell nothing: they are passed over."""

Texts = Sequence[str]


@dataclass(frozen=True, slots=True)
class MatchFeature:
    """A column that tells who is who. ``kind``: ``name``, ``date`` or ``number``; ``blocks``: it makes a block by
    itself."""

    position: int
    kind: str
    weight: float
    blocks: bool = False


class SimilarityScorer:
    """The features of one layout."""

    def __init__(self, record: RecordSpec, position: Mapping[str, int]) -> None:
        self.features = tuple(_features(record, position))
        self._dates = [one.position for one in self.features if one.kind == "date"]

    def score(self, one: Texts, other: Texts) -> float:
        """0..1 over the features that both have; 0.0 when there is none."""
        total = alike = 0.0
        for feature in self.features:
            ours, theirs = one[feature.position], other[feature.position]
            if ours and theirs:
                total += feature.weight
                alike += feature.weight * _alike(feature.kind, ours, theirs)
        return alike / total if total else 0.0

    def blocks(self, texts: Texts) -> Iterator[tuple[int, str]]:
        """The keys under which an entry or a row is looked for."""
        for feature in self.features:
            text = texts[feature.position]
            if text and feature.blocks:
                yield feature.position, unaccented(text)
        dates = [texts[at] for at in self._dates]
        if len([day for day in dates if day]) >= 2:
            yield -1, "|".join(dates[:2])

    def pairs(
        self, ours: Sequence[tuple[object, Texts]], theirs: Sequence[tuple[object, Texts]]
    ) -> Iterator[tuple[int, int, float]]:
        """Which of ``ours`` belong with which of ``theirs``, each at most once, with their likeness. Both come with
        their keys."""
        blocks: defaultdict[object, list[int]] = defaultdict(list)
        for at, (key, texts) in enumerate(ours):
            for block in (*self.blocks(texts), (key,)):
                blocks[block].append(at)
        heap: list[tuple[float, int, int, float]] = []
        for at, (key, texts) in enumerate(theirs):
            near = {one for block in (*self.blocks(texts), (key,)) for one in _few(blocks.get(block))}
            for one in near:
                score = self.score(ours[one][1], texts)
                same_key = ours[one][0] == key
                if score >= (SAME if same_key else ALIKE):
                    heap.append((-score - FOR_THE_KEY * same_key, one, at, score))
        heapq.heapify(heap)
        taken_ours: set[int] = set()
        taken_theirs: set[int] = set()
        while heap:
            _, one, at, score = heapq.heappop(heap)
            if one not in taken_ours and at not in taken_theirs:
                taken_ours.add(one)
                taken_theirs.add(at)
                yield one, at, score


def _few(block: Sequence[int] | None) -> Sequence[int]:
    return block if block is not None and len(block) <= MOST_IN_A_BLOCK else ()


def _features(record: RecordSpec, position: Mapping[str, int]) -> Iterator[MatchFeature]:
    columns = {spec.name: spec.column for spec in record.fields}

    def at(field: str | None) -> int | None:
        return position.get(columns.get(field or "", ""))

    for person in record.people:
        of_event = person.event != "other"
        for field, kind, weight in (
            (person.name, "name", 3.0 if of_event else 2.0),
            (person.born_on, "date", 2.0 if of_event else 1.0),
            (person.died_on, "date", 2.0),
            *((number, "number", 1.0) for number in person.id_numbers),
        ):
            where = at(field)
            if where is not None:
                yield MatchFeature(where, kind, weight, blocks=kind != "date")
    if record.book is not None:
        for field, kind, weight in (
            (record.book.registered_on, "date", 2.0),
            (record.book.number, "number", 1.0),
        ):
            where = at(field)
            if where is not None:
                yield MatchFeature(where, kind, weight)


def _alike(kind: str, ours: str, theirs: str) -> float:
    if ours == theirs:
        return 1.0
    if kind == "name":
        return fuzz.ratio(folded(ours), folded(theirs)) / 100
    return 0.6 if DamerauLevenshtein.distance(ours, theirs, score_cutoff=1) <= 1 else 0.0
