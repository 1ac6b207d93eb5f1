"""The spelling of a book's repeated names, from all pages of a name together.

Pages with similar names form a cluster. Each spelling that any page proposes, and each combination of words from
several pages, is scored on all pages. A misreading on one page is outvoted; a doubt that all pages share remains,
because the *mean* of the page scores decides and not their sum: a misreading that the networks repeat on the same
hand's ink gains nothing by repetition.
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
"""Similarity (0..100, without marks) from which two names are in the same cluster."""

SEEN = 1.4
"""Lead (nats, mean over the pages) of a spelling that excludes another: odds of four in five."""

MOST_SAID = 6.0
"""Upper bound of a page's evidence (nats) for one spelling against another: a lucky page is only one page."""

UNUSUAL = 4.0
"""Penalty (nats) of a name for each word that occurs in no name, and for a first word that is no family name."""

SHARPNESS = 0.8
"""Factor on the ink's log probability, as in ``decoding.DecodingOptions``."""

MOST_PAGES = 12
"""Number of scored pages of a cluster, the clearest first."""

MOST_SPELLINGS = 10
"""Number of proposed spellings scored together."""

MOST_WORDS = 3
"""Number of words tried in each place of a name."""

ROUNDS = 3
"""Number of rounds of replacing words by other proposed words."""

Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class UsualNames:
    """The usual words of names.

    Attributes:
        surnames: Family names, in small letters.
        words: All words of names, in small letters; empty means that every word is usual.
    """

    surnames: frozenset[str]
    words: frozenset[str] = frozenset()

    def log_chance(self, name: str) -> float:
        """Return the log factor (nats) of a name relative to a name of usual words."""
        words = name.lower().split()
        strange = sum(word.strip(".") not in self.words for word in words[1:]) if self.words else 0
        return -UNUSUAL * (strange + (words[0] not in self.surnames))


@dataclass(frozen=True, slots=True)
class NameSighting:
    """A page with a name.

    Attributes:
        emissions: The packed emissions of the lines with the name.
        behind: The text after the name.
        hypotheses: The page's hypotheses of the name with their probabilities, including the reading.
    """

    page: PageRef
    emissions: tuple[bytes, ...]
    before: str
    name: str
    behind: str
    hypotheses: tuple[Hypothesis, ...]


def spellings_of(sightings: Sequence[NameSighting], usual: UsualNames) -> dict[str, float]:
    """Return the names on at least two pages of a book, with the number of pages for each.

    Spellings between which the pages do not decide divide the pages in proportion to the mean evidence.

    Args:
        sightings: All pages with a name, in any order.
    """
    pages_of: dict[str, float] = {}
    for cluster in _clusters(sightings):
        if len({sighting.page for sighting in cluster}) > 1:
            for spelling, pages in _decided(cluster, usual):
                pages_of[spelling] = pages_of.get(spelling, 0.0) + pages
    return dict(sorted(pages_of.items()))


def _clusters(sightings: Sequence[NameSighting]) -> list[list[NameSighting]]:
    """Return the sightings by name, the clearest of each first."""
    clusters: list[list[NameSighting]] = []
    seeds: list[str] = []
    for sighting in sorted(sightings, key=_clearness):
        plain = unaccented(sighting.name)
        likeness = [fuzz.ratio(plain, seed) for seed in seeds]
        best = max(range(len(seeds)), key=likeness.__getitem__, default=None)
        if best is not None and likeness[best] >= ALIKE:
            clusters[best].append(sighting)
        else:
            clusters.append([sighting])
            seeds.append(plain)
    return clusters


def _clearness(sighting: NameSighting) -> tuple[float, str, int, str]:
    chance = max((hypothesis.chance for hypothesis in sighting.hypotheses), default=0.0)
    return -chance, sighting.page.scan_sha256, sighting.page.page_no, sighting.name


def _decided(cluster: Sequence[NameSighting], usual: UsualNames) -> Iterator[tuple[str, float]]:
    """Yield the spellings of a cluster that its pages do not exclude, in their case on the pages."""
    clearest = cluster[:MOST_PAGES]
    spellings = _proposed(clearest)
    scores = _scores(clearest, spellings)
    for _ in range(ROUNDS):
        best = spellings[_best(scores, spellings, usual)]
        more = [
            candidate
            for candidate in dict.fromkeys(_exchanged(best, clearest, usual))
            if candidate not in spellings
        ]
        if not more:
            break
        spellings += more
        scores = np.hstack((scores, _scores(clearest, more)))
        if spellings[_best(scores, spellings, usual)] == best:
            break
    kept, ahead = _not_excluded(scores, spellings, usual)
    own = scores[:, kept]
    nearest = (own >= own.max(axis=1, keepdims=True) - SEEN) * np.exp(np.maximum(ahead, -SEEN))
    share = (nearest / nearest.sum(axis=1, keepdims=True)).mean(axis=0)
    upper = sum(sighting.name.isupper() for sighting in cluster)
    for place, part in zip(kept, share.tolist(), strict=True):
        for spelling, pages in ((spellings[place], len(cluster) - upper), (spellings[place].upper(), upper)):
            if pages and part:
                yield spelling, part * pages


def _proposed(cluster: Sequence[NameSighting]) -> list[str]:
    """Return the proposed spellings, likeliest first."""
    chances: dict[str, float] = {}
    for sighting in cluster:
        for hypothesis in sighting.hypotheses:
            spelling = _plain_case(hypothesis.text)
            chances[spelling] = chances.get(spelling, 0.0) + hypothesis.chance
    return sorted(chances, key=lambda spelling: (-chances[spelling], spelling))[:MOST_SPELLINGS]


def _exchanged(best: str, cluster: Sequence[NameSighting], usual: UsualNames) -> Iterator[str]:
    """Yield a spelling with each of its words replaced by words in the same place on other pages.

    A first word that is no family name is replaced by family names that differ only in marks.
    """
    words = best.split()
    words_at: list[dict[str, float]] = [{} for _ in words]
    for sighting in cluster:
        for hypothesis in sighting.hypotheses:
            others = _plain_case(hypothesis.text).split()
            if len(others) == len(words):
                for known, word in zip(words_at, others, strict=True):
                    known[word] = known.get(word, 0.0) + hypothesis.chance
    if words[0].lower() not in usual.surnames:
        plain = unaccented(words[0])
        yield from (
            " ".join((surname.title(), *words[1:]))
            for surname in sorted(usual.surnames)
            if unaccented(surname) == plain
        )
    for place, known in enumerate(words_at):
        ranked = sorted(known, key=lambda word: (-known[word], word))
        for word in [word for word in ranked if word != words[place]][:MOST_WORDS]:
            yield " ".join((*words[:place], word, *words[place + 1 :]))


def _plain_case(name: str) -> str:
    """Return a name in capitals in its usual case."""
    return name.title() if name.isupper() else name


def _scores(cluster: Sequence[NameSighting], spellings: Sequence[str]) -> Scores:
    """Return the log probability (pages, spellings) of each spelling on each page.

    It comes from the first reading, which includes the prior of names, if the page has the spelling as a hypothesis;
    other spellings are scored on the ink alone and are at most as likely as the hypotheses.
    """
    rows = []
    for sighting in cluster:
        in_case = [candidate.upper() if sighting.name.isupper() else candidate for candidate in spellings]
        texts = [f"{sighting.before}{name}{sighting.behind}" for name in (sighting.name, *in_case)]
        read, *ink = score_texts(joined_emissions([*map(unpack_emissions, sighting.emissions)]), texts)
        known = {
            hypothesis.text: math.log(max(hypothesis.chance, 1e-9)) for hypothesis in sighting.hypotheses
        }
        reference, least = known[sighting.name], min(known.values())
        rows.append(
            [
                known.get(spelling, min(least, reference + SHARPNESS * (score - read)))
                for spelling, score in zip(in_case, ink, strict=True)
            ]
        )
    return np.array(rows)


def _priors(spellings: Sequence[str], usual: UsualNames) -> Scores:
    return np.array([usual.log_chance(spelling) for spelling in spellings])


def _best(scores: Scores, spellings: Sequence[str], usual: UsualNames) -> int:
    """Return the spelling that the pages support best."""
    capped = np.maximum(scores - scores.max(axis=1, keepdims=True), -MOST_SAID)
    return int((capped.mean(axis=0) + _priors(spellings, usual)).argmax())


def _not_excluded(scores: Scores, spellings: Sequence[str], usual: UsualNames) -> tuple[list[int], Scores]:
    """Return the spellings that are not excluded, best first, and the mean lead (nats) of each over the best."""
    best = _best(scores, spellings, usual)
    priors = _priors(spellings, usual)
    leads = np.clip(scores - scores[:, [best]], -MOST_SAID, MOST_SAID)
    ahead = leads.mean(axis=0) + priors - priors[best]
    kept = [place for place in range(len(spellings)) if place == best or ahead[place] > -SEEN]
    kept.sort(key=lambda place: (place != best, -ahead[place], spellings[place]))
    return kept, ahead[kept]
