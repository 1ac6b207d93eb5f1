"""Which connected components belong to which line of a blank.

A field line is a band around the baseline of a blank's leader. Large components are assigned by where their middle is,
small ones (tone marks, dots, commas) follow the nearest letter:

        ´    ^                          small: to the nearest letter
    ---------------------------------   top of the band: 0.82 pitch above the baseline
       Nguyen Van  A                    letters and dashes: middle within the band
    . . . . . . . . . . . . . .  |n     baseline; a value that runs on past the blank's end is followed
    ---------------------------------   bottom: 0.30 pitch below      | next vertical rule of the frame
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.base.model import Box
from pipeline.layout.locate.field_lines import Boxes, FieldLine
from pipeline.layout.locate.overflow import (
    follow_values_over_labels,
    follow_values_right,
    follow_values_to_labels,
    overflowing,
)
from pipeline.layout.locate.words_behind_rule import Runs


def assign_components(
    field_lines: Sequence[FieldLine],
    boxes: Boxes,
    barred: Sequence[Box],
    colons: Sequence[Box] = (),
    faint: NDArray[np.bool_] | None = None,
    dots: NDArray[np.bool_] | None = None,
    on_print: NDArray[np.bool_] | None = None,
    runs: Runs | None = None,
) -> NDArray[np.int64]:
    """Return for each component the number of the field line it belongs to, or -1.

    A component as tall as a letter goes to the line in whose band its middle is, a dash to the line on which it is
    between letters; small components go where the nearest letter goes. Values that run on past the end of the last
    blank of a line are followed to the right (``pipeline.layout.locate.overflow``). Components in barred boxes have no
    line, unless a value runs on into them; nor have specks in colon boxes.

    Args:
        field_lines: Lines of all blanks.
        boxes: (n, 4) boxes of the components in pixels.
        barred: Areas of signatures and notes.
        colons: Where a colon may be printed right behind a label.
        faint: (n,) components paler than ink by themselves, which go with a letter only close to it.
        dots: (n,) dots of a leader, which go with no letter below them.
        on_print: (n,) components that are writing on a label.
        runs: The runs of the components, by which feet of words are compared.
    """
    count = len(boxes)
    owner = np.full(count, -1)
    if not count or not field_lines:
        return owner
    left, top, right, bottom = boxes.T.astype(float)
    middle_x, middle_y = (left + right) / 2, (top + bottom) / 2
    height, width = bottom - top, right - left
    pitch = float(np.median([s.pitch for s in field_lines]))
    big = (height > 0.26 * pitch) | ((width > 0.30 * pitch) & (height > 0.05 * pitch))
    inside, in_barred = np.zeros(count, bool), np.zeros((len(barred), count), bool)
    size = np.maximum(1.0, width * height)
    for number, box in enumerate(barred):
        across = np.clip(np.minimum(right, box.right) - np.maximum(left, box.left), 0, None)
        down = np.clip(np.minimum(bottom, box.bottom) - np.maximum(top, box.top), 0, None)
        in_barred[number] = across * down / size > 0.3
    for box in colons:
        small = (height < 0.5 * box.height) & (width < 0.6 * box.width)
        inside |= (
            small & (middle_x > box.left) & (middle_x < box.right) & (top > box.top) & (bottom < box.bottom)
        )
    cost = np.full(count, np.inf)
    for number, field_line in enumerate(field_lines):
        b, p = field_line.piece.box, field_line.pitch
        overlap = np.minimum(right, b.right) - np.maximum(left, b.left)
        # what lies mostly in the blank is its own, though it runs on into an area behind it
        behind = np.array([box.left >= b.right for box in barred], bool)
        shut = (
            inside
            | in_barred[~behind].any(axis=0)
            | (in_barred[behind].any(axis=0) & (overlap <= 0.5 * width))
        )
        enough = (overlap > 0.35 * width) | ((middle_x > b.left) & (middle_x < b.right))
        rise = (field_line.piece.baseline - middle_y) / p
        near = np.abs(rise - 0.24)
        core = (rise > 0.04) & (rise < 0.5) & (height > 0.11 * p) & (width > 0.06 * p)
        # a circumflex over a tall letter reaches the line above: what is low there and flat is no letter of it
        diacritic = (height < 0.3 * p) & (rise < 0.02)
        fits = (big | core) & ~diacritic & enough & (rise > -0.34) & (rise < 0.86) & (near < cost) & ~shut
        owner[fits], cost[fits] = number, near[fits]
    inside |= in_barred.any(axis=0)
    follow_values_right(field_lines, owner, big, boxes, runs)
    follow_values_to_labels(field_lines, owner, big, boxes)
    if on_print is not None and on_print.any():
        follow_values_over_labels(field_lines, owner, on_print & big, boxes)
    inside &= ~overflowing(field_lines, owner, boxes)
    _join_dashes(field_lines, owner, boxes, inside)
    none = np.zeros(count, bool)
    _assign_small(
        field_lines,
        owner,
        big,
        boxes,
        inside,
        none if faint is None else faint,
        none if dots is None else dots,
    )
    return owner


def _join_dashes(
    field_lines: Sequence[FieldLine], owner: NDArray[np.int64], boxes: Boxes, inside: NDArray[np.bool_]
) -> None:
    """Assign dashes of a date that is written wide apart.

    They are further from its figures than from the letters of the line below.
    """
    left, top, right, bottom = boxes.T.astype(float)
    middle_y = (top + bottom) / 2
    flat = (right - left > 2 * (bottom - top)) & (owner < 0) & ~inside
    for number, field_line in enumerate(field_lines):
        p = field_line.pitch
        own = owner == number
        rise = (field_line.piece.baseline - middle_y) / p
        for component in np.flatnonzero(flat & (right - left > 0.15 * p) & (rise > 0.12) & (rise < 0.42)):
            before, behind = left[component] - right[own], left[own] - right[component]
            if all(((gap >= 0) & (gap < 1.2 * p)).any() for gap in (before, behind)):
                owner[component] = number


def _assign_small(
    field_lines: Sequence[FieldLine],
    owner: NDArray[np.int64],
    big: NDArray[np.bool_],
    boxes: Boxes,
    inside: NDArray[np.bool_],
    faint: NDArray[np.bool_],
    dots: NDArray[np.bool_],
) -> None:
    left, top, right, bottom = boxes.T.astype(float)
    anchors = np.nonzero(owner >= 0)[0]
    if not len(anchors):
        return
    order = anchors[np.argsort(left[anchors])]
    starts = left[order]
    # a circumflex with its tone is as wide as a letter, and no letter
    flat = bottom - top < 0.42 * field_lines[0].pitch
    for component in np.nonzero((~big | flat) & (owner < 0) & ~inside)[0]:
        first = np.searchsorted(starts, left[component] - 12 * (field_lines[0].pitch))
        last = np.searchsorted(starts, right[component] + field_lines[0].pitch)
        near = order[first:last]
        if not len(near):
            continue
        gap_x = np.maximum(0, np.maximum(left[near] - right[component], left[component] - right[near]))
        gap_y = np.maximum(0, np.maximum(top[near] - bottom[component], top[component] - bottom[near]))
        # ink above a letter is nearer to it than ink below the line above: tone marks outnumber tails
        distance = np.hypot(gap_x * 1.4, gap_y * np.where(top[near] >= bottom[component], 0.8, 1.15))
        best = int(distance.argmin())
        pitch = field_lines[owner[near[best]]].pitch
        reach = (0.12 if faint[component] else 0.45) * pitch
        if bottom[component] <= top[near[best]]:
            if dots[component]:
                continue
            # a tone mark is thrown no further than it is large: what hangs small and high is dust or a leader's dot
            size = max(right[component] - left[component], bottom[component] - top[component])
            reach = min(reach, 0.1 * pitch + 1.2 * size)
        if distance[best] < reach:
            owner[component] = owner[near[best]]
