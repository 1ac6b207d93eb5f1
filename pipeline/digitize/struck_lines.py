"""The text lines on the field lines of a page form: what is written, what is struck out, and what was inserted instead.

A value that is struck out is often rewritten above its stroke, between the lines. The components found there belong to
the struck field line (and are taken from the line above, which may then have lost letters)::

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
    """Return the x extent of the stroke by the number of the field line on which something is struck out."""
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
    """Return whether a value of a figure or two may be struck out: a stroke too short to be sure crosses it.

    Args:
        box: The box of its components in pixels.
        numbers: Its components.
        components: All components.
        pitch: The pitch of its line.
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
    """Return the struck components that hang together with the words above them.

    Each comes with the rows between which it may be cut.
    """
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
        The inserted components by the number of the field line; the owner (n,) of each component with these assigned;
        the slots that may have lost letters to the inserted words: a component was taken from them, or the words are
        below their line, and the end of a value may have sunk there.
    """
    between = {}
    owner = owner.copy()
    losing: set[str] = set()
    for number, strike in strikes.items():
        found = find_inserted(field_lines, number, owner, components.boxes, strike)
        if len(found):
            between[number] = found
            words = float(components.boxes[found, 0].min()), float(components.boxes[found, 2].max())
            taken = {field_lines[before].piece.slot for before in owner[found] if before not in (-1, number)}
            losing |= taken | _above(field_lines, number, words)
            owner[found] = number
    return between, owner, frozenset(losing)


def slots_above_struck(
    field_lines: Sequence[FieldLine], strikes: Mapping[int, Extent], struck: Set[str]
) -> frozenset[str]:
    """Return the slots above those that are ``struck`` out all over.

    What was written instead is found nowhere, and may have run into them.
    """
    return frozenset(
        slot
        for number, strike in strikes.items()
        if field_lines[number].piece.slot in struck
        for slot in _above(field_lines, number, strike)
    )


def _above(field_lines: Sequence[FieldLine], number: int, extent: Extent) -> set[str]:
    """Return the slots on the line above a field line, between one x and another."""
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
        field_line: The field line.
        numbers: The components that belong to it.
        components: All components.
        strike: The x extent of the stroke through it, if there is one.
        between: The inserted components among ``numbers``; they are a line of their own.
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
    yield from sorted(lines, key=lambda one: one.box.left)


def _split_at_strike(
    line: TextLine, strike: Extent | None, components: ConnectedComponents, pitch: float
) -> list[TextLine]:
    """Return the line, or its struck part and the parts before and behind that.

    Less than a letter's width before or behind belongs to the stroke.
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
    return sorted([out, *kept], key=lambda one: one.box.left)
