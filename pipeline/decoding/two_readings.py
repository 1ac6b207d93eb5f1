"""A date in figures and the same date in words, any letter of either misread: two weak readings settle one date."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipeline.decoding.date_agreement import chance_of_one_date
from pipeline.kinds import date, date_words
from pipeline.kinds.calendar import PartialDate, date_of
from pipeline.kinds.kind import Parsed
from pipeline.kinds.misread import Allowed, Evidence, RankedDate, figures_allow, ranked, together, words_allow
from pipeline.model import Hypothesis

READ_RIGHT = 0.9
"""How much of a hypothesis' chance belongs to the very date it says; the rest to dates it may be a misreading of."""

_DAYS_OF_A_MONTH = 30.4
_DAYS_OF_A_YEAR = 365.25

_TRIED = 4
"""Hypotheses of each side that are put together, the likeliest."""


def dates_both_allow(
    figures: str | Sequence[Hypothesis], words: str | Sequence[Hypothesis]
) -> tuple[RankedDate, ...]:
    """The full dates that a reading of figures and a reading of words both allow, the likeliest first, with the chance
    that it is what both fields say. What these chances lack to 1 belongs to two different dates, and to dates that
    neither reading comes near.

    ``figures``, ``words``: a text as read, any letter of which may be misread, or hypotheses with their chances.
    """
    of_figures = _weighed(figures, date.parse, figures_allow)
    of_words = _weighed(words, date_words.strictly, words_allow)
    evidences = [
        *(together((one.evidence, other.evidence)) for one in of_figures for other in of_words),
        *(each.evidence for each in (*of_figures, *of_words) if of_figures and of_words),
    ]
    candidates = {
        each.date for evidence in evidences for each in ranked(evidence) if each.date.day is not None
    }
    met = {
        day: sum(one.gives(day) for one in of_figures) * sum(other.gives(day) for other in of_words)
        for day in candidates
    }
    meeting = min(1.0, sum(met.values()))
    if meeting <= 0.0:
        return ()
    weight = chance_of_one_date(meeting) / meeting
    ranks = (RankedDate(day, weight * chance) for day, chance in met.items())
    return tuple(sorted(ranks, key=lambda each: (-each.chance, each.date.known)))


def margin(dates: Sequence[RankedDate]) -> float:
    """How much likelier the first date is than the second; 0 for none."""
    return dates[0].chance - (dates[1].chance if len(dates) > 1 else 0.0) if dates else 0.0


@dataclass(frozen=True, slots=True)
class _Weighed:
    """A reading with its chance, the date it says as it stands and how much of the chance belongs to it, and what it
    allows if it is misread."""

    chance: float
    says: PartialDate | None
    share: float
    evidence: Evidence

    def gives(self, day: PartialDate) -> float:
        """The chance of a full date. Where only its month and year, or its year, were read, every day of them has the
        same part of the chance."""
        said = self.share if day == self.says else 0.0
        known = PartialDate(day.year, day.month), PartialDate(day.year)
        month, year = (self.evidence.chance(each) for each in known)
        allowed = self.evidence.chance(day) + month / _DAYS_OF_A_MONTH + year / _DAYS_OF_A_YEAR
        return self.chance * (said + (1.0 - self.share) * allowed)


def _weighed(
    read: str | Sequence[Hypothesis], parse: Callable[[str], Parsed], allow: Callable[[str], Allowed]
) -> list[_Weighed]:
    """The likeliest hypotheses. Those with chances were weighed against misreadings; a text as read was not."""
    bare = isinstance(read, str)
    hypotheses = [Hypothesis(read, 1.0)] if isinstance(read, str) else read
    found = []
    for hypothesis in sorted(hypotheses, key=lambda each: -each.chance)[:_TRIED]:
        evidence = allow(hypothesis.text).evidence
        if evidence is not None:
            says = date_of(parse(hypothesis.text).canonical)
            found.append(
                _Weighed(hypothesis.chance, says, 0.0 if bare or says is None else READ_RIGHT, evidence)
            )
    return found
