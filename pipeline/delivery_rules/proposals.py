"""What a rule proposes to deliver, and when that holds without a person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from pipeline.declarations.schema import FieldSpec
from pipeline.delivery_rules.delivery_policy import DeliveryPolicy
from pipeline.delivery_rules.rules import CONFIRM


@dataclass(frozen=True, slots=True)
class DeliveredValue:
    """What is delivered of a field.

    Attributes:
        value: Its cell, before hidden characters are written out.
        note: What is appended to the margin note.
        rule: The delivery rule that says so; ``""``: the value is that on paper.
        certain: Whether it may go out; else a person has to confirm it.
        confirmed_by: Who confirmed it; ``""``: the rule alone says so.
    """

    value: str
    note: str = ""
    rule: str = ""
    certain: bool = True
    confirmed_by: str = ""


def note_of(spec: FieldSpec, text: str) -> str:
    """Return how the margin note tells what stands in a field on paper."""
    return f"{spec.label} trên sổ ghi: {text}"


def blank_with_note(spec: FieldSpec, text: str) -> DeliveredValue:
    """Return an empty cell whose text goes to the margin note."""
    return DeliveredValue("", note_of(spec, text))


def settled_by(rule: str, policy: DeliveryPolicy, proposed: DeliveredValue | str) -> Iterator[DeliveredValue]:
    """Yield the one value that a rule proposes, to be confirmed where the office wants that."""
    found = DeliveredValue(proposed) if isinstance(proposed, str) else proposed
    yield replace(found, rule=rule, certain=policy[rule] != CONFIRM)
