"""The lines of a field region, weighed again by what the book repeats.

The values of the book that are like what was read are scored on the emissions of the lines and weighed together with
the hypotheses of the first pass. Nothing is weighed where nothing is written, and no value of the book gains more than
``decoding.priors.LIMIT`` a word over what the ink says: what is clearly written otherwise stays. Marks,
capitals and signs are proposed as the book has them, and are no surer for that: an ỵ may look like ỹ on every page.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from pipeline.base.model import Hypothesis, KeptRegion, LineReading
from pipeline.base.text.tones import unaccented
from pipeline.books.book_context.book_model import PLACES, SIGNERS, BookModel, PoolModel
from pipeline.digitize.hypotheses import line_combinations
from pipeline.recognition.decoding import Emission, score_texts, unpack_emissions
from pipeline.recognition.decoding.decoder import measure_text, words_apart
from pipeline.recognition.decoding.priors import LIMIT

MOST_CANDIDATES = 12
"""How many values of the book are scored on a region."""

MOST_SPLITS = 3
"""How many ways to part a value into the lines of a region are scored."""


LEAST = 1e-6
"""The probability of a text that the first pass did not propose and context may not make sure."""


@dataclass(frozen=True, slots=True)
class WeighingOptions:
    """How much the book counts. The first two are fitted on drawn books (``benchmarks/fitting/fit_book_context.py``).

    Attributes:
        per_letter: How much less likely (nats a letter) a text that the book does not repeat is for being that text
            and no other.
        sharpness: The share of the ink's log probability that counts, as in ``decoding.DecodingOptions``.
        least_alike: How like (0..100) a value has to be to what was read to be scored.
        least_optical: The optical evidence below which context makes no reading surer.
        least_plain: The share that a text has to have, by the first pass, beside any that differs from it in marks,
            capitals and signs alone for context to make it surer.
        hypotheses: How many hypotheses of a line are kept.
    """

    per_letter: float = 0.4
    sharpness: float = 0.8
    least_alike: float = 55.0
    least_optical: float = 0.7
    least_plain: float = 0.97
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
        wording: The log of how usual its wording is.
    """

    texts: tuple[str, ...]
    first: float
    factor: float
    wording: float = 0.0

    @property
    def weight(self) -> float:
        return self.first + self.factor + self.wording


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
    lines = [line for line in region.lines if not line.is_struck] or list(region.lines)
    readings = [line.reading for line in lines if line.reading.text]
    if not readings or any(not reading.emissions for reading in readings):
        return region
    if any(not reading.hypotheses or reading.evidence is None for reading in readings):
        return region
    texts = tuple(reading.text for reading in readings)
    book = _said_by(model, pool, texts, options)
    if book is None:
        return region
    emissions = [unpack_emissions(reading.emissions) for reading in readings]
    ways = _ways(readings, emissions, book, options)
    chances = _posterior(ways)
    before = [math.exp(way.first) for way in ways]
    likeliest = max(zip(chances, ways, strict=True), key=lambda one: one[0])[1]
    is_whole = not book.lacks_beginning(likeliest.texts)
    weighed = iter(
        [
            _weighed_line(
                reading,
                seen,
                _of_line(ways, chances, place),
                _of_line(ways, before, place),
                options,
                is_whole=is_whole,
            )
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


@dataclass(frozen=True, slots=True)
class _Said:
    """What the book says of the lines of a region.

    Attributes:
        candidates: Texts of the book that are like what was read, parted into the lines.
        factor: Gives the log of what the book makes of a text.
        wording: Gives the log of how usual the wording of a text is.
        lacks_beginning: Tells whether a text is the end of others of the book: its beginning may not have been found.
    """

    candidates: Sequence[tuple[str, ...]]
    factor: Callable[[tuple[str, ...]], float]
    wording: Callable[[tuple[str, ...]], float] = lambda _: 0.0
    lacks_beginning: Callable[[tuple[str, ...]], bool] = lambda _: False


def _said_by(model: BookModel, pool: str, texts: tuple[str, ...], options: WeighingOptions) -> _Said | None:
    """Return what the book says of lines that were read so, ``None`` where it says nothing."""
    if pool == PLACES:
        if not model.places.words:
            return None
        near = model.places.near(" ".join(texts))
        parted = [way for text in near for way, _ in _parted(text, texts)[:1]]
        return _Said(
            parted,
            lambda way: model.places.factor(" ".join(way), options.per_letter),
            lambda way: model.places.wording(" ".join(way)),
            lambda way: model.places.goes_on(" ".join(way)),
        )
    if pool == SIGNERS:
        if not model.signers.names:
            return None
        return _Said(
            model.signers.near(texts, options.least_alike),
            lambda way: model.signers.factor(way, options.per_letter),
        )
    known = model.pools.get(pool)
    candidates = dict(_candidates(texts, known, options)) if known else {}
    if known is None or not candidates:
        return None
    share = known.share
    return _Said(
        list(candidates),
        lambda way: _factor(way, candidates.get(way, 0.0), share, options.per_letter),
        lacks_beginning=lambda way: known.has_longer(" ".join(way)),
    )


def _candidates(
    texts: tuple[str, ...], known: PoolModel, options: WeighingOptions
) -> Iterator[tuple[tuple[str, ...], float]]:
    """Yield values of the book as lines of a region with their probability by the book, the most alike first."""
    read = unaccented(" ".join(texts))
    alike = [
        (fuzz.ratio(read, unaccented(value[0])), value[0], chance)
        for value in known.values
        if (chance := known.chance(value)) > 0.0
    ]
    near = sorted(one for one in alike if one[0] >= options.least_alike)
    for _, text, chance in near[::-1][:MOST_CANDIDATES]:
        for way, share in _parted(text, texts):
            yield way, chance * share


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
    book: _Said,
    options: WeighingOptions,
) -> list[_Way]:
    """Return the combinations of the first pass and the candidates of the book, each with its weights."""
    read = line_combinations(readings)
    best = tuple(reading.text for reading in readings)
    first = {texts: math.log(max(chance, 1e-12)) for texts, chance in read}
    first.setdefault(best, sum(math.log(max(one.confidence, 1e-12)) for one in readings))
    first |= _scored([texts for texts in book.candidates if texts not in first], first, emissions, options)
    factors = {texts: book.factor(texts) for texts in first}
    bounded = {
        texts: min(factor, factors[best] + LIMIT * _apart(best, texts)) for texts, factor in factors.items()
    }
    return [_Way(texts, chance, bounded[texts], book.wording(texts)) for texts, chance in first.items()]


def _scored(
    new: Sequence[tuple[str, ...]],
    first: Mapping[tuple[str, ...], float],
    emissions: Sequence[Sequence[Emission]],
    options: WeighingOptions,
) -> dict[tuple[str, ...], float]:
    """Return the log probability of texts that the first pass did not weigh.

    The ink tells how much less likely each is than the text most like it that the first pass did weigh, which knows
    what is usually written there.
    """
    ranked = sorted(first, key=lambda texts: (-first[texts], texts))
    nearest = {
        texts: min(ranked, key=lambda known: Levenshtein.distance("\n".join(known), "\n".join(texts)))
        for texts in new
    }
    scored = {texts: first[nearest[texts]] for texts in new}
    for place, seen in enumerate(emissions):
        asked = tuple(dict.fromkeys(one[place] for pair in nearest.items() for one in pair))
        ink = dict(zip(asked, score_texts(seen, asked), strict=True)) if asked else {}
        for texts, known in nearest.items():
            scored[texts] += options.sharpness * (ink[texts[place]] - ink[known[place]])
    return scored


def _plain(text: str) -> str:
    """Return the words of a text in small letters without marks and signs."""
    return " ".join(_words(unaccented(text)))


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


def _posterior(ways: Sequence[_Way]) -> list[float]:
    """Return the probability of each way; what the first pass left to texts that it did not weigh stays with those."""
    left = max(0.0, 1.0 - sum(math.exp(way.first) for way in ways))
    least = min(way.factor + way.wording for way in ways)
    weights = [math.exp(min(way.weight - least, 700.0)) for way in ways]
    total = sum(weights) + left
    return [weight / total for weight in weights]


def _of_line(ways: Sequence[_Way], chances: Sequence[float], place: int) -> dict[str, float]:
    """Return the probability of each text of one line."""
    texts: dict[str, float] = {}
    for way, chance in zip(ways, chances, strict=True):
        texts[way.texts[place]] = texts.get(way.texts[place], 0.0) + chance
    return texts


def _weighed_line(
    reading: LineReading,
    emissions: Sequence[Emission],
    texts: Mapping[str, float],
    before: Mapping[str, float],
    options: WeighingOptions,
    *,
    is_whole: bool = True,
) -> LineReading:
    """Return the reading of a line with the probabilities of its texts.

    A text that was not the likeliest on its own ink is measured on it. Where the ink does not bear the text, context
    makes it no surer than it was; nor where that leaves marks, capitals or signs in doubt.

    Args:
        reading: The line as it was read.
        emissions: What the networks saw of it.
        texts: The probability of each text as the book weighs it.
        before: The same as the first pass did.
        options: How much the book counts.
        is_whole: Whether the beginning of the text was surely found; else context makes it no surer either.
    """
    assert reading.evidence is not None
    text, chance = min(texts.items(), key=lambda one: (-one[1], one[0]))
    evidence = reading.evidence
    if text != reading.text:
        optical, weakest = measure_text(emissions, text)
        evidence = replace(evidence, optical=optical, weakest=weakest)
    others = {other: share for other, share in texts.items() if other != text and share > 0}
    rivals = (share for other, share in before.items() if other != text and _plain(other) == _plain(text))
    alike = before[text] + max(rivals, default=0.0)
    is_clear = evidence.optical >= options.least_optical and before[text] >= options.least_plain * alike
    if not (is_whole and is_clear):
        known = {one.text: one.chance for one in reading.hypotheses}
        chance = min(chance, max(known.get(text, 0.0), LEAST))
        others = {other: max(share, known.get(other, 0.0)) for other, share in others.items()}
    ranked = sorted(((min(share, 0.999 * chance), other) for other, share in others.items()), reverse=True)
    following = ranked[0][0] if ranked else 0.0
    evidence = replace(evidence, chance=min(1.0, chance), margin=max(0.0, min(1.0, chance - following)))
    shown = [Hypothesis(text, min(1.0, chance))]
    shown += [Hypothesis(other, share) for share, other in ranked[: options.hypotheses - 1]]
    return replace(reading, text=text, confidence=evidence.chance, hypotheses=tuple(shown), evidence=evidence)
