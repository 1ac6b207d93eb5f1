"""Dates in words as a finite grammar: a network of states whose edges emit a word of a group, or nothing.

The network covers the strict grammar (``text.dates_in_words``) and numbers of no day or month, so that ``bốn mươi`` is
not mistaken for another number. Its slots are ``day`` and ``month`` (1 and up; 40 is any higher number), ``head`` and
``tail`` (first and last two digits of the year) and ``shape`` (``FULL``, ``MONTH_ONLY``, ``YEAR_ONLY``)::

    first --ngày--> day? --hai--> ... --> day! --tháng--> month? --> month! --năm--> year? --> ... --> last
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from numpy.typing import NDArray

from pipeline.base.text.dates_in_words import DIGITS

MONTH_ONLY, YEAR_ONLY, FULL = range(3)
"""Values of the slot ``shape``: a month and year, a year, a full date."""

NOTHING = ""
"""The empty word: an edge that emits nothing."""

VALUES = 100
"""Number of values of a slot, from 0."""

Numbers = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class GrammarEdge:
    """An edge between two states of the grammar, by any of its words, at a cost."""

    source: str
    target: str
    words: tuple[str, ...]
    cost: float = 0.0


@dataclass(frozen=True, slots=True)
class GrammarTerm:
    """An edge that sets the value of a slot."""

    slot: str
    value: int
    source: str
    word: str
    target: str
    cost: float = 0.0


@dataclass
class GrammarBuilder:
    """Collects the edges of a grammar."""

    edges: list[GrammarEdge] = field(default_factory=list)
    terms: list[GrammarTerm] = field(default_factory=list)

    def edge(self, source: str, target: str, words: str = NOTHING, cost: float = 0.0) -> None:
        """Add edges between two states by any of the words (separated by spaces), or without a word."""
        self.edges.append(GrammarEdge(source, target, tuple(words.split()) or (NOTHING,), cost))

    def value(
        self, slot: str, value: int, source: str, target: str, words: str = NOTHING, cost: float = 0.0
    ) -> None:
        """Add edges that set a slot."""
        for word in words.split() or (NOTHING,):
            self.terms.append(GrammarTerm(slot, value, source, word, target, cost))

    def values(self, slot: str, values: Mapping[str, int], source: str, target: str) -> None:
        """Add edges that set a slot by the value of each word."""
        for word, value in values.items():
            self.value(slot, value, source, target, word)


@dataclass(frozen=True, slots=True)
class EdgeLayer:
    """Edges with known sources; ``starts``: index of the first edge into each of ``targets``."""

    sources: Numbers
    groups: Numbers
    costs: NDArray[np.float32]
    starts: Numbers
    targets: Numbers


class GrammarNetwork:
    """The compiled grammar.

    Attributes:
        states: The number of each state, in topological order.
        first: The number of the first state.
        last: The number of the last state.
        words: The number of each word.
        groups: The words of each group of words, as numbers.
        incoming: Edges into each state: source, group, cost.
        forward: Layers for following edges from the first state.
        backward: Layers for following edges back from the last state.
        slots: The terms of each slot.
    """

    def __init__(self, sketch: GrammarBuilder, first: str, last: str) -> None:
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
            name: GrammarSlot(self, [term for term in sketch.terms if term.slot == name])
            for name in dict.fromkeys(term.slot for term in sketch.terms)
        }


class GrammarSlot:
    """The terms of a slot, sorted by value.

    Attributes:
        words: Word of each distinct pair of word and target.
        pairs: Index of each term's pair.
        sources: The source of each term.
        costs: The cost of each term (nats).
        starts: Index of the first term of each value.
    """

    def __init__(self, network: GrammarNetwork, terms: Sequence[GrammarTerm]) -> None:
        order = sorted(terms, key=lambda term: term.value)
        pairs = {pair: number for number, pair in enumerate(dict.fromkeys((t.word, t.target) for t in order))}
        self.words = np.array([network.words[word] for word, _ in pairs], np.intp)
        self.targets = np.array([network.states[target] for _, target in pairs], np.intp)
        self.pairs = np.array([pairs[term.word, term.target] for term in order], np.intp)
        self.sources = np.array([network.states[term.source] for term in order], np.intp)
        self.costs = np.array([term.cost for term in order], np.float32)
        self.values, starts = np.unique([term.value for term in order], return_index=True)
        self.starts = starts.astype(np.intp)


def _edges_of(terms: Iterable[GrammarTerm]) -> list[GrammarEdge]:
    """Return the edges of the terms, merged between the same states."""
    words_by_edge: dict[tuple[str, str, float], dict[str, None]] = {}
    for term in terms:
        words_by_edge.setdefault((term.source, term.target, term.cost), {})[term.word] = None
    return [
        GrammarEdge(source, target, tuple(sorted(words)), cost)
        for (source, target, cost), words in words_by_edge.items()
    ]


def _ordered(edges: Sequence[GrammarEdge], first: str) -> list[str]:
    before: dict[str, set[str]] = {first: set()}
    for edge in edges:
        before.setdefault(edge.target, set()).add(edge.source)
    order: list[str] = []
    while len(order) < len(before):
        ready = [state for state, others in before.items() if state not in order and others <= {*order}]
        if not ready:
            raise ValueError("a grammar with a cycle, or a state that nothing leads to")
        order += ready
    return order


def _layers(wired: Sequence[tuple[int, int, int, float]], first: int) -> tuple[EdgeLayer, ...]:
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
            EdgeLayer(
                np.array([edge[0] for edge in edges], np.intp),
                np.array([edge[1] for edge in edges], np.intp),
                np.array([edge[2] for edge in edges], np.float32),
                np.cumsum([0, *counts[:-1]]).astype(np.intp),
                np.array(ready, np.intp),
            )
        )
        known |= {*ready}
    return tuple(layers)


# --- the grammar of dates ---------------------------------------------------------------------------------------------

_ONES = {
    word: digit
    for digit, usual in enumerate(DIGITS)
    if digit
    for word in ((usual, "bẩy") if digit == 7 else (usual,))
}
_DIGITS = {DIGITS[0]: 0, **_ONES}
_BEHIND_TEN = {
    **{word: digit for word, digit in _ONES.items() if word != "năm"},
    "tư": 4,
    "lăm": 5,
    "nhăm": 5,
}
_BEHIND_TENS = {**_BEHIND_TEN, "mốt": 1}
_TEN = "mươi mười chục"

_NO_DAY_WORD = 2.0
_NO_DAY = 3.0
_NO_MONTH = 4.0
_NO_YEAR_WORD = 5.0
_NO_HUNDRED = 0.5
_FIVE_BEHIND_TENS = 4.0
"""The costs (nats) of a missing word ``ngày``, day, month or word ``năm``, of a year without hundreds, and of ``năm``
written for ``lăm``."""

_ABOVE = 40


@cache
def date_grammar() -> GrammarNetwork:
    """Return the grammar of dates in words."""
    builder = GrammarBuilder()
    builder.edge("first", "day?", "ngày")
    builder.edge("first", "day?", cost=_NO_DAY_WORD)
    _two_figures(builder, "day", "day?", "day!")
    builder.edge("day?", "early day?", "mồng mùng")
    builder.values("day", {**_ONES, "tư": 4, "mười": 10}, "early day?", "day!")
    builder.value("day", 15, "day?", "day!", "rằm")
    builder.value("shape", FULL, "day!", "month?", "tháng")
    builder.value("shape", MONTH_ONLY, "first", "month?", "tháng", _NO_DAY)
    _two_figures(builder, "month", "month?", "month!")
    builder.values("month", {"tư": 4, "giêng": 1, "chạp": 12}, "month?", "month!")
    builder.edge("month!", "year?", "năm")
    builder.value("shape", YEAR_ONLY, "first", "year?", "năm", _NO_MONTH)
    builder.value("shape", YEAR_ONLY, "first", "year?", cost=_NO_YEAR_WORD)
    _head(builder)
    _tail(builder)
    _tail_by_digits(builder)
    return GrammarNetwork(builder, "first", "last")


def _above(words: dict[str, int], tens: int) -> dict[str, int]:
    return {word: min(10 * tens + digit, _ABOVE) for word, digit in words.items()}


def _two_figures(builder: GrammarBuilder, slot: str, start: str, end: str) -> None:
    """Add the numbers 1 to 39, and all higher numbers as one value."""
    zero, teens = f"{slot} 0", f"{slot} 10"
    builder.values(slot, _ONES, start, end)
    builder.edge(start, zero, "không")
    builder.values(slot, _ONES, zero, end)
    builder.edge(start, teens, "mười")
    builder.value(slot, 10, teens, end)
    builder.values(slot, _above(_BEHIND_TEN, 1), teens, end)
    for tens, words, merged in ((2, "hai", "hăm"), (3, "ba", "băm"), (4, "bốn năm sáu bảy bẩy tám chín", "")):
        short, full = f"{slot} {tens}", f"{slot} {tens}0"
        builder.edge(start, short, words)
        builder.edge(short, full, _TEN)
        builder.value(slot, 10 * tens, full, end)
        builder.value(slot, min(10 * tens + 5, _ABOVE), full, end, "năm", _FIVE_BEHIND_TENS)
        if merged:
            builder.edge(start, f"{short} merged", merged)
        for before in (short, full, *([f"{short} merged"] if merged else [])):
            builder.values(slot, _above(_BEHIND_TENS, tens), before, end)


def _head(builder: GrammarBuilder) -> None:
    """Add thousands and hundreds; 3 stands for any thousand outside ledger years."""
    for thousands, words in ((1, "một"), (2, "hai"), (3, "ba bốn năm sáu bảy bẩy tám chín")):
        digit, thousand = f"year {thousands}", f"year {thousands}000"
        heads = {word: 10 * thousands + hundreds for word, hundreds in _DIGITS.items()}
        builder.edge("year?", digit, words)
        builder.edge(digit, thousand, "nghìn ngàn")
        builder.value("head", 10 * thousands, thousand, "brief tail?", cost=_NO_HUNDRED)
        builder.values("head", heads, thousand, "hundred?")
        builder.values("head", heads, digit, "tail by digits?")
    builder.edge("hundred?", "tail?", "trăm")


def _tail(builder: GrammarBuilder) -> None:
    """Add the last two digits; directly after thousands, tens are never without ``mươi``."""
    builder.edge("tail?", "tail 0", "không")
    builder.values("tail", {**_ONES, "tư": 4}, "tail 0", "last")
    for start in ("tail?", "brief tail?"):
        builder.value("tail", 0, start, "last")
        builder.edge(start, "tail 0", "linh lẻ")
    for start in ("tail?", "brief tail?", "tail by digits?"):
        builder.edge(start, "tail 10", "mười")
    builder.value("tail", 10, "tail 10", "last")
    builder.values("tail", _above(_BEHIND_TEN, 1), "tail 10", "last")
    for tens in range(2, 10):
        short, full = f"tail {tens}", f"tail {tens}0"
        words = " ".join(word for word, digit in _ONES.items() if digit == tens)
        for start in ("tail?", "tail by digits?"):
            builder.edge(start, short, words)
        builder.edge("brief tail?", f"brief {short}", words)
        for before in (short, f"brief {short}"):
            builder.edge(before, full, _TEN)
        ones = {word: 10 * tens + digit for word, digit in _BEHIND_TENS.items()}
        builder.value("tail", 10 * tens, full, "last")
        builder.values("tail", ones, full, "last")
        builder.value("tail", 10 * tens + 5, full, "last", "năm", _FIVE_BEHIND_TENS)
        builder.values("tail", {**ones, "năm": 10 * tens + 5, "không": 10 * tens}, short, "last")


def _tail_by_digits(builder: GrammarBuilder) -> None:
    for tens, word in ((0, "không"), (1, "một")):
        builder.edge("tail by digits?", f"digit {tens}", word)
        builder.values(
            "tail", {ones: 10 * tens + digit for ones, digit in _DIGITS.items()}, f"digit {tens}", "last"
        )
