"""From what stands on paper to what is delivered, by the choices of an office; both layers of a value."""

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
from pipeline.delivery_rules.proposals import DeliveredValue

__all__ = [
    "ConfirmedDelivery",
    "DeliveredValue",
    "FieldLayers",
    "LineAbove",
    "WrittenEntry",
    "WrittenField",
    "entry_layers",
    "is_as_delivered",
    "notes_with",
]
