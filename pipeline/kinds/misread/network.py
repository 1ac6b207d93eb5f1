"""A finite grammar as a network: states, and edges between them that say one word of a group (or nothing)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

NOTHING = ""
"""The word of no letters: an edge that says nothing."""

GLUE = "+"
"""Begins a word that is written on to the one before it, without a space."""

VALUES = 100
"""A slot has values from 0 to below this."""

Numbers = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Edge:
    source: str
    target: str
    words: tuple[str, ...]
    cost: float = 0.0


@dataclass(frozen=True, slots=True)
class Term:
    """One way to say a value of a slot: the word that leads from a state to a state."""

    slot: str
    value: int
    source: str
    word: str
    target: str
    cost: float = 0.0


@dataclass
class Sketch:
    """A grammar under construction."""

    edges: list[Edge] = field(default_factory=list)
    terms: list[Term] = field(default_factory=list)

    def edge(self, source: str, target: str, words: str = NOTHING, cost: float = 0.0) -> None:
        """From a state to another by any of the words (parted by spaces), or by nothing."""
        self.edges.append(Edge(source, target, tuple(words.split()) or (NOTHING,), cost))

    def value(
        self, slot: str, value: int, source: str, target: str, words: str = NOTHING, cost: float = 0.0
    ) -> None:
        """An edge that decides a slot."""
        for word in words.split() or (NOTHING,):
            self.terms.append(Term(slot, value, source, word, target, cost))

    def values(self, slot: str, values: Mapping[str, int], source: str, target: str) -> None:
        """Edges that decide a slot, by the value of each word."""
        for word, value in values.items():
            self.value(slot, value, source, target, word)


@dataclass(frozen=True, slots=True)
class Layer:
    """Edges whose sources are all known; ``starts``: where the edges into each of ``targets`` begin."""

    sources: Numbers
    groups: Numbers
    costs: NDArray[np.float32]
    starts: Numbers
    targets: Numbers


class Network:
    """The compiled grammar. ``words``: all of them; ``groups``: the words of each group, as numbers of words;
    ``incoming``: for each state the edges into it, (source, group, cost); ``forward``, ``backward``: layers in which
    edges can be followed from the first state, or back from the last."""

    def __init__(self, sketch: Sketch, first: str, last: str) -> None:
        edges = [*sketch.edges, *_edges_of(sketch.terms)]
        self.states = {name: number for number, name in enumerate(_ordered(edges, first))}
        self.first, self.last = self.states[first], self.states[last]
        words = dict.fromkeys(word for edge in edges for word in edge.words)
        self.words = {word: number for number, word in enumerate(words)}
        grouped = {group: number for number, group in enumerate(dict.fromkeys(edge.words for edge in edges))}
        self.groups = tuple(np.array([self.words[word] for word in group], np.intp) for group in grouped)
        wired = [(self.states[e.source], self.states[e.target], grouped[e.words], e.cost) for e in edges]
        self.incoming: dict[int, list[tuple[int, int, float]]] = {}
        for source, target, group, cost in wired:
            self.incoming.setdefault(target, []).append((source, group, cost))
        self.forward = _layers(wired, self.first)
        turned = [(target, source, group, cost) for source, target, group, cost in wired]
        self.backward = _layers(turned, self.last)
        self.slots = {
            name: Slot(self, [term for term in sketch.terms if term.slot == name])
            for name in dict.fromkeys(term.slot for term in sketch.terms)
        }


class Slot:
    """The terms of a slot, sorted by value. ``words``, ``targets``: each pair of them once; ``pairs``: which of these a
    term has; ``starts``: where the terms of each of ``values`` begin."""

    def __init__(self, network: Network, terms: Sequence[Term]) -> None:
        order = sorted(terms, key=lambda term: term.value)
        pairs = {pair: number for number, pair in enumerate(dict.fromkeys((t.word, t.target) for t in order))}
        self.words = np.array([network.words[word] for word, _ in pairs], np.intp)
        self.targets = np.array([network.states[target] for _, target in pairs], np.intp)
        self.pairs = np.array([pairs[term.word, term.target] for term in order], np.intp)
        self.sources = np.array([network.states[term.source] for term in order], np.intp)
        self.costs = np.array([term.cost for term in order], np.float32)
        self.values, starts = np.unique([term.value for term in order], return_index=True)
        self.starts = starts.astype(np.intp)


def _edges_of(terms: Iterable[Term]) -> list[Edge]:
    """The edges by which the terms are said, those between the same states together."""
    found: dict[tuple[str, str, float], dict[str, None]] = {}
    for term in terms:
        found.setdefault((term.source, term.target, term.cost), {})[term.word] = None
    return [
        Edge(source, target, tuple(sorted(words)), cost) for (source, target, cost), words in found.items()
    ]


def _ordered(edges: Sequence[Edge], first: str) -> list[str]:
    """The states, each behind all that lead to it."""
    before: dict[str, set[str]] = {first: set()}
    for edge in edges:
        before.setdefault(edge.target, set()).add(edge.source)
    order: list[str] = []
    while len(order) < len(before):
        ready = [state for state, others in before.items() if state not in order and others <= {*order}]
        if not ready:
            raise ValueError("a grammar with a circle, or a state that nothing leads to")
        order += ready
    return order


def _layers(wired: Sequence[tuple[int, int, int, float]], first: int) -> tuple[Layer, ...]:
    incoming: dict[int, list[tuple[int, int, float]]] = {}
    for source, target, group, cost in wired:
        incoming.setdefault(target, []).append((source, group, cost))
    known = {first}
    layers = []
    while len(known) <= len(incoming):
        ready = [
            state
            for state, edges in incoming.items()
            if state not in known and all(e[0] in known for e in edges)
        ]
        edges = [edge for state in ready for edge in incoming[state]]
        counts = [len(incoming[state]) for state in ready]
        layers.append(
            Layer(
                np.array([edge[0] for edge in edges], np.intp),
                np.array([edge[1] for edge in edges], np.intp),
                np.array([edge[2] for edge in edges], np.float32),
                np.cumsum([0, *counts[:-1]]).astype(np.intp),
                np.array(ready, np.intp),
            )
        )
        known |= {*ready}
    return tuple(layers)
