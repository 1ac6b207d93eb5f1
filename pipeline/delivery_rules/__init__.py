"""From the value on paper to the delivered value, by an office's choices; both layers of a value."""

from pipeline.delivery_rules.delivered import entry_layers, is_as_delivered
from pipeline.delivery_rules.elsewhere import as_on_paper
from pipeline.delivery_rules.layers import (
    ConfirmedDelivery,
    EntryBelow,
    FieldLayers,
    LineAbove,
    WrittenEntry,
    WrittenField,
    notes_with,
)
from pipeline.delivery_rules.proposals import DeliveredValue

__all__ = [
    "ConfirmedDelivery",
    "DeliveredValue",
    "EntryBelow",
    "FieldLayers",
    "LineAbove",
    "WrittenEntry",
    "WrittenField",
    "as_on_paper",
    "entry_layers",
    "is_as_delivered",
    "notes_with",
]
