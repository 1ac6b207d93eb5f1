"""The order of a book as evidence: numbers go up by one, days of registration do not go back.

Every entry has a number and a day, whether they are written or not, and each follows from those before in a few usual
ways: the next number, a gap, a number again, a page out of its place, a new year that begins at 1. The hypotheses of
the ink are weighed by these ways along the whole book, forwards and backwards (the forward–backward algorithm: Rabiner
1989, "A tutorial on hidden Markov models"). Order is evidence and fills nothing in: a value without hypotheses gets
none, and no value is added to the hypotheses of an entry. Every entry is weighed by what the ink of the others says,
never by what was made of it, so that no order of computing matters.
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
from pipeline.recognition.decoding.priors import LIMIT
from pipeline.values.kinds import DATE, ENTRY_NUMBER, KINDS
from pipeline.values.kinds.calendar import parse_canonical

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

NEIGHBOURS = 4
"""How many entries on each side with a reading of their own say what an unread value may be."""

_TRIED = 3
"""How many of the hypotheses of a neighbour are followed."""

_LEAST = 1e-4
"""The least probability left to values that are no hypothesis."""

_SPREAD = 400.0
"""Over how many values the probability is spread that is left to values that are no hypothesis."""

_USUAL_PAIRS = 3
"""How many pairs of neighbours the usual pace of books counts beside those of the book itself."""

_PACES = (0.3, 60.0)
"""The least and the greatest pace, in days, that a book is taken to have."""

_STANDS_FOR = 0.5
"""How likely an entry whose day nobody read has that of a neighbour, which stands for all days in between."""

_LIKELY = 0.2
"""How likely a number has to be by the order of the book alone for the ink to be asked about it."""

_ELSEWHERE = -1
"""The value of the state that stands for all values that nobody read nearby."""


@dataclass(frozen=True, slots=True)
class EntryOrder:
    """What the ink of one entry says of its place in the book.

    Attributes:
        number: The texts that its number may have; none where nothing is written.
        registered_on: The texts that its day of registration may have; none where nothing is written.
    """

    number: tuple[Hypothesis, ...] = ()
    registered_on: tuple[Hypothesis, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderWeights:
    """How the numbers and days of neighbouring entries follow one another, as probabilities.

    Attributes:
        gap: Numbers are left out: pages are missing, or nobody wrote them.
        gap_length: The length of a gap that every second gap exceeds.
        repeat: The number of the entry before occurs again.
        back: The number is lower: a page out of its place, or an inserted one.
        back_length: How far back every second of these lies beyond.
        restart: Numbers begin anew in a new year.
        restart_within: They begin anew within a year.
        day_back: The day is before that of the entry before.
        days: How many days later every second day is, the same day included, where the book does not tell.
        new_year: A new year begins, where the days are not known.
        elsewhere: The value is none that any neighbour suggests.
        first: The first number of a book is 1.
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
"""The weights in use. Gaps, new beginnings within a year and days are fitted on books as offices keep them
(``benchmarks/fitting/fit_order_chain.py``); how rare repeats and pages out of place are on paper is assumed (ADR
0050)."""


def reweigh_entries(entries: Sequence[EntryOrder], weights: OrderWeights = USUAL) -> tuple[EntryOrder, ...]:
    """Return the entries of a book with the probabilities of their numbers and days by the order of the whole book.

    Args:
        entries: In the order of the scans, and of the rows on a page.
        weights: How values follow one another.

    Returns:
        The same texts for each entry, the likeliest first. No probability moves against another by more than the prior
        of a field may (``decoding.priors.LIMIT``), and those of a value sum to at most 1.
    """
    numbers = [_read(entry.number, number_of) for entry in entries]
    days = [_read(entry.registered_on, day_of) for entry in entries]
    number_states, day_states = _states(numbers, 1), _states(days, 0)
    contexts = _contexts(number_states, day_states, _at_pace(days, weights), 1)
    return tuple(
        EntryOrder(
            _weighed(entry.number, numbers[place], number_states[place], on_numbers),
            _weighed(entry.registered_on, days[place], day_states[place], on_days),
        )
        for place, (entry, (on_numbers, on_days)) in enumerate(zip(entries, contexts, strict=True))
    )


def reweigh_pages(
    pages: Sequence[tuple[Hypothesis, ...]], weights: OrderWeights = USUAL
) -> tuple[tuple[Hypothesis, ...], ...]:
    """Return the texts of the page numbers of a book with their probabilities by its order.

    Args:
        pages: The texts that the number of each page may have, in the order of the scans; none where none is written.
        weights: How values follow one another. Page numbers do not begin anew in a new year, and count pages or, in
            some books, spreads of two.
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
    """Return for each entry the numbers that its ink is to be asked about besides those that were read there.

    These are likely by the order of the book alone. Whether one of them is a hypothesis the emissions of the entry have
    to say; where nothing was read there is none.
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
    """Return the same of page numbers."""
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
    """Return the number of an entry, its year aside; ``None`` where a text is none."""
    canonical = ENTRY_NUMBER.parse(text).canonical
    return int(canonical.split("/")[0]) if canonical else None


def page_of(text: str) -> int | None:
    """Return the number of a page; ``None`` where a text is none."""
    canonical = KINDS["number"].parse(text).canonical
    return int(canonical) if canonical else None


def day_of(text: str) -> int | None:
    """Return the number of a day; ``None`` for a date that is not known to the day."""
    day = parse_canonical(DATE.parse(text).canonical)
    if day is None or day.month is None or day.day is None:
        return None
    return datetime.date(day.year, day.month, day.day).toordinal()


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read of one value: the value of each text (``None``: none), and the probability of each value."""

    of_text: tuple[int | None, ...]
    chances: dict[int, float]

    @property
    def rest(self) -> float:
        return max(_LEAST, 1.0 - sum(self.chances.values()))


def _read(hypotheses: Sequence[Hypothesis], value_of: Callable[[str], int | None]) -> _Read:
    of_text = tuple(value_of(one.text) for one in hypotheses)
    chances: dict[int, float] = {}
    for one, value in zip(hypotheses, of_text, strict=True):
        if value is not None:
            chances[value] = chances.get(value, 0.0) + one.chance
    return _Read(of_text, dict(sorted(chances.items(), key=lambda known: (-known[1], known[0]))))


def _step(numbers: Sequence[_Read]) -> int:
    """Return what numbers usually go up by: 1, or 2 where every second page bears a number."""
    best = [next(iter(read.chances)) for read in numbers if read.chances]
    steps = Counter(later - earlier for earlier, later in pairwise(best))
    return 2 if steps[2] > steps[1] else 1


def _at_pace(days: Sequence[_Read], weights: OrderWeights) -> OrderWeights:
    """Return the weights with the pace of the book: its days are weeks apart in a small commune, hours in a large one.

    Days that are read wrongly are few beside the others, and a median does not mind them.
    """
    best = [next(iter(read.chances)) for read in days if read.chances]
    apart = [float(later - earlier) for earlier, later in pairwise(best) if later >= earlier]
    pace = median([*apart, *[weights.days] * _USUAL_PAIRS])
    return replace(weights, days=min(max(pace, _PACES[0]), _PACES[1]))


@dataclass(frozen=True, slots=True)
class _States:
    """The values that one value of an entry may have.

    Attributes:
        values: Those read there, those the neighbours suggest, and ``_ELSEWHERE``.
        ink: What the ink says of each.
        own: The values read there.
    """

    values: Integers
    ink: Floats
    own: frozenset[int]


def _states(reads: Sequence[_Read], step: int) -> list[_States]:
    known = [place for place, read in enumerate(reads) if read.chances]
    found = []
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
        found.append(_States(np.array([_ELSEWHERE, *values]), np.array([left, *ink]), own))
    return found


def _contexts(
    numbers: Sequence[_States], days: Sequence[_States], weights: OrderWeights, step: int
) -> list[tuple[Floats, Floats]]:
    """Return for each entry what all others say of each of its numbers and of each of its days."""
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
    """Return the probabilities from each number to each number of the next entry: within a year, and into a new one."""
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
    """Return the probabilities from each day to each day of the next entry: within a year, and into a new one."""
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
    """Return the probabilities with those from and to values that nobody read nearby."""
    from_elsewhere = (before.values == _ELSEWHERE)[:, None]
    to_elsewhere = (after.values == _ELSEWHERE)[None, :]
    found = np.where(to_elsewhere, weights.elsewhere, runs)
    return np.where(from_elsewhere, np.where(to_elsewhere, 0.5, 0.5 / _SPREAD), found)


def _years(days: Integers) -> Integers:
    return np.array([datetime.date.fromordinal(max(1, day)).year for day in days.tolist()])


def step_chances(steps: Integers, half: float) -> Floats:
    """Return how likely 0, 1, 2, … are where every second exceeds ``half`` (a Lomax distribution in whole steps)."""
    at = np.maximum(steps, 0) + half
    return np.asarray(np.where(steps >= 0, half / (at * (at + 1.0)), 0.0))


def _weighed(
    hypotheses: Sequence[Hypothesis], read: _Read, states: _States, context: Floats
) -> tuple[Hypothesis, ...]:
    """Return the hypotheses with their probabilities, the likeliest first, by what the ink and the order say."""
    if not read.chances:
        return tuple(hypotheses)
    said = dict(zip(states.values.tolist(), context.tolist(), strict=True))
    others = sum(worth for value, worth in said.items() if value not in states.own) / _SPREAD
    factors = [others if value is None else said[value] for value in read.of_text]
    floor = max(*factors, others) * math.exp(-LIMIT)
    given = [one.chance * max(factor, floor) for one, factor in zip(hypotheses, factors, strict=True)]
    left = max(0.0, 1.0 - sum(one.chance for one in hypotheses)) * max(others, floor)
    total = sum(given) + left
    if total <= 0.0:
        return tuple(hypotheses)
    weighed = [Hypothesis(one.text, chance / total) for one, chance in zip(hypotheses, given, strict=True)]
    return tuple(sorted(weighed, key=lambda one: (-one.chance, one.text)))
