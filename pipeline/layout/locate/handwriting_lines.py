"""What components make together: the box of what is written, the lines of a free area, clusters of stamps."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from pipeline.base.model import Box
from pipeline.layout.locate.field_lines import Boxes

TALL_COMPONENT = 1.9
"""From which height on, in printed letters, a component may reach over two lines."""

MIN_LINE_DISTANCE = 0.8
"""How far the middles of a signature and of the name below it are apart at least, in printed letters."""

WALL_TO_WALL = 0.85
"""How much of an area's width a rule spans: what is left of the frame is no writing."""

RULE_HEIGHT = 0.3
"""How high it is at most, in printed letters."""


def writing_box(
    boxes: Boxes, area: NDArray[np.int32], numbers: NDArray[np.int64], pitch: float
) -> tuple[Box | None, NDArray[np.int64]]:
    """Return the box around the components of one line, and which they are; ``None`` when there is dust, not writing.

    Dust far from any letter is left out. A line is written on when some component is as large as a small letter or a
    dash.

    Args:
        boxes: (n, 4) boxes of the components in pixels.
        area: (n,) pixels of each.
        numbers: The line's components.
        pitch: The line's pitch in pixels.
    """
    if not len(numbers):
        return None, numbers
    left, top, right, bottom = boxes[numbers].T.astype(float)
    letter = ((bottom - top > 0.20 * pitch) | (right - left > 0.22 * pitch)) & (
        area[numbers] > 0.006 * pitch**2
    )
    if not letter.any():
        return None, numbers[:0]
    first, last = left[letter].min(), right[letter].max()
    near = letter | ((right > first - 0.5 * pitch) & (left < last + 0.5 * pitch))
    kept = numbers[near]
    return Box(left[near].min(), top[near].min(), right[near].max(), bottom[near].max()), kept


def find_signed_names(area: Box, boxes: Boxes, letter: float) -> Iterator[tuple[int, float, float]]:
    """Yield components in which a signature touches the name written below it.

    The name is where those of its letters are that touch nothing: the longest line of them.

    Args:
        area: Area of signature and name.
        boxes: (n, 4) boxes of the components in pixels.
        letter: Height of printed letters in pixels.

    Yields:
        The number of the component and the rows between which signature and name meet.
    """
    left, top, right, bottom = boxes.T.astype(float)
    inside, middle, height = centred_in(area, boxes), (top + bottom) / 2, bottom - top
    apart = np.flatnonzero(inside & (height > 0.3 * letter) & (height < TALL_COMPONENT * letter))
    tall = np.flatnonzero(inside & (height >= TALL_COMPONENT * letter) & (height < 6 * letter))
    if not len(apart) or not len(tall):
        return
    lines = [
        apart[np.isin(middle[apart], level)] for level in _levels(middle[apart], letter, MIN_LINE_DISTANCE)
    ]
    name = max(lines, key=lambda line: float((right - left)[line].sum()))
    base = float(np.percentile(bottom[name], 25))  # few letters have tails
    highest = top[name].min() - 0.6 * np.median(height[name])
    for number in tall:
        apart_x = max(left[name].min() - right[number], left[number] - right[name].max())
        if top[number] < highest and bottom[number] > base - 0.4 * letter and apart_x < 3 * letter:
            yield int(number), base - 1.6 * letter, base - 0.8 * letter


def is_under_signature(
    area: Box, boxes: Boxes, line: Box, components: NDArray[np.int64], letter: float
) -> bool:
    """Return whether a component taller than a line reaches into a line's box and is none of its own.

    A signature may then hold letters or diacritics of the line.

    Args:
        area: Area of the line.
        boxes: (n, 4) boxes of the components in pixels.
        line: The line's box.
        components: Numbers of the line's components.
        letter: Height of printed letters in pixels.
    """
    left, top, right, bottom = boxes.T.astype(float)
    tall = (bottom - top >= TALL_COMPONENT * letter) & (
        np.minimum(right, area.right) > np.maximum(left, area.left)
    )
    over = (left < line.right) & (right > line.left) & (top < line.bottom) & (bottom > line.top)
    found = tall & over
    found[components] = False
    return bool(found.any())


def centred_in(area: Box, boxes: Boxes) -> NDArray[np.bool_]:
    """Return which boxes (n,) have their middle in the area."""
    left, top, right, bottom = boxes.T.astype(float)
    x, y = (left + right) / 2, (top + bottom) / 2
    found: NDArray[np.bool_] = (x > area.left) & (x < area.right) & (y > area.top) & (y < area.bottom)
    return found


def _levels(middles: NDArray[np.float64], letter: float, apart: float = 0.0) -> list[list[float]]:
    """Return the middles of components from top to bottom, line by line.

    Lines less than ``apart`` letters from one another are one: words with tails and words without.
    """
    levels: list[list[float]] = []
    for y in np.sort(middles):
        if levels and y - levels[-1][-1] < 0.55 * letter:
            levels[-1].append(float(y))
        else:
            levels.append([float(y)])
    lines = levels[:1]
    for level in levels[1:]:
        if np.median(level) - np.median(lines[-1]) < apart * letter:
            lines[-1] += level
        else:
            lines.append(level)
    return lines


def find_handwriting_lines(
    area: Box,
    boxes: Boxes,
    ink_area: NDArray[np.int32],
    free: NDArray[np.int64],
    letter: float,
    apart: float = 0.0,
) -> Iterator[tuple[int, Box, NDArray[np.int64]]]:
    """Yield the written lines of a free area, top to bottom: (0, box, components) each.

    Components that only reach in are left out.

    Args:
        area: The area in pixels.
        boxes: (n, 4) boxes of the components.
        ink_area: (n,) pixels of each.
        free: Components that belong to no line yet.
        letter: Height of printed letters in pixels.
        apart: Lines less than so many letters from one another are one.
    """
    left, top, right, bottom = boxes[free].T.astype(float)
    is_rule = (right - left > WALL_TO_WALL * area.width) & (bottom - top < RULE_HEIGHT * letter)
    inside = (
        centred_in(area, boxes[free])
        & (bottom - top < 6 * letter)
        & (ink_area[free] > 0.008 * letter**2)
        & ~is_rule
    )
    chosen = free[inside]
    if not len(chosen):
        return
    middle = ((top + bottom) / 2)[inside]
    tall = (bottom - top)[inside] > 0.3 * letter
    if not tall.any():
        yield from _find_ditto(boxes, ink_area, chosen, letter)
        return
    levels = _levels(middle[tall], letter, apart)
    centres = np.array([np.median(level) for level in levels])
    nearest = np.abs(middle[:, None] - centres[None, :]).argmin(axis=1)
    for number in range(len(centres)):
        components = chosen[nearest == number]
        box, kept = writing_box(boxes, ink_area, components, 1.6 * letter)
        if box is not None:
            yield 0, box, kept


def _find_ditto(
    boxes: Boxes, ink_area: NDArray[np.int32], chosen: NDArray[np.int64], letter: float
) -> Iterator[tuple[int, Box, NDArray[np.int64]]]:
    """Yield a ditto mark: two small strokes side by side (or run together) where nothing taller is in the area."""
    strokes = chosen[ink_area[chosen] > 0.012 * letter**2]
    left, top, right, bottom = boxes[strokes].T.astype(float)
    if len(strokes) == 1 and right[0] - left[0] > 0.25 * letter and ink_area[strokes[0]] > 0.03 * letter**2:
        yield 0, Box(left[0], top[0], right[0], bottom[0]), strokes
    if len(strokes) != 2:
        return
    level = abs(top[0] - top[1]) < 0.3 * letter and min(bottom - top) > 0.12 * letter
    if (
        level
        and max(left) - min(right) < 0.6 * letter
        and max(ink_area[strokes]) < 3 * min(ink_area[strokes])
    ):
        yield 0, Box(left.min(), top.min(), right.max(), bottom.max()), strokes


def cluster_boxes(boxes: Boxes, gap: float) -> list[NDArray[np.int64]]:
    """Return the numbers of boxes that are connected, group by group: each has a neighbour within ``gap`` pixels."""
    group = np.full(len(boxes), -1)
    left, top, right, bottom = boxes.T.astype(float)
    found: list[NDArray[np.int64]] = []
    for start in range(len(boxes)):
        if group[start] >= 0:
            continue
        waiting, members = [start], []
        group[start] = len(found)
        while waiting:
            at = waiting.pop()
            members.append(at)
            apart_x = np.maximum(left - right[at], left[at] - right)
            apart_y = np.maximum(top - bottom[at], top[at] - bottom)
            near = np.nonzero((apart_x <= gap) & (apart_y <= gap) & (group < 0))[0]
            group[near] = len(found)
            waiting.extend(int(n) for n in near)
        found.append(np.array(sorted(members)))
    return found
