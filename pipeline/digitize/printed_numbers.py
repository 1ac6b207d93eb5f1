"""The hypotheses of a printed number, from two readers and from the ink close beside it.

Tesseract and the reader of figures both read printed or stamped page numbers and entry numbers. If they differ, each
text is a hypothesis. If ink as high as the figures lies beside the crop (``imaging.ink.figures_beside``) and reads as
further figures of the number, the longer number is a hypothesis too, and neither is trusted. The emissions of the
reader of figures are kept, so that the order of the book can score other numbers on the ink.
"""

from __future__ import annotations

from dataclasses import replace

from pipeline.base.model import Hypothesis, LineReading
from pipeline.values.kinds import KINDS

MOST = 5
"""Largest number of hypotheses."""

LEAST = 1e-3
"""Least probability of a hypothesis."""

BEHIND = 0.95
"""Largest probability of another hypothesis, as a share of the first: the text read stays first."""

DISSENT = 0.1
"""Share of the first reader's confidence that remains for its text if the second reader differs."""

MAX_CUT = 0.5
"""Largest confidence in a number with further figures read beside it."""


def with_hypotheses(
    reading: LineReading,
    kind: str,
    first: LineReading,
    second: LineReading,
    beside: LineReading | None = None,
) -> LineReading:
    """Return the reading of a printed number with its hypotheses and with the emissions of the reader of figures.

    The text stays. A reading that is no number, or has no emissions, is returned unchanged.

    Args:
        reading: The reconciled reading of both readers.
        first: The reading by Tesseract.
        second: The reading by the reader of figures.
        beside: The reading of the line with the ink close beside it, ``None`` without such ink.
    """
    if not second.emissions or not _is_value(reading.text, kind):
        return reading
    is_cut = beside is not None and _goes_on(reading.text, beside.text) and _is_value(beside.text, kind)
    confidence = min(reading.confidence, MAX_CUT) if is_cut else reading.confidence
    others = {hypothesis.text: hypothesis.chance for hypothesis in second.hypotheses}
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
    likely = sorted(
        (hypothesis for hypothesis in weighed if hypothesis.chance >= LEAST),
        key=lambda hypothesis: (-hypothesis.chance, hypothesis.text),
    )
    return replace(
        reading,
        confidence=confidence,
        hypotheses=(Hypothesis(reading.text, confidence), *likely[: MOST - 1]),
        emissions=second.emissions,
    )


def _is_value(text: str, kind: str) -> bool:
    return bool(text) and not any(map(str.isalpha, text)) and bool(KINDS[kind].parse(text).canonical)


def _goes_on(text: str, longer: str) -> bool:
    """Return whether the longer text is the text with further figures at its beginning or end."""
    read, other = ("".join(filter(str.isalnum, figures)) for figures in (text, longer))
    return len(other) > len(read) > 0 and (other.startswith(read) or other.endswith(read))
