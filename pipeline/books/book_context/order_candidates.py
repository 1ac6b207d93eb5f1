"""Numbers that a book's order makes likely, scored on the ink of their entries.

A number that the first pass did not propose becomes a hypothesis only by the emissions of its own line: by its log
likelihood ratio to the reading there.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from pipeline.base.model import FieldReading, FieldStatus, Hypothesis, KeptRegion, Writing
from pipeline.recognition.decoding import score_texts, unpack_emissions

SHARPNESS = 0.8
"""Factor on the ink's log probability, as in ``decoding.DecodingOptions``."""

LEAST = 1e-3
"""Smallest probability by the ink for a number to become a hypothesis."""

_NUMBER = re.compile(r"\d+")


def with_candidates(
    hypotheses: Sequence[Hypothesis], numbers: Sequence[int], region: KeptRegion | None
) -> tuple[Hypothesis, ...]:
    """Return the hypotheses of a number together with the expected numbers that its ink supports.

    Args:
        hypotheses: The hypotheses of the reading, likeliest first; without any, no number is added.
        numbers: The numbers that the book's order makes likely.
        region: The region of the number; a region with several lines or without emissions adds nothing.
    """
    if not hypotheses or not numbers or region is None:
        return tuple(hypotheses)
    lines = [line.reading for line in region.lines if not line.is_struck and line.reading.text]
    if len(lines) != 1 or not lines[0].emissions or lines[0].text != hypotheses[0].text:
        return tuple(hypotheses)
    known = {hypothesis.text for hypothesis in hypotheses}
    new_texts = [text for number in numbers for text in _wordings(lines[0].text, number) if text not in known]
    if not new_texts:
        return tuple(hypotheses)
    read, *ink = score_texts(unpack_emissions(lines[0].emissions), (hypotheses[0].text, *new_texts))
    chances = {
        text: hypotheses[0].chance * math.exp(min(0.0, SHARPNESS * (score - read)))
        for text, score in zip(new_texts, ink, strict=True)
    }
    more = [Hypothesis(text, chance) for text, chance in chances.items() if chance >= LEAST]
    total = sum(hypothesis.chance for hypothesis in (*hypotheses, *more))
    scale = 1.0 / max(1.0, total)
    return tuple(
        Hypothesis(hypothesis.text, hypothesis.chance * scale) for hypothesis in (*hypotheses, *more)
    )


def chosen_numbers(
    readings: Sequence[FieldReading], ordered: Mapping[str, Sequence[Hypothesis]]
) -> dict[str, str]:
    """Return the printed numbers whose text the book's order changes, by field, in their wording on paper.

    Args:
        ordered: The hypotheses of fields weighed by the order, likeliest first.
    """
    return {
        reading.field: reading.text
        for reading in readings
        if reading.field in ordered
        and _is_printed(reading)
        and ordered[reading.field][0].text != reading.text
    }


def _is_printed(reading: FieldReading) -> bool:
    """Return whether a reading is a printed number that was weighed, as in ``digitize.parse.weigh_parsed``."""
    is_weighed = reading.writing is Writing.PRINT and reading.evidence is None and bool(reading.hypotheses)
    return is_weighed and reading.status is FieldStatus.READ


def _wordings(read: str, number: int) -> tuple[str, ...]:
    """Return the possible wordings of a number: with or without a leading zero, the rest as in the reading."""
    first = _NUMBER.search(read)
    texts = dict.fromkeys((str(number), f"{number:02}"))
    if first is None:
        return tuple(texts)
    return tuple(f"{read[: first.start()]}{text}{read[first.end() :]}" for text in texts)
