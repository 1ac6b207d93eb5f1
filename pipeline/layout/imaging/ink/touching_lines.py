"""Handwriting of two lines that has run into each other.

A tail that hangs from one line and a tall letter of the next cross in no row that separates them. Cut along one row,
capitals beside the crossing lose their upper part and words their tails. So runs between the lines stay with the line
they hang together with; only where both lines meet is ink cut.

    upper line   ~~~a~~g~~~~          zone between the lines:
    first row  ..........|.......     the tail of g is connected to the upper line only: upper
                 h       |            h is connected to the lower line only: lower
    last row   ..|.......t.......     g and t meet: their ink in the zone goes to the lower line
    lower line   h~~~~~~~t~~

``cut_at_sparsest_row`` is the plain cut for a component that reaches over one line only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.base.model import Box
from pipeline.layout.imaging.ink.connected_components import (
    ConnectedComponents,
    Runs,
    connect_runs,
    relabel,
    split_components,
)

Numbers = NDArray[np.int64]
PixelPosition = tuple[int, int]


def split_touching_lines(
    components: ConnectedComponents, zones: Iterable[tuple[int, float, float]]
) -> tuple[ConnectedComponents, tuple[PixelPosition, ...]]:
    """Return the components with some split into those of each line, and the places of the cuts.

    What lies above a zone, or in it and is connected to the upper line alone, belongs to the upper line; the rest to
    the lower line, since most of what crosses there rises from it.

    Args:
        components: Ink of the page.
        zones: (number of a component, first row, last row) between two lines, in pixels.

    Returns:
        The components, and on both sides of every cut through ink a pixel (y, x): a letter there may have lost
        something.
    """
    by_mark: dict[int, list[tuple[int, int]]] = {}
    for number, first, last in zones:
        _, top, _, bottom = (int(side) for side in components.boxes[number])
        rows = max(top + 1, round(first)), min(bottom - 1, round(last) + 1)
        if rows[0] < rows[1]:
            by_mark.setdefault(number, []).append(rows)
    if not by_mark:
        return components, ()
    part = np.full(components.runs.shape[1], -1)
    places: list[PixelPosition] = []
    for number, between in by_mark.items():
        own = np.flatnonzero(components.runs[3] == number)
        part[own], found = _parts(components.runs[:, own], sorted(between), components.shape[1])
        places += found
    return split_components(components, part), tuple(places)


def _parts(runs: Runs, between: Sequence[tuple[int, int]], width: int) -> tuple[Numbers, list[PixelPosition]]:
    """Return for each of a component's runs the line it belongs to, counted from the top, and where ink was cut."""
    y = runs[0]
    part = np.searchsorted([last for _, last in between], y, side="right")
    places: list[PixelPosition] = []
    for first, last in between:
        inside = np.flatnonzero((y >= first) & (y < last))
        piece = connect_runs(runs[:, inside], width)
        hanging = list(_touching(runs, inside, y == first, y == first - 1))
        rising = [near for near, _ in _touching(runs, inside, y == last - 1, y == last)]
        below = np.isin(piece, piece[rising])
        part[inside[below]] += 1
        for near, beyond_run in hanging:
            if below[near]:
                places += [_position_of(runs, inside[near]), _position_of(runs, beyond_run)]
    return part, places


def _touching(
    runs: Runs, inside: Numbers, edge: NDArray[np.bool_], beyond: NDArray[np.bool_]
) -> Iterator[tuple[int, int]]:
    """Yield which of the runs ``inside`` on an ``edge`` touch which of those ``beyond`` it, at a corner at least."""
    others = np.flatnonzero(beyond)
    for near in np.flatnonzero(edge[inside]):
        _, first, end, _ = runs[:, inside[near]]
        for beyond_run in others[(runs[1, others] <= end) & (runs[2, others] >= first)]:
            yield int(near), int(beyond_run)


def _position_of(runs: Runs, number: np.int64 | int) -> PixelPosition:
    return int(runs[0, number]), int(runs[1, number])


TOUCHING = 0.055
"""How close, in pitches of the line, ink of another line is above or below a letter when they may be one."""

X_HEIGHT = 0.62
"""How far small letters reach above their baseline, in pitches. Taller letters have no diacritic to lose."""

SIGNATURE_ABOVE = 0.1
"""How far above a line, in its pitches, ink of a signature may hold a diacritic of the line."""


def is_near_signature(components: ConnectedComponents, signatures: Numbers, box: Box, pitch: float) -> bool:
    """Return whether ink of a signature lies within a line's box or right above it.

    A tone mark or circumflex of the line may then have gone with the signature, or a piece of the signature looks like
    one.

    Args:
        components: Ink of the page.
        signatures: Numbers of the signature's components.
        box: The line's box in pixels.
        pitch: The line's pitch in pixels.
    """
    height, width = components.shape
    grown = Box(box.left, box.top - SIGNATURE_ABOVE * pitch, box.right, box.bottom).within(width, height)
    left, top, right, bottom = (round(side) for side in (grown.left, grown.top, grown.right, grown.bottom))
    if right <= left or bottom <= top or not len(signatures):
        return False
    strange = np.zeros(len(components.area), bool)
    strange[signatures] = True
    return bool(components.mask_in(strange, left, top, right, bottom).any())


def touches_other_line(
    components: ConnectedComponents, own: Numbers, others: Numbers, box: Box, baseline: float, pitch: float
) -> bool:
    """Return whether ink of another value lies right above or below a small letter of a line.

    Args:
        components: Ink of the page.
        own: Numbers of the line's components.
        others: Numbers of components of other values.
        box: The line's box in pixels.
        baseline: The y the line is written on.
        pitch: The line's pitch in pixels.
    """
    gap = max(2, round(TOUCHING * pitch))
    height, width = components.shape
    left, right = max(0, round(box.left)), min(width, round(box.right))
    top, bottom = (
        max(0, round(max(box.top, baseline - X_HEIGHT * pitch))),
        min(height, round(box.bottom) + gap),
    )
    first = max(0, top - gap)
    if right <= left or bottom <= top or not len(others):
        return False
    mine, strange = np.zeros((2, len(components.area)), bool)
    mine[own] = strange[others] = True
    foreign = components.mask_in(strange, left, first, right, bottom)
    if not foreign.any():
        return False
    letters = components.mask_in(mine, left, first, right, bottom)
    # what is cut off above is a tall letter: its columns are out
    letters[:, letters[: top - first].any(axis=0)] = 0
    close = cv2.dilate(letters, np.ones((2 * gap + 1, 1), np.uint8))
    return bool(cv2.hasNonZero(cv2.bitwise_and(close, foreign)))


def cut_at_sparsest_row(
    components: ConnectedComponents, zones: Sequence[tuple[int, float, float]]
) -> ConnectedComponents:
    """Return the components with some cut in two along the row that crosses the least of their ink.

    Args:
        components: Ink of the page.
        zones: (number of a component, first row, last row): the rows between which it may be cut, in pixels.
    """
    y, first, end, number = components.runs
    gone = np.zeros(len(y), bool)
    for component, highest, lowest in zones:
        _, top, _, bottom = (int(side) for side in components.boxes[component])
        rows = range(max(top, round(highest)), min(bottom, round(lowest) + 1))
        if not rows:
            continue
        own = np.flatnonzero((number == component) & (y >= rows.start) & (y < rows.stop))
        crossed = np.bincount(y[own] - rows.start, (end - first)[own], len(rows))
        emptiest = np.flatnonzero(crossed == crossed.min())
        row = int(emptiest[np.abs(emptiest - len(rows) / 2).argmin()])
        gone[own[y[own] == rows.start + row]] = True
    return relabel(components, components.runs[:, ~gone], [component for component, _, _ in zones])
