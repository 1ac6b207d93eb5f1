"""What a book repeats: officers with their titles, registrars, places, relations, in the words of its clerks.

The model is made of what was read on its pages and what people decided. A value enters it when two pages say it and
their ink supports it (``is_supported``), or when a person decided it; what one page says alone proves nothing, and
neither does one misreading that the networks repeat. Pages count as a set: in which order they came makes no
difference.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from pipeline.model import PageRef
from pipeline.schema import FieldSpec, RecordSpec, Slot

PLACES, SIGNERS = "place", "signer"
"""Pools of values that several fields share: all places of a book, and its signers with their titles."""

MOST_SIGHTINGS = 8
"""How many sightings of a value are looked at closely; the clearest of different pages."""

CLEAR = 0.9
"""A sighting whose least certain letter and whose whole reach this chance is clear by its own ink."""

CLEAR_LETTER = 0.8
"""The median chance of a letter over the sightings from which the letter counts as seen."""

CLEAR_TOGETHER = 0.9
"""The chance that two sightings with different doubts of a letter have to reach together."""

MOST_DOUBT = 0.5
"""The least median chance of the weakest letter over all sightings of a value that is seen clearly once."""

MOST_WORDINGS = 6
"""How many ways of wording a signer are kept."""

NAME, TITLE = "{name}", "{title}"


@dataclass(frozen=True, slots=True)
class LetterEvidence:
    """How clear one letter of a text is on the ink alone.

    Attributes:
        chance: Its probability against the letter that rivals it most.
        rival: That letter.
    """

    chance: float
    rival: str


@dataclass(frozen=True, slots=True)
class Sighting:
    """One reading of a value, or a person's word on it.

    Attributes:
        pool: The pool of values it belongs to (``pool_of``).
        value: The name and the title for a signer, else the text alone.
        page: Where it stands.
        chance: The probability of the reading; 1 for a decision.
        weakest: The chance of its least certain letter.
        is_decided: Whether a person decided it.
        wording: How a signer's name and title are put together, line by line; ``""`` where that is not known.
        letters: The evidence of its letters, spaces aside, where they were looked at.
    """

    pool: str
    value: tuple[str, ...]
    page: PageRef
    chance: float
    weakest: float
    is_decided: bool = False
    wording: str = ""
    letters: tuple[LetterEvidence, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class PoolModel:
    """What a book repeats in one pool.

    Attributes:
        values: On how many pages each value stands.
        pages: Pages on which the pool was read at all.
        repeated: Those of them on which it has one of the values.
    """

    values: Mapping[tuple[str, ...], int]
    pages: int
    repeated: int

    @property
    def share(self) -> float:
        """The probability that the next page repeats a value, never quite 1."""
        return (self.repeated + 0.5) / (self.pages + 2.0)

    def chance(self, value: tuple[str, ...]) -> float:
        """Return the probability that a line of this pool says a value, 0 for one that is not in the model."""
        known = self.values.get(value, 0)
        return self.share * known / sum(self.values.values()) if known else 0.0


@dataclass(frozen=True, slots=True)
class BookModel:
    """What a book repeats.

    Attributes:
        pools: By name.
        wordings: How its signers are worded (``{name} - {title}``; lines are parted by line ends), with how often.
    """

    pools: Mapping[str, PoolModel]
    wordings: Mapping[str, int]

    @property
    def fingerprint(self) -> str:
        """Changes with what the model says: 16 hex digits."""
        told = [
            [
                name,
                sorted((list(value), count) for value, count in pool.values.items()),
                pool.pages,
                pool.repeated,
            ]
            for name, pool in sorted(self.pools.items())
        ]
        text = json.dumps([told, sorted(self.wordings.items())], ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def pool_of(slot: Slot, record: RecordSpec) -> str:
    """Return the pool of the values of a slot, ``""`` for one whose values a book does not repeat.

    Places share one pool, signers with their titles another; names that are not of the people of an entry and texts
    have one for each field. Names of the people of an entry, numbers, dates, choices and notes have none.
    """
    if slot.kind:
        return SIGNERS if slot.kind == SIGNERS else ""
    if not slot.field_names:
        return ""
    spec = record.by_name[slot.field_names[0]]
    return _pool_of_field(spec, record)


def _pool_of_field(spec: FieldSpec, record: RecordSpec) -> str:
    if spec.ledger:
        return ""
    if spec.kind == "place":
        return PLACES
    people = {name for person in record.people for name in person.field_names}
    if spec.kind == "name":
        return "" if spec.name in people or spec.critical else spec.name
    return spec.name if spec.kind == "text" and spec.name != "notes" else ""


def make_model(sightings: Iterable[Sighting]) -> BookModel:
    """Return the model of a book.

    Args:
        sightings: All readings and decisions of its pages, one a field and page. Sightings of values that stand on
            several pages bear their letters.
    """
    by_pool: dict[str, list[Sighting]] = defaultdict(list)
    for sighting in sightings:
        by_pool[sighting.pool].append(sighting)
    pools: dict[str, PoolModel] = {}
    wordings: Counter[str] = Counter()
    for name, seen in sorted(by_pool.items()):
        by_value: dict[tuple[str, ...], list[Sighting]] = defaultdict(list)
        for sighting in seen:
            by_value[sighting.value].append(sighting)
        kept = {value: some for value, some in by_value.items() if is_supported(some)}
        repeated = {one.page for some in kept.values() for one in some}
        if kept:
            pages = {one.page for one in seen}
            counts = {value: len({one.page for one in some}) for value, some in sorted(kept.items())}
            pools[name] = PoolModel(counts, len(pages), len(repeated))
        for some in kept.values():
            wordings.update(one.wording for one in some if one.wording)
    usual = sorted(wordings.items(), key=lambda one: (-one[1], one[0]))
    repeated_wordings = [one for one in usual if one[1] > 1] or usual[:1]
    return BookModel(pools, dict(repeated_wordings[:MOST_WORDINGS]))


def is_supported(sightings: Sequence[Sighting]) -> bool:
    """Return whether a value counts for the book.

    A person's decision is enough. Else two pages have to say it, and the ink has to: either one of them says it clearly
    and the others are not in doubt altogether, or every letter is seen, by most of them or by two that doubt it
    differently. Pages that doubt the same letter for the same other one are one witness, however many they are.

    Args:
        sightings: All sightings of the value.
    """
    if any(one.is_decided for one in sightings):
        return True
    if len({one.page for one in sightings}) < 2:
        return False
    weakest = [one.weakest for one in sightings]
    if any(min(one.chance, one.weakest) >= CLEAR for one in sightings) and median(weakest) >= MOST_DOUBT:
        return True
    looked_at = [one.letters for one in sightings if one.letters]
    if len(looked_at) < 2 or len({len(letters) for letters in looked_at}) > 1:
        return False
    return all(map(_is_seen, zip(*looked_at, strict=True)))


def _is_seen(letter: Sequence[LetterEvidence]) -> bool:
    """Return whether a letter is seen, from what each sighting says of it."""
    if median(one.chance for one in letter) >= CLEAR_LETTER:
        return True
    by_rival: dict[str, list[float]] = defaultdict(list)
    for one in letter:
        by_rival[one.rival].append(one.chance)
    groups = sorted((median(chances) for chances in by_rival.values()), reverse=True)
    return len(groups) > 1 and 1.0 - (1.0 - groups[0]) * (1.0 - groups[1]) >= CLEAR_TOGETHER


def repeated_values(sightings: Iterable[Sighting]) -> frozenset[tuple[str, tuple[str, ...]]]:
    """Return pool and value of what stands on several pages and no person decided: what has to be looked at closely."""
    pages: dict[tuple[str, tuple[str, ...]], set[PageRef]] = defaultdict(set)
    decided = set()
    for one in sightings:
        pages[one.pool, one.value].add(one.page)
        if one.is_decided:
            decided.add((one.pool, one.value))
    return frozenset(key for key, where in pages.items() if len(where) > 1 and key not in decided)
