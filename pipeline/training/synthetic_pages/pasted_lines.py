"""Paste real pen lines instead of drawn lines: ink cut from photographs of addresses, into the blanks for places."""

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
"""Least length of a blank's line for a cutout."""

MARGIN_MM = 2.0
"""Free paper at both ends of a blank's line."""

SPREAD_MM, SMALLEST_MM = (1.0, 1.3), 0.85
"""Standard deviation of a pasted line's ink about its middle, vertically; and the least deviation to which a long line
is scaled down to fit its blank."""

FLOW_MM, FLOW = 0.05, 1.35
"""Spread of ink into the paper and darkening of its edges: scaled lines keep the weight of a pen."""

BASELINE = 1.05
"""Distance of the leader below the middle of a line's ink, in spreads."""


@dataclass(frozen=True, eq=False)
class InkCutout:
    """A line of real ink.

    Attributes:
        mask: (height, width), cropped to the ink, 255 is full ink.
    """

    mask: Pixels
    text: str

    @property
    def spread(self) -> tuple[float, float]:
        """The middle row of the ink, and the standard deviation of its rows."""
        weights = self.mask.sum(axis=1, dtype=np.float64)
        rows = np.arange(len(weights)) + 0.5
        middle = float((rows * weights).sum() / max(1.0, weights.sum()))
        deviation = float(np.sqrt((weights * (rows - middle) ** 2).sum() / max(1.0, weights.sum())))
        return middle, max(1.0, deviation)


def paste_cutouts(
    writer: SheetWriter, value: BlankContent, record: RecordSpec, cutouts: deque[InkCutout]
) -> Mapping[str, str] | None:
    """Paste the next fitting cutouts into a blank for a place, one on each sufficiently long line.

    Args:
        value: The content that would be written by hand.
        cutouts: Available cutouts; pasted cutouts are removed.

    Returns:
        The pasted text by field; ``None`` if nothing was pasted, because the blank is of another kind, stays empty, or
        fits no cutout.
    """
    slot = value.slot
    are_places = [record.by_name[name].value_kind.is_place for name in slot.field_names]
    if not cutouts or are_places != [True] or not value.alternatives:
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
    """Return the spread of a cutout scaled to the full width of the line."""
    width: int = cutout.mask.shape[1]
    return cutout.spread[1] * _room(writer, piece) / width / writer.sheet.mm(1.0)


def _paste_cutout(writer: SheetWriter, fields: tuple[str, ...], piece: Piece, cutout: InkCutout) -> str:
    """Scale a cutout to the form's writing, or to its blank if that is smaller, and lay its ink on the leader."""
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
