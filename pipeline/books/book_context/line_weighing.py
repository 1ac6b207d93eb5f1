"""Weigh the lines of a field region again with the repeated values of the book.

The book's values similar to the reading are scored on the emissions of the lines and weighed together with the
hypotheses of the first pass. Empty regions are left alone, and no value of the book gains more than
``priors.ALLOWED`` per word over the ink: clearly written text stays. Marks, capitals and signs are proposed as
the book has them, without gaining confidence: an ỵ may look like ỹ on every page.
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
from pipeline.books.book_context.book_model import SIGNERS, BookModel, PoolModel
from pipeline.declarations.schema import PLACE_POOL
from pipeline.digitize.hypotheses import line_combinations
from pipeline.recognition.decoding import Emission, score_texts, unpack_emissions
from pipeline.recognition.decoding.decoder import measure_text, words_apart
from pipeline.recognition.decoding.priors import ALLOWED

MOST_CANDIDATES = 12
"""Number of the book's values scored on a region."""

MOST_SPLITS = 3
"""Number of scored ways to split a value into the lines of a region."""


LEAST = 1e-6
"""The probability of a text without support by the first pass that context may not make sure."""


@dataclass(frozen=True, slots=True)
class WeighingOptions:
    """Weights of the book. The first two are fitted on synthetic books (``benchmarks/fitting/fit_book_context.py``).

    Attributes:
        per_letter: Penalty (nats a letter) of a text that the book does not repeat, for being just this text.
        sharpness: Factor on the ink's log probability, as in ``decoding.DecodingOptions``.
        least_alike: Similarity (0..100) to the reading from which a value is scored.
        least_optical: The optical evidence below which context makes no reading surer.
        least_plain: Share that a text needs by the first pass among texts that differ only in marks, capitals and
            signs, for context to make it surer.
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
class _JointReading:
    """A possible reading of the lines of a region.

    Attributes:
        first: Its log probability by the first pass, if weighed there.
        factor: The log factor from the book.
        wording: The log factor of its wording.
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
    """Return a region with its lines weighed by the book; unchanged if the book has no relevant values.

    Args:
        options: Weights of the book.
    """
    lines = [line for line in region.lines if not line.is_struck] or list(region.lines)
    readings = [line.reading for line in lines if line.reading.text]
    if not readings or any(not reading.emissions for reading in readings):
        return region
    if any(not reading.hypotheses or reading.evidence is None for reading in readings):
        return region
    texts = tuple(reading.text for reading in readings)
    book = _book_values(model, pool, texts, options)
    if book is None:
        return region
    emissions = [unpack_emissions(reading.emissions) for reading in readings]
    joint_readings = _joint_readings(readings, emissions, book, options)
    chances = _posterior(joint_readings)
    before = [math.exp(joint.first) for joint in joint_readings]
    likeliest = max(zip(chances, joint_readings, strict=True), key=lambda pair: pair[0])[1]
    is_whole = not book.lacks_beginning(likeliest.texts)
    weighed = iter(
        [
            _weighed_line(
                reading,
                line_emissions,
                _of_line(joint_readings, chances, place),
                _of_line(joint_readings, before, place),
                options,
                is_whole=is_whole,
            )
            for place, (reading, line_emissions) in enumerate(zip(readings, emissions, strict=True))
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
class _BookValues:
    """The book's values for the lines of a region.

    Attributes:
        candidates: Texts of the book similar to the reading, split into the lines.
        factor: Returns the book's log factor of a text.
        wording: Returns the log factor of a text's wording.
        lacks_beginning: Returns whether a text is the end of other texts of the book: its beginning may be missed ink.
    """

    candidates: Sequence[tuple[str, ...]]
    factor: Callable[[tuple[str, ...]], float]
    wording: Callable[[tuple[str, ...]], float] = lambda _: 0.0
    lacks_beginning: Callable[[tuple[str, ...]], bool] = lambda _: False


def _book_values(
    model: BookModel, pool: str, texts: tuple[str, ...], options: WeighingOptions
) -> _BookValues | None:
    """Return the book's values for lines with this reading, ``None`` if it has no relevant values."""
    if pool == PLACE_POOL:
        if not model.places.words:
            return None
        near = model.places.near(" ".join(texts))
        parted = [lines for text in near for lines, _ in _parted(text, texts)[:1]]
        return _BookValues(
            parted,
            lambda lines: model.places.factor(" ".join(lines), options.per_letter),
            lambda lines: model.places.wording(" ".join(lines)),
            lambda lines: model.places.goes_on(" ".join(lines)),
        )
    if pool == SIGNERS:
        if not model.signers.names:
            return None
        return _BookValues(
            model.signers.near(texts, options.least_alike),
            lambda lines: model.signers.factor(lines, options.per_letter),
        )
    known = model.pools.get(pool)
    candidates = dict(_candidates(texts, known, options)) if known else {}
    if known is None or not candidates:
        return None
    share = known.share
    return _BookValues(
        list(candidates),
        lambda lines: _factor(lines, candidates.get(lines, 0.0), share, options.per_letter),
        lacks_beginning=lambda lines: known.has_longer(" ".join(lines)),
    )


def _candidates(
    texts: tuple[str, ...], known: PoolModel, options: WeighingOptions
) -> Iterator[tuple[tuple[str, ...], float]]:
    """Yield values of the book as lines of a region with their probability in the book, most similar first."""
    read = unaccented(" ".join(texts))
    alike = [
        (fuzz.ratio(read, unaccented(value[0])), value[0], chance)
        for value in known.values
        if (chance := known.chance(value)) > 0.0
    ]
    near = sorted(scored for scored in alike if scored[0] >= options.least_alike)
    for _, text, chance in near[::-1][:MOST_CANDIDATES]:
        for split, share in _parted(text, texts):
            yield split, chance * share


def _parted(value: str, texts: tuple[str, ...]) -> list[tuple[tuple[str, ...], float]]:
    """Return the splits of a value into as many lines as the reading that are most similar to it, with their shares."""
    if len(texts) == 1:
        return [((value,), 1.0)]
    words = value.split()
    if len(words) < len(texts) or len(texts) > 3:
        return []
    splits = [
        tuple(" ".join(words[start:end]) for start, end in zip((0, *cuts), (*cuts, len(words)), strict=True))
        for cuts in _cuts(len(words), len(texts) - 1)
    ]

    def likeness(split: tuple[str, ...]) -> float:
        return sum(
            fuzz.ratio(unaccented(part), unaccented(text)) for part, text in zip(split, texts, strict=True)
        )

    best = sorted(splits, key=lambda split: (-likeness(split), split))[:MOST_SPLITS]
    return [(split, 1.0 / len(splits)) for split in best]


def _cuts(words: int, cuts: int) -> list[tuple[int, ...]]:
    if cuts == 1:
        return [(at,) for at in range(1, words)]
    return [(first, second) for first in range(1, words - 1) for second in range(first + 1, words)]


def _joint_readings(
    readings: Sequence[LineReading],
    emissions: Sequence[Sequence[Emission]],
    book: _BookValues,
    options: WeighingOptions,
) -> list[_JointReading]:
    """Return the combinations of the first pass and the book's candidates, each with its weights."""
    read = line_combinations(readings)
    best = tuple(reading.text for reading in readings)
    first = {texts: math.log(max(chance, 1e-12)) for texts, chance in read}
    first.setdefault(best, sum(math.log(max(reading.confidence, 1e-12)) for reading in readings))
    first |= _scored([texts for texts in book.candidates if texts not in first], first, emissions, options)
    factors = {texts: book.factor(texts) for texts in first}
    bounded = {
        texts: min(factor, factors[best] + ALLOWED * _apart(best, texts)) for texts, factor in factors.items()
    }
    return [
        _JointReading(texts, chance, bounded[texts], book.wording(texts)) for texts, chance in first.items()
    ]


def _scored(
    new: Sequence[tuple[str, ...]],
    first: Mapping[tuple[str, ...], float],
    emissions: Sequence[Sequence[Emission]],
    options: WeighingOptions,
) -> dict[tuple[str, ...], float]:
    """Return the log probability of texts that the first pass did not weigh.

    The ink gives the difference to the most similar text that the first pass weighed, and that text's weight includes
    the usual content of the field.
    """
    ranked = sorted(first, key=lambda texts: (-first[texts], texts))
    nearest = {
        texts: min(ranked, key=lambda known: Levenshtein.distance("\n".join(known), "\n".join(texts)))
        for texts in new
    }
    scored = {texts: first[nearest[texts]] for texts in new}
    for place, line_emissions in enumerate(emissions):
        line_texts = tuple(dict.fromkeys(split[place] for pair in nearest.items() for split in pair))
        ink = (
            dict(zip(line_texts, score_texts(line_emissions, line_texts), strict=True)) if line_texts else {}
        )
        for texts, known in nearest.items():
            scored[texts] += options.sharpness * (ink[texts[place]] - ink[known[place]])
    return scored


def _plain(text: str) -> str:
    """Return the words of a text in small letters without marks and signs."""
    return " ".join(_words(unaccented(text)))


def _factor(texts: tuple[str, ...], chance: float, share: float, per_letter: float) -> float:
    """Return the book's log factor of a text: new, or one of its repeated values."""
    letters = sum(map(len, texts))
    return math.log((1.0 - share) + chance * math.exp(min(per_letter * letters, 60.0)))


def _apart(best: tuple[str, ...], texts: tuple[str, ...]) -> int:
    """Return the number of differing words; signs are no words, and a difference in signs alone counts as one."""
    differ = sum(
        words_apart(_words(best_line), _words(other)) for best_line, other in zip(best, texts, strict=True)
    )
    return max(differ, int(best != texts))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def _posterior(joint_readings: Sequence[_JointReading]) -> list[float]:
    """Return the probability of each joint reading; the remaining probability stays with unweighed texts."""
    left = max(0.0, 1.0 - sum(math.exp(joint.first) for joint in joint_readings))
    least = min(joint.factor + joint.wording for joint in joint_readings)
    weights = [math.exp(min(joint.weight - least, 700.0)) for joint in joint_readings]
    total = sum(weights) + left
    return [weight / total for weight in weights]


def _of_line(
    joint_readings: Sequence[_JointReading], chances: Sequence[float], place: int
) -> dict[str, float]:
    """Return the probability of each text of a single line."""
    texts: dict[str, float] = {}
    for joint, chance in zip(joint_readings, chances, strict=True):
        texts[joint.texts[place]] = texts.get(joint.texts[place], 0.0) + chance
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

    A text that was not the likeliest on its own ink is measured on it. Context makes a text no surer where the ink does
    not support it, or where marks, capitals or signs remain in doubt.

    Args:
        emissions: The networks' emissions for the line.
        texts: The probability of each text after weighing by the book.
        before: The probability of each text in the first pass.
        options: Weights of the book.
        is_whole: Whether the beginning of the text is surely found; otherwise context makes no text surer.
    """
    assert reading.evidence is not None
    text, chance = min(texts.items(), key=lambda item: (-item[1], item[0]))
    evidence = reading.evidence
    if text != reading.text:
        optical, weakest = measure_text(emissions, text)
        evidence = replace(evidence, optical=optical, weakest=weakest)
    others = {other: share for other, share in texts.items() if other != text and share > 0}
    rivals = (share for other, share in before.items() if other != text and _plain(other) == _plain(text))
    alike = before[text] + max(rivals, default=0.0)
    is_clear = evidence.optical >= options.least_optical and before[text] >= options.least_plain * alike
    if not (is_whole and is_clear):
        known = {hypothesis.text: hypothesis.chance for hypothesis in reading.hypotheses}
        chance = min(chance, max(known.get(text, 0.0), LEAST))
        others = {other: max(share, known.get(other, 0.0)) for other, share in others.items()}
    ranked = sorted(((min(share, 0.999 * chance), other) for other, share in others.items()), reverse=True)
    following = ranked[0][0] if ranked else 0.0
    evidence = replace(evidence, chance=min(1.0, chance), margin=max(0.0, min(1.0, chance - following)))
    shown = [Hypothesis(text, min(1.0, chance))]
    shown += [Hypothesis(other, share) for share, other in ranked[: options.hypotheses - 1]]
    return replace(reading, text=text, confidence=evidence.chance, hypotheses=tuple(shown), evidence=evidence)
