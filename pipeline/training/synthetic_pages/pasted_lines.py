"""Paste real pen lines in place of drawn ones: ink cut from photographs of addresses, into the blanks for places."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.base.model import Pixels
from pipeline.declarations.schema import Piece, RecordSpec
from pipeline.training.synthetic_pages.blank_contents import BlankContent
from pipeline.training.synthetic_pages.blank_writing import SheetWriter

ROOM_MM = 70.0
"""A line of a blank that is shorter than this takes no cutout."""

MARGIN_MM = 2.0
"""Paper left free at either end of a blank's line."""

SPREAD_MM, SMALLEST_MM = (1.0, 1.3), 0.85
"""How far the ink of a pasted line spreads about its middle, up and down (one standard deviation); and the least spread
to which a long line is made smaller, so that it fits its blank."""

FLOW_MM, FLOW = 0.05, 1.35
"""How far ink runs into the paper and how much that darkens its edges: lines made smaller keep a pen's weight."""

BASELINE = 1.05
"""How far below its middle a line of ink lies on its leader, in spreads."""


@dataclass(frozen=True, eq=False)
class InkCutout:
    """One line of real ink.

    Attributes:
        mask: (height, width) cut tightly, 255 is full ink.
        text: What it says.
    """

    mask: Pixels
    text: str

    @property
    def spread(self) -> tuple[float, float]:
        """The row about which the ink lies, and the standard deviation of its rows from it."""
        weights = self.mask.sum(axis=1, dtype=np.float64)
        rows = np.arange(len(weights)) + 0.5
        middle = float((rows * weights).sum() / max(1.0, weights.sum()))
        deviation = float(np.sqrt((weights * (rows - middle) ** 2).sum() / max(1.0, weights.sum())))
        return middle, max(1.0, deviation)


def paste_cutouts(
    writer: SheetWriter, value: BlankContent, record: RecordSpec, cutouts: deque[InkCutout]
) -> Mapping[str, str] | None:
    """Paste the next fitting cutouts into a blank for a place, one on each of its lines that is long enough.

    Args:
        writer: Who writes where.
        value: What would be written by hand.
        record: The record of the form.
        cutouts: Cutouts to use; those pasted are taken out.

    Returns:
        Field to text as it now is on paper; None when nothing was pasted, because the blank is for something else, is
        to stay empty, or no cutout fits it.
    """
    slot = value.slot
    kinds = [record.by_name[name].kind for name in slot.field_names]
    if not cutouts or kinds != ["place"] or not value.alternatives:
        return None
    texts = []
    for piece in slot.pieces:
        chosen = next(
            (cutout for cutout in cutouts if _smallest_mm(writer, piece, cutout) >= SMALLEST_MM), None
        )
        if chosen and _room(writer, piece) >= writer.sheet.mm(ROOM_MM):
            cutouts.remove(chosen)
            texts.append(_paste_cutout(writer, slot.field_names, piece, chosen))
    return {slot.field_names[0]: " ".join(texts)} if texts else None


def _room(writer: SheetWriter, piece: Piece) -> float:
    return writer.sheet.x(piece.u1) - writer.sheet.x(piece.u0) - 2 * writer.sheet.mm(MARGIN_MM)


def _smallest_mm(writer: SheetWriter, piece: Piece, cutout: InkCutout) -> float:
    """Return how far a cutout would spread that fills the line from end to end."""
    width: int = cutout.mask.shape[1]
    return cutout.spread[1] * _room(writer, piece) / width / writer.sheet.mm(1.0)


def _paste_cutout(writer: SheetWriter, fields: tuple[str, ...], piece: Piece, cutout: InkCutout) -> str:
    """Scale a cutout to the writing of the form, or to its blank where that is less, and lay its ink on the leader."""
    sheet, hand, rng = writer.sheet, writer.hand, writer.rng
    middle, spread = cutout.spread
    room = _room(writer, piece)
    width = cutout.mask.shape[1]
    scale = min(sheet.mm(float(rng.uniform(*SPREAD_MM))) / spread, room / width)
    shape = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(cutout.mask, None, fx=scale, fy=scale, interpolation=shape)
    soft = cv2.GaussianBlur(small, (0, 0), max(0.3, sheet.mm(FLOW_MM)))
    mask = np.asarray(cv2.convertScaleAbs(soft, alpha=FLOW), np.uint8)
    spare = room - mask.shape[1]
    left = sheet.x(piece.u0) + sheet.mm(MARGIN_MM) + spare * float(rng.uniform(0.0, 0.3))
    top = sheet.y(piece.v) - sheet.mm(hand.rise) - (middle + BASELINE * spread) * scale
    sheet.stain(mask, round(left), round(top), hand.ink, hand.alpha)
    sheet.note(mask, round(left), round(top), fields, writer.row)
    return cutout.text
