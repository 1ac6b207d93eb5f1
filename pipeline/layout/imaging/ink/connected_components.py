"""Connected components of ink, held as runs.

A page is labelled once; ink that is taken away or cut later touches the few components concerned. A run is a stretch of
ink within one row:

    row y:  ..####....##..      runs: (y, 2, 6, component), (y, 10, 12, component)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.base.model import Pixels

MAX_16_BIT_RUNS = 65_000
"""With fewer runs than this, labels are counted in 16 bits."""

Runs = NDArray[np.int32]
Chosen = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class ConnectedComponents:
    """The 8-connected components of an ink mask, numbered from top to bottom.

    Attributes:
        boxes: (n, 4) left, top, right, bottom of each component in pixels.
        area: (n,) pixels of each component.
        runs: (4, m) of every run its y, its first x, the x behind its last pixel and the number of its component, from
            top to bottom.
        shape: (h, w) of the mask.
    """

    boxes: NDArray[np.int32]
    area: NDArray[np.int32]
    runs: Runs
    shape: tuple[int, int]

    @property
    def centroids(self) -> NDArray[np.float64]:
        """The centre of gravity (n, 2) of each component, x and y."""
        y, first, end, number = self.runs
        length, count = (end - first).astype(float), len(self.area)
        x_sum = np.bincount(number, (first + end - 1) / 2 * length, count)
        y_sum = np.bincount(number, y * length, count)
        return np.column_stack([x_sum, y_sum]) / self.area[:, None]

    def pixel_indices(self, chosen: Chosen) -> NDArray[np.int64]:
        """Return the flat indices of the ink of the ``chosen`` (n,) components."""
        return _pixel_indices(self.runs[:, chosen[self.runs[3]]], self.shape[1])

    def darker_than(self, grey: Pixels, limit: int) -> Chosen:
        """Return which components (n,) hold a pixel darker than ``limit`` in a picture of the same shape."""
        _, first, end, number = self.runs
        dark = grey.ravel()[_pixel_indices(self.runs, self.shape[1])] < limit
        starts = np.concatenate([[0], np.cumsum(end - first)[:-1]]).astype(np.int64)
        chosen = np.zeros(len(self.area), bool)
        if len(number):
            chosen[number[np.logical_or.reduceat(dark, starts)]] = True
        return chosen

    def share_in(self, mask: Pixels) -> NDArray[np.float64]:
        """Return which share of each component's pixels (n,) is set in a mask of the same shape."""
        _, first, end, number = self.runs
        held = mask.ravel()[_pixel_indices(self.runs, self.shape[1])] > 0
        starts = np.concatenate([[0], np.cumsum(end - first)[:-1]]).astype(np.int64)
        if not len(number):
            return np.zeros(len(self.area))
        inside = np.add.reduceat(held.astype(np.int64), starts)
        return np.bincount(number, inside, len(self.area)) / np.maximum(1, self.area)

    def label_at(self, y: int, x: int) -> int:
        """Return the number of the component at a pixel, -1 on paper."""
        rows = slice(*np.searchsorted(self.runs[0], (y, y + 1)))
        _, first, end, number = self.runs[:, rows]
        found = number[(first <= x) & (end > x)]
        return int(found[0]) if len(found) else -1

    def label_image(self, left: int, top: int, right: int, bottom: int) -> NDArray[np.int32]:
        """Return a part of the picture with each pixel's component number + 1, 0 on paper.

        The part lies within the page.
        """
        part = np.zeros((max(0, bottom - top), max(0, right - left)), np.int32)
        rows = slice(*np.searchsorted(self.runs[0], (top, bottom)))
        runs = self.runs[:, rows]
        runs = runs[:, (runs[1] < right) & (runs[2] > left)]
        number = runs[3]
        inside = np.stack([runs[0] - top, np.maximum(runs[1] - left, 0), np.minimum(runs[2], right) - left])
        part.ravel()[_pixel_indices(inside, part.shape[1])] = np.repeat(number + 1, inside[2] - inside[1])
        return part

    def mask_in(self, chosen: Chosen, left: int, top: int, right: int, bottom: int) -> Pixels:
        """Return the mask (0/255) of the ``chosen`` (n,) components in such a part of the picture."""
        part = np.zeros((max(0, bottom - top), max(0, right - left)), np.uint8)
        rows = slice(*np.searchsorted(self.runs[0], (top, bottom)))
        y, first, end, number = self.runs[:, rows]
        own = np.flatnonzero(chosen[number] & (first < right) & (end > left))
        inside = np.stack(
            [y[own] - top, np.maximum(first[own] - left, 0), np.minimum(end[own], right) - left]
        )
        part.ravel()[_pixel_indices(inside, part.shape[1])] = 255
        return part

    def without(self, gone: Chosen) -> ConnectedComponents:
        """Return the components that are not ``gone`` (n,), numbered anew in the same order."""
        left = ~gone
        runs = self.runs[:, left[self.runs[3]]]
        runs[3] = (np.cumsum(left, dtype=np.int32) - 1)[runs[3]]
        return ConnectedComponents(self.boxes[left], self.area[left], runs, self.shape)

    def restricted_to(self, mask: Pixels) -> ConnectedComponents:
        """Return the components as they are on a mask of the same shape from which some of their ink was taken away."""
        width, length = self.shape[1], self.runs[2] - self.runs[1]
        touched = np.zeros(len(self.area), bool)
        if not len(length):
            return self
        held = mask.ravel()[_pixel_indices(self.runs, width)] > 0
        starts = np.concatenate([[0], np.cumsum(length)[:-1]]).astype(np.int64)
        touched[self.runs[3, ~np.logical_and.reduceat(held, starts)]] = True
        of_touched = touched[self.runs[3]]
        held = held[np.repeat(of_touched, length)]
        cut = self.runs[:, of_touched]
        place = _pixel_indices(cut, width)[held]
        number = np.repeat(cut[3], cut[2] - cut[1])[held]
        begins = np.flatnonzero((np.diff(place, prepend=-2) != 1) | (place % width == 0))
        y, first = np.divmod(place[begins], width)
        length = np.diff(begins, append=len(place))
        pieces = np.stack([y, first, first + length, number[begins]]).astype(np.int32)
        runs = np.hstack([self.runs[:, ~touched[self.runs[3]]], pieces])
        runs = runs[:, np.argsort(runs[0].astype(np.int64) * width + runs[1], kind="stable")]
        return relabel(self, runs, np.flatnonzero(touched))

    def placed_on(self, left: int, top: int, shape: tuple[int, int]) -> ConnectedComponents:
        """Return the components on a larger picture of which theirs is the part that begins at (left, top)."""
        boxes = self.boxes + np.array([left, top, left, top], np.int32)
        runs = self.runs + np.array([[top], [left], [left], [0]], np.int32)
        return ConnectedComponents(boxes, self.area, runs, shape)


def no_components(shape: tuple[int, int]) -> ConnectedComponents:
    """Return the components of blank paper of that shape."""
    return ConnectedComponents(
        np.empty((0, 4), np.int32), np.empty(0, np.int32), np.empty((4, 0), np.int32), shape
    )


def find_components(ink: Pixels) -> ConnectedComponents:
    """Return all 8-connected components of an ink mask (0/255)."""
    runs = _find_runs(ink)
    # there are no more labels, provisional ones included, than runs: half the memory where they are few
    depth = cv2.CV_16U if runs.shape[1] < MAX_16_BIT_RUNS else cv2.CV_32S
    _, labels = cv2.connectedComponents(ink, connectivity=8, ltype=depth)
    runs[3] = np.asarray(labels)[runs[0], runs[1]]
    runs[3] -= 1
    height, width = ink.shape
    return _measure(runs, int(runs[3].max(initial=-1)) + 1, (height, width))


def relabel(
    components: ConnectedComponents, runs: Runs, touched: Sequence[int] | NDArray[np.int64]
) -> ConnectedComponents:
    """Return components from which ink was taken away.

    Args:
        components: The components before.
        runs: What is left of their runs, from top to bottom, numbered as before.
        touched: Numbers of the components that may have fallen apart; these are labelled anew.
    """
    number = runs[3].copy()
    count = len(components.area)
    anew = np.zeros(count, bool)
    anew[touched] = True
    own = np.flatnonzero(anew[number])
    number[own] = count + connect_runs(runs[:, own], components.shape[1])
    return _renumber(components, runs, number, count + len(own))


def split_components(components: ConnectedComponents, part: NDArray[np.int64]) -> ConnectedComponents:
    """Return the components split where their runs lie in different parts.

    Args:
        components: The components before.
        part: (m,) the part of each run; -1 for runs of components that stay as they are.
    """
    number, count = components.runs[3].copy(), len(components.area)
    for piece in np.unique(part[part >= 0]):
        own = np.flatnonzero(part == piece)
        number[own] = count + connect_runs(components.runs[:, own], components.shape[1])
        count += len(own)
    return _renumber(components, components.runs, number, count)


def _renumber(
    components: ConnectedComponents, runs: Runs, number: NDArray[np.int32], count: int
) -> ConnectedComponents:
    """Return components whose runs have these numbers below ``count``, numbered anew from top to bottom."""
    first = np.full(count, len(number))
    first[number[::-1]] = np.arange(len(number))[::-1]
    renumbered = np.empty(count, np.int32)
    renumbered[np.argsort(first, kind="stable")] = np.arange(count)
    return _measure(
        np.stack([*runs[:3], renumbered[number]]), int((first < len(number)).sum()), components.shape
    )


def connect_runs(runs: Runs, width: int) -> NDArray[np.int64]:
    """Return for each of the runs (4, m), from top to bottom, the index of the first run it is connected with.

    Two runs of adjacent rows are connected when they touch, at a corner at least. The lowest index spreads over both
    ends of each contact until nothing changes (a union-find over arrays).
    """
    y, first, end = runs[:3].astype(np.int64)
    # each run and those of the next row that touch it, by a corner at least
    row = width + 2
    low = np.searchsorted(y * row + end, (y + 1) * row + first)
    count = np.searchsorted(y * row + first, (y + 1) * row + end, side="right") - low
    upper = np.repeat(np.arange(len(y)), count)
    lower = np.arange(len(upper)) + np.repeat(low - np.cumsum(count) + count, count)
    root = np.arange(len(y))
    while (root[upper] != root[lower]).any():
        ends = root[upper], root[lower]
        for end_roots in ends:
            np.minimum.at(root, end_roots, np.minimum(*ends))
        while (root != root[root]).any():
            root = root[root]
    return root


def _find_runs(ink: Pixels) -> Runs:
    """Return the runs (4, m) of a mask, their component still 0."""
    bits = cv2.threshold(ink, 0, 1, cv2.THRESH_BINARY)[1]
    bits = cv2.copyMakeBorder(bits, 0, 0, 1, 1, cv2.BORDER_CONSTANT, value=(0.0,))
    turns = cv2.bitwise_xor(bits[:, :-1], bits[:, 1:])
    y, x = np.divmod(
        np.flatnonzero(np.asarray(turns, np.uint8).view(np.bool_)).astype(np.int32), turns.shape[1]
    )
    return np.stack([y[::2], x[::2], x[1::2], np.zeros_like(y[::2])])


def _measure(runs: Runs, count: int, shape: tuple[int, int]) -> ConnectedComponents:
    """Return the components of these runs with their boxes and areas."""
    y, first, end, number = runs
    boxes = np.empty((count, 4), np.int32)
    boxes[:, 0], boxes[:, 2] = shape[1], 0
    left, right = boxes[:, 0].copy(), boxes[:, 2].copy()
    np.minimum.at(left, number, first)
    np.maximum.at(right, number, end)
    boxes[:, 0], boxes[:, 2] = left, right
    boxes[number[::-1], 1] = y[::-1]
    boxes[number, 3] = y + 1
    area = np.bincount(number, end - first, count)
    return ConnectedComponents(boxes, area.astype(np.int32), runs, shape)


def _pixel_indices(runs: NDArray[np.int32], width: int) -> NDArray[np.int64]:
    """Return the flat pixel indices of runs (3 or more, m) in a picture of that width."""
    length = (runs[2] - runs[1]).astype(np.int64)
    ends = np.cumsum(length)
    start = runs[0].astype(np.int64) * width + runs[1]
    return np.repeat(start - ends + length, length) + np.arange(int(ends[-1]) if len(ends) else 0)
