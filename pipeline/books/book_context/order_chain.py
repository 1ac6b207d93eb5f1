"""The order of a book as evidence: numbers rise by one, days of registration do not fall.

Every entry has a number and a day, whether written or not, and each follows from the preceding entry in a few usual
ways: the next number, a gap, a repetition, a displaced page, a new year that begins at 1. The hypotheses of the ink are
weighed by these transitions along the whole book (the forward–backward algorithm: Rabiner 1989, "A tutorial on hidden
Markov models"). Order is evidence and fills nothing in: a value without hypotheses gets none, and no entry gains a new
hypothesis. Every entry is weighed by the ink of the other entries, never by their weighed results, so the order of
computation does not matter.
"""

from __future__ import annotations

import datetime
import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

import numpy as np
from numpy.typing import NDArray

from pipeline.base.model import Hypothesis
from pipeline.values.kinds import DATE, ENTRY_NUMBER, NUMBER
from pipeline.values.kinds.calendar import parse_canonical

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

NEIGHBOURS = 4
"""Number of read entries on each side that suggest the states of an unread value."""

_TRIED = 3
"""Number of a neighbour's hypotheses that suggest states."""

_LEAST = 1e-4
"""Smallest probability left to values without a hypothesis."""

_SPREAD = 400.0
"""Number of values that share the probability left to values without a hypothesis."""

_USUAL_PAIRS = 3
"""Number of neighbour pairs that the usual pace counts as, in addition to the book's own pairs."""

_PACES = (0.3, 60.0)
"""Bounds of a book's pace, in days."""

_STANDS_FOR = 0.5
"""Probability that an unread day equals a neighbour's day, which represents all days in between."""

_LIKELY = 0.2
"""Probability by the order alone from which a number is scored on the ink."""

MOST_FAVOUR = 5.0
"""The most (nats) by which the order may favour one value over another, so that a clearly written jump stays.

Tried once, repeated by no command: with 7 nothing changes on 80 pages of 15 books, and a number at 0.95 would give way
to a fitting one at 0.01.
"""

SUNDAY = OTHER_YEAR = 1.0 / 3.0
"""Relative frequency of a registration on a Sunday, and in another year than that on the cover. Beliefs without data:
offices are closed on Sundays and open a book a year, but clerks date by the family's visit and books run on."""

_ELSEWHERE = -1
"""The state that represents all values without a nearby reading."""


@dataclass(frozen=True, slots=True)
class EntryOrder:
    """The hypotheses of an entry's position in the book.

    Attributes:
        number: The hypotheses of its number; empty if the field is blank.
        registered_on: The hypotheses of its registration day; empty if the field is blank.
    """

    number: tuple[Hypothesis, ...] = ()
    registered_on: tuple[Hypothesis, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderWeights:
    """Transition probabilities between the numbers and days of neighbouring entries.

    Attributes:
        gap: Numbers are missing: missing pages, or numbers never written.
        gap_length: The median length of a gap.
        repeat: The preceding number is repeated.
        back: The number is lower: a displaced page, or an inserted page.
        back_length: The median distance of such a step back.
        restart: Numbering restarts in a new year.
        restart_within: Numbering restarts within a year.
        day_back: The day is before the preceding day.
        days: The median number of days between entries, 0 for the same day, if the book does not show it.
        new_year: A new year begins, where the days are unknown.
        elsewhere: The value is none of the neighbours' suggestions.
        first: The book's first number is 1.
    """

    gap: float = 0.047
    gap_length: float = 0.7
    repeat: float = 0.004
    back: float = 0.004
    back_length: float = 3.0
    restart: float = 0.95
    restart_within: float = 0.0013
    day_back: float = 0.005
    days: float = 1.8
    new_year: float = 0.01
    elsewhere: float = 0.005
    first: float = 0.5


USUAL = OrderWeights()
"""The weights in use. Gaps, restarts within a year and days are fitted on books as offices keep them;
the rarity of repeats and displaced pages on paper is assumed (ADR 0050)."""


def reweigh_entries(
    entries: Sequence[EntryOrder], weights: OrderWeights = USUAL, year: int = 0
) -> tuple[EntryOrder, ...]:
    """Reweigh the hypotheses of numbers and days by the order of the whole book.

    Args:
        entries: In the order of the scans, and of the rows on a page.
        weights: The transition probabilities.
        year: The year of the book on its cover, 0 if unknown.

    Returns:
        The same texts for each entry, likeliest first. The ratio of two probabilities changes at most by
        ``MOST_FAVOUR``, and the probabilities of a value sum to at most 1.
    """
    numbers = [_read(entry.number, number_of) for entry in entries]
    days = [_read(entry.registered_on, day_of) for entry in entries]
    number_states, day_states = _states(numbers, 1), _states(days, 0)
    contexts = _contexts(number_states, day_states, _at_pace(days, weights), 1)
    return tuple(
        EntryOrder(
            _weighed(entry.number, numbers[place], number_states[place], on_numbers),
            _weighed(
                entry.registered_on,
                days[place],
                day_states[place],
                on_days * _usual_days(day_states[place].values, year),
            ),
        )
        for place, (entry, (on_numbers, on_days)) in enumerate(zip(entries, contexts, strict=True))
    )


def _usual_days(days: Integers, year: int) -> Floats:
    """Return the relative frequency of days for registration: fewer on Sundays and outside the year of the book."""
    known = days != _ELSEWHERE
    is_sunday = known & (days % 7 == 0)
    is_elsewhere = known & (_years(days) != year) if year else np.zeros(len(days), bool)
    return np.where(is_sunday, SUNDAY, 1.0) * np.where(is_elsewhere, OTHER_YEAR, 1.0)


def reweigh_pages(
    pages: Sequence[tuple[Hypothesis, ...]], weights: OrderWeights = USUAL
) -> tuple[tuple[Hypothesis, ...], ...]:
    """Reweigh the page number hypotheses of a book by its order.

    Args:
        pages: The hypotheses of each page number, in the order of the scans; empty without a written number.
        weights: The transition probabilities. Page numbers do not restart in a new year, and count pages or, in some
            books, spreads of two.
    """
    numbers = [_read(page, page_of) for page in pages]
    states, contexts = _page_contexts(numbers, weights)
    return tuple(
        _weighed(page, read, state, context)
        for page, read, state, context in zip(pages, numbers, states, contexts, strict=True)
    )


def expected_numbers(
    entries: Sequence[EntryOrder], weights: OrderWeights = USUAL
) -> tuple[tuple[int, ...], ...]:
    """Return for each entry the numbers to score on its ink in addition to its hypotheses.

    These numbers are likely by the order of the book alone. The emissions of the entry decide whether one becomes a
    hypothesis; an entry without a reading gets none.
    """
    numbers = [_read(entry.number, number_of) for entry in entries]
    days = [_read(entry.registered_on, day_of) for entry in entries]
    states = _states(numbers, 1)
    contexts = _contexts(states, _states(days, 0), _at_pace(days, weights), 1)
    return tuple(
        _expected(state, on_numbers) if entry.number else ()
        for entry, state, (on_numbers, _) in zip(entries, states, contexts, strict=True)
    )


def expected_pages(
    pages: Sequence[tuple[Hypothesis, ...]], weights: OrderWeights = USUAL
) -> tuple[tuple[int, ...], ...]:
    """Return the same for page numbers."""
    states, contexts = _page_contexts([_read(page, page_of) for page in pages], weights)
    return tuple(
        _expected(state, context) if page else ()
        for page, state, context in zip(pages, states, contexts, strict=True)
    )


def _expected(states: _States, context: Floats) -> tuple[int, ...]:
    known = sorted(zip((-context / context.sum()).tolist(), states.values.tolist(), strict=True))
    likely = [value for chance, value in known if value != _ELSEWHERE and -chance >= _LIKELY]
    return tuple(value for value in likely if value not in states.own)


def _page_contexts(numbers: Sequence[_Read], weights: OrderWeights) -> tuple[list[_States], list[Floats]]:
    step = _step(numbers)
    states = _states(numbers, step)
    nothing = [_States(np.array([_ELSEWHERE]), np.ones(1), frozenset())] * len(numbers)
    contexts = _contexts(states, nothing, replace(weights, new_year=0.0), step)
    return states, [on_numbers for on_numbers, _ in contexts]


def number_of(text: str) -> int | None:
    """Return an entry number without its year; ``None`` where a text has no number."""
    canonical = ENTRY_NUMBER.parse(text).canonical
    return int(canonical.split("/")[0]) if canonical else None


def page_of(text: str) -> int | None:
    """Return a page number; ``None`` where a text has no number."""
    canonical = NUMBER.parse(text).canonical
    return int(canonical) if canonical else None


def day_of(text: str) -> int | None:
    """Return the ordinal of a day; ``None`` for a date without an exact day."""
    day = parse_canonical(DATE.parse(text).canonical)
    if day is None or day.month is None or day.day is None:
        return None
    return datetime.date(day.year, day.month, day.day).toordinal()


@dataclass(frozen=True, slots=True)
class _Read:
    """The readings of a value: the value of each text (``None``: no value), and the probability of each value."""

    of_text: tuple[int | None, ...]
    chances: dict[int, float]

    @property
    def rest(self) -> float:
        return max(_LEAST, 1.0 - sum(self.chances.values()))


def _read(hypotheses: Sequence[Hypothesis], value_of: Callable[[str], int | None]) -> _Read:
    of_text = tuple(value_of(hypothesis.text) for hypothesis in hypotheses)
    chances: dict[int, float] = {}
    for hypothesis, value in zip(hypotheses, of_text, strict=True):
        if value is not None:
            chances[value] = chances.get(value, 0.0) + hypothesis.chance
    return _Read(of_text, dict(sorted(chances.items(), key=lambda known: (-known[1], known[0]))))


def _step(numbers: Sequence[_Read]) -> int:
    """Return the usual step of numbers: 1, or 2 if every second page has a number."""
    best = [next(iter(read.chances)) for read in numbers if read.chances]
    steps = Counter(later - earlier for earlier, later in pairwise(best))
    return 2 if steps[2] > steps[1] else 1


def _at_pace(days: Sequence[_Read], weights: OrderWeights) -> OrderWeights:
    """Return the weights with the pace of the book: its days are weeks apart in a small commune, hours in a large one.

    The median ignores the few misread days.
    """
    best = [next(iter(read.chances)) for read in days if read.chances]
    apart = [float(later - earlier) for earlier, later in pairwise(best) if later >= earlier]
    pace = median([*apart, *[weights.days] * _USUAL_PAIRS])
    return replace(weights, days=min(max(pace, _PACES[0]), _PACES[1]))


@dataclass(frozen=True, slots=True)
class _States:
    """The states of a value of an entry.

    Attributes:
        values: The entry's readings, the neighbours' suggestions, and ``_ELSEWHERE``.
        own: The entry's readings.
    """

    values: Integers
    ink: Floats
    own: frozenset[int]


def _states(reads: Sequence[_Read], step: int) -> list[_States]:
    known = [place for place, read in enumerate(reads) if read.chances]
    states_of_entries = []
    behind = 0
    for place, read in enumerate(reads):
        while behind < len(known) and known[behind] < place:
            behind += 1
        around = known[max(0, behind - NEIGHBOURS) : behind + NEIGHBOURS + 1]
        suggested = {
            value + step * (place - other)
            for other in around
            for value in list(reads[other].chances)[:_TRIED]
        }
        own = frozenset(read.chances)
        values = sorted(own | {value for value in suggested if value > 0})
        left = read.rest / _SPREAD
        ink = [read.chances.get(value, left) for value in values]
        states_of_entries.append(_States(np.array([_ELSEWHERE, *values]), np.array([left, *ink]), own))
    return states_of_entries


def _contexts(
    numbers: Sequence[_States], days: Sequence[_States], weights: OrderWeights, step: int
) -> list[tuple[Floats, Floats]]:
    """Return for each entry the evidence of all other entries for each of its numbers and days."""
    if not numbers:
        return []
    inks = [np.outer(number.ink, day.ink) for number, day in zip(numbers, days, strict=True)]
    turns = [
        (_number_turns(*pair, weights, step), _day_turns(*other, weights))
        for pair, other in zip(pairwise(numbers), pairwise(days), strict=True)
    ]
    ahead = [np.outer(_first_numbers(numbers[0], weights), np.ones(len(days[0].values)))]
    for ink, (number_turns, day_turns) in zip(inks, turns, strict=False):
        known = _scaled(ahead[-1] * ink)
        both = zip(number_turns, day_turns, strict=True)
        ahead.append(np.sum([by.T @ known @ on for by, on in both], axis=0))
    behind = [np.ones_like(inks[-1])]
    for ink, (number_turns, day_turns) in zip(reversed(inks[1:]), reversed(turns), strict=True):
        known = _scaled(behind[-1] * ink)
        both = zip(number_turns, day_turns, strict=True)
        behind.append(np.sum([by @ known @ on.T for by, on in both], axis=0))
    joint = [_scaled(a * b) for a, b in zip(ahead, reversed(behind), strict=True)]
    return [
        (context @ day.ink, number.ink @ context)
        for context, number, day in zip(joint, numbers, days, strict=True)
    ]


def _scaled(chances: Floats) -> Floats:
    return np.asarray(chances / chances.sum())


def _first_numbers(states: _States, weights: OrderWeights) -> Floats:
    begun = np.where(states.values > 0, step_chances(states.values - 1, 1.0), 0.0)
    return np.asarray(weights.first * begun + (1.0 - weights.first) / _SPREAD)


def _number_turns(before: _States, after: _States, weights: OrderWeights, step: int) -> tuple[Floats, Floats]:
    """Return the transition probabilities of numbers to the next entry: within a year, and into a new year."""
    first, second = before.values[:, None], after.values[None, :]
    further = second - first
    usual = 1.0 - weights.gap - weights.repeat - weights.back - weights.restart_within - weights.elsewhere
    runs = np.select(
        [further == step, further == 0, further > 0],
        [
            usual,
            weights.repeat,
            weights.gap * step_chances(np.maximum(further - step - 1, 0), weights.gap_length),
        ],
        weights.back * step_chances(-further - 1, weights.back_length),
    )
    begun = np.broadcast_to(step_chances(second - 1, 1.0), runs.shape)
    within = _with_elsewhere(runs + weights.restart_within * begun, before, after, weights)
    anew = _with_elsewhere((1.0 - weights.restart) * runs + weights.restart * begun, before, after, weights)
    begins = before.values == _ELSEWHERE
    anew[begins, 1:] += weights.restart * begun[begins, 1:]
    return within, anew


def _day_turns(before: _States, after: _States, weights: OrderWeights) -> tuple[Floats, Floats]:
    """Return the transition probabilities of days to the next entry: within a year, and into a new year."""
    first, second = before.values[:, None], after.values[None, :]
    later = second - first
    runs = np.where(
        later >= 0,
        (1.0 - weights.day_back) * step_chances(later, weights.days),
        weights.day_back * step_chances(-later - 1, weights.days),
    )
    if not (before.own and after.own):
        runs = np.where(later == 0, np.maximum(runs, _STANDS_FOR), runs)
    known = _with_elsewhere(runs, before, after, weights)
    new = _years(before.values)[:, None] < _years(after.values)[None, :]
    unknown = (first == _ELSEWHERE) | (second == _ELSEWHERE)
    into_new = np.where(unknown, weights.new_year, new.astype(np.float64))
    return np.asarray(known * (1.0 - into_new)), np.asarray(known * into_new)


def _with_elsewhere(runs: Floats, before: _States, after: _States, weights: OrderWeights) -> Floats:
    """Return the transitions extended by values without a nearby reading."""
    from_elsewhere = (before.values == _ELSEWHERE)[:, None]
    to_elsewhere = (after.values == _ELSEWHERE)[None, :]
    from_known = np.where(to_elsewhere, weights.elsewhere, runs)
    return np.where(from_elsewhere, np.where(to_elsewhere, 0.5, 0.5 / _SPREAD), from_known)


def _years(days: Integers) -> Integers:
    return np.array([datetime.date.fromordinal(max(1, day)).year for day in days.tolist()])


def step_chances(steps: Integers, half: float) -> Floats:
    """Return the probabilities of 0, 1, 2, … with median ``half`` (a Lomax distribution in whole steps)."""
    at = np.maximum(steps, 0) + half
    return np.asarray(np.where(steps >= 0, half / (at * (at + 1.0)), 0.0))


def _weighed(
    hypotheses: Sequence[Hypothesis], read: _Read, states: _States, context: Floats
) -> tuple[Hypothesis, ...]:
    """Return the hypotheses with their probabilities by ink and order, likeliest first."""
    if not read.chances:
        return tuple(hypotheses)
    worth_of = dict(zip(states.values.tolist(), context.tolist(), strict=True))
    others = sum(worth for value, worth in worth_of.items() if value not in states.own) / _SPREAD
    factors = [others if value is None else worth_of[value] for value in read.of_text]
    floor = max(*factors, others) * math.exp(-MOST_FAVOUR)
    weighted = [
        hypothesis.chance * max(factor, floor) for hypothesis, factor in zip(hypotheses, factors, strict=True)
    ]
    left = max(0.0, 1.0 - sum(hypothesis.chance for hypothesis in hypotheses)) * max(others, floor)
    total = sum(weighted) + left
    if total <= 0.0:
        return tuple(hypotheses)
    weighed = [
        Hypothesis(hypothesis.text, chance / total)
        for hypothesis, chance in zip(hypotheses, weighted, strict=True)
    ]
    return tuple(sorted(weighed, key=lambda hypothesis: (-hypothesis.chance, hypothesis.text)))
