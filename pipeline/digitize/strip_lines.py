"""What is written on each line of the blanks of a page form: what stands, what is struck out, what was put in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.ink.connected_components import ConnectedComponents
from pipeline.imaging.ink.strikethrough import Extent, find_strikethrough
from pipeline.locate.field_lines import FieldLine
from pipeline.locate.handwriting_lines import writing_box
from pipeline.locate.insertions import field_lines_above, find_grown_together, find_inserted
from pipeline.model import Box


@dataclass(frozen=True, slots=True)
class InkedLine:
    """One written line of a blank: on which ``piece`` of it, its ``box`` and the numbers of its ``components``; ``red``
    when it was stamped, its marks then being those of the red layer; ``struck`` when a stroke runs through it."""

    piece: int
    box: Box
    components: NDArray[np.int64]
    red: bool = False
    struck: bool = False


def strikes_on(
    strips: Sequence[FieldLine], owner: NDArray[np.int64], components: ConnectedComponents
) -> dict[int, Extent]:
    """The strips on which something is struck out, with from which x to which."""
    strikes = {}
    for number, strip in enumerate(strips):
        box, numbers = writing_box(
            components.boxes, components.area, np.flatnonzero(owner == number), strip.pitch
        )
        if box is None:
            continue
        level = (strip.piece.baseline - 0.55 * strip.pitch, strip.piece.baseline - 0.14 * strip.pitch)
        strike = find_strikethrough(components, numbers, box, level)
        if strike is not None:
            strikes[number] = strike
    return strikes


def grown_together(
    strips: Sequence[FieldLine],
    strikes: Mapping[int, Extent],
    owner: NDArray[np.int64],
    components: ConnectedComponents,
) -> list[tuple[int, float, float]]:
    """Struck marks that are one with the words above them, and the rows between which each may be cut."""
    return [
        cut
        for number, strike in strikes.items()
        for cut in find_grown_together(strips, number, owner, components.boxes, strike)
    ]


def with_inserted(
    strips: Sequence[FieldLine],
    strikes: Mapping[int, Extent],
    owner: NDArray[np.int64],
    components: ConnectedComponents,
) -> tuple[dict[int, NDArray[np.int64]], NDArray[np.int64], frozenset[str]]:
    """By strip the marks of what is written above its strike, the owner of each mark, now that those are known, and the
    blanks that may have lost letters to these words: a mark was taken from them, or the words stand below their
    line, and the end of a value may have sunk there."""
    between = {}
    owner = owner.copy()
    robbed: set[str] = set()
    for number, strike in strikes.items():
        found = find_inserted(strips, number, owner, components.boxes, strike)
        if len(found):
            between[number] = found
            words = float(components.boxes[found, 0].min()), float(components.boxes[found, 2].max())
            taken = {strips[before].piece.slot for before in owner[found] if before not in (-1, number)}
            robbed |= taken | _above(strips, number, words)
            owner[found] = number
    return between, owner, frozenset(robbed)


def overwritten_by(
    strips: Sequence[FieldLine], strikes: Mapping[int, Extent], struck: Set[str]
) -> frozenset[str]:
    """The blanks above those that are ``struck`` out all over: what was written instead is found nowhere, and may have
    run into them."""
    return frozenset(
        slot
        for number, strike in strikes.items()
        if strips[number].piece.slot in struck
        for slot in _above(strips, number, strike)
    )


def _above(strips: Sequence[FieldLine], number: int, extent: Extent) -> set[str]:
    """The blanks on the line above a strip, between one x and another."""
    start, end = extent
    return {
        strips[over].piece.slot
        for over in field_lines_above(strips, number)[0]
        if strips[over].piece.box.left < end and strips[over].piece.box.right > start
    }


def lines_on(
    strip: FieldLine,
    numbers: NDArray[np.int64],
    components: ConnectedComponents,
    strike: Extent | None,
    between: NDArray[np.int64] | None,
) -> Iterator[InkedLine]:
    """The lines of a strip on which those marks stand, from left to right; of what is struck out those ``between`` the
    lines are a line of their own."""
    rest = numbers if between is None else np.setdiff1d(numbers, between)
    lines = []
    box, rest = writing_box(components.boxes, components.area, rest, strip.pitch)
    if box is not None:
        lines += _by_strike(InkedLine(strip.piece.line, box, rest), strike, components, strip.pitch)
    if between is not None:
        box, kept = writing_box(components.boxes, components.area, between, strip.pitch)
        if box is not None:
            lines.append(InkedLine(strip.piece.line, box, kept))
    yield from sorted(lines, key=lambda one: one.box.left)


def _by_strike(
    line: InkedLine, strike: Extent | None, components: ConnectedComponents, pitch: float
) -> list[InkedLine]:
    """The line, or what is struck of it and, apart, what is written before and behind that; less than a letter's width
    before or behind belongs to the stroke."""
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
        return [replace(line, struck=True)]
    out = replace(line, box=gone, components=numbers, struck=True)
    return sorted([out, *kept], key=lambda one: one.box.left)
