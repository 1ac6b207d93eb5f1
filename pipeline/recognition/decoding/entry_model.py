"""The joint model of an entry: what its fields say of one another, weighed with the ink of each.

A field has a few options, the texts that its ink allows, and a remainder: something else. The probability of a
combination is proportional to the product of the fields' own probabilities and, for each link between fields, of

    P(a, b) / (P(a) P(b))

which is how much more often the values occur together than apart. The links of a record are in ``entry_links``. The
marginal probabilities are exact: a few fields hang together, and each has at most ``MOST_OPTIONS`` options.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.base.model import Hypothesis

Table = NDArray[np.float64]

MOST_OPTIONS = 8
"""Number of options of a field; the probability of further texts belongs to the remainder."""

LEAST = 0.05
"""Smallest probability of an option relative to the reading. Smaller ones are not calibrated."""

SOMETHING_ELSE = 1e-3
"""Smallest probability of the remainder: networks are surer than they are right."""


@dataclass(frozen=True, slots=True)
class Option:
    """One text that a field may have.

    Attributes:
        value: Its canonical value, ``""`` if it does not parse.
        chance: Its probability by the field alone.
    """

    text: str
    value: str
    chance: float


@dataclass(frozen=True, slots=True)
class Variable:
    """A field with its options, the reading first.

    Attributes:
        is_fixed: Whether a person decided the value.
    """

    field: str
    options: tuple[Option, ...]
    is_fixed: bool = False

    @property
    def reading(self) -> Option:
        return self.options[0]

    def alone(self) -> Table:
        """Return the probabilities of the options and of the remainder by the field alone."""
        if self.is_fixed:
            return np.array([1.0, 0.0])
        chances = np.array([option.chance for option in self.options])
        rest = max(SOMETHING_ELSE, 1.0 - float(chances.sum()))
        whole = np.append(chances, rest)
        sums: Table = whole / whole.sum()
        return sums


class EntryLink(Protocol):
    """What two or more fields of an entry say of one another."""

    @property
    def fields(self) -> tuple[str, ...]: ...

    def table(self, variables: Sequence[Variable]) -> Table | None:
        """Return the ratio for each combination, an axis a field in the order of ``fields``, the remainder last.

        The result is ``None`` if the link says nothing about these options.
        """
        ...

    def proposals(self, variables: Mapping[str, Variable]) -> Iterable[tuple[str, str]]:
        """Return fields of the link with texts that the other fields propose for them."""
        ...


def options_of(hypotheses: Sequence[Hypothesis], values: Mapping[str, str]) -> tuple[Option, ...]:
    """Return the options of a field from its hypotheses, the reading first.

    Args:
        values: The canonical value of each text that has one.
    """
    likely = [
        hypothesis for hypothesis in hypotheses[1:] if hypothesis.chance >= LEAST * hypotheses[0].chance
    ]
    kept = [*hypotheses[:1], *sorted(likely, key=lambda hypothesis: -hypothesis.chance)][:MOST_OPTIONS]
    return tuple(Option(known.text, values.get(known.text, ""), known.chance) for known in kept)


def joint_chances(
    variables: Mapping[str, Variable], links: Sequence[EntryLink]
) -> dict[str, tuple[float, ...]]:
    """Return the probability of each option of each linked field, given the whole entry.

    Fields without a link to other fields are left out. The order of fields and links is irrelevant.
    """
    factors: list[tuple[tuple[str, ...], Table]] = []
    for link in links:
        if all(name in variables for name in link.fields):
            table = link.table([variables[name] for name in link.fields])
            if table is not None:
                factors.append((link.fields, table))
    chances: dict[str, tuple[float, ...]] = {}
    for group in _connected([names for names, _ in factors]):
        own = [factor for factor in factors if factor[0][0] in group]
        for name, marginal in _marginals(sorted(group), own, variables).items():
            chances[name] = tuple(map(float, marginal[:-1]))
    return chances


def _connected(named: Sequence[tuple[str, ...]]) -> list[set[str]]:
    groups: list[set[str]] = []
    for names in named:
        touched = [group for group in groups if group & set(names)]
        groups = [group for group in groups if group not in touched]
        groups.append(set(names).union(*touched))
    return groups


def _marginals(
    names: Sequence[str], factors: Sequence[tuple[tuple[str, ...], Table]], variables: Mapping[str, Variable]
) -> dict[str, Table]:
    """Return the marginal of each field of a connected group: variable elimination by ``einsum``."""
    axis = {name: number for number, name in enumerate(names)}
    operands: list[Any] = []
    for name in names:
        operands += [variables[name].alone(), [axis[name]]]
    for linked, table in factors:
        operands += [table, [axis[name] for name in linked]]
    marginals = {}
    for name in names:
        marginal = np.einsum(*operands, [axis[name]], optimize="greedy")
        marginals[name] = marginal / marginal.sum()
    return marginals
