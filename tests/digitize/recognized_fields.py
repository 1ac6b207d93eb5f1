"""Blanks with lines in them, printed or by hand, and the fields that they come to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.base.model import Box, Evidence, FieldReading, Hypothesis, Ledger, LineReading, Writing
from pipeline.declarations import schema
from pipeline.declarations.schema import Slot
from pipeline.digitize.parse import parse_entry
from pipeline.digitize.regions import FieldRegion, RecognizedField, RecognizedLine, TextLine

SCHEMAS = schema.load()
LEDGER = Ledger("birth-2006", "UBND xã Tân Lợi", "93611", "01/2010")
UNREAD = LineReading("", 0.0, "")
PLACE = Box(0, 0, 500, 40)


def slot_of(form: str, field: str) -> Slot:
    return next(slot for slot in SCHEMAS.form(form).slots if field in slot.field_names)


def field(
    slot: Slot,
    readings: Sequence[LineReading],
    writing: Writing,
    pieces: Sequence[int] = (),
    struck: Sequence[bool] = (),
    boxes: Sequence[Box] = (),
    *,
    is_cut_short: bool = False,
) -> RecognizedField:
    """The region of a slot with those lines read in it."""
    boxes = boxes or [Box(10, 50 * number, 200, 50 * number + 40) for number in range(len(readings))]
    nothing = np.empty(0, np.int64)
    lines = tuple(
        TextLine(piece, box, nothing, is_struck=is_struck)
        for piece, box, is_struck in zip(
            pieces or range(len(readings)), boxes, struck or [False] * len(readings), strict=True
        )
    )
    region = FieldRegion(slot, lines, PLACE, is_cut_short=is_cut_short)
    recognized = (
        RecognizedLine(line, line.box, reading) for line, reading in zip(lines, readings, strict=True)
    )
    return RecognizedField(region, writing, tuple(recognized))


def ink(
    slot: Slot, lines: Sequence[str | None], pieces: Sequence[int] | None = None, confidence: float = 0.95,
    writing: Writing = Writing.PRINT, struck: Sequence[bool] = (),
) -> RecognizedField:  # fmt: skip
    """A region with those lines in it (``None``: ink that no engine could read)."""
    readings = [UNREAD if text is None else LineReading(text, confidence, "fake") for text in lines]
    return field(slot, readings, writing, pieces or (), struck)


def fields(form: str, *regions: RecognizedField) -> dict[str, FieldReading]:
    record = SCHEMAS.record(SCHEMAS.form(form).record)
    return {reading.field: reading for reading in parse_entry(regions, record, SCHEMAS, LEDGER)}


def line(*ways: tuple[str, float], weakest: float = 0.9, agreement: float = 1.0) -> LineReading:
    """A line of handwriting with those readings and chances, best first."""
    hypotheses = tuple(Hypothesis(text, chance) for text, chance in ways)
    chance = ways[0][1]
    margin = chance - ways[1][1] if len(ways) > 1 else chance
    evidence = Evidence(chance, margin, 0.9, weakest, agreement, 0.5)
    return LineReading(ways[0][0], chance, "hand", (), hypotheses, evidence)


def by_hand(
    slot: Slot,
    *lines: LineReading,
    pieces: Sequence[int] = (),
    struck: Sequence[bool] = (),
    is_cut_short: bool = False,
) -> RecognizedField:
    return field(slot, lines, Writing.HAND, pieces, struck, is_cut_short=is_cut_short)


def evidence_in(reading: FieldReading) -> Evidence:
    assert reading.evidence is not None
    return reading.evidence
