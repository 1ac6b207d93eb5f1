"""The ink of a region, asked for texts in the place of what was read of one of its fields."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rapidfuzz import fuzz

from pipeline.base.model import KeptRegion
from pipeline.base.text.tones import unaccented
from pipeline.books.book_context.sightings import region_readings
from pipeline.recognition.decoding import score_texts, unpack_emissions


def ink_scores(region: KeptRegion, read: str, texts: Sequence[str]) -> list[float] | None:
    """Return the log probability, by the ink alone, of a region with each text in the place of what was read.

    ``None`` where what was read does not stand in the lines of the region, or these have no emissions.

    Args:
        region: The region.
        read: The text of the field as it was read.
        texts: What may stand in its place.
    """
    lines = region_readings(region)
    if not lines or not read or any(not line.emissions for line in lines):
        return None
    at = [place for place, line in enumerate(lines) if line.text.count(read) == 1]
    if len(at) == 1:
        line = lines[at[0]]
        return _scores(line.emissions, [line.text.replace(read, text) for text in texts])
    whole = " ".join(line.text for line in lines)
    if whole.count(read) != 1:
        return None
    ways = [_parted(whole.replace(read, text), [line.text for line in lines]) for text in texts]
    by_line = [_scores(line.emissions, [way[place] for way in ways]) for place, line in enumerate(lines)]
    return [sum(scores) for scores in zip(*by_line, strict=True)]


def _scores(emissions: bytes, texts: Sequence[str]) -> list[float]:
    seen = unpack_emissions(emissions)
    known = set(seen[0].letters)
    asked = [text for text in dict.fromkeys(texts) if text and set(text) <= known]
    scores = dict(zip(asked, score_texts(seen, asked), strict=True)) if asked else {}
    return [scores.get(text, -math.inf) for text in texts]


def _parted(text: str, lines: Sequence[str]) -> list[str]:
    """Return a text parted into as many lines as were read, each beginning where it is most like them."""
    words = text.split()
    parts: list[str] = []
    for place, line in enumerate(lines[:-1]):
        left = len(lines) - 1 - place
        sizes = range(1, max(1, len(words) - left) + 1)
        size = max(
            sizes,
            key=lambda some: (fuzz.ratio(unaccented(" ".join(words[:some])), unaccented(line)), -some),
        )
        parts.append(" ".join(words[:size]))
        words = words[size:]
    return [*parts, " ".join(words)]
