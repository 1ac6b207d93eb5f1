"""Fields that say one thing twice, decided together: a date in figures and the same date in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.kinds import KINDS
from pipeline.model import Hypothesis

SAME = 0.98
"""How often both fields of an entry say the same day (clerks err)."""

APART = 10.0
"""How much less likely two independent misreadings are to meet by chance on one day than to miss each other."""

LEAST = 0.05
"""A reading below this chance is not called up to agree with: nobody knows how little so little is."""

SURE = 0.5
"""A pair below this chance is not told."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """A reading of each field, the date (canonical) that both say, and the chance that both are right."""

    figures: Hypothesis
    words: Hypothesis
    canonical: str
    chance: float


def jointly(figures: Sequence[Hypothesis], words: Sequence[Hypothesis]) -> tuple[Agreed, ...]:
    """The pairs of readings that say one full date, the likeliest first; nothing when no such date is likelier than not
    (each field then stands by itself, and if they differ, that is a finding)."""
    spoken = _by_date("date_words", words)
    pairs = [
        (figure, word, date)
        for date, readings in _by_date("date", figures).items()
        for figure in readings
        for word in spoken.get(date, ())
    ]
    met = SAME * APART * sum(figure.chance * word.chance for figure, word, _ in pairs)
    missed = (1.0 - SAME) * (1.0 - sum(figure.chance * word.chance for figure, word, _ in pairs))
    if met <= 0.0:
        return ()
    each = [
        Agreed(figure, word, date, SAME * APART * figure.chance * word.chance / (met + missed))
        for figure, word, date in pairs
    ]
    by_date: dict[str, float] = {}
    for pair in each:
        by_date[pair.canonical] = by_date.get(pair.canonical, 0.0) + pair.chance
    if max(by_date.values()) < SURE:
        return ()
    return tuple(sorted(each, key=lambda pair: -pair.chance))


def _by_date(kind: str, hypotheses: Sequence[Hypothesis]) -> dict[str, list[Hypothesis]]:
    found: dict[str, list[Hypothesis]] = {}
    for hypothesis in hypotheses:
        parsed = KINDS[kind].parse(hypothesis.text)
        if hypothesis.chance >= LEAST and parsed.canonical.count(".") == 2 and not parsed.problems:
            found.setdefault(parsed.canonical, []).append(hypothesis)
    return found
