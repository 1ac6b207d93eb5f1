"""The repeated values of a book: officers with their titles, registrars, places, relations, in its clerks' words.

The model combines readings of the pages with people's decisions. A value enters the model when two pages have it and
their ink supports it (``is_supported``), or when a person decided it; neither a single page nor a misreading repeated
by the networks proves a value. Names of officers have the spelling that all their pages support together
(``spellings``), and the book knows the final words of its places (``place_tails``). Pages count as a set: their order
makes no difference.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from statistics import median
from typing import Any

from pipeline.base.model import PageRef
from pipeline.books.book_context.place_tails import PlaceTails, SaidPlace, tails_of
from pipeline.books.book_context.signer_ink import folded
from pipeline.books.book_context.signers import Signers, usual_wordings
from pipeline.books.book_context.spellings import NameSighting, UsualNames, spellings_of
from pipeline.declarations.schema import RecordSpec, Slot
from pipeline.recognition.decoding import Language, read_language
from pipeline.recognition.ocr.models import default_folder
from pipeline.values.kinds import SIGNER, SURNAMES, is_usual_title

SIGNERS, TITLES = SIGNER.name, "signer title"
"""Pools of values that several fields share: the signers of a book with their titles, the titles alone."""

MOST_SIGHTINGS = 8
"""Number of sightings of a value whose letters are examined: the clearest, from different pages."""

CLEAR = 0.9
"""A sighting is clear by its own ink if its least certain letter and its whole text reach this probability."""

CLEAR_LETTER = 0.8
"""The median probability over the sightings from which a letter counts as seen."""

CLEAR_TOGETHER = 0.9
"""The joint probability that two sightings with different doubts of a letter must reach."""

MOST_DOUBT = 0.5
"""Lower bound of the weakest letter's median probability over all sightings of a value with one clear sighting."""


@dataclass(frozen=True, slots=True)
class LetterEvidence:
    """The clarity of a letter on the ink alone.

    Attributes:
        chance: Its probability against its strongest rival.
    """

    chance: float
    rival: str


@dataclass(frozen=True, slots=True)
class Sighting:
    """A reading of a value, or a person's decision.

    Attributes:
        pool: The value's pool (``pool_of``).
        value: The name and the title of a signer, otherwise the text alone.
        chance: The probability of the reading; 1 for a decision.
        weakest: The chance of its least certain letter.
        wording: The pattern that joins a signer's name and title; ``""`` if unknown.
        letters: The evidence of its letters without spaces, if they were examined.
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
    """The values on the pages of a book.

    Attributes:
        sightings: Values by pool and region; a signer is in ``SIGNERS`` with the title, the title also in ``TITLES``.
        names: The names of its signers.
    """

    sightings: tuple[Sighting, ...] = ()
    names: tuple[NameSighting, ...] = ()
    places: tuple[SaidPlace, ...] = ()


@dataclass(frozen=True, slots=True)
class PoolModel:
    """The repeated values of a pool.

    Attributes:
        values: The number of pages with each value.
        pages: Number of pages with a reading of the pool.
    """

    values: Mapping[tuple[str, ...], float]
    pages: int
    repeated: int

    @property
    def share(self) -> float:
        """The probability that the next page repeats a value, always below 1."""
        return (self.repeated + 0.5) / (self.pages + 2.0)

    def has_longer(self, text: str) -> bool:
        """Return whether the book has another, more frequent value that ends with a text."""
        own = self.values.get((text,), 0.0)
        return any(value[0].endswith(f" {text}") and pages > own for value, pages in self.values.items())

    def chance(self, value: tuple[str, ...]) -> float:
        """Return the probability that a line of this pool has a value, 0 for a value outside the model."""
        known = self.values.get(value, 0)
        return self.share * known / sum(self.values.values()) if known else 0.0


@dataclass(frozen=True, slots=True)
class BookModel:
    """The repeated values of a book.

    Attributes:
        places: The final words of its places.
    """

    pools: Mapping[str, PoolModel] = field(default_factory=dict)
    signers: Signers = field(default_factory=Signers)
    places: PlaceTails = field(default_factory=PlaceTails)

    @property
    def fingerprint(self) -> str:
        """Hash of the model's contents: 16 hex digits."""
        pool_parts = [
            [name, _counts(pool.values), pool.pages, pool.repeated]
            for name, pool in sorted(self.pools.items())
        ]
        signers = self.signers
        who = [_counts(some) for some in (signers.names, signers.titles, signers.pairs, signers.wordings)]
        tails = [[list(tail), _counts(words)] for tail, words in sorted(self.places.words.items())]
        text = json.dumps([pool_parts, who, signers.pages, tails], ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def _counts(counts: Mapping[Any, float]) -> list[tuple[Any, float]]:
    return sorted((value, round(count, 6)) for value, count in counts.items())


def pool_of(slot: Slot, record: RecordSpec) -> str:
    """Return the pool of a slot's values, ``""`` for a slot without repeated values.

    Signers with their titles share a pool; other slots have that of their field (``RecordSpec.pool_of``).
    """
    if slot.kind:
        return SIGNERS if slot.kind == SIGNERS else ""
    return record.pool_of(slot.field_names[0]) if slot.field_names else ""


def make_model(values: SaidInBook) -> BookModel:
    """Build the model of a book.

    Args:
        values: The values on its pages. Sightings of values on several pages carry letter evidence.
    """
    by_pool: dict[str, list[Sighting]] = defaultdict(list)
    for sighting in values.sightings:
        by_pool[sighting.pool].append(sighting)
    pools: dict[str, PoolModel] = {}
    for name, sightings in sorted(by_pool.items()):
        kept = _supported(sightings) if name not in (SIGNERS, TITLES) else {}
        repeated = {sighting.page for some in kept.values() for sighting in some}
        if kept:
            pages = {sighting.page for sighting in sightings}
            counts = {
                value: float(len({sighting.page for sighting in some}))
                for value, some in sorted(kept.items())
            }
            pools[name] = PoolModel(counts, len(pages), len(repeated))
    signers = _signers(values.names, by_pool.get(SIGNERS, ()), by_pool.get(TITLES, ()))
    return BookModel(pools, signers, tails_of(values.places))


def _supported(sightings: Sequence[Sighting]) -> dict[tuple[str, ...], list[Sighting]]:
    by_value: dict[tuple[str, ...], list[Sighting]] = defaultdict(list)
    for sighting in sightings:
        by_value[sighting.value].append(sighting)
    return {value: some for value, some in by_value.items() if is_supported(some)}


def _signers(
    names_said: Sequence[NameSighting], pairs: Sequence[Sighting], titles: Sequence[Sighting]
) -> Signers:
    """Return the signers of a book: names as spelled by its pages, or as decided by a person.

    A usual title counts when two pages have it, whatever its signs; any other title also needs support by the ink.
    """
    names = dict(spellings_of(names_said, UsualNames(SURNAMES, name_words())))
    pages_of: dict[str, set[PageRef]] = defaultdict(set)
    alike: dict[str, set[PageRef]] = defaultdict(set)
    for sighting in titles:
        pages_of[sighting.value[0]].add(sighting.page)
        alike[folded(sighting.value[0])].add(sighting.page)
    supported = _supported(titles)
    known = {
        title: float(len(pages))
        for title, pages in pages_of.items()
        if (title,) in supported or (len(alike[folded(title)]) > 1 and is_usual_title(title))
    }
    for sighting in pairs:
        if sighting.is_decided:
            name, title = sighting.value
            names[name] = names.get(name, 0.0) + 1.0
            known[title] = known.get(title, 0.0) + 1.0
    together = Counter(
        sighting.value for sighting in pairs if sighting.value[0] in names and sighting.value[1] in known
    )
    return Signers(
        dict(sorted((name, count) for name, count in names.items() if name)),
        dict(sorted((title, count) for title, count in known.items() if title)),
        {(name, title): float(count) for (name, title), count in sorted(together.items())},
        usual_wordings(Counter(sighting.wording for sighting in pairs if sighting.wording)),
        len({sighting.page for sighting in names_said} | {sighting.page for sighting in pairs}),
    )


def is_supported(sightings: Sequence[Sighting]) -> bool:
    """Return whether a value counts for the book.

    A person's decision is enough. Otherwise two pages must have the value and the ink must support it: either one page
    has it clearly and the others are not doubtful as a whole, or every letter is seen, by most pages or by two pages
    with different doubts. Pages that confuse a letter with the same other letter count as a single witness.
    """
    if any(sighting.is_decided for sighting in sightings):
        return True
    if len({sighting.page for sighting in sightings}) < 2:
        return False
    weakest = [sighting.weakest for sighting in sightings]
    if (
        any(min(sighting.chance, sighting.weakest) >= CLEAR for sighting in sightings)
        and median(weakest) >= MOST_DOUBT
    ):
        return True
    looked_at = [sighting.letters for sighting in sightings if sighting.letters]
    if len(looked_at) < 2 or len({len(letters) for letters in looked_at}) > 1:
        return False
    return all(map(_is_seen, zip(*looked_at, strict=True)))


def _is_seen(letter: Sequence[LetterEvidence]) -> bool:
    """Return whether a letter is seen, given its evidence in each sighting."""
    if median(evidence.chance for evidence in letter) >= CLEAR_LETTER:
        return True
    by_rival: dict[str, list[float]] = defaultdict(list)
    for evidence in letter:
        by_rival[evidence.rival].append(evidence.chance)
    groups = sorted((median(chances) for chances in by_rival.values()), reverse=True)
    return len(groups) > 1 and 1.0 - (1.0 - groups[0]) * (1.0 - groups[1]) >= CLEAR_TOGETHER


def repeated_values(sightings: Iterable[Sighting]) -> frozenset[tuple[str, tuple[str, ...]]]:
    """Return pool and value of undecided values on several pages: these need letter evidence."""
    pages: dict[tuple[str, tuple[str, ...]], set[PageRef]] = defaultdict(set)
    decided = set()
    for sighting in sightings:
        pages[sighting.pool, sighting.value].add(sighting.page)
        if sighting.is_decided:
            decided.add((sighting.pool, sighting.value))
    return frozenset(key for key, where in pages.items() if len(where) > 1 and key not in decided)


LANGUAGE, NAMES = "vietnamese-text", "name"


@cache
def language() -> Language | None:
    """Return the word models that the decoder weighs names by; ``None`` without their data."""
    try:
        return read_language(default_folder() / LANGUAGE)
    except (OSError, ValueError):
        return None


@cache
def name_words() -> frozenset[str]:
    """Return the words of names in small letters, from the data that the decoder weighs names by; none without it."""
    known = language()
    model = known.model(NAMES) if known else None
    return frozenset(word.lower() for word in model.words) if model else frozenset()
