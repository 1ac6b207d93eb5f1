"""How an entry and a row compare: field by field, and as a whole.

An entry and a row that no key brings together are compared if they share a block (a name, a pair of dates, the number
of a paper). Each pair is scored over what both know of the people and days of the event, with the ratio of rapidfuzz
for names; the most similar pairs are taken first, each side once.
"""

from __future__ import annotations

import heapq
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz
from rapidfuzz.distance import DamerauLevenshtein

from pipeline.base.text.tones import folded, split_tones, unaccented
from pipeline.declarations.schema import FieldSpec, RecordSpec
from pipeline.delivery.reconcile.differences import (
    FieldDifference,
    FieldDifferenceKind,
    FileRow,
    RegistryEntry,
)

_WORDS = frozenset({"name", "text", "place", "date_words"})
"""Kinds in which capitals, signs and the place of a tone mark are a way of writing."""

_FIGURES = frozenset({"id_number", "number", "entry_number", "volume"})
"""Kinds in which leading zeros mean nothing: a cell that holds a number loses them."""


class FieldComparer:
    """Compares entries with rows over the columns of a layout; ``position``: of each column among their texts."""

    def __init__(self, fields: Sequence[FieldSpec]) -> None:
        self._fields = tuple(fields)
        self.position: Mapping[str, int] = {spec.column: at for at, spec in enumerate(fields)}

    def differences(self, entry: RegistryEntry, row: FileRow) -> tuple[FieldDifference, ...]:
        """Return the fields that differ. What waits for a person, and rejected cells, are not compared."""
        if entry.texts == row.texts and not row.refused:
            return ()
        found: list[FieldDifference] = []
        for spec, ours, theirs in zip(self._fields, entry.texts, row.texts, strict=True):
            if ours == theirs:
                continue
            if spec.column in entry.unsettled or spec.column in row.refused:
                continue
            known = ours if spec.column not in entry.nothing else None
            kind = difference_kind(spec.kind, known, theirs, legacy=row.font is not None)
            if kind is not None:
                found.append(FieldDifference(spec.column, ours, theirs, kind))
        return _with_swaps(found)


def difference_kind(
    kind: str, ours: str | None, theirs: str, *, legacy: bool = False
) -> FieldDifferenceKind | None:
    """Return how two different values differ; ``None``: in nothing that counts.

    Args:
        kind: The kind of the field.
        ours: The registry's value, ``None`` where it has none.
        theirs: The file's value.
        legacy: Whether the file's was typed with a font that does not distinguish capitals.
    """
    if ours is None:
        return FieldDifferenceKind.BEYOND
    if not ours:
        return FieldDifferenceKind.ONLY_THEIRS
    if not theirs:
        return FieldDifferenceKind.ONLY_OURS
    if legacy and folded(ours) == folded(theirs):
        return None
    if kind in _WORDS and word_skeletons(ours) == word_skeletons(theirs):
        return FieldDifferenceKind.SPELLING
    if kind in _FIGURES and ours.lstrip("0") == theirs.lstrip("0"):
        return FieldDifferenceKind.SPELLING
    return FieldDifferenceKind.DIGITS if _digits_swapped(ours, theirs) else FieldDifferenceKind.CHANGED


def word_skeletons(text: str) -> tuple[tuple[str, str], ...]:
    """Return the words without capitals, signs and the place of their tone: ``Hoà-Bình`` equals ``Hòa Bình``."""
    letters = (c if c.isalnum() or unicodedata.combining(c) else " " for c in folded(text))
    words = map(split_tones, "".join(letters).split())
    return tuple((base, tones) for base, tones in words if base)


def _digits_swapped(ours: str, theirs: str) -> bool:
    """Return whether two neighbouring digits have changed places, and nothing else differs."""
    if len(ours) != len(theirs):
        return False
    at = [place for place, (a, b) in enumerate(zip(ours, theirs, strict=True)) if a != b]
    if len(at) != 2:
        return False
    first, second = at
    between = ours[first + 1 : second]
    return (
        ours[first] == theirs[second]
        and ours[second] == theirs[first]
        and (ours[first] + ours[second]).isdigit()
        and not any(letter.isalnum() for letter in between)
    )


def _with_swaps(found: list[FieldDifference]) -> tuple[FieldDifference, ...]:
    """Mark two columns of which each has the other's value as swapped."""
    pairs = {(field.ours, field.theirs): field.column for field in found if field.ours and field.theirs}

    def marked(field: FieldDifference) -> FieldDifference:
        other = pairs.get((field.theirs, field.ours))
        if other is None or field.ours == field.theirs:
            return field
        return replace(field, kind=FieldDifferenceKind.SWAPPED, with_column=other)

    return tuple(marked(field) for field in found)


SURE = 0.85
"""An entry and a row of the same key that are so similar are a pair at once; else another may be more similar."""

SAME = 0.5
"""The least similarity of a pair of the same key, as long as other pairs are possible."""

SAME_KEY_BONUS = 0.15
"""What the same key adds to the similarity, where it is weighed against other pairs."""

ALIKE = 0.75
"""The least similarity of a pair of different keys."""

LARGEST_BLOCK = 300
"""A block with more on a side distinguishes nothing: it is passed over."""

Texts = Sequence[str]


@dataclass(frozen=True, slots=True)
class MatchFeature:
    """A column by which people and events are distinguished.

    Attributes:
        position: Its place among the texts.
        kind: ``name``, ``date`` or ``number``.
        weight: Its share in the score.
        blocks: Whether it makes a block by itself.
    """

    position: int
    kind: str
    weight: float
    blocks: bool = False


class SimilarityScorer:
    """Scores pairs over the features of a layout."""

    def __init__(self, record: RecordSpec, position: Mapping[str, int]) -> None:
        self.features = tuple(_features(record, position))
        self._dates = [feature.position for feature in self.features if feature.kind == "date"]

    def score(self, entry: Texts, row: Texts) -> float:
        """Return the similarity 0..1 over the features that both have; 0.0 when there is none."""
        total = alike = 0.0
        for feature in self.features:
            ours, theirs = entry[feature.position], row[feature.position]
            if ours and theirs:
                total += feature.weight
                alike += feature.weight * _alike(feature.kind, ours, theirs)
        return alike / total if total else 0.0

    def blocks(self, texts: Texts) -> Iterator[tuple[int, str]]:
        """Yield the blocks that an entry or a row belongs to."""
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
        """Yield pairs, each side at most once: index of an entry, index of a row, similarity.

        Args:
            ours: Key and texts of each entry.
            theirs: Key and texts of each row.
        """
        blocks: defaultdict[object, list[int]] = defaultdict(list)
        for at, (key, texts) in enumerate(ours):
            for block in (*self.blocks(texts), (key,)):
                blocks[block].append(at)
        heap: list[tuple[float, int, int, float]] = []
        for at, (key, texts) in enumerate(theirs):
            near = {entry for block in (*self.blocks(texts), (key,)) for entry in _small(blocks.get(block))}
            for entry in near:
                score = self.score(ours[entry][1], texts)
                same_key = ours[entry][0] == key
                if score >= (SAME if same_key else ALIKE):
                    heap.append((-score - SAME_KEY_BONUS * same_key, entry, at, score))
        heapq.heapify(heap)
        taken_ours: set[int] = set()
        taken_theirs: set[int] = set()
        while heap:
            _, entry, at, score = heapq.heappop(heap)
            if entry not in taken_ours and at not in taken_theirs:
                taken_ours.add(entry)
                taken_theirs.add(at)
                yield entry, at, score


def _small(block: Sequence[int] | None) -> Sequence[int]:
    return block if block is not None and len(block) <= LARGEST_BLOCK else ()


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
