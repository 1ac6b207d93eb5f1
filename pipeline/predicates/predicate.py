"""What a predicate is: a question to the values of some fields, and in which state it wants to see each of them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from types import FunctionType

from pipeline.model import FieldStatus
from pipeline.predicates.value import NO_CONTEXT, RuleContext, Value


class Need(Enum):
    """What a predicate must know of a value before it is asked; otherwise nothing is known, and nothing is said.

    A value that is struck through never counts as a value: which of the two writings holds is for a person (L09)."""

    VALUE = "value"
    """Read, and it parses. Blank, illegible, struck through, unreadable, not on the form: silent."""
    TEXT = "text"
    """Read, whether or not it parses. Else silent."""
    INK = "ink"
    """Whether there is ink: a blank counts as a blank, what cannot be read as something. Not on the form: silent."""
    ANY = "any"
    """Seen in whatever state it is; the predicate itself tells the states apart."""

    def met(self, value: Value) -> bool:
        """Whether a predicate with this need may be asked about that value."""
        return self.met_by(value.status) and (self is not Need.VALUE or value.canonical != "")

    def met_by(self, status: FieldStatus) -> bool:
        """The same as far as the state alone tells."""
        if self is Need.ANY:
            return True
        if self is Need.INK:
            return status is not FieldStatus.NOT_ON_FORM
        return status is FieldStatus.READ


@dataclass(frozen=True, slots=True)
class Predicate:
    """A question with its name. ``ask`` answers ``True`` (holds), ``False`` (the rule's finding is raised) or ``None``
    (not knowable, nothing is said). ``needs``: one a field; ``more``: of any further fields, ``None`` = there may be
    none; ``in_context``: it is handed a ``RuleContext``; ``limits``: names of what a rule may set (``with``);
    ``of_states``: its answer follows from the states of the values alone."""

    name: str
    ask: Callable[..., bool | None]
    needs: tuple[Need, ...]
    more: Need | None
    in_context: bool
    limits: frozenset[str]
    of_states: bool = False

    @property
    def meaning(self) -> str:
        """What it holds to be right, in English, for who declares rules."""
        return inspect.getdoc(self.ask) or ""

    def needs_of(self, count: int) -> tuple[Need, ...] | None:
        """What is needed of each of so many fields; ``None`` when the predicate does not ask about so many."""
        further = count - len(self.needs)
        if further < 0 or (further and self.more is None):
            return None
        return self.needs + (self.more,) * further if self.more else self.needs

    def limited(self, limits: Mapping[str, object]) -> Callable[..., bool | None]:
        """``ask`` with these limits for defaults; a ``functools.partial`` takes three times as long to call."""
        if not limits:
            return self.ask
        assert isinstance(self.ask, FunctionType)
        asked = FunctionType(self.ask.__code__, self.ask.__globals__, self.name)
        asked.__kwdefaults__ = {**(self.ask.__kwdefaults__ or {}), **limits}
        return asked

    def __call__(self, *values: Value, context: RuleContext = NO_CONTEXT, **limits: object) -> bool | None:
        """Its answer about these values; ``None`` where they are not in the states that it needs."""
        needs = self.needs_of(len(values))
        if needs is None:
            raise TypeError(f"{self.name} asks about {len(self.needs)} fields")
        if not all(need.met(value) for need, value in zip(needs, values, strict=True)):
            return None
        if self.in_context:
            return self.ask(*values, context=context, **limits)
        return self.ask(*values, **limits)


def predicate(
    *needs: Need, more: Need | None = None, of_states: bool = False
) -> Callable[[Callable[..., bool | None]], Predicate]:
    """Make a function of values a predicate of that name: one need a value, ``more`` for any further ones. A keyword
    argument ``context`` gets the ``RuleContext``; every other one is a limit that a rule may set. ``of_states``: as in
    ``Predicate``; such a predicate takes no context."""

    def made(ask: Callable[..., bool | None]) -> Predicate:
        named = [p.name for p in inspect.signature(ask).parameters.values() if p.kind is p.KEYWORD_ONLY]
        limits = frozenset(named) - {"context"}
        return Predicate(ask.__name__, ask, needs, more, "context" in named, limits, of_states)

    return made
