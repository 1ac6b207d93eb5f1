"""Taking ink away that is no handwriting of a field: print, scan edges, leader dots, neighbouring lines.

What is left over in the end belongs to no line that was found (``residual_ink``): pale ink, ink taken for print or
edges, stamps. It says whether something written was missed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.base.model import Box, Pixels
from pipeline.layout.imaging.ink.connected_components import ConnectedComponents, Runs, relabel

TALL_PRINT = 0.8
"""From how much of a label's box on, in its heights, a component is taller than printed letters."""

PRINT_MIDDLE = 0.5
"""How far above the lower edge of a label's box, in its heights, all of its letters reach."""

PRINT_DESCENT = 0.25
"""How far below a label's box, in its heights, a component may reach and still be print."""


def remove_print(
    components: ConnectedComponents, labels: Sequence[Box], pen: NDArray[np.bool_] | None = None
) -> ConnectedComponents:
    """Return the components without the printed labels.

    Components that lie in a label's box are removed. A component that reaches well into a box, or out of it by more
    than a letter, or further below it than print descends, is handwriting that touches print: only its part inside the
    box is removed. A component that only grazes a box stays whole, and so does a wide one at its lower edge: below
    print there are only dots, a circumflex there belongs to the line below.

    Args:
        components: Ink of the page.
        labels: Boxes of the printed labels in pixels.
        pen: (n,) components that are writing whatever they lie on; they stay whole.
    """
    height, width = components.shape
    gone = np.zeros(len(components.area), bool)
    touched = np.zeros(len(components.area), bool)
    runs = components.runs
    for label in labels:
        share, sideways, below = _label_overlap(components, label)
        if pen is not None:
            share[pen] = 0.0
        runs_on = sideways | below
        gone |= (share >= 0.55) & ~runs_on
        touching = (share > 0.2) & ((share < 0.55) | runs_on)
        if touching.any():
            touched |= touching
            runs = _clip_runs(runs, label.within(width, height), touching)
    runs = runs[:, ~gone[runs[3]]]
    return relabel(components, runs, np.flatnonzero(touched & ~gone))


MOSTLY_PEN, HARDLY_PEN = 0.5, 0.08
"""From which share of its pixels on a component is writing, and up to which it is print."""

LEAST_PEN = 0.012
"""How large a piece of writing on print is at least, in squares of a printed letter's height."""


def separate_pen(
    components: ConnectedComponents, labels: Sequence[Box], ink: Pixels, pen: Pixels, letter: float
) -> ConnectedComponents:
    """Return the components with writing that lies on labels separated from their print.

    Args:
        components: Ink of the page.
        labels: Boxes of the printed labels in pixels.
        ink: Mask (0/255) of the same ink.
        pen: Mask (0/255) of its pixels that are a pen's by their colour.
        letter: Height of the printed letters in pixels.
    """
    share = components.share_in(pen)
    mixed = _on_labels(components, labels) & (share > HARDLY_PEN) & (share < 1 - HARDLY_PEN)
    if not mixed.any():
        return components
    printed = np.zeros_like(ink)
    printed.ravel()[components.pixel_indices(mixed)] = 255
    zone = np.zeros_like(ink)
    for label in labels:
        zone[_slices(label.grown(0.25 * letter, 0.25 * letter))] = 255
    return components.restricted_to(np.asarray(ink & ~(printed & zone & ~pen), np.uint8))


def written_on_print(
    components: ConnectedComponents, labels: Sequence[Box], pen: Pixels, letter: float
) -> NDArray[np.bool_]:
    """Return which components (n,) are writing on a label, by their colour.

    Args:
        components: Ink of the page, writing on labels separated from their print.
        labels: Boxes of the printed labels in pixels.
        pen: Mask (0/255) of the pixels that are a pen's.
        letter: Height of the printed letters in pixels.
    """
    large = components.area > LEAST_PEN * letter**2
    return _on_labels(components, labels) & (components.share_in(pen) > MOSTLY_PEN) & large


def _on_labels(components: ConnectedComponents, labels: Sequence[Box]) -> NDArray[np.bool_]:
    on = np.zeros(len(components.area), bool)
    for label in labels:
        on |= _label_overlap(components, label)[0] > 0.2
    return on


def cuts_below_print(components: ConnectedComponents, labels: Sequence[Box]) -> Iterator[tuple[int, int]]:
    """Yield the pixels (y, x) at which ink that ``remove_print`` cuts goes on below a label.

    A letter there may have lost its upper part, or its diacritic, to the print.
    """
    height, width = components.shape
    for label in labels:
        share, _, below = _label_overlap(components, label)
        last = round(label.within(width, height).bottom)
        y, first, _, number = components.runs
        own = (below & (share > 0.2))[number] & (y == last)
        yield from ((last, int(x)) for x in first[own])


def is_overwritten(components: ConnectedComponents, label: Box, upto: float, *, at_end: bool = False) -> bool:
    """Return whether what is written beside a label goes on over its beginning, or its end.

    Args:
        components: Ink of the page, print included.
        label: The label's box.
        upto: The x up to which, or at its end from which on, it is looked at.
        at_end: Whether it is its end that is looked at.
    """
    return bool(overwriting(components, label, upto, at_end=at_end).any())


def overwriting(
    components: ConnectedComponents, label: Box, upto: float, *, at_end: bool = False
) -> NDArray[np.bool_]:
    """Return in which components (n,) writing and the print of a label hang together, as far as ``upto``.

    They reach out of the label to that side, or are taller than print.
    """
    share, _, _ = _label_overlap(components, label)
    left, top, right, bottom = components.boxes.T.astype(float)
    high = label.bottom - label.top
    near = (share > 0.2) & ((right > upto) if at_end else (left < upto))
    if at_end:
        beyond = (right - label.right > 0.25 * high) & (label.right - left > 0.25 * high)
    else:
        beyond = (label.left - left > 0.25 * high) & (right - label.left > 0.25 * high)
    tall = (bottom - top > TALL_PRINT * high) & (top < label.bottom - 0.5 * high)
    return np.asarray(near & (beyond | tall))


def _label_overlap(
    components: ConnectedComponents, label: Box
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_]]:
    """Return how the boxes of components (n,) lie to a label's box.

    Returns:
        The share of each component's box inside the label (0 for diacritics of the line below), which components reach
        further out of it to the left or right than print does, and which do so downwards.
    """
    left, top, right, bottom = components.boxes.T.astype(float)
    size = np.maximum(1.0, (right - left) * (bottom - top))
    across = np.minimum(right, label.right) - np.maximum(left, label.left)
    down = np.minimum(bottom, label.bottom) - np.maximum(top, label.top)
    high = label.bottom - label.top
    diacritic = (top > label.bottom - 0.28 * high) & (right - left > 0.25 * high)
    below = bottom - label.bottom > PRINT_DESCENT * high
    # what rises from below touches no print unless it reaches to the middle of the letters
    diacritic |= below & (top > label.bottom - PRINT_MIDDLE * high)
    share = np.where((across > 0) & (down > 0) & ~diacritic, across * down / size, 0.0)
    sideways = np.maximum(label.left - left, right - label.right) > 0.8 * high
    return share, sideways, below


def _clip_runs(runs: Runs, box: Box, touching: NDArray[np.bool_]) -> Runs:
    """Return the runs; those of ``touching`` components without their part inside the box."""
    left, top, right, bottom = round(box.left), round(box.top), round(box.right), round(box.bottom)
    y, first, end, number = runs
    reach_in = touching[number] & (y >= top) & (y < bottom) & (first < right) & (end > left)
    before, behind = runs[:, reach_in], runs[:, reach_in]
    before[2], behind[1] = np.minimum(before[2], left), np.maximum(behind[1], right)
    parts = np.hstack([runs[:, ~reach_in], before, behind])
    parts = parts[:, parts[1] < parts[2]]
    return parts[:, np.lexsort((parts[1], parts[0]))]


def find_scan_edges(components: ConnectedComponents) -> NDArray[np.bool_]:
    """Return which components (n,) touch the picture's border or span a third of it: scan edges and shadows."""
    height, width = components.shape
    left, top, right, bottom = components.boxes.T
    gone = (left <= 1) | (top <= 1) | (right >= width - 1) | (bottom >= height - 1)
    return np.asarray(gone | ((right - left > width / 3) & (bottom - top > height / 3)))


def paint_out_dots(normalized: Pixels, ink: Pixels, dots: Pixels) -> Pixels:
    """Return the normalized page with leader dots painted as paper, soft edges included, where no other ink is.

    Args:
        normalized: The page (h, w), paper 255.
        ink: Mask (0/255) of all ink.
        dots: Mask (0/255) of the leader dots.
    """
    if not cv2.hasNonZero(dots):
        return normalized
    result = np.empty_like(normalized)
    for own, edge in _soft_edges(dots):
        cv2.max(normalized[own], cv2.subtract(edge, cv2.subtract(ink[own], dots[own])), dst=result[own])
    return result


SOFT_EDGE = 2
"""How far around ink its soft edge reaches, in pixels."""

EDGE_BAND = 128
"""Rows that soft edges are laid around at a time, so that they stay in the processor's cache."""


def _soft_edges(mask: Pixels) -> Iterator[tuple[slice, Pixels]]:
    """Yield bands of rows of a mask (0/255), each with that part of the mask and its soft edges."""
    kernel = np.ones((2 * SOFT_EDGE + 1, 2 * SOFT_EDGE + 1), np.uint8)
    for top in range(0, len(mask), EDGE_BAND):
        own = slice(top, min(len(mask), top + EDGE_BAND))
        first = max(0, own.start - SOFT_EDGE)
        edge = cv2.dilate(mask[first : own.stop + SOFT_EDGE], kernel)
        yield own, np.asarray(edge, np.uint8)[own.start - first : own.stop - first]


def filled_share(ink: Pixels, box: Box, margin: float) -> float:
    """Return the share of a printed check box's inside that is ink; the box is shrunk by ``margin`` pixels first."""
    inner = box.grown(-margin, -margin).within(ink.shape[1], ink.shape[0])
    part = ink[round(inner.top) : round(inner.bottom), round(inner.left) : round(inner.right)]
    return float((part > 0).mean()) if part.size else 0.0


def crop_line(
    normalized: Pixels,
    ink: Pixels,
    components: ConnectedComponents,
    numbers: NDArray[np.int64],
    box: Box,
    pad: int,
) -> Pixels:
    """Return the picture of one line with all ink of others painted as paper.

    What is too faint to be ink stays as it is: a thin stroke that the mask lost is still there for the reader.

    Args:
        normalized: The page (h, w), paper 255.
        ink: Mask of all ink of the page, print and rules included.
        components: Components of the page.
        numbers: The line's own components.
        box: The line's box in pixels.
        pad: Pixels around the box that are shown as well.
    """
    height, width = normalized.shape
    whole = box.grown(pad, pad).within(width, height)
    left, top, right, bottom = (round(n) for n in (whole.left, whole.top, whole.right, whole.bottom))
    chosen = np.zeros(len(components.area), bool)
    chosen[numbers] = True
    own = components.mask_in(chosen, left, top, right, bottom)
    edge = np.ones((5, 5), np.uint8)
    foreign = cv2.dilate(cv2.subtract(ink[top:bottom, left:right], own), edge)
    painted = cv2.subtract(foreign, cv2.dilate(own, edge))
    return np.asarray(cv2.max(normalized[top:bottom, left:right], painted), np.uint8)


def darker_than(normalized: Pixels, share: float) -> Pixels:
    """Return the mask (0/255) of what is darker than that share of the paper's light on a normalized page."""
    return np.asarray(
        cv2.threshold(normalized, int(255 * share) - 1, 255, cv2.THRESH_BINARY_INV)[1], np.uint8
    )


def residual_ink(
    masks: Sequence[Pixels],
    components: ConnectedComponents,
    assigned: Iterable[NDArray[np.int64]],
    print_boxes: Sequence[Box],
) -> list[Pixels]:
    """Return masks without ink that is accounted for: assigned components with their soft edges, and print.

    Args:
        masks: Masks (0/255) of dark pixels.
        components: Components of the page.
        assigned: Component numbers of each line that was found.
        print_boxes: Boxes of print in pixels.
    """
    chosen = np.zeros(len(components.area), bool)
    for numbers in assigned:
        chosen[numbers] = True
    results = [mask.copy() for mask in masks]
    if chosen.any():
        assigned_ink = np.zeros(components.shape, np.uint8)
        assigned_ink.ravel()[components.pixel_indices(chosen)] = 255
        for own, edge in _soft_edges(assigned_ink):
            for mask, result in zip(masks, results, strict=True):
                cv2.subtract(mask[own], edge, dst=result[own])
    for box in print_boxes:
        for result in results:
            result[_slices(box.grown(SOFT_EDGE, SOFT_EDGE))] = 0
    return results


def count_ink(mask: Pixels, place: Box, circles: Sequence[tuple[float, float, float]] = ()) -> int:
    """Return how many pixels of a box are set, those in ``circles`` (x, y, radius) left out."""
    return int(cv2.countNonZero(_part(mask, place, circles)))


def pieces_of_ink(
    mask: Pixels, place: Box, circles: Sequence[tuple[float, float, float]] = ()
) -> Iterator[tuple[Box, int]]:
    """Yield the box and the pixels of each connected piece that is set in a box, ``circles`` left out."""
    rows, columns = _slices(place)
    count, _, stats, _ = cv2.connectedComponentsWithStats(_part(mask, place, circles), connectivity=8)
    for left, top, wide, high, pixels in stats[1:count].tolist():
        x, y = left + columns.start, top + rows.start
        yield Box(x, y, x + wide, y + high), pixels


def _part(mask: Pixels, place: Box, circles: Sequence[tuple[float, float, float]]) -> Pixels:
    """Return the part of a mask in a box, without what is in circles (x, y, radius)."""
    rows, columns = _slices(place)
    part = mask[rows, columns]
    if part.size and circles:
        part = part.copy()
        for x, y, radius in circles:
            cv2.circle(part, (round(x - columns.start), round(y - rows.start)), round(radius), 0, -1)
    return part


def _slices(box: Box) -> tuple[slice, slice]:
    top, left = max(0, round(box.top)), max(0, round(box.left))
    return slice(top, max(top, round(box.bottom))), slice(left, max(left, round(box.right)))
