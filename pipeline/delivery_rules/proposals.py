"""The values that rules propose for delivery, and when they are certain without a person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from pipeline.declarations.office.delivery_policy import DeliveryPolicy
from pipeline.declarations.office.delivery_rules import CONFIRM
from pipeline.declarations.schema import FieldSpec


@dataclass(frozen=True, slots=True)
class DeliveredValue:
    """The delivered value of a field.

    Attributes:
        value: Its cell, before hidden characters are escaped.
        note: The text appended to the margin note.
        rule: The responsible delivery rule; ``""``: the value on paper.
        certain: Whether it may be delivered; otherwise a person must confirm it.
        confirmed_by: The confirming person; ``""``: the rule alone.
    """

    value: str
    note: str = ""
    rule: str = ""
    certain: bool = True
    confirmed_by: str = ""


def note_of(spec: FieldSpec, text: str) -> str:
    """Return the margin note's sentence for a field's text on paper."""
    return f"{spec.label} trên sổ ghi: {text}"


def blank_with_note(spec: FieldSpec, text: str) -> DeliveredValue:
    """Return an empty cell whose text moves to the margin note."""
    return DeliveredValue("", note_of(spec, text))


def settled_by(rule: str, policy: DeliveryPolicy, proposed: DeliveredValue | str) -> Iterator[DeliveredValue]:
    """Yield a rule's single value, for confirmation if the office requires it."""
    value = DeliveredValue(proposed) if isinstance(proposed, str) else proposed
    yield replace(value, rule=rule, certain=policy[rule] != CONFIRM)
