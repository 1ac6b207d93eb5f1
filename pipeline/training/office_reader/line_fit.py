"""How well a text fits the ink of a line, as the networks see it, and where a text is split over several lines.

A line is aligned to the text, and the path through the text is held against the best path of all. What the networks
misread costs some; a text that is not what stands there costs much, for at least one of its words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, combinations, pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.recognition.decoding import Emission
from pipeline.recognition.decoding.forced_alignment import align_classes

WORST_LINE, WORST_WORD = 1.0, 2.5
"""Cost of a letter (nats beyond the best path) up to which a text fits: on the whole line, and in its worst word. Of
220 lines of writers that no network was trained on 96 of 100 true texts fit; 2 of 100 with one word in place of
another, and 49 of 100 with one tone in place of another, which ink alone often cannot tell (a single trial)."""

SURE_SPLIT = 6.0
"""By how much (nats) a split of a text over lines must be better than the next best one."""

MOST_SPLITS = 400
"""Ways to split a text over its lines beyond which none is tried."""


@dataclass(frozen=True, slots=True)
class LineFit:
    """How well a text fits a line.

    Attributes:
        cost: What the text costs beyond the best path, in nats a letter.
        worst_word: The same of its worst word.
    """

    cost: float
    worst_word: float

    @property
    def fits(self) -> bool:
        """Whether the text can be what stands on the line."""
        return self.cost <= WORST_LINE and self.worst_word <= WORST_WORD


class SeenLine:
    """A line as the networks see it: upper and lower case are one letter, signs and spaces are none.

    Args:
        emissions: What each network sees of one and the same picture of the line.
    """

    def __init__(self, emissions: Sequence[Emission]) -> None:
        self._emissions = tuple(emissions)
        self._places, self._logs = _folded(emissions)
        self._free = self._logs.max(axis=1)

    def fit(self, text: str) -> LineFit | None:
        """Return how well a text fits; None where the networks lack one of its letters, or it has too few steps."""
        words = self._words(text)
        target = [letter for word in words for letter in word]
        if not target or len(self._logs) < len(target):
            return None
        steps, cost = align_classes(self._logs, target)
        if not np.isfinite(cost):
            return None
        whole = (cost + float(self._free.sum())) / len(target)
        return LineFit(whole, max(self._word_costs(words, steps), default=whole))

    def cost(self, text: str) -> float:
        """Return what a text costs beyond the best path, in nats; infinite where it cannot be there."""
        target = [letter for word in self._words(text) for letter in word]
        if not target or len(self._logs) < len(target):
            return float("inf")
        return align_classes(self._logs, target)[1] + float(self._free.sum())

    def cost_with_signs(self, text: str) -> float:
        """Return what a text costs with its signs, in nats; infinite where it cannot be there."""
        places, logs = _folded(self._emissions, signs=True)
        known = [letter for letter in text.lower() if not letter.isspace()]
        if not known or len(logs) < len(known) or not all(letter in places for letter in known):
            return float("inf")
        return align_classes(logs, [places[letter] for letter in known])[1]

    def _words(self, text: str) -> list[list[int]]:
        """Return the classes of each word, without signs; none where a letter is not the networks'."""
        words = ["".join(filter(str.isalnum, word)) for word in text.lower().split()]
        if not all(letter in self._places for word in words for letter in word):
            return []
        return [[self._places[letter] for letter in word] for word in words if word]

    def _word_costs(self, words: Sequence[Sequence[int]], steps: Sequence[int]) -> Iterator[float]:
        """Yield the cost of each word on the steps from its first letter to the first one of the next word."""
        starts = [0, *accumulate(map(len, words))][:-1]
        bounds = [0, *(steps[start] for start in starts[1:]), len(self._logs)]
        for word, (first, end) in zip(words, pairwise(bounds), strict=True):
            part = self._logs[first:end]
            if len(part) >= len(word):
                cost = align_classes(part, word)[1] + float(self._free[first:end].sum())
                if np.isfinite(cost):
                    yield cost / len(word)


def split_over(lines: Sequence[SeenLine], text: str) -> tuple[str, ...] | None:
    """Return the part of a text that stands on each line; None where that is not sure.

    Words stay whole. A split is sure where it costs ``SURE_SPLIT`` less than any other.

    Args:
        lines: The lines, in reading order.
        text: The whole text.
    """
    words = text.split()
    if len(lines) == 1:
        return (text,)
    if len(words) < len(lines):
        return None
    ways = list(_ways(len(words), len(lines)))
    if len(ways) > MOST_SPLITS:
        return None
    known: dict[tuple[int, int, int], float] = {}
    costs: list[tuple[float, tuple[int, ...]]] = []
    for way in ways:
        total = 0.0
        for number, (start, end) in enumerate(pairwise(way)):
            key = (number, start, end)
            if key not in known:
                known[key] = lines[number].cost(" ".join(words[start:end]))
            total += known[key]
        costs.append((total, way))
    costs.sort()
    best, way = costs[0]
    if not np.isfinite(best) or (len(costs) > 1 and costs[1][0] - best < SURE_SPLIT):
        return None
    return tuple(" ".join(words[start:end]) for start, end in pairwise(way))


def _ways(words: int, lines: int) -> Iterator[tuple[int, ...]]:
    for inner in combinations(range(1, words), lines - 1):
        yield (0, *inner, words)


def _folded(
    emissions: Sequence[Emission], *, signs: bool = False
) -> tuple[dict[str, int], NDArray[np.float32]]:
    """Return the class of each letter and (steps, classes) log chances, the mean of the networks.

    Class 0 is no letter: spaces, and signs unless they are asked for.
    """
    known = "".join(emission.letters.lower() for emission in emissions)
    places = {
        letter: at
        for at, letter in enumerate(
            dict.fromkeys(letter for letter in known if letter.isalnum() or (signs and letter != " ")),
            start=1,
        )
    }
    total = np.zeros((len(emissions[0].log_chances), 1 + len(places)), np.float64)
    for emission in emissions:
        columns = np.array([0, *(places.get(letter.lower(), 0) for letter in emission.letters)])
        np.add.at(total.T, columns, np.exp(emission.log_chances.astype(np.float64)).T)
    return places, np.log(total / len(emissions) + 1e-8).astype(np.float32)
