"""All readings of a text by a grammar at once: the smallest cost of each value of each slot.

Source:
    Min-sum over a lattice, forward and backward: Viterbi 1967 ("Error bounds for convolutional codes", IEEE Trans. Inf.
    Theory 13); Bahl, Cocke, Jelinek and Raviv 1974 for combining both passes at one position.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from pipeline.values.kinds.misread.channel import Alphabet, Costs, NoisyChannel, ObservedLetters
from pipeline.values.kinds.misread.grammar import VALUES, EdgeLayer, GrammarNetwork, GrammarSlot

SPARE = 3
"""Largest number of surplus letters read for a word."""

NEVER = np.float32(1e4)


@dataclass(frozen=True, slots=True, eq=False)
class LatticeCosts:
    """The costs of a text by a grammar (nats).

    Attributes:
        least: The cost of the best reading.
        slots: For each slot the smallest cost of each value, (VALUES,).
    """

    least: float
    slots: Mapping[str, Costs]


@dataclass(frozen=True, slots=True)
class AlignedWord:
    """A word in the grammar's spelling, and the cost (nats) of its reading."""

    word: str
    cost: float


class Lattice:
    """A grammar and a channel, ready to read texts."""

    def __init__(self, network: GrammarNetwork, channel: NoisyChannel) -> None:
        self._network = network
        self._channel = channel
        self._spelt = list(network.words)
        self._alphabet = Alphabet(sorted({letter for word in self._spelt for letter in word}), channel)
        self._lengths = np.array([len(word) for word in self._spelt], np.intp)
        self._longest = int(self._lengths.max())
        padded = [word.ljust(self._longest) for word in self._spelt]
        self._numbers = np.array(
            [[self._alphabet.number.get(x, 0) for x in word] for word in padded], np.intp
        )

    def read(self, letters: ObservedLetters) -> LatticeCosts:
        """Return the costs of the values of all slots for a text of at least one letter."""
        starting = self._words(letters)
        reach = self._reach(starting)
        left = self._left(starting)
        slots = {name: self._slot(slot, reach, left, starting) for name, slot in self._network.slots.items()}
        return LatticeCosts(float(reach[self._network.last, -1]), slots)

    def best_words(self, letters: ObservedLetters) -> tuple[AlignedWord, ...]:
        """Return the words of the best reading, in order."""
        starting = self._words(letters)
        reach = self._reach(starting)
        state, place = self._network.last, len(letters.text)
        aligned: list[AlignedWord] = []
        while state != self._network.first or place:
            state, word, taken, cost = self._step_back(starting, reach, state, place)
            place -= taken
            if self._lengths[word]:
                aligned.append(AlignedWord(self._spelt[word], cost))
        return tuple(reversed(aligned))

    def _step_back(
        self, starting: Costs, reach: Costs, state: int, place: int
    ) -> tuple[int, int, int, float]:
        """Return the previous state, the word emitted from it, the number of letters read for it and the cost."""
        best, step = NEVER, (self._network.first, 0, place, float(NEVER))
        for source, group, cost in self._network.incoming[state]:
            for taken in range(min(starting.shape[1], place + 1)):
                costs = starting[self._network.groups[group], taken, place - taken]
                number = int(costs.argmin())
                reached = reach[source, place - taken] + costs[number] + cost
                if reached < best:
                    word = int(self._network.groups[group][number])
                    best, step = reached, (source, word, taken, float(costs[number]))
        return step

    def _reach(self, starting: Costs) -> Costs:
        """Return the cost of being in a state at a position: (states, places)."""
        ending = _by_end(starting)
        to_end = np.stack([ending[group].min(axis=0) for group in self._network.groups])
        taken, places = starting.shape[1:]
        padded = np.full((len(self._network.states), taken - 1 + places), NEVER, np.float32)
        reach = padded[:, taken - 1 :]
        reach[self._network.first, 0] = 0.0
        before = sliding_window_view(padded, places, axis=1)[:, ::-1]
        for layer in self._network.forward:
            _follow(layer, reach, to_end, before)
        return reach

    def _left(self, starting: Costs) -> Costs:
        """Return the cost from a state at a place to the end: (states, places + taken - 1), then ``NEVER``."""
        from_start = np.stack([starting[group].min(axis=0) for group in self._network.groups])
        taken, places = starting.shape[1:]
        left = np.full((len(self._network.states), places + taken - 1), NEVER, np.float32)
        left[self._network.last, places - 1] = 0.0
        behind = sliding_window_view(left, places, axis=1)
        for layer in self._network.backward:
            _follow(layer, left[:, :places], from_start, behind)
        return left

    def _words(self, letters: ObservedLetters) -> Costs:
        """Return the cost of reading each word from each position in so many letters: (words, letters + 1, places)."""
        size, most, channel = len(letters.text), self._longest + SPARE, self._channel
        words, places = len(self._lengths), size + 1
        read = np.full((len(self._alphabet.number), size + most), NEVER, np.float32)
        read[:, :size] = self._alphabet.costs(letters).T
        parted = np.full(size + most, NEVER, np.float32)
        parted[:size] = channel.space * letters.gaps
        within = sliding_window_view(
            parted, places
        )  # within[t]: cost of a space before letter t after the start
        done = np.full((most + 1, words, places), NEVER, np.float32)
        now = np.full((most + 1, words, places), NEVER, np.float32)
        now[0] = 0.0
        now[1, :, :size] = channel.found
        for taken in range(2, SPARE + 1):
            now[taken] = now[taken - 1] + (channel.found + within[taken - 1])
        done[0, self._lengths == 0] = 0.0
        for letter in range(self._longest):
            seen = sliding_window_view(read[self._numbers[:, letter]], places, axis=1)
            then = np.full((most + 1, words, places), NEVER, np.float32)
            then[0] = now[0] + channel.lost
            for taken in range(1, min(letter + 1 + SPARE, most) + 1):
                best = then[taken]
                np.add(now[taken - 1], seen[:, taken - 1], out=best)
                np.minimum(best, then[taken - 1] + channel.found, out=best)
                if taken > 1:
                    best += within[taken - 1]
                np.minimum(best, now[taken] + channel.lost, out=best)
            ended = self._lengths == letter + 1
            done[:, ended] = then[:, ended]
            now = then
        done[0, self._lengths > 0] += channel.word
        joined = np.zeros(places, np.float32)
        joined[1:size] = channel.space * ~letters.gaps[1:]
        done[:, self._lengths > 0] += joined
        return np.minimum(done, NEVER).transpose(1, 0, 2).copy()

    def _slot(self, slot: GrammarSlot, reach: Costs, left: Costs, starting: Costs) -> Costs:
        behind = sliding_window_view(left, starting.shape[2], axis=1)[slot.targets]
        rest = (starting[slot.words] + behind).min(axis=1)
        costs = (reach[slot.sources] + rest[slot.pairs]).min(axis=1) + slot.costs
        by_value = np.full(VALUES, NEVER, np.float32)
        by_value[slot.values] = np.minimum(np.minimum.reduceat(costs, slot.starts), NEVER)
        return by_value


def _by_end(starting: Costs) -> Costs:
    """Return the costs by the position of a word's end."""
    ending = np.full_like(starting, NEVER)
    places = starting.shape[2]
    for taken in range(min(starting.shape[1], places)):
        ending[:, taken, taken:] = starting[:, taken, : places - taken]
    return ending


def _follow(layer: EdgeLayer, costs: Costs, emitted: Costs, windows: Costs) -> None:
    """Follow the edges of a layer.

    Args:
        layer: Edges whose sources are all known.
        costs: (states, places) known for the layer's sources; the targets are filled in.
        emitted: (groups, letters read, places) the cost of a word of each group.
        windows: (states, letters read, places) a view of ``costs`` at the start of a word of so many letters.
    """
    through = emitted[layer.groups]
    through += windows[layer.sources]
    reached = np.minimum(through.min(axis=1) + layer.costs[:, None], NEVER)
    costs[layer.targets] = np.minimum.reduceat(reached, layer.starts, axis=0)
