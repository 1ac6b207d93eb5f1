"""Connected marks of ink and what is known of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.model import Box, Pixels


@dataclass(frozen=True, slots=True)
class Marks:
    """The connected marks of an ink mask. ``boxes`` (n, 4): left, top, right, bottom; ``area`` (n,) pixels;
    ``labels`` (h, w): for each pixel the number of its mark + 1, 0 = paper."""

    boxes: NDArray[np.int32]
    area: NDArray[np.int32]
    labels: NDArray[np.int32]


def marks_of(ink: Pixels) -> Marks:
    """All marks of an ink mask (0/255), 8-connected."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    stats = stats[1:]
    boxes = np.column_stack([stats[:, 0], stats[:, 1], stats[:, 0] + stats[:, 2], stats[:, 1] + stats[:, 3]])
    return Marks(boxes.astype(np.int32), stats[:, 4].astype(np.int32), np.asarray(labels, np.int32))


def pixels_of(ink: Pixels, labels: NDArray[np.int32], chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Where (flat positions) the ink is whose mark's number in ``labels`` (h, w) is ``chosen`` (n + 1,); only ink is
    looked at, for most of a page is paper."""
    at = np.flatnonzero(np.ascontiguousarray(ink) != 0)
    return at[chosen[labels.ravel()[at]]]


def without_print(ink: Pixels, labels: Sequence[Box]) -> Pixels:
    """The ink mask without the printed labels: marks that lie in a label's box go; of a mark that reaches well into
    one (handwriting that touches print) the part inside goes; a mark that only grazes a box stays whole."""
    result = ink.copy(order="C")
    marks = marks_of(ink)
    left, top, right, bottom = marks.boxes.T.astype(float)
    size = np.maximum(1.0, (right - left) * (bottom - top))
    height, width = ink.shape
    gone = np.zeros(len(marks.area) + 1, bool)
    for label in labels:
        across = np.minimum(right, label.right) - np.maximum(left, label.left)
        down = np.minimum(bottom, label.bottom) - np.maximum(top, label.top)
        share = np.where((across > 0) & (down > 0), across * down / size, 0.0)
        gone[1:] |= share >= 0.55
        touching = np.zeros(len(marks.area) + 1, bool)
        touching[1:] = (share > 0.2) & (share < 0.55)
        if touching.any():
            box = label.within(width, height)
            part = slice(round(box.top), round(box.bottom)), slice(round(box.left), round(box.right))
            result[part][touching[marks.labels[part]]] = 0
    result.ravel()[pixels_of(ink, marks.labels, gone)] = 0
    return result


def without_edges(ink: Pixels) -> Pixels:
    """The ink mask without marks that touch the picture's border or span a third of it: scan edges and shadows."""
    height, width = ink.shape
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    left, top = stats[:, 0], stats[:, 1]
    right, bottom = left + stats[:, 2], top + stats[:, 3]
    gone = (left <= 1) | (top <= 1) | (right >= width - 1) | (bottom >= height - 1)
    gone |= (stats[:, 2] > width / 3) & (stats[:, 3] > height / 3)
    gone[0] = False
    result = ink.copy(order="C")
    result.ravel()[pixels_of(ink, np.asarray(labels, np.int32), gone)] = 0
    return result


def without_dots(even: Pixels, ink: Pixels, dots: Pixels) -> Pixels:
    """The evened page with leader dots painted as paper, soft edges included, where no other ink is."""
    edge = cv2.dilate(dots, np.ones((5, 5), np.uint8))
    result = even.copy()
    result[(edge > 0) & ((ink == 0) | (dots > 0))] = 255
    return result


def mark_share(ink: Pixels, box: Box, margin: float) -> float:
    """Share of a printed check box's inside (its edges shrunk by ``margin`` pixels) that is ink."""
    inner = box.grown(-margin, -margin).within(ink.shape[1], ink.shape[0])
    part = ink[round(inner.top) : round(inner.bottom), round(inner.left) : round(inner.right)]
    return float((part > 0).mean()) if part.size else 0.0


def cut(even: Pixels, ink: Pixels, marks: Marks, numbers: NDArray[np.int64], box: Box, pad: int) -> Pixels:
    """The evened picture of one line: ``box`` grown by ``pad``, with all ink that is not of the line painted as paper.

    ``ink`` is the mask of all ink of the page, print and rules included; ``numbers`` are the line's own marks. What is
    too faint to be ink stays as it is: a thin stroke that the mask lost is still there for the reader.
    """
    height, width = even.shape
    whole = box.grown(pad, pad).within(width, height)
    left, top, right, bottom = (round(n) for n in (whole.left, whole.top, whole.right, whole.bottom))
    picture = even[top:bottom, left:right].copy()
    labels = marks.labels[top:bottom, left:right]
    chosen = np.zeros(len(marks.area) + 1, bool)
    chosen[numbers + 1] = True
    edge = np.ones((5, 5), np.uint8)
    own = cv2.dilate(chosen[labels].astype(np.uint8), edge)
    foreign = (ink[top:bottom, left:right] > 0) & ~chosen[labels]
    picture[(cv2.dilate(foreign.astype(np.uint8), edge) > 0) & (own == 0)] = 255
    return picture


def parted(ink: Pixels, marks: Marks, zones: Sequence[tuple[int, float, float]]) -> Pixels:
    """The ink mask with marks cut in two: each zone is (number of a mark, first row, last row), and the cut goes along
    the row between the two that crosses the least of the mark."""
    result = ink.copy(order="C")
    for number, first, last in zones:
        left, top, right, bottom = (int(side) for side in marks.boxes[number])
        rows = slice(max(top, round(first)), min(bottom, round(last) + 1))
        mark = marks.labels[rows, left:right] == number + 1
        if not len(mark):
            continue
        crossed = mark.sum(axis=1)
        emptiest = np.flatnonzero(crossed == crossed.min())
        row = int(emptiest[np.abs(emptiest - len(mark) / 2).argmin()])
        result[rows.start + row, left:right][mark[row]] = 0
    return result
