"""Fields that say one thing twice are decided together: a date in figures and the same date in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from rapidfuzz.distance import Levenshtein

from pipeline.decoding import DateAgreement, agree_on_date
from pipeline.extract.ways import bounded_by
from pipeline.model import FieldReading, FieldStatus, Hypothesis
from pipeline.schema import RecordSpec

SAME = "same_date"
"""The predicate of the rule that binds two such fields."""


def decided_together(
    readings: Mapping[str, FieldReading], record: RecordSpec
) -> Iterator[tuple[str, FieldReading]]:
    """The fields that a second one speaks for, as both are read best together. Each keeps the text of one of its own
    hypotheses; where no date is likely that both may say, both stay as they are, and a rule finds the difference."""
    for rule in record.rules:
        if rule.predicate != SAME or len(rule.fields) != 2:
            continue
        pair = [readings.get(name) for name in rule.fields]
        kinds = [record.by_name[name].kind for name in rule.fields]
        if sorted(kinds) != ["date", "date_words"] or not all(map(_weighs, pair)):
            continue
        figures, words = (readings[name] for _, name in sorted(zip(kinds, rule.fields, strict=True)))
        agreed = agree_on_date(figures.hypotheses, words.hypotheses)
        if agreed:
            yield figures.field, _with(figures, agreed, [one.figures.text for one in agreed])
            yield words.field, _with(words, agreed, [one.words.text for one in agreed])


def _weighs(reading: FieldReading | None) -> bool:
    return reading is not None and reading.status is FieldStatus.READ and reading.evidence is not None


def _with(reading: FieldReading, agreed: Sequence[DateAgreement], texts: Sequence[str]) -> FieldReading:
    """The reading as the pairs weigh it: ``texts`` are its own in each pair. What the pairs leave belongs to its other
    hypotheses. A text that was not the likeliest by itself agrees with its line only in part."""
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
    said = min(1.0, dates.pop(canonical))
    likeness = Levenshtein.normalized_similarity(reading.text, text)
    next_best = max([*dates.values(), *(one.chance for one in weighed if one.text not in texts)], default=0.0)
    alone_chance = next((one.chance for one in reading.hypotheses if one.text == text), 0.0)
    known = reading.evidence if text == reading.text else bounded_by(reading.evidence, alone_chance)
    evidence = replace(
        known,
        chance=said,
        margin=max(0.0, said - next_best),
        agreement=min(reading.evidence.agreement, likeness),
    )
    return replace(
        reading,
        text=text,
        canonical=canonical,
        confidence=said,
        hypotheses=(best, *rest),
        evidence=evidence,
    )
