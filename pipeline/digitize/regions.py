"""The values from segmentation to parsing: an entry's field regions, their text lines and readings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pipeline.base.model import Box, KeptLine, KeptRegion, LineReading, Writing
from pipeline.declarations.schema import Slot
from pipeline.layout.imaging.ink.connected_components import ConnectedComponents


@dataclass(frozen=True, slots=True)
class TextLine:
    """One written line of a field region.

    Attributes:
        piece: The number of the slot's piece under the line.
        box: The bounding box of the dark ink, in pixels of the rectified page.
        components: The numbers (n,) of the connected components.
        is_red: Whether the line is stamped; its components are then numbered on the red layer.
        is_struck: Whether the line is struck out.
    """

    piece: int
    box: Box
    components: NDArray[np.int64]
    is_red: bool = False
    is_struck: bool = False


@dataclass(frozen=True, slots=True)
class FieldRegion:
    """The region of one slot of a form, for one field or several, with the lines written in it.

    Attributes:
        lines: The lines in reading order.
        box: The region on the rectified page.
        is_doubtful: Whether the region has no line and yet may be written on, or has residual ink beside its lines.
            Such a region is never blank.
        is_touched: Whether ink of another region's line, or a signature, touches a line, may have run into a line or
            may hold letters of a line.
        is_cut_short: Whether a line may continue behind the end of the region or under print. Its reading is then no
            evidence for another field.
        is_labelled: Whether a read label confirms the place of the region: its own label beside it or, without an own
            label, a label close above or below. Otherwise an empty region is not a blank.
        is_repeated: Whether the region has no line and a brace repeats the value above.
    """

    slot: Slot
    lines: tuple[TextLine, ...]
    box: Box
    is_doubtful: bool = False
    is_touched: bool = False
    is_cut_short: bool = False
    is_labelled: bool = True
    is_repeated: bool = False


@dataclass(frozen=True, slots=True)
class CheckBoxGroup:
    """The check boxes of one field.

    Attributes:
        shares: The share of ink in each box, by the value printed beside it.
        box: The bounding box of all boxes, with room for ticks that run past them.
        is_seen: Whether all printed boxes are visible on the page.
    """

    field: str
    shares: Mapping[str, float]
    box: Box
    is_seen: bool = True


@dataclass(frozen=True, slots=True)
class EntryRegion:
    """The regions of one entry.

    Attributes:
        fields: The field regions, in the order of the form's slots.
        components: The components that the dark lines number.
        red_components: The components that the red lines number.
        is_entry: ``False`` for a heading or a total between the rows of a table.
    """

    row: int
    fields: tuple[FieldRegion, ...]
    components: ConnectedComponents
    red_components: ConnectedComponents
    check_boxes: tuple[CheckBoxGroup, ...] = ()
    is_entry: bool = True


@dataclass(frozen=True, slots=True)
class RecognizedLine:
    """A text line with its reading.

    Attributes:
        box: The box of the line with the soft edges of its strokes.
        reading: The reading by the engine for its kind of writing.
        picture: Its small picture, where it may be a stamp.
    """

    line: TextLine
    box: Box
    reading: LineReading
    picture: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class RecognizedField:
    """A field region with the readings of its lines.

    Attributes:
        writing: Print if all lines are print, else handwriting.
        lines: The lines in the order of the region's lines.
    """

    region: FieldRegion
    writing: Writing
    lines: tuple[RecognizedLine, ...] = ()

    @property
    def read(self) -> tuple[Slot, KeptRegion]:
        """Its slot, and what was read in it without its pixels."""
        region = self.region
        lines = tuple(
            KeptLine(one.line.piece, one.box, one.reading, one.line.is_red, one.line.is_struck, one.picture)
            for one in self.lines
        )
        has_unread_ink = any(one.reading.has_unread_ink for one in self.lines if not one.line.is_struck)
        return region.slot, KeptRegion(
            slot=region.slot.name,
            writing=self.writing,
            box=region.box,
            lines=lines,
            is_doubtful=region.is_doubtful or has_unread_ink,
            is_touched=region.is_touched,
            is_cut_short=region.is_cut_short,
            is_labelled=region.is_labelled,
            is_repeated=region.is_repeated,
        )


@dataclass(frozen=True, slots=True)
class RecognizedEntry:
    """An entry with the readings of its regions.

    Attributes:
        fields: The recognized fields, in the order of the entry's regions.
    """

    region: EntryRegion
    fields: tuple[RecognizedField, ...]
