"""How the names that a book repeats are spelled: what all pages that say one have to say of it, taken together.

Pages that say alike names are one cluster. Each spelling that any of them proposes, and each that takes its words from
several of them, is asked of them all. What one page misreads the others deny; what all doubt alike stays in doubt, as
the *mean* of what the pages say decides and not their sum: a misreading that the networks repeat on one hand's ink
gains nothing by being repeated.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from pipeline.base.model import Hypothesis, PageRef
from pipeline.base.text.tones import unaccented
from pipeline.books.book_context.signer_ink import joined_emissions
from pipeline.recognition.decoding import score_texts, unpack_emissions

ALIKE = 70.0
"""How like (0..100), marks aside, two names have to be to be of one cluster."""

SEEN = 1.4
"""By how much (nats, mean over the pages) a spelling has to be ahead of another for that to be out of the question: as
much as four chances in five."""

MOST_SAID = 6.0
"""No page says more than that (nats) for one spelling and against another: one lucky page is one page."""

UNUSUAL = 4.0
"""How much less likely (nats) a name is for each word that no name has, and for a first one that names no family."""

SHARPNESS = 0.8
"""The share of the ink's log probability that counts, as in ``decoding.DecodingOptions``."""

MOST_PAGES = 12
"""How many pages of a cluster are asked; the clearest."""

MOST_SPELLINGS = 10
"""How many spellings that pages propose are asked about at once."""

MOST_WORDS = 3
"""How many words are tried in each place of a name."""

ROUNDS = 3
"""How often words are exchanged for others that the pages propose."""

Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class UsualNames:
    """What names are made of.

    Attributes:
        surnames: Names of families, in small letters.
        words: All words of names, in small letters; without any, every word is one.
    """

    surnames: frozenset[str]
    words: frozenset[str] = frozenset()

    def log_chance(self, name: str) -> float:
        """Return how much less likely (nats) a name is than one of usual words."""
        words = name.lower().split()
        strange = sum(word.strip(".") not in self.words for word in words[1:]) if self.words else 0
        return -UNUSUAL * (strange + (words[0] not in self.surnames))


@dataclass(frozen=True, slots=True)
class NameSighting:
    """One page that says a name.

    Attributes:
        page: The page.
        emissions: What the networks saw of the lines that have the name, packed.
        before: What stands before the name on them.
        name: The name as it was read.
        behind: What stands behind it.
        hypotheses: The names that the page proposes with their probabilities, that which was read among them.
    """

    page: PageRef
    emissions: tuple[bytes, ...]
    before: str
    name: str
    behind: str
    hypotheses: tuple[Hypothesis, ...]


def spellings_of(sightings: Sequence[NameSighting], usual: UsualNames) -> dict[str, float]:
    """Return the names that at least two pages of a book say, with the number of pages for each.

    Spellings between which the pages do not decide share theirs, as if one page had said what they say in the mean.

    Args:
        sightings: All pages that say a name, in any order.
        usual: What names are made of.
    """
    found: dict[str, float] = {}
    for cluster in _clusters(sightings):
        if len({one.page for one in cluster}) > 1:
            for spelling, pages in _decided(cluster, usual):
                found[spelling] = found.get(spelling, 0.0) + pages
    return dict(sorted(found.items()))


def _clusters(sightings: Sequence[NameSighting]) -> list[list[NameSighting]]:
    """Return the sightings by the name that they say, the clearest of each first."""
    clusters: list[list[NameSighting]] = []
    seeds: list[str] = []
    for one in sorted(sightings, key=_clearness):
        plain = unaccented(one.name)
        likeness = [fuzz.ratio(plain, seed) for seed in seeds]
        best = max(range(len(seeds)), key=likeness.__getitem__, default=None)
        if best is not None and likeness[best] >= ALIKE:
            clusters[best].append(one)
        else:
            clusters.append([one])
            seeds.append(plain)
    return clusters


def _clearness(sighting: NameSighting) -> tuple[float, str, int, str]:
    chance = max((one.chance for one in sighting.hypotheses), default=0.0)
    return -chance, sighting.page.scan_sha256, sighting.page.page_no, sighting.name


def _decided(cluster: Sequence[NameSighting], usual: UsualNames) -> Iterator[tuple[str, float]]:
    """Yield the spellings of a cluster that its pages leave, in the cases they stand in."""
    asked = cluster[:MOST_PAGES]
    spellings = _proposed(asked)
    scores = _scores(asked, spellings)
    for _ in range(ROUNDS):
        best = spellings[_best(scores, spellings, usual)]
        more = [one for one in dict.fromkeys(_exchanged(best, asked, usual)) if one not in spellings]
        if not more:
            break
        spellings += more
        scores = np.hstack((scores, _scores(asked, more)))
        if spellings[_best(scores, spellings, usual)] == best:
            break
    kept, ahead = _left(scores, spellings, usual)
    own = scores[:, kept]
    nearest = (own >= own.max(axis=1, keepdims=True) - SEEN) * np.exp(np.maximum(ahead, -SEEN))
    share = (nearest / nearest.sum(axis=1, keepdims=True)).mean(axis=0)
    upper = sum(one.name.isupper() for one in cluster)
    for place, part in zip(kept, share.tolist(), strict=True):
        for spelling, pages in ((spellings[place], len(cluster) - upper), (spellings[place].upper(), upper)):
            if pages and part:
                yield spelling, part * pages


def _proposed(cluster: Sequence[NameSighting]) -> list[str]:
    """Return the spellings that pages propose, the likeliest first."""
    chances: dict[str, float] = {}
    for sighting in cluster:
        for one in sighting.hypotheses:
            spelling = _plain_case(one.text)
            chances[spelling] = chances.get(spelling, 0.0) + one.chance
    return sorted(chances, key=lambda spelling: (-chances[spelling], spelling))[:MOST_SPELLINGS]


def _exchanged(best: str, cluster: Sequence[NameSighting], usual: UsualNames) -> Iterator[str]:
    """Yield a spelling with each of its words exchanged for what pages have in its place.

    A first word that names no family is exchanged for the names of families that differ from it in their marks.
    """
    words = best.split()
    seen: list[dict[str, float]] = [{} for _ in words]
    for sighting in cluster:
        for one in sighting.hypotheses:
            others = _plain_case(one.text).split()
            if len(others) == len(words):
                for known, word in zip(seen, others, strict=True):
                    known[word] = known.get(word, 0.0) + one.chance
    if words[0].lower() not in usual.surnames:
        plain = unaccented(words[0])
        yield from (
            " ".join((one.title(), *words[1:])) for one in sorted(usual.surnames) if unaccented(one) == plain
        )
    for place, known in enumerate(seen):
        ranked = sorted(known, key=lambda word: (-known[word], word))
        for word in [word for word in ranked if word != words[place]][:MOST_WORDS]:
            yield " ".join((*words[:place], word, *words[place + 1 :]))


def _plain_case(name: str) -> str:
    """Return a name in capitals as it is written otherwise."""
    return name.title() if name.isupper() else name


def _scores(cluster: Sequence[NameSighting], spellings: Sequence[str]) -> Scores:
    """Return the log probability (pages, spellings) of each spelling on each page.

    It is that of the first reading, which knows what names are usual, where it has one; the ink alone says it of the
    others, which are no likelier than what the first reading weighed.
    """
    rows = []
    for sighting in cluster:
        in_case = [one.upper() if sighting.name.isupper() else one for one in spellings]
        texts = [f"{sighting.before}{one}{sighting.behind}" for one in (sighting.name, *in_case)]
        read, *ink = score_texts(joined_emissions([*map(unpack_emissions, sighting.emissions)]), texts)
        known = {one.text: math.log(max(one.chance, 1e-9)) for one in sighting.hypotheses}
        reference, least = known[sighting.name], min(known.values())
        rows.append(
            [
                known.get(spelling, min(least, reference + SHARPNESS * (score - read)))
                for spelling, score in zip(in_case, ink, strict=True)
            ]
        )
    return np.array(rows)


def _priors(spellings: Sequence[str], usual: UsualNames) -> Scores:
    return np.array([usual.log_chance(one) for one in spellings])


def _best(scores: Scores, spellings: Sequence[str], usual: UsualNames) -> int:
    """Return the spelling that the pages bear out best."""
    capped = np.maximum(scores - scores.max(axis=1, keepdims=True), -MOST_SAID)
    return int((capped.mean(axis=0) + _priors(spellings, usual)).argmax())


def _left(scores: Scores, spellings: Sequence[str], usual: UsualNames) -> tuple[list[int], Scores]:
    """Return the spellings that are not out of the question, the best first, and how far each is ahead of that."""
    best = _best(scores, spellings, usual)
    priors = _priors(spellings, usual)
    said = np.clip(scores - scores[:, [best]], -MOST_SAID, MOST_SAID)
    ahead = said.mean(axis=0) + priors - priors[best]
    kept = [place for place in range(len(spellings)) if place == best or ahead[place] > -SEEN]
    kept.sort(key=lambda place: (place != best, -ahead[place], spellings[place]))
    return kept, ahead[kept]
