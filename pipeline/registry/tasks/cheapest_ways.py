"""The cheapest ways to settle the fields of a book within a bound of wrong values in force.

The functions are pure. Each way of a field costs keys and leaves a share of wrong values (``way_costs``). The keys of
all fields together are least, within the bound, where every field takes the way of least ``keys + price * wrong`` with
one price for all (Lagrange): starting from the ways with the fewest keys, the steps to surer ways are taken in the
order of the keys that they cost for each wrong value avoided, until the bound holds (``price_within``).
``docs/reference/review.md`` gives the formulas.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import inf

from pipeline.declarations.office.review import Way
from pipeline.registry.tasks.consensus import MOST_WORDS

CHOICE_KEYS = 3
"""Keys that take another text of the machine: Alt, a figure, Enter."""

NEVER_SEEN = 1 / 8
"""Share of wrong texts of a person in which the ink deceives everybody who looks, so that no second person helps."""

COINCIDENCE = 0.3
"""Share of wrong texts of a person that the machine has among its own, or that another wrong text equals."""

ENOUGH = max(MOST_WORDS.values())
"""Number of people with whom every way is possible."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """What speaks against the reading of a field.

    Attributes:
        wrong: The probability that the paper says something else; 1 if nothing was read.
        keys: Keystrokes of the value.
        listed: The probability that another text of the machine is right, if its reading is wrong.
    """

    wrong: float
    keys: int
    listed: float = 0.0


@dataclass(frozen=True, slots=True)
class Carefulness:
    """Shares of mistakes that people make, of all people together.

    Attributes:
        overlooked: Of the wrong readings that a person is shown, those that they confirm.
        overlooked_again: Of the wrong values that a second person is shown, those that they confirm.
        mistyped: Of the values that a person types from the ink alone, the wrong ones.
    """

    overlooked: float
    overlooked_again: float
    mistyped: float


@dataclass(frozen=True, slots=True)
class WayCost:
    """The expected ``keys`` of all people, and the probability that the value in force is ``wrong``."""

    way: Way
    keys: float
    wrong: float


def way_costs(doubt: Doubt, people: Carefulness) -> tuple[WayCost, ...]:
    """Return the cost of each way to settle a field."""
    wrong, typing, mistyped = doubt.wrong, doubt.keys + 1, people.mistyped
    correcting = doubt.listed * CHOICE_KEYS + (1 - doubt.listed) * typing
    again = NEVER_SEEN + (1 - NEVER_SEEN) * people.overlooked_again
    passed = wrong * people.overlooked
    corrected = wrong * (1 - people.overlooked) * mistyped
    unconfirmed = wrong * (1 - doubt.listed) + mistyped
    return (
        WayCost(Way.GLANCE, 1 + wrong * (correcting + 1), passed + corrected * again),
        WayCost(Way.CHECKED, 2 + wrong * correcting, (passed + corrected) * again),
        WayCost(Way.KEYED, typing + unconfirmed, mistyped * (COINCIDENCE + (1 - COINCIDENCE) * again)),
        WayCost(Way.KEYED_CHECKED, typing + 1, mistyped * again),
        WayCost(
            Way.BLIND,
            1 + wrong * correcting + typing,
            mistyped * (NEVER_SEEN + COINCIDENCE * (passed + corrected)),
        ),
        WayCost(Way.BLIND_TWICE, 2 * typing, mistyped * (NEVER_SEEN + COINCIDENCE * mistyped)),
    )


@lru_cache(maxsize=50_000)
def worthwhile(doubt: Doubt, people: Carefulness, heads: int = ENOUGH) -> tuple[WayCost, ...]:
    """Return the ways that are cheapest at some price, from the fewest keys to the fewest wrong values.

    Args:
        heads: The number of people there are; a way that may need more is left out.
    """
    hull: list[WayCost] = []
    possible = [cost for cost in way_costs(doubt, people) if MOST_WORDS[cost.way] <= heads]
    for cost in sorted(possible, key=lambda cost: (cost.keys, cost.wrong)):
        if hull and cost.wrong >= hull[-1].wrong:
            continue
        while len(hull) > 1 and _price(hull[-1], cost) <= _price(hull[-2], hull[-1]):
            hull.pop()
        hull.append(cost)
    return tuple(hull)


def cheapest(doubt: Doubt, people: Carefulness, price: float, heads: int = ENOUGH) -> WayCost:
    """Return the way of a field at a price: the keys that avoiding one wrong value may cost."""
    chosen, *surer = worthwhile(doubt, people, heads)
    for cost in surer:
        if _price(chosen, cost) > price:
            break
        chosen = cost
    return chosen


def price_within(doubts: Sequence[Doubt], people: Carefulness, allowed: float, heads: int = ENOUGH) -> float:
    """Return the least price at which the expected number of wrong values among these fields is at most ``allowed``.

    It is infinite, so that each field takes its surest way, if no price keeps within that number.
    """
    hulls = [worthwhile(doubt, people, heads) for doubt in doubts]
    left = sum(hull[0].wrong for hull in hulls)
    price = 0.0
    for step, avoided in sorted(_steps(hulls)):
        if left <= allowed and step > price:
            return price
        price, left = step, left - avoided
    return price if left <= allowed else inf


def _steps(hulls: Iterable[Sequence[WayCost]]) -> Iterator[tuple[float, float]]:
    """Yield the steps to the next surer way: the price of each and the wrong values that it avoids."""
    for hull in hulls:
        for before, after in pairwise(hull):
            yield _price(before, after), before.wrong - after.wrong


def _price(before: WayCost, after: WayCost) -> float:
    """Return the keys that each wrong value costs which the surer of two ways avoids."""
    return (after.keys - before.keys) / (before.wrong - after.wrong)
