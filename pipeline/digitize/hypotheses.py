"""The hypotheses of a field: what each of its lines may say, combined, weighed and compared with other fields.

A line of handwriting comes with several hypotheses. Those of all lines of a field region multiply to candidates for its
text; a candidate gives a text to every field that shares the region (``ParseCandidate``). What remains of them in a
``FieldReading`` are the texts of that field with their probabilities, and the evidence that calibration works on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from rapidfuzz.distance import Levenshtein

from pipeline.base.model import Evidence, FieldReading, FieldStatus, Hypothesis, LineReading
from pipeline.declarations.schema import RecordSpec
from pipeline.recognition.decoding import DateAgreement, agree_on_date

MAX_CANDIDATES = 8
"""How many candidates for the text of a field region are kept."""

UNSPLIT_WEIGHT = 0.1
"""The weight of a candidate that does not split into the fields of a shared region; that of one that does is 1."""

SAME_DATE = "same_date"
"""The predicate of the rule that binds a date in figures to the same date in words."""


@dataclass(frozen=True, slots=True)
class ParseCandidate:
    """One candidate for the text of a field region.

    Attributes:
        text: The text of all its lines together.
        values: The text of each field that shares the region, ``""`` where the candidate says nothing of it.
        is_split: Whether the text really splits into these fields.
        chance: Its probability, 0..1.
    """

    text: str
    values: Mapping[str, str]
    is_split: bool
    chance: float


def line_combinations(readings: Sequence[LineReading]) -> list[tuple[tuple[str, ...], float]]:
    """Return the likeliest combinations of one hypothesis a line, best first, with the product of their probabilities.

    A line that was read in one way only contributes its text with probability 1.
    """
    found: list[tuple[tuple[str, ...], float]] = [((), 1.0)]
    for reading in readings:
        choices = [(one.text, one.chance) for one in reading.hypotheses] or [(reading.text, 1.0)]
        longer = [((*texts, text), chance * more) for texts, chance in found for text, more in choices]
        found = sorted(longer, key=lambda combination: -combination[1])[:MAX_CANDIDATES]
    return found


def weigh_by_grammar(candidates: Sequence[ParseCandidate]) -> list[ParseCandidate]:
    """Return the candidates of a shared region, best first; those that do not split into its fields lose weight.

    The probabilities keep their sum. Where none or all of them split, nothing changes.
    """
    weights = [one.chance * (1.0 if one.is_split else UNSPLIT_WEIGHT) for one in candidates]
    total = sum(weights)
    if total <= 0.0 or len({one.is_split for one in candidates}) == 1:
        return list(candidates)
    given = sum(one.chance for one in candidates)
    weighed = [
        replace(one, chance=given * weight / total) for one, weight in zip(candidates, weights, strict=True)
    ]
    return sorted(weighed, key=lambda one: -one.chance)


def combine_evidence(lines: Sequence[LineReading]) -> Evidence | None:
    """Return the evidence of all lines together, or ``None`` where a line has none.

    Its ``chance`` and ``margin`` are still 0.
    """
    evidences = [line.evidence for line in lines if line.evidence]
    if not evidences or len(evidences) < len(lines):
        return None
    return Evidence(
        chance=0.0,
        margin=0.0,
        optical=_weighted_mean([one.optical for one in evidences], lines),
        weakest=min(one.weakest for one in evidences),
        agreement=min(one.agreement for one in evidences),
        support=_weighted_mean([one.support for one in evidences], lines),
        ink=min(one.ink for one in evidences),
    )


def cap_evidence(evidence: Evidence, chance: float) -> Evidence:
    """Return the evidence of another hypothesis than the one that was measured.

    Its letters were measured on the likeliest hypothesis; of another one no more is known than its own ``chance``, so
    that this caps what depends on single letters.
    """
    return replace(evidence, optical=min(evidence.optical, chance), weakest=min(evidence.weakest, chance))


def texts_of(candidates: Sequence[ParseCandidate], field: str) -> dict[str, float]:
    """Return the texts that a field may have, each with its probability.

    ``""`` means that the region does not name it.
    """
    texts: dict[str, float] = {}
    for one in candidates:
        texts[one.values[field]] = texts.get(one.values[field], 0.0) + one.chance
    return texts


def rank_hypotheses(texts: Mapping[str, float], first: str) -> tuple[Hypothesis, ...]:
    """Return the texts of a field as hypotheses.

    ``first`` leads (unless it is empty), the others follow by their probability.
    """
    rest = sorted((text for text in texts if text and text != first), key=lambda text: -texts[text])
    return tuple(Hypothesis(text, min(1.0, texts[text])) for text in ([first, *rest] if first else rest))


def weigh_reading(
    reading: FieldReading, lines: Evidence, texts: Mapping[str, float], canonicals: Mapping[str, str]
) -> FieldReading:
    """Return the reading with its hypotheses, evidence and confidence; texts of one canonical value add up.

    Args:
        reading: The reading of the likeliest text.
        lines: The combined evidence of its lines.
        texts: The probability of each text that the field may have.
        canonicals: The canonical value of each text, as far as it has one.
    """
    hypotheses = rank_hypotheses(texts, reading.text)
    if reading.status is FieldStatus.UNREADABLE:
        return replace(reading, hypotheses=hypotheses)
    chances: dict[str, float] = {}
    for text, chance in texts.items():
        value = canonicals.get(text) or text
        chances[value] = chances.get(value, 0.0) + chance
    best = min(1.0, chances.pop(canonicals.get(reading.text) or reading.text))
    margin = max(0.0, best - max(chances.values(), default=0.0))
    evidence = replace(lines, chance=best, margin=margin)
    return replace(reading, confidence=best, hypotheses=hypotheses, evidence=evidence)


def _weighted_mean(shares: Sequence[float], lines: Sequence[LineReading]) -> float:
    """Return the mean over the lines of a region, each weighed by the length of its text."""
    weights = [max(1, len(line.text)) for line in lines]
    total = sum(share * weight for share, weight in zip(shares, weights, strict=True))
    return total / sum(weights)


def resolve_repeated_dates(
    readings: Mapping[str, FieldReading], record: RecordSpec
) -> Iterator[tuple[str, FieldReading]]:
    """Yield the fields, by name, whose value a second field repeats, as both are read best together.

    A date in figures and the same date in words are decided jointly. Each field keeps the text of one of its own
    hypotheses. Where no date is likely that both may say, neither is yielded, and a rule finds the difference. A date
    that may be cut short bends no other: the words of 1979 without their last one are those of 1970.
    """
    for rule in record.rules:
        if rule.predicate != SAME_DATE or len(rule.fields) != 2:
            continue
        pair = [readings.get(name) for name in rule.fields]
        kinds = [record.by_name[name].kind for name in rule.fields]
        if sorted(kinds) != ["date", "date_words"] or not all(map(_is_evidence, pair)):
            continue
        figures, words = (readings[name] for _, name in sorted(zip(kinds, rule.fields, strict=True)))
        agreed = agree_on_date(figures.hypotheses, words.hypotheses)
        if agreed:
            yield figures.field, _resolved(figures, agreed, [one.figures.text for one in agreed])
            yield words.field, _resolved(words, agreed, [one.words.text for one in agreed])


def _is_evidence(reading: FieldReading | None) -> bool:
    if reading is None or reading.status is not FieldStatus.READ or reading.is_cut_short:
        return False
    return reading.evidence is not None


def _resolved(reading: FieldReading, agreed: Sequence[DateAgreement], texts: Sequence[str]) -> FieldReading:
    """Return the reading as the pairs weigh it.

    What the pairs leave of the probability belongs to its other hypotheses. A text that was not the likeliest by itself
    agrees with its line only in part.

    Args:
        reading: One of the two fields.
        agreed: The dates that both fields may say, likeliest first.
        texts: The text of this field in each of them.
    """
    assert reading.evidence is not None
    chances: dict[str, float] = {}
    dates: dict[str, float] = {}
    for pair, text in zip(agreed, texts, strict=True):
        chances[text] = chances.get(text, 0.0) + pair.chance
        dates[pair.canonical] = dates.get(pair.canonical, 0.0) + pair.chance
    alone = [one for one in reading.hypotheses if one.text not in chances]
    left = max(0.0, 1.0 - sum(dates.values())) / (sum(one.chance for one in alone) or 1.0)
    weighed = [Hypothesis(text, min(1.0, chance)) for text, chance in chances.items()]
    weighed += [Hypothesis(one.text, one.chance * min(1.0, left)) for one in alone]
    text, canonical = texts[0], agreed[0].canonical
    rest = sorted((one for one in weighed if one.text != text), key=lambda one: -one.chance)
    best = next(one for one in weighed if one.text == text)
    chance = min(1.0, dates.pop(canonical))
    similarity = Levenshtein.normalized_similarity(reading.text, text)
    next_best = max([*dates.values(), *(one.chance for one in weighed if one.text not in texts)], default=0.0)
    chance_alone = next((one.chance for one in reading.hypotheses if one.text == text), 0.0)
    measured = reading.evidence if text == reading.text else cap_evidence(reading.evidence, chance_alone)
    evidence = replace(
        measured,
        chance=chance,
        margin=max(0.0, chance - next_best),
        agreement=min(reading.evidence.agreement, similarity),
    )
    return replace(
        reading,
        text=text,
        canonical=canonical,
        confidence=chance,
        hypotheses=(best, *rest),
        evidence=evidence,
    )
