"""The text lines on the field lines of a page form: written, struck-out and inserted words.

A struck-out value is often rewritten above its stroke, between the lines. The components there belong to the struck
field line; the line above loses them and may have lost letters of its own::

        new words              inserted: a text line of its own
    ---old words------ rest    struck: a text line of its own; what is written before and behind is not struck
    ......................     leader
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pipeline.base.model import Box
from pipeline.digitize.regions import TextLine
from pipeline.layout.imaging.ink.connected_components import ConnectedComponents
from pipeline.layout.imaging.ink.short_strikes import WIDEST, may_be_struck
from pipeline.layout.imaging.ink.strikethrough import Extent, find_strikethrough
from pipeline.layout.locate.field_lines import FieldLine
from pipeline.layout.locate.handwriting_lines import writing_box
from pipeline.layout.locate.insertions import field_lines_above, find_grown_together, find_inserted


def find_strikes(
    field_lines: Sequence[FieldLine], owner: NDArray[np.int64], components: ConnectedComponents
) -> dict[int, Extent]:
    """Return the x extent of the stroke on each field line with struck-out words, by the number of the line."""
    strikes = {}
    for number, field_line in enumerate(field_lines):
        box, numbers = writing_box(
            components.boxes, components.area, np.flatnonzero(owner == number), field_line.pitch
        )
        if box is None:
            continue
        level = (
            field_line.piece.baseline - 0.55 * field_line.pitch,
            field_line.piece.baseline - 0.14 * field_line.pitch,
        )
        strike = find_strikethrough(components, numbers, box, level)
        if strike is not None:
            strikes[number] = strike
    return strikes


def may_be_struck_out(
    box: Box, numbers: NDArray[np.int64], components: ConnectedComponents, pitch: float
) -> bool:
    """Return whether a short stroke may strike out a value of one or two figures.

    Args:
        box: The box of the value's components in pixels.
    """
    if box.width > WIDEST * pitch:
        return False
    chosen = np.zeros(len(components.area), bool)
    chosen[numbers] = True
    left, top, right, bottom = (round(side) for side in (box.left, box.top, box.right, box.bottom))
    return may_be_struck(components.mask_in(chosen, left, top, right, bottom), pitch)


def find_cuts_above_strikes(
    field_lines: Sequence[FieldLine],
    strikes: Mapping[int, Extent],
    owner: NDArray[np.int64],
    components: ConnectedComponents,
) -> list[tuple[int, float, float]]:
    """Return the struck components that are joined to the words above, each with the rows between which to cut."""
    return [
        cut
        for number, strike in strikes.items()
        for cut in find_grown_together(field_lines, number, owner, components.boxes, strike)
    ]


def assign_inserted(
    field_lines: Sequence[FieldLine],
    strikes: Mapping[int, Extent],
    owner: NDArray[np.int64],
    components: ConnectedComponents,
) -> tuple[dict[int, NDArray[np.int64]], NDArray[np.int64], frozenset[str]]:
    """Assign the words that are inserted above a strike to the struck field line.

    Returns:
        The inserted components by the number of the field line; the owner (n,) of each component after the assignment;
        the slots that may have lost letters to the inserted words, because a component was taken from them or because
        the words are below their line, where the end of a value may have sunk.
    """
    between = {}
    owner = owner.copy()
    losing: set[str] = set()
    for number, strike in strikes.items():
        inserted = find_inserted(field_lines, number, owner, components.boxes, strike)
        if len(inserted):
            between[number] = inserted
            words = float(components.boxes[inserted, 0].min()), float(components.boxes[inserted, 2].max())
            taken = {
                field_lines[before].piece.slot for before in owner[inserted] if before not in (-1, number)
            }
            losing |= taken | _above(field_lines, number, words)
            owner[inserted] = number
    return between, owner, frozenset(losing)


def slots_above_struck(
    field_lines: Sequence[FieldLine], strikes: Mapping[int, Extent], struck: Set[str]
) -> frozenset[str]:
    """Return the slots above wholly ``struck`` slots. The replacing words may have run into these."""
    return frozenset(
        slot
        for number, strike in strikes.items()
        if field_lines[number].piece.slot in struck
        for slot in _above(field_lines, number, strike)
    )


def _above(field_lines: Sequence[FieldLine], number: int, extent: Extent) -> set[str]:
    """Return the slots on the line above a field line, within an x extent."""
    start, end = extent
    return {
        field_lines[over].piece.slot
        for over in field_lines_above(field_lines, number)[0]
        if field_lines[over].piece.box.left < end and field_lines[over].piece.box.right > start
    }


def lines_of(
    field_line: FieldLine,
    numbers: NDArray[np.int64],
    components: ConnectedComponents,
    strike: Extent | None,
    between: NDArray[np.int64] | None,
) -> Iterator[TextLine]:
    """Yield the text lines on a field line from left to right.

    Args:
        strike: The x extent of the stroke through the line, ``None`` without a stroke.
        between: The inserted components among ``numbers``; they form a separate line.
    """
    rest = numbers if between is None else np.setdiff1d(numbers, between)
    lines = []
    box, rest = writing_box(components.boxes, components.area, rest, field_line.pitch)
    if box is not None:
        lines += _split_at_strike(
            TextLine(field_line.piece.line, box, rest), strike, components, field_line.pitch
        )
    if between is not None:
        box, kept = writing_box(components.boxes, components.area, between, field_line.pitch)
        if box is not None:
            lines.append(TextLine(field_line.piece.line, box, kept))
    yield from sorted(lines, key=lambda line: line.box.left)


def _split_at_strike(
    line: TextLine, strike: Extent | None, components: ConnectedComponents, pitch: float
) -> list[TextLine]:
    """Return the line, or its struck part with the parts before and behind.

    A part narrower than a letter belongs to the struck part.
    """
    if strike is None:
        return [line]
    middle = (components.boxes[line.components, 0] + components.boxes[line.components, 2]) / 2
    through = (middle > strike[0] - 0.1 * pitch) & (middle < strike[1] + 0.1 * pitch)
    behind = ~through & (components.boxes[line.components, 0] > strike[1] - 0.1 * pitch)
    before = ~through & ~behind & (components.boxes[line.components, 2] < strike[0] + 0.3 * pitch)
    kept = []
    struck = ~before & ~behind
    for part in (before, behind):
        box, numbers = writing_box(components.boxes, components.area, line.components[part], pitch)
        if box is not None and box.width >= 0.5 * pitch:
            kept.append(replace(line, box=box, components=numbers))
        else:
            struck |= part
    gone, numbers = writing_box(components.boxes, components.area, line.components[struck], pitch)
    if gone is None or not kept:
        return [replace(line, is_struck=True)]
    out = replace(line, box=gone, components=numbers, is_struck=True)
    return sorted([out, *kept], key=lambda line: line.box.left)
