"""Numbers that the order of a book makes likely, held against the ink of the entry that may bear them.

A number that the first pass did not propose becomes a hypothesis only by the emissions of its own line: how much less
likely these are to say it than what was read there.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from pipeline.base.model import FieldReading, FieldStatus, Hypothesis, KeptRegion, Writing
from pipeline.recognition.decoding import score_texts, unpack_emissions

SHARPNESS = 0.8
"""The share of the ink's log probability that counts, as in ``decoding.DecodingOptions``."""

LEAST = 1e-3
"""A number that the ink makes less likely than this is no hypothesis."""

_NUMBER = re.compile(r"\d+")


def with_candidates(
    said: Sequence[Hypothesis], numbers: Sequence[int], region: KeptRegion | None
) -> tuple[Hypothesis, ...]:
    """Return the hypotheses of a number with those of the asked numbers that its ink supports.

    Args:
        said: What was read, the likeliest first; where that is nothing, nothing is added.
        numbers: The numbers that the order of the book makes likely.
        region: The region of the number as it was read; one with several lines, or without emissions, is not asked.
    """
    if not said or not numbers or region is None:
        return tuple(said)
    lines = [line.reading for line in region.lines if not line.is_struck and line.reading.text]
    if len(lines) != 1 or not lines[0].emissions or lines[0].text != said[0].text:
        return tuple(said)
    known = {one.text for one in said}
    asked = [text for number in numbers for text in _wordings(lines[0].text, number) if text not in known]
    if not asked:
        return tuple(said)
    read, *ink = score_texts(unpack_emissions(lines[0].emissions), (said[0].text, *asked))
    found = {
        text: said[0].chance * math.exp(min(0.0, SHARPNESS * (score - read)))
        for text, score in zip(asked, ink, strict=True)
    }
    more = [Hypothesis(text, chance) for text, chance in found.items() if chance >= LEAST]
    total = sum(one.chance for one in (*said, *more))
    scale = 1.0 / max(1.0, total)
    return tuple(Hypothesis(one.text, one.chance * scale) for one in (*said, *more))


def chosen_numbers(
    readings: Sequence[FieldReading], ordered: Mapping[str, Sequence[Hypothesis]]
) -> dict[str, str]:
    """Return the printed numbers of which the order of the book makes another text, by field, as they were read.

    Args:
        readings: What was read of an entry.
        ordered: The hypotheses of fields as the order weighs them, the likeliest first.
    """
    return {
        one.field: one.text
        for one in readings
        if one.field in ordered and _is_printed(one) and ordered[one.field][0].text != one.text
    }


def _is_printed(reading: FieldReading) -> bool:
    """Return whether a reading is a number in print that was weighed, as ``digitize.parse.weigh_parsed`` has it."""
    is_weighed = reading.writing is Writing.PRINT and reading.evidence is None and bool(reading.hypotheses)
    return is_weighed and reading.status is FieldStatus.READ


def _wordings(read: str, number: int) -> tuple[str, ...]:
    """Return a number as it may be written in place of the one read: with a leading zero or not, the rest as it is."""
    first = _NUMBER.search(read)
    texts = dict.fromkeys((str(number), f"{number:02}"))
    if first is None:
        return tuple(texts)
    return tuple(f"{read[: first.start()]}{text}{read[first.end() :]}" for text in texts)
