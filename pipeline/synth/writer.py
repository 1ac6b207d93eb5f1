"""A hand on a sheet: where ink is put down and remembered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.model import Box
from pipeline.schema import Slot
from pipeline.synth.pens import Hand
from pipeline.synth.sheet import Sheet
from pipeline.synth.strokes import line
from pipeline.synth.values import Wording

NO_SLOT = Slot("", "", {})
"""For writing that belongs to no field."""

NARROWEST = 0.74
"""How far a clerk narrows letters before the text runs over the end of its blank."""


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes on which sheet, into which ``row`` of it (0 on forms of one entry)."""

    sheet: Sheet
    hand: Hand
    rng: np.random.Generator
    row: int = 0


def text_of(wording: Wording) -> str:
    return "".join(text for _, text in wording)


def put(
    writer: Writer, slot: Slot, text: str, x: float, y: float, *,
    scale: float = 1.0, squeeze: float = 1.0, gaps: tuple[float, ...] = (), struck: bool = False,
) -> Box | None:  # fmt: skip
    sheet, hand = writer.sheet, writer.hand
    scale *= 1.0 if hand.typed else float(writer.rng.uniform(0.95, 1.04))
    patch = line(text, hand, sheet.dpi, writer.rng, scale=scale, squeeze=squeeze, gaps=gaps)
    lift = sheet.mm(hand.rise + float(writer.rng.normal(0, 0.22 * (0.4 if hand.typed else 1.0))))
    fields, by_hand = slot.field_names, not hand.typed
    return sheet.write(patch, x, y - lift, hand.ink, hand.alpha, fields, writer.row, struck, by_hand)
