"""The values from segmentation to parsing: an entry's field regions, their text lines, and what was read on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.base.model import Box, LineReading, Writing
from pipeline.declarations.schema import Slot
from pipeline.layout.imaging.ink.connected_components import ConnectedComponents


@dataclass(frozen=True, slots=True)
class TextLine:
    """One written line of a field region.

    Attributes:
        piece: Number of the piece of the slot that the line is written on.
        box: The bounding box of its dark ink, in pixels of the rectified page.
        components: The numbers (n,) of its connected components.
        is_red: Whether it was stamped; its components are then those of the red layer.
        is_struck: Whether a stroke runs through it.
    """

    piece: int
    box: Box
    components: NDArray[np.int64]
    is_red: bool = False
    is_struck: bool = False


@dataclass(frozen=True, slots=True)
class FieldRegion:
    """The region of one slot of a form, which one field has or several share, with the lines written in it.

    Attributes:
        slot: The slot of the form.
        lines: Its lines in reading order.
        box: The region on the rectified page.
        is_doubtful: Whether no line was found and yet something may be written, or a stamp is left over beside the
            lines. Such a region is never called blank.
        is_touched: Whether ink of another region's line, or a signature, touches one of its lines, may have run into it
            or may hold letters of it.
        is_cut_short: Whether one of its lines may go on where it was cut: behind the end of the region, or under print.
            What was read of it is then no evidence for another field.
        is_labelled: Whether a printed label was read that says where the region is: its own right beside it, or, for
            one that has none, one close above or below. Without one, nothing there does not mean a blank.
        is_repeated: Whether no line was found and a brace says that what is written above holds here as well.
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
        field: The field.
        shares: The share of ink in each box, by the value printed beside it.
        box: The box around all of them, with the room that a tick takes beyond.
        is_seen: Whether the printed boxes themselves are seen on the page.
    """

    field: str
    shares: Mapping[str, float]
    box: Box
    is_seen: bool = True


@dataclass(frozen=True, slots=True)
class EntryRegion:
    """The regions of one entry.

    Attributes:
        row: The row of the entry on the page.
        fields: Its field regions, in the order of the form's slots.
        components: The components that its lines number.
        red_components: Those that its red lines number.
        check_boxes: Its groups of check boxes.
        is_entry: Whether it is one; a heading or a total between the rows of a table is none.
    """

    row: int
    fields: tuple[FieldRegion, ...]
    components: ConnectedComponents
    red_components: ConnectedComponents
    check_boxes: tuple[CheckBoxGroup, ...] = ()
    is_entry: bool = True


@dataclass(frozen=True, slots=True)
class RecognizedLine:
    """A text line with what was read on it.

    Attributes:
        line: The line.
        box: Its box with the soft edges of its strokes.
        reading: What the engine of its kind of writing read.
    """

    line: TextLine
    box: Box
    reading: LineReading


@dataclass(frozen=True, slots=True)
class RecognizedField:
    """A field region with what was read in it.

    Attributes:
        region: The region.
        writing: Print, when all of its lines are; else handwriting.
        lines: Its lines, in the order of the region's.
    """

    region: FieldRegion
    writing: Writing
    lines: tuple[RecognizedLine, ...] = ()


@dataclass(frozen=True, slots=True)
class RecognizedEntry:
    """An entry with what was read in its regions.

    Attributes:
        region: The regions of the entry.
        fields: What was read in each of them, in their order.
    """

    region: EntryRegion
    fields: tuple[RecognizedField, ...]
