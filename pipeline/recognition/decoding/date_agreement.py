"""A date in digits and the same date in words, decided together.

What is decided is always a reading of the digits: no value comes from the words alone.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.base.model import Hypothesis
from pipeline.values.kinds import DATE, Parsed, parse_strictly
from pipeline.values.kinds.calendar import UNREAD_DATE
from pipeline.values.kinds.date_words import MISREAD
from pipeline.values.kinds.misread import possible_dates

log = logging.getLogger(__name__)

SAME = 0.98
"""How often both fields of an entry say the same day (clerks err)."""

MEETING_ODDS = 10.0
"""How much less likely two independent misreadings agree on one day than disagree."""

LEAST = 0.05
"""A reading below this probability is not considered: so small ones are not calibrated."""

LEAST_AGREED = 0.5
"""Pairs are returned only when the probability of some date reaches this."""


@dataclass(frozen=True, slots=True)
class DateAgreement:
    """A date written in figures and in words, read jointly.

    Attributes:
        figures: The reading of the field in figures.
        words: The reading of the field in words.
        canonical: The date that both say, in canonical form.
        chance: The probability (0..1) that both are right.
    """

    figures: Hypothesis
    words: Hypothesis
    canonical: str
    chance: float


def agree_on_date(figures: Sequence[Hypothesis], words: Sequence[Hypothesis]) -> tuple[DateAgreement, ...]:
    """Return the pairs of readings with the same full date, the likeliest first.

    Nothing is returned when no such date is likelier than not; each field is then decided by itself, and a difference
    is a finding. Words that parse to no date count for the dates that they allow, if no words agree with any digits.

    Args:
        figures: The n-best list of the field in digits.
        words: The n-best list of the field in words.
    """
    digits_by_date = _by_date(DATE.parse, figures)
    words_by_date = _by_date(parse_strictly, words)
    pairs = [
        _Pair(f, w, day, 1.0)
        for day, read in digits_by_date.items()
        for f in read
        for w in words_by_date.get(day, ())
    ]
    return _agreed(pairs) or _agreed([] if pairs else list(_allowed(digits_by_date, words)))


@dataclass(frozen=True, slots=True)
class _Pair:
    """``share``: how much of the probability of the words belongs to the date."""

    figures: Hypothesis
    words: Hypothesis
    canonical: str
    share: float

    @property
    def chance(self) -> float:
        return self.figures.chance * self.words.chance * self.share


def _allowed(
    digits_by_date: Mapping[str, Sequence[Hypothesis]], words: Sequence[Hypothesis]
) -> Iterator[_Pair]:
    for word in words:
        if word.chance < LEAST or parse_strictly(word.text).problems != (UNREAD_DATE,):
            continue
        for allowed in possible_dates(word.text).dates:
            for figure in (
                digits_by_date.get(allowed.date.canonical, ()) if allowed.chance >= LEAST_AGREED else ()
            ):
                yield _Pair(figure, word, allowed.date.canonical, allowed.chance)


def _agreed(pairs: Sequence[_Pair]) -> tuple[DateAgreement, ...]:
    meeting = sum(pair.chance for pair in pairs)
    if meeting <= 0.0:
        return ()
    weight = chance_of_one_date(meeting) / meeting
    each = [DateAgreement(pair.figures, pair.words, pair.canonical, weight * pair.chance) for pair in pairs]
    by_date: dict[str, float] = {}
    for pair in each:
        by_date[pair.canonical] = by_date.get(pair.canonical, 0.0) + pair.chance
    if max(by_date.values()) < LEAST_AGREED:
        return ()
    log.debug(
        "digits and words agree on a date: %d pairs, probability %.3f", len(each), max(by_date.values())
    )
    return tuple(sorted(each, key=lambda pair: -pair.chance))


def chance_of_one_date(meeting: float) -> float:
    """Return the probability that both readings are right and of one date.

    Args:
        meeting: The probability that two independent readings agree on a date.
    """
    met = SAME * MEETING_ODDS * meeting
    return met / (met + (1.0 - SAME) * (1.0 - meeting))


def _by_date(parse: Callable[[str], Parsed], hypotheses: Sequence[Hypothesis]) -> dict[str, list[Hypothesis]]:
    found: dict[str, list[Hypothesis]] = {}
    for hypothesis in hypotheses:
        parsed = parse(hypothesis.text)
        doubted = set(parsed.problems) - {MISREAD}
        if hypothesis.chance >= LEAST and parsed.canonical.count(".") == 2 and not doubted:
            found.setdefault(parsed.canonical, []).append(hypothesis)
    return found
