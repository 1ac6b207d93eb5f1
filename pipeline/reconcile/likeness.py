"""How alike an entry and a row are, whatever their keys say; and which belong together by that.

Candidates are those that share a block (a name, a pair of dates, the number of a paper); each pair is scored over what
both know of the people and days of the event, with the ratio of rapidfuzz for names; the likest pairs are taken first,
each side once.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz
from rapidfuzz.distance import DamerauLevenshtein

from pipeline.schema import RecordSpec
from pipeline.text.tones import folded, unaccented

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
