"""A handover note of physical books that waits for signatures, made when it is asked for."""

from __future__ import annotations

from datetime import date

from pipeline.registry import Registry
from pipeline.registry.custody.model import BookDescription, CustodyOrder, CustodyParty, Direction


def open_note(registry: Registry, place_code: str) -> int:
    """Return the number of an unsigned note of a book of this place, a new one where there is none."""
    waiting = [note for note in registry.custody_notes() if note.is_open and note.place_code == place_code]
    if waiting:
        return waiting[0].note_id
    name = f"so-mau-{len(registry.custody_notes())}"
    registry.describe_books([BookDescription(name, place_code, "birth", "01/2010")], author="an")
    parties = CustodyParty("Xã Thử", "Thử Một"), CustodyParty("Công ty Thử", "Thử Hai")
    order = CustodyOrder(Direction.OUT, (name,), *parties, date(2026, 3, 2))
    return registry.make_custody_note(order, author="an").note_id
