"""The hypotheses of a printed number: what its two readers make of it, and what stands close beside it.

Page numbers and entry numbers that the press set or a machine stamped are read by Tesseract and by the reader of
figures. Where they differ each text is a hypothesis; where ink as high as the figures stands beside what was cut
(``imaging.ink.figures_beside``) and is read as more figures of the number, the longer number is one too, and neither is
trusted. What the reader of figures saw is kept, so that the order of the book may ask the ink for other numbers.
"""

from __future__ import annotations

from dataclasses import replace

from pipeline.base.model import Hypothesis, LineReading
from pipeline.recognition.ocr.digits import NUMBER_KINDS
from pipeline.values.kinds import KINDS

MOST = 5
"""How many hypotheses are kept."""

LEAST = 1e-3
"""A text that is less likely is no hypothesis."""

BEHIND = 0.95
"""How likely another text is at most, beside the one that stands: what is read stays the first hypothesis."""

DISSENT = 0.1
"""How likely a text of one reader is that the other did not follow, where that one was sure of its own."""

MAX_CUT = 0.5
"""The most confidence that a number has beside which more figures of it are read."""


def is_number(kind: str) -> bool:
    """Return whether a kind of value is a number whose order in the book is known."""
    return kind in NUMBER_KINDS


def with_hypotheses(
    reading: LineReading,
    kind: str,
    first: LineReading,
    second: LineReading,
    beside: LineReading | None = None,
) -> LineReading:
    """Return the reading of a printed number with its hypotheses and with what the reader of figures saw.

    The text stays. A reading that is no number, and one by readers that weigh no hypotheses, stays as it is.

    Args:
        reading: What follows from both readers.
        kind: The kind of the number.
        first: What the first reader read.
        second: What the reader of figures read.
        beside: What it read of the line with the ink close beside it, where there is any.
    """
    if not second.emissions or not _is_value(reading.text, kind):
        return reading
    is_cut = beside is not None and _goes_on(reading.text, beside.text) and _is_value(beside.text, kind)
    confidence = min(reading.confidence, MAX_CUT) if is_cut else reading.confidence
    others = {one.text: one.chance for one in second.hypotheses}
    others |= {second.text: max(second.confidence, others.get(second.text, 0.0))}
    others[first.text] = max(DISSENT * first.confidence, others.get(first.text, 0.0))
    if is_cut and beside is not None:
        others[beside.text] = beside.confidence
    others = {
        text: chance for text, chance in others.items() if text != reading.text and _is_value(text, kind)
    }
    left = 1.0 - confidence
    scale = min(1.0, left / (sum(others.values()) or 1.0))
    weighed = [Hypothesis(text, min(scale * chance, BEHIND * confidence)) for text, chance in others.items()]
    likely = sorted((one for one in weighed if one.chance >= LEAST), key=lambda one: (-one.chance, one.text))
    return replace(
        reading,
        confidence=confidence,
        hypotheses=(Hypothesis(reading.text, confidence), *likely[: MOST - 1]),
        emissions=second.emissions,
    )


def _is_value(text: str, kind: str) -> bool:
    return bool(text) and not any(map(str.isalpha, text)) and bool(KINDS[kind].parse(text).canonical)


def _goes_on(text: str, longer: str) -> bool:
    """Return whether a text with figures more at its beginning or end is the longer one."""
    read, other = ("".join(filter(str.isalnum, one)) for one in (text, longer))
    return len(other) > len(read) > 0 and (other.startswith(read) or other.endswith(read))
