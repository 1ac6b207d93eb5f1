"""Several ways to read a blank, and what they say of each of its fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.model import Evidence, FieldReading, FieldStatus, Hypothesis, LineReading

MOST_WAYS = 8
"""How many ways to read a whole blank are kept."""

NOT_PARTED = 0.1
"""What a way to read a shared blank weighs that does not come apart, beside one that does."""

Lines = Sequence[LineReading | None]


@dataclass(frozen=True, slots=True)
class Way:
    """One way to read all lines of a blank: the ``values`` of its fields, whether they really came ``parted``, and its
    ``chance``."""

    text: str
    values: Mapping[str, str]
    parted: bool
    chance: float


def lines_read(readings: Lines) -> list[tuple[tuple[str, ...], float]]:
    """The likeliest texts of all lines of a blank, best first: of each line one of its hypotheses, the chances
    multiplied. Of lines that were read in one way only there is one."""
    found: list[tuple[tuple[str, ...], float]] = [((), 1.0)]
    for reading in readings:
        told = reading.hypotheses if reading else ()
        choices = [(one.text, one.chance) for one in told] or [(reading.text if reading else "", 1.0)]
        longer = [((*texts, text), chance * more) for texts, chance in found for text, more in choices]
        found = sorted(longer, key=lambda way: -way[1])[:MOST_WAYS]
    return found


def by_grammar(ways: Sequence[Way]) -> list[Way]:
    """The ways to read a shared blank, best first, where those weigh less that do not come apart into its fields. What
    they have together stays the same, and where none comes apart nothing changes."""
    weights = [way.chance * (1.0 if way.parted else NOT_PARTED) for way in ways]
    total = sum(weights)
    if total <= 0.0 or len({way.parted for way in ways}) == 1:
        return list(ways)
    given = sum(way.chance for way in ways)
    weighed = [replace(way, chance=given * weight / total) for way, weight in zip(ways, weights, strict=True)]
    return sorted(weighed, key=lambda way: -way.chance)


def evidence_of(lines: Lines) -> Evidence | None:
    """What speaks for the best way to read all lines, where every one of them has evidence."""
    evidences = [line.evidence for line in lines if line and line.evidence]
    if not evidences or len(evidences) < len(lines):
        return None
    return Evidence(
        chance=0.0,
        margin=0.0,
        optical=_mean([one.optical for one in evidences], lines),
        weakest=min(one.weakest for one in evidences),
        agreement=min(one.agreement for one in evidences),
        support=_mean([one.support for one in evidences], lines),
        ink=min(one.ink for one in evidences),
    )


def bounded_by(evidence: Evidence, chance: float) -> Evidence:
    """The evidence for another reading than the one that was the likeliest by itself: what its letters are worth on the
    ink was told of that one; of this one no more is known than its ``chance`` by itself."""
    return replace(evidence, optical=min(evidence.optical, chance), weakest=min(evidence.weakest, chance))


def told_of(ways: Sequence[Way], field: str) -> dict[str, float]:
    """The texts that a field may have, and the chance of each; ``""``: the blank says nothing of it."""
    told: dict[str, float] = {}
    for way in ways:
        told[way.values[field]] = told.get(way.values[field], 0.0) + way.chance
    return told


def hypotheses_of(told: Mapping[str, float], first: str) -> tuple[Hypothesis, ...]:
    """The texts that a field may have with their chances, ``first`` before the others, the likeliest next."""
    rest = sorted((text for text in told if text and text != first), key=lambda text: -told[text])
    return tuple(Hypothesis(text, min(1.0, told[text])) for text in ([first, *rest] if first else rest))


def weighed(
    reading: FieldReading, lines: Evidence, told: Mapping[str, float], meant: Mapping[str, str]
) -> FieldReading:
    """The reading with its hypotheses and evidence. ``lines``: that of the lines it stands on; ``told``: the chance of
    each text; ``meant``: the canonical form of each. Texts that mean the same speak for one another."""
    hypotheses = hypotheses_of(told, reading.text)
    if reading.status is FieldStatus.UNREADABLE:
        return replace(reading, hypotheses=hypotheses)
    chances: dict[str, float] = {}
    for text, chance in told.items():
        meaning = meant.get(text) or text
        chances[meaning] = chances.get(meaning, 0.0) + chance
    said = min(1.0, chances.pop(meant.get(reading.text) or reading.text))
    margin = max(0.0, said - max(chances.values(), default=0.0))
    evidence = replace(lines, chance=said, margin=margin)
    return replace(reading, confidence=said, hypotheses=hypotheses, evidence=evidence)


def _mean(shares: Sequence[float], lines: Lines) -> float:
    """The mean over the lines of a blank, each by the length of its text."""
    weights = [max(1, len(line.text)) if line else 1 for line in lines]
    total = sum(share * weight for share, weight in zip(shares, weights, strict=True))
    return total / sum(weights)
