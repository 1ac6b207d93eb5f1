"""The lines of a field region, weighed again by what the book repeats.

The values of the book that are like what was read are scored on the emissions of the lines and weighed together with
the hypotheses of the first pass. Nothing is weighed where nothing is written, and no value of the book gains more than
``decoding.priors.LIMIT`` a word over what the ink says: what is clearly written otherwise stays.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from pipeline.book_context.book_model import NAME, SIGNERS, TITLE, BookModel, PoolModel
from pipeline.decoding import Emission, score_texts, unpack_emissions
from pipeline.decoding.decoder import measure_text, words_apart
from pipeline.decoding.priors import LIMIT
from pipeline.digitize.hypotheses import line_combinations
from pipeline.model import Hypothesis, KeptRegion, LineReading
from pipeline.text.tones import unaccented

MOST_CANDIDATES = 12
"""How many values of the book are scored on a region."""

MOST_SPLITS = 3
"""How many ways to part a value into the lines of a region are scored."""


@dataclass(frozen=True, slots=True)
class WeighingOptions:
    """How much the book counts. The first two are fitted on drawn books (``benchmarks/fitting/fit_book_context.py``).

    Attributes:
        per_letter: How much less likely (nats a letter) a text that the book does not repeat is for being that text
            and no other.
        sharpness: The share of the ink's log probability that counts, as in ``decoding.DecodingOptions``.
        least_alike: How like (0..100) a value has to be to what was read to be scored.
        least_optical: The optical evidence below which context makes no reading surer.
        hypotheses: How many hypotheses of a line are kept.
    """

    per_letter: float = 0.4
    sharpness: float = 0.8
    least_alike: float = 55.0
    least_optical: float = 0.7
    hypotheses: int = 8


WEIGHING = WeighingOptions()
"""The weights in use."""


@dataclass(frozen=True, slots=True)
class _Way:
    """One way to read the lines of a region.

    Attributes:
        texts: The text of each line.
        first: Its log probability by the first pass, as far as that weighed it.
        factor: The log of what the book makes of it.
    """

    texts: tuple[str, ...]
    first: float
    factor: float


def weigh_region(
    region: KeptRegion, pool: str, model: BookModel, options: WeighingOptions = WEIGHING
) -> KeptRegion:
    """Return a region with its lines weighed by the book; the same region where the book has nothing to say.

    Args:
        region: The region as it was read.
        pool: The pool of its values.
        model: What the book repeats.
        options: How much the book counts.
    """
    known = model.pools.get(pool)
    lines = [line for line in region.lines if not line.is_struck] or list(region.lines)
    readings = [line.reading for line in lines if line.reading.text]
    if known is None or not readings or any(not reading.emissions for reading in readings):
        return region
    if any(not reading.hypotheses or reading.evidence is None for reading in readings):
        return region
    texts = tuple(reading.text for reading in readings)
    candidates = list(_candidates(texts, pool, known, model, options))
    if not candidates:
        return region
    emissions = [unpack_emissions(reading.emissions) for reading in readings]
    ways = _ways(readings, emissions, dict(candidates), known, options)
    chances = _posterior(ways)
    weighed = iter(
        [
            _weighed_line(reading, seen, [(way.texts[place], chance) for way, chance in chances], options)
            for place, (reading, seen) in enumerate(zip(readings, emissions, strict=True))
        ]
    )
    chosen = {id(line) for line in lines if line.reading.text}
    return replace(
        region,
        lines=tuple(
            replace(line, reading=next(weighed)) if id(line) in chosen else line for line in region.lines
        ),
    )


def _candidates(
    texts: tuple[str, ...], pool: str, known: PoolModel, model: BookModel, options: WeighingOptions
) -> Iterator[tuple[tuple[str, ...], float]]:
    """Yield values of the book as lines of a region with their probability by the book, the most alike first."""
    read = unaccented(" ".join(texts))
    worded = [
        (lines, known.chance(value) * share)
        for value in known.values
        for lines, share in (
            _worded(value, model, len(texts)) if pool == SIGNERS else _parted(value[0], texts)
        )
    ]
    alike = [
        (fuzz.ratio(read, unaccented(" ".join(lines))), lines, chance)
        for lines, chance in worded
        if chance > 0.0
    ]
    near = sorted(one for one in alike if one[0] >= options.least_alike)
    for _, lines, chance in near[::-1][:MOST_CANDIDATES]:
        yield lines, chance


def _worded(value: tuple[str, ...], model: BookModel, count: int) -> Iterator[tuple[tuple[str, ...], float]]:
    """Yield a signer in the wordings of the book that take so many lines, with the share of each wording."""
    total = sum(model.wordings.values())
    for wording, times in model.wordings.items():
        name, title = value
        if (NAME in wording) != bool(name) or (TITLE in wording) != bool(title):
            continue
        lines = tuple(wording.replace(NAME, name).replace(TITLE, title).split("\n"))
        if len(lines) == count:
            yield lines, times / total


def _parted(value: str, texts: tuple[str, ...]) -> list[tuple[tuple[str, ...], float]]:
    """Return a value parted into as many lines as were read, in the ways most like them, with a share for each."""
    if len(texts) == 1:
        return [((value,), 1.0)]
    words = value.split()
    if len(words) < len(texts) or len(texts) > 3:
        return []
    ways = [
        tuple(" ".join(words[start:end]) for start, end in zip((0, *cuts), (*cuts, len(words)), strict=True))
        for cuts in _cuts(len(words), len(texts) - 1)
    ]

    def likeness(way: tuple[str, ...]) -> float:
        return sum(
            fuzz.ratio(unaccented(one), unaccented(text)) for one, text in zip(way, texts, strict=True)
        )

    best = sorted(ways, key=lambda way: (-likeness(way), way))[:MOST_SPLITS]
    return [(way, 1.0 / len(ways)) for way in best]


def _cuts(words: int, cuts: int) -> list[tuple[int, ...]]:
    if cuts == 1:
        return [(at,) for at in range(1, words)]
    return [(first, second) for first in range(1, words - 1) for second in range(first + 1, words)]


def _ways(
    readings: Sequence[LineReading],
    emissions: Sequence[Sequence[Emission]],
    candidates: Mapping[tuple[str, ...], float],
    known: PoolModel,
    options: WeighingOptions,
) -> list[_Way]:
    """Return the combinations of the first pass and the candidates of the book, each with its weights."""
    read = line_combinations(readings)
    best = tuple(reading.text for reading in readings)
    first = {texts: math.log(max(chance, 1e-12)) for texts, chance in read}
    reference = first.setdefault(best, sum(math.log(max(one.confidence, 1e-12)) for one in readings))
    new = [texts for texts in candidates if texts not in first]
    if new:
        for place, seen in enumerate(emissions):
            asked = tuple(dict.fromkeys((best[place], *(texts[place] for texts in new))))
            ink = dict(zip(asked, score_texts(seen, asked), strict=True))
            for texts in new:
                gained = options.sharpness * (ink[texts[place]] - ink[best[place]])
                first[texts] = first.get(texts, reference) + gained
    factors = {
        texts: _factor(texts, candidates.get(texts, 0.0), known.share, options.per_letter) for texts in first
    }
    return [
        _Way(texts, chance, min(factors[texts], factors[best] + LIMIT * _apart(best, texts)))
        for texts, chance in first.items()
    ]


def _factor(texts: tuple[str, ...], chance: float, share: float, per_letter: float) -> float:
    """Return the log of what the book makes of a text: it is new, or one of those that the book repeats."""
    letters = sum(map(len, texts))
    return math.log((1.0 - share) + chance * math.exp(min(per_letter * letters, 60.0)))


def _apart(best: tuple[str, ...], texts: tuple[str, ...]) -> int:
    """Return how many words differ; signs are no words, and a difference in signs alone counts as one."""
    differ = sum(words_apart(_words(one), _words(other)) for one, other in zip(best, texts, strict=True))
    return max(differ, int(best != texts))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def _posterior(ways: Sequence[_Way]) -> list[tuple[_Way, float]]:
    """Return the probability of each way; what the first pass left to texts that it did not weigh stays with those."""
    left = max(0.0, 1.0 - sum(math.exp(way.first) for way in ways))
    least = min(way.factor for way in ways)
    weights = [math.exp(min(way.first + way.factor - least, 700.0)) for way in ways]
    total = sum(weights) + left
    return [(way, weight / total) for way, weight in zip(ways, weights, strict=True)]


def _weighed_line(
    reading: LineReading,
    emissions: Sequence[Emission],
    chances: Sequence[tuple[str, float]],
    options: WeighingOptions,
) -> LineReading:
    """Return the reading of a line with the probabilities of its texts.

    A text that was not the likeliest on its own ink is measured on it. Where the ink does not bear the text, context
    makes it no surer than it was.
    """
    assert reading.evidence is not None
    texts: dict[str, float] = {}
    for text, chance in chances:
        texts[text] = texts.get(text, 0.0) + chance
    ranked = sorted(texts.items(), key=lambda one: (-one[1], one[0]))
    text, chance = ranked[0]
    following = ranked[1][1] if len(ranked) > 1 else 0.0
    evidence = reading.evidence
    if text != reading.text:
        optical, weakest = measure_text(emissions, text)
        evidence = replace(evidence, optical=optical, weakest=weakest)
    if evidence.optical < options.least_optical:
        before = next((one.chance for one in reading.hypotheses if one.text == text), 0.0)
        following = min(following, max(0.0, 1.0 - chance))
        chance = min(chance, max(before, 0.0))
        following = min(following, chance)
    evidence = replace(evidence, chance=min(1.0, chance), margin=max(0.0, min(1.0, chance - following)))
    shown = [Hypothesis(text, min(1.0, chance))]
    shown += [
        Hypothesis(other, min(1.0, share)) for other, share in ranked[1 : options.hypotheses] if share > 0
    ]
    return replace(reading, text=text, confidence=evidence.chance, hypotheses=tuple(shown), evidence=evidence)
