"""Comparison of an entry and a row, field by field and as a whole.

An entry and a row without a common key are compared if they share a block (a name, a pair of dates, an identity
number). A pair's score covers the people and days of the event known on both sides; names are scored by the ratio of
rapidfuzz. The most similar pairs are matched first, each entry and row once.
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
from pipeline.values.kinds import Kind


class FieldComparer:
    """Compares entries with rows over the columns of a layout; ``position``: index of each column in their texts."""

    def __init__(self, fields: Sequence[FieldSpec]) -> None:
        self._fields = tuple(fields)
        self.position: Mapping[str, int] = {spec.column: at for at, spec in enumerate(fields)}

    def differences(self, entry: RegistryEntry, row: FileRow) -> tuple[FieldDifference, ...]:
        """Return the different fields; unsettled fields and rejected cells are not compared."""
        if entry.texts == row.texts and not row.refused:
            return ()
        differences: list[FieldDifference] = []
        for spec, ours, theirs in zip(self._fields, entry.texts, row.texts, strict=True):
            if ours == theirs:
                continue
            if spec.column in entry.unsettled or spec.column in row.refused:
                continue
            known = ours if spec.column not in entry.nothing else None
            kind = difference_kind(spec.value_kind, known, theirs, legacy=row.font is not None)
            if kind is not None:
                differences.append(FieldDifference(spec.column, ours, theirs, kind))
        return _with_swaps(differences)


def difference_kind(
    kind: Kind, ours: str | None, theirs: str, *, legacy: bool = False
) -> FieldDifferenceKind | None:
    """Return the kind of difference of two different texts; ``None``: a difference without meaning.

    Capitals, punctuation and the place of a tone mark are spelling; a cell typed as a number has lost its leading
    zeros.

    Args:
        ours: The registry's value; ``None`` if it has none.
        theirs: The file's value.
        legacy: Whether the file's value was typed in a font without distinct capitals.
    """
    if ours is None:
        return FieldDifferenceKind.BEYOND
    if not ours:
        return FieldDifferenceKind.ONLY_THEIRS
    if not theirs:
        return FieldDifferenceKind.ONLY_OURS
    if legacy and folded(ours) == folded(theirs):
        return None
    if kind.is_words and word_skeletons(ours) == word_skeletons(theirs):
        return FieldDifferenceKind.SPELLING
    if kind.is_number and ours.lstrip("0") == theirs.lstrip("0"):
        return FieldDifferenceKind.SPELLING
    return FieldDifferenceKind.DIGITS if _digits_swapped(ours, theirs) else FieldDifferenceKind.CHANGED


def word_skeletons(text: str) -> tuple[tuple[str, str], ...]:
    """Return words without capitals, punctuation and tone placement: ``Hoà-Bình`` equals ``Hòa Bình``."""
    letters = (c if c.isalnum() or unicodedata.combining(c) else " " for c in folded(text))
    words = map(split_tones, "".join(letters).split())
    return tuple((base, tones) for base, tones in words if base)


def _digits_swapped(ours: str, theirs: str) -> bool:
    """Return whether the texts differ only by a transposition of two neighbouring digits."""
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


def _with_swaps(differences: list[FieldDifference]) -> tuple[FieldDifference, ...]:
    """Mark two columns with each other's values as swapped."""
    pairs = {(field.ours, field.theirs): field.column for field in differences if field.ours and field.theirs}

    def marked(field: FieldDifference) -> FieldDifference:
        other = pairs.get((field.theirs, field.ours))
        if other is None or field.ours == field.theirs:
            return field
        return replace(field, kind=FieldDifferenceKind.SWAPPED, with_column=other)

    return tuple(marked(field) for field in differences)


SURE = 0.85
"""Similarity from which an entry and a row of the same key are paired at once."""

SAME = 0.5
"""Least similarity of a pair of the same key while other pairs are possible."""

SAME_KEY_BONUS = 0.15
"""Bonus of a common key in the ranking of pairs."""

ALIKE = 0.75
"""Least similarity of a pair of different keys."""

LARGEST_BLOCK = 300
"""Blocks with more members on a side are skipped: they distinguish too little."""

Texts = Sequence[str]


@dataclass(frozen=True, slots=True)
class MatchFeature:
    """A column that distinguishes people and events.

    Attributes:
        position: Index among the texts.
        weight: Weight in the score.
    """

    position: int
    kind: Kind
    weight: float
    blocks: bool = False


class SimilarityScorer:
    """Scores pairs over the features of a layout."""

    def __init__(self, record: RecordSpec, position: Mapping[str, int]) -> None:
        self.features = tuple(_features(record, position))
        self._dates = [feature.position for feature in self.features if feature.kind.is_date]

    def score(self, entry: Texts, row: Texts) -> float:
        """Return the similarity 0..1 over the features with values on both sides; 0.0 without such features."""
        total = alike = 0.0
        for feature in self.features:
            ours, theirs = entry[feature.position], row[feature.position]
            if ours and theirs:
                total += feature.weight
                alike += feature.weight * _alike(feature.kind, ours, theirs)
        return alike / total if total else 0.0

    def blocks(self, texts: Texts) -> Iterator[tuple[int, str]]:
        """Yield the blocks of an entry or a row."""
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
        """Yield pairs, each side at most once: index of the entry, index of the row, similarity.

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
    def feature(field: str | None, weight: float, *, blocks: bool = False) -> Iterator[MatchFeature]:
        spec = record.by_name.get(field or "")
        if spec is not None and spec.column in position:
            kind = spec.value_kind
            yield MatchFeature(position[spec.column], kind, weight, blocks)

    for person in record.people:
        of_event = person.event != "other"
        yield from feature(person.name, 3.0 if of_event else 2.0, blocks=True)
        yield from feature(person.born_on, 2.0 if of_event else 1.0)
        yield from feature(person.died_on, 2.0)
        for number in person.id_numbers:
            yield from feature(number, 1.0, blocks=True)
    if record.book is not None:
        yield from feature(record.book.registered_on, 2.0)
        yield from feature(record.book.number, 1.0)


def _alike(kind: Kind, ours: str, theirs: str) -> float:
    if ours == theirs:
        return 1.0
    if kind.is_name:
        return fuzz.ratio(folded(ours), folded(theirs)) / 100
    return 0.6 if DamerauLevenshtein.distance(ours, theirs, score_cutoff=1) <= 1 else 0.0
