"""Leader dots that hang together with writing: what of them is no stroke is taken away too.

Where the dots left and right of some writing keep step, the dots between them stand at places that are known. There the
stroke is drawn on from what is seen of it around the dot; the rest of the dot goes.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.leaders import Leaders, pace_of
from pipeline.model import Pixels

Places = NDArray[np.float64]

STEPS = 16
"""How many steps of a leader writing may hide on end."""

OUT_OF_STEP = 0.2
"""How far the next dot seen may stand from where it should, in steps."""

INKED = 0.8
"""The share of a dot's place that is ink where a dot stands."""

BRIDGE = 2.4
"""Radius, in radii of a dot, of the disc by which a stroke is drawn on across a dot (a closing)."""


def with_overwritten(leaders: Leaders, ink: Pixels, letter: float) -> Leaders:
    """The leaders with what is no stroke of the dots that touch writing in their mask; boxes are those of free dots.
    ``ink``: the mask of all ink; ``letter``: the height of the printed letters in pixels."""
    radius = _radius(leaders)
    places = _hidden(leaders, letter)
    if not len(places):
        return leaders
    half = int(np.ceil(radius * (1 + 2 * BRIDGE))) + 2
    whole = cv2.copyMakeBorder(ink & ~leaders.mask, half, half, half, half, cv2.BORDER_CONSTANT, value=(0.0,))
    middle = np.rint(places).astype(int)
    near = np.arange(-half, half + 1)
    rows = middle[:, 1, None, None] + near[None, :, None] + half
    columns = middle[:, 0, None, None] + near[None, None, :] + half
    seen = np.asarray(whole)[rows, columns] > 0
    away = np.hypot(
        near[None, :, None] - (places[:, 1] - middle[:, 1])[:, None, None],
        near[None, None, :] - (places[:, 0] - middle[:, 0])[:, None, None],
    )
    dot = away <= radius + 0.7
    core = away <= max(1.0, radius - 0.3)
    there = (seen & core).sum(axis=(1, 2)) >= INKED * core.sum(axis=(1, 2))
    seen, dot, away = seen[there], dot[there], away[there]
    stroke = _drawn_on(seen & ~dot, radius)
    gone = seen & dot & ~stroke
    mask = cv2.copyMakeBorder(leaders.mask, half, half, half, half, cv2.BORDER_CONSTANT, value=(0.0,))
    at = np.nonzero(gone)
    np.asarray(mask)[rows[there][at[0], at[1], 0], columns[there][at[0], 0, at[2]]] = 255
    return replace(leaders, mask=np.ascontiguousarray(np.asarray(mask, np.uint8)[half:-half, half:-half]))


def _drawn_on(rest: NDArray[np.bool_], radius: float) -> NDArray[np.bool_]:
    """The strokes (n, k, k), of which only ``rest`` is seen, closed across the dot in the middle."""
    count, high, wide = rest.shape
    side = 2 * round(BRIDGE * radius) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    tall = rest.reshape(count * high, wide).astype(np.uint8)
    return np.asarray(cv2.morphologyEx(tall, cv2.MORPH_CLOSE, kernel)).reshape(rest.shape) > 0


def _radius(leaders: Leaders) -> float:
    """The usual radius of a dot in pixels."""
    sides = (leaders.boxes[:, 2:] - leaders.boxes[:, :2]).astype(float)
    return float(np.median(sides)) / 2 if len(sides) else 0.0


def _hidden(leaders: Leaders, letter: float) -> Places:
    """Where (n, 2) dots stand between two that are seen on one level and in step."""
    boxes = leaders.boxes.astype(float)
    x, y = (boxes[:, 0] + boxes[:, 2] - 1) / 2, (boxes[:, 1] + boxes[:, 3] - 1) / 2
    order = np.argsort(x)
    x, y = x[order], y[order]
    level = max(1.5, 0.06 * letter)
    following = np.full(len(x), -1)
    for one in range(len(x)):
        end = np.searchsorted(x, x[one] + 8 * letter)
        on = np.flatnonzero(np.abs(y[one + 1 : end] - y[one]) <= level)
        if len(on):
            following[one] = one + 1 + on[0]
    here = np.flatnonzero(following >= 0)
    gap = x[following[here]] - x[here]
    paces = gap[(gap > 2) & (gap < 0.5 * letter)]
    if len(paces) < 6:
        return np.empty((0, 2))
    pace = pace_of(paces)
    steps = np.rint(gap / pace)
    in_step = (steps >= 2) & (steps <= STEPS) & (np.abs(gap - steps * pace) < OUT_OF_STEP * pace)
    places = [
        np.column_stack([np.linspace(x[a], x[b], int(n) + 1), np.linspace(y[a], y[b], int(n) + 1)])[1:-1]
        for a, b, n in zip(here[in_step], following[here[in_step]], steps[in_step], strict=True)
    ]
    return np.vstack(places) if places else np.empty((0, 2))
