"""The fit of a text to the ink of a line under the networks, and the split of a text over several lines.

The text is aligned to the line, and its path is compared with the best path of all. Misreadings of the networks cost
little; a wrong text costs much in at least one word.
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
"""Largest cost per letter of a fitting text (nats beyond the best path): of the whole line, and of its worst word. Of
220 lines by writers outside the training, 96 of 100 true texts fit; 2 of 100 fit with a word exchanged, and 49 of
100 with a tone exchanged, which ink alone often does not show (a single trial)."""

SURE_SPLIT = 6.0
"""Least advantage (nats) of a split over the next best split."""

MOST_SPLITS = 400
"""Largest number of splits to try."""


@dataclass(frozen=True, slots=True)
class LineFit:
    """The fit of a text to a line.

    Attributes:
        cost: Cost of the text beyond the best path, in nats per letter.
        worst_word: Cost of the worst word.
    """

    cost: float
    worst_word: float

    @property
    def fits(self) -> bool:
        """Whether the text may be the line's text."""
        return self.cost <= WORST_LINE and self.worst_word <= WORST_WORD


class SeenLine:
    """A line under the networks, with folded case and without signs and spaces.

    Args:
        emissions: The emissions of each network for the same line. Those with other steps than the first, of pictures
            of another height, do not count: their letters lie elsewhere.
    """

    def __init__(self, emissions: Sequence[Emission]) -> None:
        steps = len(emissions[0].log_chances)
        self._emissions = tuple(emission for emission in emissions if len(emission.log_chances) == steps)
        self._places, self._logs = _folded(self._emissions)
        self._free = self._logs.max(axis=1)

    def fit(self, text: str) -> LineFit | None:
        """Return the fit of a text; ``None`` if a letter is unknown to the networks or the line has too few steps."""
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
        """Return the cost of a text beyond the best path, in nats; infinite if it is impossible."""
        target = [letter for word in self._words(text) for letter in word]
        if not target or len(self._logs) < len(target):
            return float("inf")
        return align_classes(self._logs, target)[1] + float(self._free.sum())

    def cost_with_signs(self, text: str) -> float:
        """Return the cost of a text with its signs, in nats; infinite if it is impossible."""
        places, logs = _folded(self._emissions, signs=True)
        known = [letter for letter in text.lower() if not letter.isspace()]
        if not known or len(logs) < len(known) or not all(letter in places for letter in known):
            return float("inf")
        return align_classes(logs, [places[letter] for letter in known])[1]

    def _words(self, text: str) -> list[list[int]]:
        """Return the classes of each word, without signs; empty if a letter is unknown to the networks."""
        words = ["".join(filter(str.isalnum, word)) for word in text.lower().split()]
        if not all(letter in self._places for word in words for letter in word):
            return []
        return [[self._places[letter] for letter in word] for word in words if word]

    def _word_costs(self, words: Sequence[Sequence[int]], steps: Sequence[int]) -> Iterator[float]:
        """Yield the cost of each word on the steps from its first letter to the first letter of the next word."""
        starts = [0, *accumulate(map(len, words))][:-1]
        bounds = [0, *(steps[start] for start in starts[1:]), len(self._logs)]
        for word, (first, end) in zip(words, pairwise(bounds), strict=True):
            part = self._logs[first:end]
            if len(part) >= len(word):
                cost = align_classes(part, word)[1] + float(self._free[first:end].sum())
                if np.isfinite(cost):
                    yield cost / len(word)


def split_over(lines: Sequence[SeenLine], text: str) -> tuple[str, ...] | None:
    """Return the part of a text on each line; ``None`` if no split is sure.

    Words stay whole. A split is sure if it costs ``SURE_SPLIT`` less than any other.

    Args:
        lines: The lines, in reading order.
        text: The whole text.
    """
    words = text.split()
    if len(lines) == 1:
        return (text,)
    if len(words) < len(lines):
        return None
    splits = list(_splits(len(words), len(lines)))
    if len(splits) > MOST_SPLITS:
        return None
    known: dict[tuple[int, int, int], float] = {}
    costs: list[tuple[float, tuple[int, ...]]] = []
    for split in splits:
        total = 0.0
        for number, (start, end) in enumerate(pairwise(split)):
            key = (number, start, end)
            if key not in known:
                known[key] = lines[number].cost(" ".join(words[start:end]))
            total += known[key]
        costs.append((total, split))
    costs.sort()
    best, split = costs[0]
    if not np.isfinite(best) or (len(costs) > 1 and costs[1][0] - best < SURE_SPLIT):
        return None
    return tuple(" ".join(words[start:end]) for start, end in pairwise(split))


def _splits(words: int, lines: int) -> Iterator[tuple[int, ...]]:
    for inner in combinations(range(1, words), lines - 1):
        yield (0, *inner, words)


def _folded(
    emissions: Sequence[Emission], *, signs: bool = False
) -> tuple[dict[str, int], NDArray[np.float32]]:
    """Return the class of each letter and (steps, classes) log probabilities, averaged over the networks.

    Class 0 is no letter: spaces, and signs unless ``signs``.
    """
    known = "".join(emission.letters.lower() for emission in emissions)
    places = {
        letter: number
        for number, letter in enumerate(
            dict.fromkeys(letter for letter in known if letter.isalnum() or (signs and letter != " ")),
            start=1,
        )
    }
    total = np.zeros((len(emissions[0].log_chances), 1 + len(places)), np.float64)
    for emission in emissions:
        columns = np.array([0, *(places.get(letter.lower(), 0) for letter in emission.letters)])
        np.add.at(total.T, columns, np.exp(emission.log_chances.astype(np.float64)).T)
    return places, np.log(total / len(emissions) + 1e-8).astype(np.float32)
