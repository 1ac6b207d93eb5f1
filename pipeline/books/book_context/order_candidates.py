"""Numbers and years that a book makes likely, scored on the ink of their entries.

A text that the first pass did not propose becomes a hypothesis only by the emissions of its own line: by its log
likelihood ratio to the reading there.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.base.model import EntryResult, FieldReading, FieldStatus, Hypothesis, KeptRegion, Writing
from pipeline.declarations.schema import RecordSpec
from pipeline.recognition.decoding import score_texts, unpack_emissions

SHARPNESS = 0.8
"""Factor on the ink's log probability, as in ``decoding.DecodingOptions``."""

LEAST = 1e-3
"""Smallest probability by the ink for a number to become a hypothesis."""

_NUMBER = re.compile(r"\d+")
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")


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
    leads = (score - read for score in ink)
    return _with_texts(hypotheses, dict(zip(new_texts, leads, strict=True)))


def with_years(
    hypotheses: Sequence[Hypothesis], years: Sequence[int], region: KeptRegion | None
) -> tuple[Hypothesis, ...]:
    """Return the hypotheses of a day together with the likeliest of them in other years that its ink supports.

    Args:
        hypotheses: The hypotheses of the reading, likeliest first; without a year of four figures, none is added.
        years: The years that the book makes likely.
        region: The region of the day; the year stands in one of its lines.
    """
    if not hypotheses or region is None:
        return tuple(hypotheses)
    day = hypotheses[0].text
    written = _YEAR.findall(day)
    lines = [line.reading for line in region.lines if not line.is_struck and line.reading.text]
    if len(written) != 1:
        return tuple(hypotheses)
    with_year = [line for line in lines if line.emissions and line.text.count(written[0]) == 1]
    known = {hypothesis.text for hypothesis in hypotheses}
    texts = {text: str(year) for year in years if (text := day.replace(written[0], str(year))) not in known}
    if len(with_year) != 1 or not texts:
        return tuple(hypotheses)
    line = with_year[0]
    read, *ink = score_texts(
        unpack_emissions(line.emissions),
        (line.text, *(line.text.replace(written[0], year) for year in texts.values())),
    )
    return _with_texts(hypotheses, {text: score - read for text, score in zip(texts, ink, strict=True)})


def _with_texts(hypotheses: Sequence[Hypothesis], leads: Mapping[str, float]) -> tuple[Hypothesis, ...]:
    """Return the hypotheses with further texts, by the lead (nats) of their ink over the first hypothesis."""
    chances = {
        text: hypotheses[0].chance * math.exp(min(0.0, SHARPNESS * lead)) for text, lead in leads.items()
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


USUAL = 0.5
"""The share of the other entries that have to fill a field for a blank there to be doubted."""


@dataclass(frozen=True)
class FilledFields:
    """How many entries of a book fill each field that orders it: their numbers, those of their pages, their days.

    Attributes:
        filled: How many entries have ink in a field.
        entries: How many have the field on their form.
    """

    filled: Counter[str] = field(default_factory=Counter)
    entries: Counter[str] = field(default_factory=Counter)

    def doubts(self, reading: FieldReading) -> bool:
        """Return whether a reading is a blank that most other entries of the book fill.

        Args:
            reading: One of an entry that was counted.
        """
        return reading.status is FieldStatus.BLANK and self._others_fill(reading.field)

    def _others_fill(self, name: str) -> bool:
        others = self.entries[name] - 1
        return others > 0 and self.filled[name] / others > USUAL


def filled_fields(entries: Iterable[EntryResult], record: RecordSpec) -> FilledFields:
    """Return how many entries of a book fill each field that orders it."""
    found = FilledFields()
    if record.book is None:
        return found
    ordering = {record.book.number, record.book.registered_on, record.book.page}
    for entry in entries:
        for reading in entry.readings:
            if reading.field in ordering and reading.status is not FieldStatus.NOT_ON_FORM:
                found.entries[reading.field] += 1
                found.filled[reading.field] += reading.status is not FieldStatus.BLANK
    return found
