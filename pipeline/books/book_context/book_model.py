"""What a book repeats: officers with their titles, registrars, places, relations, in the words of its clerks.

The model is made of what was read on its pages and what people decided. A value enters it when two pages say it and
their ink supports it (``is_supported``), or when a person decided it; what one page says alone proves nothing, and
neither does one misreading that the networks repeat. Names of officers are spelled as all their pages together say
(``spellings``), and of places the book knows how they end (``place_tails``). Pages count as a set: in which order they
came makes no difference.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from pipeline.base.model import PageRef
from pipeline.books.book_context.name_words import name_words
from pipeline.books.book_context.place_tails import PlaceTails, SaidPlace, tails_of
from pipeline.books.book_context.signer_ink import folded
from pipeline.books.book_context.signers import Signers, usual_wordings
from pipeline.books.book_context.spellings import NameSighting, UsualNames, spellings_of
from pipeline.declarations.schema import FieldSpec, RecordSpec, Slot
from pipeline.values.kinds import SURNAMES, is_usual_title

PLACES, SIGNERS, TITLES = "place", "signer", "signer title"
"""Pools of values that several fields share: all places of a book, its signers with their titles, these titles."""

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
        wording: How a signer's name and title are put together; ``""`` where that is not known.
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
class SaidInBook:
    """What the pages of a book say.

    Attributes:
        sightings: Values, one a pool and region; a signer's stand in ``SIGNERS`` with their title, and these in
            ``TITLES`` again.
        names: The names of its signers.
        places: Its places.
    """

    sightings: tuple[Sighting, ...] = ()
    names: tuple[NameSighting, ...] = ()
    places: tuple[SaidPlace, ...] = ()


@dataclass(frozen=True, slots=True)
class PoolModel:
    """What a book repeats in one pool.

    Attributes:
        values: On how many pages each value stands.
        pages: Pages on which the pool was read at all.
        repeated: Those of them on which it has one of the values.
    """

    values: Mapping[tuple[str, ...], float]
    pages: int
    repeated: int

    @property
    def share(self) -> float:
        """The probability that the next page repeats a value, never quite 1."""
        return (self.repeated + 0.5) / (self.pages + 2.0)

    def has_longer(self, text: str) -> bool:
        """Return whether the book has another value, and more often, that ends with a text."""
        own = self.values.get((text,), 0.0)
        return any(value[0].endswith(f" {text}") and pages > own for value, pages in self.values.items())

    def chance(self, value: tuple[str, ...]) -> float:
        """Return the probability that a line of this pool says a value, 0 for one that is not in the model."""
        known = self.values.get(value, 0)
        return self.share * known / sum(self.values.values()) if known else 0.0


@dataclass(frozen=True, slots=True)
class BookModel:
    """What a book repeats.

    Attributes:
        pools: By name.
        signers: Who signs in it.
        places: What its places end with.
    """

    pools: Mapping[str, PoolModel] = field(default_factory=dict)
    signers: Signers = field(default_factory=Signers)
    places: PlaceTails = field(default_factory=PlaceTails)

    @property
    def fingerprint(self) -> str:
        """Changes with what the model says: 16 hex digits."""
        told = [
            [name, _told(pool.values), pool.pages, pool.repeated] for name, pool in sorted(self.pools.items())
        ]
        signers = self.signers
        who = [_told(some) for some in (signers.names, signers.titles, signers.pairs, signers.wordings)]
        tails = [[list(tail), _told(words)] for tail, words in sorted(self.places.words.items())]
        text = json.dumps([told, who, signers.pages, tails], ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def _told(counts: Mapping[Any, float]) -> list[tuple[Any, float]]:
    return sorted((value, round(count, 6)) for value, count in counts.items())


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
    return pool_of_field(spec, record)


def pool_of_field(spec: FieldSpec, record: RecordSpec) -> str:
    """Return the pool of the values of a field that stands by itself, as ``pool_of`` does of a slot."""
    if spec.ledger:
        return ""
    if spec.kind == "place":
        return PLACES
    people = {name for person in record.people for name in person.field_names}
    if spec.kind == "name":
        return "" if spec.name in people or spec.critical else spec.name
    return spec.name if spec.kind == "text" and spec.name != "notes" else ""


def make_model(said: SaidInBook) -> BookModel:
    """Return the model of a book.

    Args:
        said: All that its pages say. Sightings of values that stand on several pages bear their letters.
    """
    by_pool: dict[str, list[Sighting]] = defaultdict(list)
    for sighting in said.sightings:
        by_pool[sighting.pool].append(sighting)
    pools: dict[str, PoolModel] = {}
    for name, seen in sorted(by_pool.items()):
        kept = _supported(seen) if name not in (SIGNERS, TITLES) else {}
        repeated = {one.page for some in kept.values() for one in some}
        if kept:
            pages = {one.page for one in seen}
            counts = {value: float(len({one.page for one in some})) for value, some in sorted(kept.items())}
            pools[name] = PoolModel(counts, len(pages), len(repeated))
    signers = _signers(said.names, by_pool.get(SIGNERS, ()), by_pool.get(TITLES, ()))
    return BookModel(pools, signers, tails_of(said.places))


def _supported(seen: Sequence[Sighting]) -> dict[tuple[str, ...], list[Sighting]]:
    """Return the values of a pool that count, with their sightings."""
    by_value: dict[tuple[str, ...], list[Sighting]] = defaultdict(list)
    for sighting in seen:
        by_value[sighting.value].append(sighting)
    return {value: some for value, some in by_value.items() if is_supported(some)}


def _signers(
    names_said: Sequence[NameSighting], pairs: Sequence[Sighting], titles: Sequence[Sighting]
) -> Signers:
    """Return who signs in a book: names as its pages spell them, or as a person decided.

    A usual title counts when two pages say it, whatever its signs, any other when their ink supports it too.
    """
    names = dict(spellings_of(names_said, UsualNames(SURNAMES, name_words())))
    pages_of: dict[str, set[PageRef]] = defaultdict(set)
    alike: dict[str, set[PageRef]] = defaultdict(set)
    for one in titles:
        pages_of[one.value[0]].add(one.page)
        alike[folded(one.value[0])].add(one.page)
    supported = _supported(titles)
    known = {
        title: float(len(pages))
        for title, pages in pages_of.items()
        if (title,) in supported or (len(alike[folded(title)]) > 1 and is_usual_title(title))
    }
    for one in pairs:
        if one.is_decided:
            name, title = one.value
            names[name] = names.get(name, 0.0) + 1.0
            known[title] = known.get(title, 0.0) + 1.0
    together = Counter(one.value for one in pairs if one.value[0] in names and one.value[1] in known)
    return Signers(
        dict(sorted((name, count) for name, count in names.items() if name)),
        dict(sorted((title, count) for title, count in known.items() if title)),
        {(name, title): float(count) for (name, title), count in sorted(together.items())},
        usual_wordings(Counter(one.wording for one in pairs if one.wording)),
        len({one.page for one in names_said} | {one.page for one in pairs}),
    )


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
