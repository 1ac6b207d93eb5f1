"""The hypotheses of a field: the hypotheses of its lines combined and weighed.

A line of handwriting comes with several hypotheses. The hypotheses of all lines of a field region multiply to
candidates for its text; a candidate gives a text to every field that shares the region (``ParseCandidate``). A
``FieldReading`` keeps the texts of its field with their probabilities, and the evidence for calibration.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.base.model import Evidence, FieldReading, FieldStatus, Hypothesis, LineReading

MAX_CANDIDATES = 8
"""Largest number of candidates for the text of a field region."""

UNSPLIT_WEIGHT = 0.1
"""Weight of a candidate that does not split into the fields of a shared region; the weight of a split is 1."""


@dataclass(frozen=True, slots=True)
class ParseCandidate:
    """One candidate for the text of a field region.

    Attributes:
        text: The text of all its lines together.
        values: The text of each field that shares the region, ``""`` for fields that the candidate does not name.
        is_split: Whether the text really splits into these fields.
        chance: Its probability, 0..1.
    """

    text: str
    values: Mapping[str, str]
    is_split: bool
    chance: float


def line_combinations(readings: Sequence[LineReading]) -> list[tuple[tuple[str, ...], float]]:
    """Return the likeliest combinations of one hypothesis a line, best first, with the product of their probabilities.

    A line without hypotheses contributes its text with probability 1.
    """
    combinations: list[tuple[tuple[str, ...], float]] = [((), 1.0)]
    for reading in readings:
        choices = [(hypothesis.text, hypothesis.chance) for hypothesis in reading.hypotheses] or [
            (reading.text, 1.0)
        ]
        longer = [((*texts, text), chance * more) for texts, chance in combinations for text, more in choices]
        combinations = sorted(longer, key=lambda combination: -combination[1])[:MAX_CANDIDATES]
    return combinations


def weigh_by_grammar(candidates: Sequence[ParseCandidate]) -> list[ParseCandidate]:
    """Return the candidates of a shared region, best first; candidates that do not split into its fields lose weight.

    The probabilities keep their sum. If no candidate or every candidate splits, the candidates are unchanged.
    """
    weights = [candidate.chance * (1.0 if candidate.is_split else UNSPLIT_WEIGHT) for candidate in candidates]
    total = sum(weights)
    if total <= 0.0 or len({candidate.is_split for candidate in candidates}) == 1:
        return list(candidates)
    given = sum(candidate.chance for candidate in candidates)
    weighed = [
        replace(candidate, chance=given * weight / total)
        for candidate, weight in zip(candidates, weights, strict=True)
    ]
    return sorted(weighed, key=lambda candidate: -candidate.chance)


def combine_evidence(lines: Sequence[LineReading]) -> Evidence | None:
    """Return the evidence of all lines together, its ``chance`` and ``margin`` 0; ``None`` if a line has none."""
    evidences = [line.evidence for line in lines if line.evidence]
    if not evidences or len(evidences) < len(lines):
        return None
    return Evidence(
        chance=0.0,
        margin=0.0,
        optical=_weighted_mean([evidence.optical for evidence in evidences], lines),
        weakest=min(evidence.weakest for evidence in evidences),
        agreement=min(evidence.agreement for evidence in evidences),
        support=_weighted_mean([evidence.support for evidence in evidences], lines),
        ink=min(evidence.ink for evidence in evidences),
    )


def cap_evidence(evidence: Evidence, chance: float) -> Evidence:
    """Return the evidence for another hypothesis than the measured one.

    Single letters were measured on the likeliest hypothesis. For another hypothesis only its ``chance`` is known, which
    therefore caps every measure of single letters.
    """
    return replace(evidence, optical=min(evidence.optical, chance), weakest=min(evidence.weakest, chance))


def texts_of(candidates: Sequence[ParseCandidate], field: str) -> dict[str, float]:
    """Return the possible texts of a field with their probabilities; ``""``: the region does not name the field."""
    texts: dict[str, float] = {}
    for candidate in candidates:
        texts[candidate.values[field]] = texts.get(candidate.values[field], 0.0) + candidate.chance
    return texts


def rank_hypotheses(texts: Mapping[str, float], first: str) -> tuple[Hypothesis, ...]:
    """Return the texts of a field as hypotheses: ``first`` (unless empty), then the others by probability."""
    rest = sorted((text for text in texts if text and text != first), key=lambda text: -texts[text])
    return tuple(Hypothesis(text, min(1.0, texts[text])) for text in ([first, *rest] if first else rest))


def weigh_reading(
    reading: FieldReading, lines: Evidence, texts: Mapping[str, float], canonicals: Mapping[str, str]
) -> FieldReading:
    """Return the reading with its hypotheses, evidence and confidence; texts of one canonical value add up.

    Args:
        reading: The reading of the likeliest text.
        lines: The combined evidence of its lines.
        texts: The probability of each possible text of the field.
        canonicals: The canonical value of each text that has one.
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
    """Return the mean over the lines of a region, weighted by the length of their texts."""
    weights = [max(1, len(line.text)) for line in lines]
    total = sum(share * weight for share, weight in zip(shares, weights, strict=True))
    return total / sum(weights)
