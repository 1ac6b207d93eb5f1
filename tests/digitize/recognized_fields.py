"""Blanks with lines in them, printed or by hand, and the fields that they come to."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline import schema
from pipeline.digitize.parse import SlotInk, parse_entry
from pipeline.model import Box, Evidence, FieldReading, Hypothesis, Ledger, LineReading, Writing
from pipeline.schema import Slot

SCHEMAS = schema.load()
LEDGER = Ledger("birth-2006", "UBND xã Tân Lợi", "93611", "01/2010")
PLACE = Box(0, 0, 500, 40)


def slot_of(form: str, field: str) -> Slot:
    return next(slot for slot in SCHEMAS.form(form).slots if field in slot.field_names)


def ink(
    slot: Slot, lines: Sequence[str | None], pieces: Sequence[int] | None = None, confidence: float = 0.95,
    writing: Writing = Writing.PRINT,
) -> SlotInk:  # fmt: skip
    """A blank with those lines in it (``None``: ink that was not read)."""
    boxes = tuple(Box(10, 50 * number, 200, 50 * number + 40) for number in range(len(lines)))
    readings = tuple(None if text is None else LineReading(text, confidence, "fake") for text in lines)
    return SlotInk(slot, boxes, tuple(pieces or range(len(lines))), writing, readings, PLACE)


def fields(form: str, *inks: SlotInk) -> dict[str, FieldReading]:
    record = SCHEMAS.record(SCHEMAS.form(form).record)
    return {reading.field: reading for reading in parse_entry(inks, record, SCHEMAS, LEDGER)}


def line(*ways: tuple[str, float], weakest: float = 0.9, agreement: float = 1.0) -> LineReading:
    """A line of handwriting with those readings and chances, best first."""
    hypotheses = tuple(Hypothesis(text, chance) for text, chance in ways)
    chance = ways[0][1]
    margin = chance - ways[1][1] if len(ways) > 1 else chance
    evidence = Evidence(chance, margin, 0.9, weakest, agreement, 0.5)
    return LineReading(ways[0][0], chance, "hand", (), hypotheses, evidence)


def by_hand(
    slot: Slot, *lines: LineReading, pieces: Sequence[int] = (), struck: Sequence[bool] = ()
) -> SlotInk:
    boxes = tuple(Box(10, 50 * number, 200, 50 * number + 40) for number in range(len(lines)))
    return SlotInk(slot, boxes, tuple(pieces or range(len(lines))), Writing.HAND, lines, PLACE, tuple(struck))


def evidence_in(reading: FieldReading) -> Evidence:
    assert reading.evidence is not None
    return reading.evidence
