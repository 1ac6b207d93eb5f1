"""The names of the registry that a typed name may mean, in steps from the exact to the near."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Column, Connection, select

from pipeline.base.text.tones import folded, has_marks
from pipeline.registry.model.search import Nearness
from pipeline.registry.repositories.search_index import bare_name_key, name_key
from pipeline.registry.repositories.search_words import hold_words, one_of, words_of
from pipeline.registry.services.search.near_names import confusions
from pipeline.registry.tables.search import search_name

MOST_WITHIN = 400
"""Names that hold the words of a shorter one and are looked through."""

ANY_ORDER = 3.0
"""What the changes of a name may cost whose words have changed places as well."""

SWAPPED_COST = 1.0
"""What changed places cost beside them."""


@dataclass(frozen=True, slots=True)
class NameStep:
    """Names that are equally near.

    Attributes:
        cost: What the changes cost, in thousandths; 0 of exact ones.
        spelled: The spelling that is asked for; None: any.
    """

    nearness: Nearness
    cost: int
    name_ids: tuple[int, ...]
    spelled: str | None = None

    @property
    def place(self) -> tuple[int, int]:
        """Where the step stands among those of any name."""
        return tuple(Nearness).index(self.nearness), self.cost


class NameMatches:
    """The names that are known and that a typed name may mean, step by step as far as they are wanted.

    Args:
        name: As it was typed; without a letter it means none.

    Attributes:
        narrowed: Whether more names hold its words than were looked through, as far as that is known.
    """

    def __init__(self, connection: Connection, name: str) -> None:
        self._connection = connection
        self._name = name
        self._made: list[NameStep] = []
        self._left = self._make()
        self._met: set[int] = set()
        self.narrowed = False

    @property
    def steps(self) -> Iterator[NameStep]:
        """The steps, those that were made before first."""
        yield from tuple(self._made)
        for step in self._left:
            self._made.append(step)
            yield step

    def name_ids(self, *, made: bool = False) -> tuple[int, ...]:
        """The names of all steps, or of those that were made so far."""
        steps = self._made if made else self.steps
        return tuple({one: None for step in steps for one in step.name_ids})

    def _make(self) -> Iterator[NameStep]:
        words = words_of(self._name)
        if not words:
            return
        own, connection = name_key(words), self._connection
        if own in _known(connection, search_name.c.id, [own]):
            if has_marks(self._name):
                yield NameStep(Nearness.SPELLED, 0, (own,), folded(self._name))
            yield from self._step(Nearness.SAME, [own])
        swapped = _known(connection, search_name.c.ordered, [name_key(sorted(words))])
        yield from self._step(Nearness.SWAPPED, swapped)
        within = connection.scalars(
            select(search_name.c.id).where(hold_words(connection, search_name, words)).limit(MOST_WITHIN + 1)
        ).all()
        self.narrowed = len(within) > MOST_WITHIN
        yield from self._step(Nearness.WITHIN, within[:MOST_WITHIN])
        for cost, ids in _near(connection, " ".join(words)):
            yield from self._step(Nearness.NEAR, ids, cost)

    def _step(self, nearness: Nearness, ids: Collection[int], cost: int = 0) -> Iterator[NameStep]:
        fresh = tuple(sorted(set(ids) - self._met))
        self._met.update(fresh)
        if fresh:
            yield NameStep(nearness, cost, fresh)


def _near(connection: Connection, bare: str) -> Iterator[tuple[int, Sequence[int]]]:
    """Near names that are known, by what they cost; by one change with their words in any order, too."""
    costs = confusions().neighbours(bare)
    by_id = {bare_name_key(name): cost for name, cost in costs.items()}
    by_words: dict[int, float] = {}
    for name, cost in costs.items():
        if cost <= ANY_ORDER:
            key = name_key(sorted(name.split()))
            by_words[key] = min(cost, by_words.get(key, cost))
    found = {one: by_id[one] for one in _known(connection, search_name.c.id, list(by_id))}
    query = select(search_name.c.id, search_name.c.ordered)
    for name_id, key in connection.execute(
        query.where(one_of(connection, search_name.c.ordered, list(by_words)))
    ):
        found.setdefault(name_id, by_words[key] + SWAPPED_COST)
    grouped: defaultdict[int, list[int]] = defaultdict(list)
    for name_id, cost in found.items():
        grouped[max(1, round(cost * 2)) * 500].append(name_id)
    yield from sorted(grouped.items())


def _known(connection: Connection, column: Column[int], keys: Sequence[int]) -> Sequence[int]:
    """The names whose column is one of these."""
    return connection.scalars(select(search_name.c.id).where(one_of(connection, column, keys))).all()
