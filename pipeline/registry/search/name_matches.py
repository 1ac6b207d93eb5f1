"""Names of the registry that match a typed name, from exact to near.

``confusions.toml`` holds how often the handwriting networks confuse letters; the cost of a confusion is its rarity
(-log10). Near names are generated, not scanned: a name has some thousand neighbours, and the registry returns at once
those that it knows.
"""

from __future__ import annotations

import math
import tomllib
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import chain, combinations
from pathlib import Path

from sqlalchemy import Column, Connection, Table, select

from pipeline.base.text.tones import folded, has_marks
from pipeline.registry.search.index import bare_name_key, name_key
from pipeline.registry.search.model import Nearness
from pipeline.registry.search.rows import hold_words, one_of, search_name, search_unreviewed, words_of

LETTERS = "abcdefghijklmnopqrstuvwxyz"

DEAREST = 4.2
"""Cost of a change of letters that the networks were never seen to make."""

FARTHEST = 5.6
"""Maximum cost of all changes of a name."""

LONGEST_WORD = 30
"""Length of the longest word with neighbours: names have no longer words, and each letter adds hundreds."""

MOST_REMEMBERED = 400_000
"""Maximum number of cached neighbours of all words, some hundred bytes each."""

FEW = 14
"""Neighbours of a word that are combined with those of another word."""

SELDOM = 0.2
"""Counts below this are taken for chance."""

CREDIT = 10.0
"""Pseudo-count of misreadings of every block of letters, so that small counts weigh little."""

SOUNDS = (
    ("i", "y"), ("s", "x"), ("ch", "tr"), ("d", "gi"), ("d", "v"), ("l", "n"), ("r", "g"), ("c", "k"), ("c", "q"),
    ("n", "ng"), ("ng", "ngh"), ("g", "gh"), ("t", "c"), ("qu", "w"), ("ph", "f"), ("z", "d"), ("j", "d"), ("oa", "ua"),
    ("uy", "ui"), ("ie", "i"), ("ie", "e"), ("uo", "u"), ("uu", "uou"), ("oe", "ue"),
)  # fmt: skip
"""Spellings that people confuse because they sound alike in some region."""

SOUND_COST = 2.0
"""Cost of such a confusion: that of a common misreading."""


@dataclass(frozen=True)
class Confusions:
    """Cost of reading a block of letters as another, by the first block; at most two letters each."""

    costs: Mapping[str, tuple[tuple[str, float], ...]]
    _of_words: dict[str, tuple[tuple[str, float], ...]] = field(default_factory=dict)

    def neighbours(self, bare: str) -> dict[str, float]:
        """Return the neighbours of a name without diacritics and their costs, without the name itself.

        Includes all names at edit distance 1, and those at distance 2 by common changes in one word or in two.
        """
        words = bare.split()
        found: dict[str, float] = {}
        for name, cost in chain(self._changed_in_one_place(words), self._changed_in_two_words(words)):
            if cost < found.get(name, math.inf):
                found[name] = cost
        for name in [one for one in found if not one or one[0] == " " or one[-1] == " " or "  " in one]:
            bare, cost = " ".join(name.split()), found.pop(name)  # a word has vanished
            found[bare] = min(cost, found.get(bare, math.inf))
        for none in ("", bare):
            found.pop(none, None)
        return found

    def _changed_in_one_place(self, words: Sequence[str]) -> Iterator[tuple[str, float]]:
        """Yield names in which one word is replaced or two neighbouring words are joined, each with its cost.

        A word may become empty; the name then has a space too many, which the caller removes.
        """
        cost_of_joining = dict(self.costs.get(" ", ())).get("", DEAREST)
        for at, word in enumerate(words):
            before = "".join(f"{one} " for one in words[:at])
            after = "".join(f" {one}" for one in words[at + 1 :])
            for other, cost in self.of_word(word):
                yield before + other + after, cost
            if at:
                yield before[:-1] + word + after, cost_of_joining

    def _changed_in_two_words(self, words: Sequence[str]) -> Iterator[tuple[str, float]]:
        """Yield names with two words replaced, each by a common change, each name with its cost."""
        for first, second in combinations(range(len(words)), 2):
            before = "".join(f"{one} " for one in words[:first])
            between = " ".join(("", *words[first + 1 : second], ""))
            after = "".join(f" {one}" for one in words[second + 1 :])
            for one, cost in self.of_word(words[first])[:FEW]:
                for other, more in self.of_word(words[second])[:FEW]:
                    if cost + more > FARTHEST:
                        break
                    yield before + one + between + other + after, cost + more

    def of_word(self, word: str) -> tuple[tuple[str, float], ...]:
        """Return the neighbours of a word with their costs: all at edit distance 1, common ones at distance 2."""
        if len(word) > LONGEST_WORD:
            return ()
        known = self._of_words.get(word)
        if known is not None:
            return known
        ones = self._changed(word, DEAREST)
        found = dict(ones)
        for name, cost in sorted(ones.items(), key=lambda one: one[1])[:FEW]:
            for second, more in self._changed(name, FARTHEST - cost).items():
                if cost + more <= DEAREST and cost + more < found.get(second, math.inf):
                    found[second] = cost + more
        found.pop(word, None)
        ranked = tuple(sorted(found.items(), key=lambda one: (one[1], one[0])))
        if sum(map(len, tuple(self._of_words.values()))) + len(ranked) > MOST_REMEMBERED:
            self._of_words.clear()
        self._of_words[word] = ranked
        return ranked

    def _changed(self, word: str, most: float) -> Mapping[str, float]:
        """Return the words at one change of limited cost."""
        found: dict[str, float] = {}
        for at in range(len(word) + 1):
            for size in range(min(2, len(word) - at) + 1):
                for other, cost in self.costs.get(word[at : at + size], ()):
                    if cost > most:
                        break
                    name = (word[:at] + other + word[at + size :]).strip()
                    if cost < found.get(name, math.inf):
                        found[name] = cost
        return found


@cache
def confusions() -> Confusions:
    """Return the costs of the confusions that ship with this version."""
    confusions = tomllib.loads((Path(__file__).parent / "confusions.toml").read_text(encoding="utf-8"))
    return weighed(confusions["counts"])


def weighed(counts: Mapping[str, float]) -> Confusions:
    """Return the costs of confusions from their counts, in either direction.

    Args:
        counts: Counts by ``TRUTH>READ``.
    """
    seen: defaultdict[tuple[str, str], float] = defaultdict(float)
    of: defaultdict[str, float] = defaultdict(float)
    for pair, count in counts.items():
        truth, _, read = pair.partition(">")
        for one, other in ((truth, read), (read, truth)):
            seen[one, other] += count
            of[one] += count
    costs: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for one in ("", *LETTERS, " "):
        for other in ("", *LETTERS, " "):
            if one != other:
                costs[one][other] = DEAREST
    for (one, other), count in seen.items():
        if one != other and count >= SELDOM:
            costs[one][other] = min(
                costs[one].get(other, DEAREST), 1.0 - math.log10(count / (of[one] + CREDIT))
            )
    for one, other in SOUNDS:
        for a, b in ((one, other), (other, one)):
            costs[a][b] = min(costs[a].get(b, math.inf), SOUND_COST)
    return Confusions(
        {one: tuple(sorted(its.items(), key=lambda pair: pair[1])) for one, its in costs.items()}
    )


MOST_WITHIN = 400
"""Maximum number of examined names that hold the words of a shorter one."""

ANY_ORDER = 3.0
"""Maximum cost of the changes of a name whose words are permuted, too."""

SWAPPED_COST = 1.0
"""Cost of permuted words."""


@dataclass(frozen=True, slots=True)
class NameStep:
    """Names of equal nearness.

    Attributes:
        cost: Cost of the changes, in thousandths; 0 for exact names.
        spelled: The required spelling; None: any.
    """

    nearness: Nearness
    cost: int
    name_ids: tuple[int, ...]
    spelled: str | None = None

    @property
    def place(self) -> tuple[int, int]:
        """The order of the step among the steps of any name."""
        return tuple(Nearness).index(self.nearness), self.cost


@dataclass(frozen=True, slots=True)
class NameColumns:
    """Where names are looked for: their table, and its columns as ``id`` and ``ordered`` of ``search_name``."""

    table: Table
    key: Column[int]
    ordered: Column[int]


REVIEWED = NameColumns(search_name, search_name.c.id, search_name.c.ordered)
UNREVIEWED = NameColumns(search_unreviewed, search_unreviewed.c.name_id, search_unreviewed.c.ordered)


class NameMatches:
    """The known names that match a typed name, computed step by step on demand.

    Args:
        name: The typed name; a name without letters has no match.
        names: Where it is looked for.

    Attributes:
        narrowed: Whether more names hold its words than were examined, as far as known.
    """

    def __init__(self, connection: Connection, name: str, names: NameColumns = REVIEWED) -> None:
        self._connection = connection
        self._names = names
        self._name = name
        self._made: list[NameStep] = []
        self._left = self._make()
        self._met: set[int] = set()
        self.narrowed = False

    @property
    def steps(self) -> Iterator[NameStep]:
        """Yield the steps; those computed before come first."""
        yield from tuple(self._made)
        for step in self._left:
            self._made.append(step)
            yield step

    def name_ids(self, *, made: bool = False) -> tuple[int, ...]:
        """Return the names of all steps, or of those computed so far (``made``)."""
        steps = self._made if made else self.steps
        return tuple({one: None for step in steps for one in step.name_ids})

    def _make(self) -> Iterator[NameStep]:
        words = words_of(self._name)
        if not words:
            return
        own, connection, names = name_key(words), self._connection, self._names
        if own in _known(connection, names, names.key, [own]):
            if has_marks(self._name):
                yield NameStep(Nearness.SPELLED, 0, (own,), folded(self._name))
            yield from self._step(Nearness.SAME, [own])
        swapped = _known(connection, names, names.ordered, [name_key(sorted(words))])
        yield from self._step(Nearness.SWAPPED, swapped)
        within = connection.scalars(
            select(names.key)
            .where(hold_words(connection, names.table, words), names.key.is_not(None))
            .distinct()
            .limit(MOST_WITHIN + 1)
        ).all()
        self.narrowed = len(within) > MOST_WITHIN
        yield from self._step(Nearness.WITHIN, within[:MOST_WITHIN])
        for cost, ids in _near(connection, names, " ".join(words)):
            yield from self._step(Nearness.NEAR, ids, cost)

    def _step(self, nearness: Nearness, ids: Collection[int], cost: int = 0) -> Iterator[NameStep]:
        fresh = tuple(sorted(set(ids) - self._met))
        self._met.update(fresh)
        if fresh:
            yield NameStep(nearness, cost, fresh)


def _near(connection: Connection, names: NameColumns, bare: str) -> Iterator[tuple[int, Sequence[int]]]:
    """Yield known near names by cost; at one change, also with permuted words."""
    costs = confusions().neighbours(bare)
    by_id = {bare_name_key(name): cost for name, cost in costs.items()}
    by_words: dict[int, float] = {}
    for name, cost in costs.items():
        if cost <= ANY_ORDER:
            key = name_key(sorted(name.split()))
            by_words[key] = min(cost, by_words.get(key, cost))
    found = {one: by_id[one] for one in _known(connection, names, names.key, list(by_id))}
    query = select(names.key, names.ordered)
    for name_id, key in connection.execute(query.where(one_of(connection, names.ordered, list(by_words)))):
        found.setdefault(name_id, by_words[key] + SWAPPED_COST)
    grouped: defaultdict[int, list[int]] = defaultdict(list)
    for name_id, cost in found.items():
        grouped[max(1, round(cost * 2)) * 500].append(name_id)
    yield from sorted(grouped.items())


def _known(
    connection: Connection, names: NameColumns, column: Column[int], keys: Sequence[int]
) -> Sequence[int]:
    """Return the names with one of these values in a column."""
    return connection.scalars(select(names.key).where(one_of(connection, column, keys))).all()
