"""From what stands on paper to what is delivered: the rules, what an office chose of them, both layers of a value."""

from pipeline.delivery_rules.approval import ApprovalPolicy, read_approval
from pipeline.delivery_rules.delivered import (
    ConfirmedDelivery,
    FieldLayers,
    LineAbove,
    WrittenEntry,
    WrittenField,
    entry_layers,
    is_as_delivered,
    notes_with,
)
from pipeline.delivery_rules.delivery_policy import DeliveryPolicy, read
from pipeline.delivery_rules.proposals import DeliveredValue
from pipeline.delivery_rules.rules import DELIVERY_RULES, RULES_BY_NAME, DeliveryRule

__all__ = [
    "DELIVERY_RULES",
    "RULES_BY_NAME",
    "ApprovalPolicy",
    "ConfirmedDelivery",
    "DeliveredValue",
    "DeliveryPolicy",
    "DeliveryRule",
    "FieldLayers",
    "LineAbove",
    "WrittenEntry",
    "WrittenField",
    "entry_layers",
    "is_as_delivered",
    "notes_with",
    "read",
    "read_approval",
]
