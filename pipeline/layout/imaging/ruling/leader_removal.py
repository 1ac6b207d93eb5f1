r"""Leader dots that hang together with writing: what of them is no stroke is removed too.

Where a leader runs on at one spacing, the places of the dots that writing hides are known, and its free dots say how
dark a dot is at each distance from its centre. What is darker than that is a stroke across the dot; strokes are
continued over the small part that cannot be decided (a closing); the rest of the dot is removed:

    free dots    . . . .   .     .  .          path: from the last free dot on, step by step,
    writing            \__/ \___/              to the next free dot in step, or as far as a
    path         . . . x x x x x .  .          hidden dot is dark enough (open-ended)

    one hidden dot:   ##        pen: darker than a free dot at this distance from the centre
                     o##o       o: ink of the dot alone, removed
                      ##o

No stroke is cut in two. Of a small component that is more than a dot (a dot below or a full stop that meets the leader)
at least as much as a dot is left, or all of it stays.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.base.model import Pixels
from pipeline.layout.imaging.ink.connected_components import ConnectedComponents
from pipeline.layout.imaging.order_statistics import percentile_of_levels
from pipeline.layout.imaging.ruling.leaders import MAX_DOT_SIZE, DotLeaders, dot_spacing

Grid = NDArray[np.float64]
Chosen = NDArray[np.bool_]

MAX_HIDDEN_DOTS = 16
"""How many dots of a leader in a row writing may hide."""

MAX_PHASE_ERROR = 0.2
"""How far the next seen dot may be from where it should be, in spacings."""

MAX_MISSING_DOTS = 2
"""So many places in a row without a dot are a leader's end."""

STROKE_DARKNESS = 0.8
"""A pixel with less than this share of a dot's light at that distance is a stroke across it."""

MIN_WRITTEN_SHARE = 0.25
"""The share of a free dot that must be darker than a dot is, if the pen has written on it."""

MIN_DOT_SHARE = 0.8
"""The share of a dot's pixels that are dark enough where there is a dot."""

BRIDGE_RADIUS = 0.6
"""Radius, in radii of a dot, of the disc by which strokes are continued across a dot (a closing)."""

SOFT_EDGE_PX = 0.3
"""How far the ink of a dot may reach beyond its radius, in pixels."""

RIM_PX = 1.2
"""Ink that is left over and reaches no further beyond a dot's radius, in pixels, is a remainder of the dot."""

PATCH_RADIUS = 3.0
"""How far around a dot is looked, in its radii; the next dot's ink begins beyond that."""

SMALL_COMPONENT = 0.4
"""Components smaller than this, in heights of a printed letter, are dots and diacritics, not strokes."""

BIN_PX = 0.25
"""Steps, in pixels, in which the light of a dot is held."""


@dataclass(frozen=True, slots=True)
class DotProfile:
    """How dark a page's free dots are.

    Attributes:
        radius: Radius of a dot in pixels.
        darkest: (n,) the darkest a pixel is at each distance from the centre, in steps of ``BIN_PX``.
        lightest: (n,) the lightest it is there.
    """

    radius: float
    darkest: Grid
    lightest: Grid

    @classmethod
    def from_leaders(cls, leaders: DotLeaders, normalized: Pixels) -> DotProfile:
        """Return the profile of the free dots of leaders on a normalized page."""
        radius = float(np.sqrt(np.count_nonzero(leaders.mask) / len(leaders.boxes) / np.pi))
        reach = int(np.ceil(radius + 2))
        rows, columns, away = _patch_indices(leaders.centroids, reach)
        light = _sample(normalized, rows, columns).ravel()
        ring, count = (away.ravel() / BIN_PX).astype(int), int(reach / BIN_PX)
        inside = ring < count
        levels = np.bincount(256 * ring[inside] + light[inside], minlength=256 * count).reshape(count, 256)
        limits = np.array([_light_range(of_ring) for of_ring in levels.cumsum(axis=1)])
        darkest, lightest = np.maximum.accumulate(limits).T
        return cls(radius, np.append(darkest, 255.0), np.append(lightest, 255.0))

    @property
    def area(self) -> float:
        return np.pi * self.radius**2

    def are_written_on(self, centroids: Grid, normalized: Pixels) -> Chosen:
        """Return which dots (n,) are darker than a dot is: ink of the pen lies on them, a dot below or a full stop."""
        half = int(np.ceil(self.radius))
        rows, columns, away = _patch_indices(centroids, half)
        darker = _sample(normalized, rows, columns) < STROKE_DARKNESS * self.darkest[self.ring_index(away)]
        return np.asarray((darker & (away <= self.radius)).sum(axis=(1, 2)) > MIN_WRITTEN_SHARE * self.area)

    def ring_index(self, away: Grid) -> NDArray[np.int64]:
        """Return the index into ``darkest`` and ``lightest`` of these distances from the centre."""
        return np.minimum((away / BIN_PX).astype(np.int64), len(self.darkest) - 1)


def _light_range(levels: NDArray[np.int64]) -> tuple[float, float]:
    """Return between which greys nine tenths of some pixels lie; ``levels``: how many are as dark (256,) or darker."""
    return (
        (percentile_of_levels(levels, 0.05), percentile_of_levels(levels, 0.95))
        if levels[-1]
        else (0.0, 255.0)
    )


@dataclass(frozen=True, slots=True)
class HiddenDotPaths:
    """Where hidden dots may be: from a free dot on, step by step.

    Attributes:
        start: (n, 2) the free dot, x and y in pixels.
        step: (n, 2) from one dot to the next.
        count: (n,) how many steps.
        open_ended: (n,) whether the path leads to no dot in step with the first.
    """

    start: Grid
    step: Grid
    count: Grid
    open_ended: Chosen


def remove_overwritten_dots(
    leaders: DotLeaders, ink: Pixels, components: ConnectedComponents, normalized: Pixels, letter: float
) -> DotLeaders:
    """Return the leaders, their mask with the ink of hidden dots that is no stroke; boxes are those of free dots.

    Args:
        leaders: Free dots of the page.
        ink: Ink mask (0/255) of the page.
        components: Its components.
        normalized: The page (h, w), paper 255.
        letter: Height of the printed letters in pixels.
    """
    paths = _find_hidden_paths(leaders, letter)
    if paths is None:
        return leaders
    dot = DotProfile.from_leaders(leaders, normalized)
    leaders = _drop_dots(leaders, dot.are_written_on(leaders.centroids, normalized))
    places = _find_hidden_dots(paths, dot, normalized)
    if not len(places):
        return leaders
    half = int(np.ceil(PATCH_RADIUS * dot.radius)) + 2
    rows, columns, away = _patch_indices(places, half)
    seen = (_sample(ink, rows, columns) > 0) & (_sample(leaders.mask, rows, columns) == 0)
    small = seen & (_sample(_small_component_mask(components, SMALL_COMPONENT * letter), rows, columns) > 0)
    gone = _dot_ink(dot, seen, small, _sample(normalized, rows, columns), away)
    mask = leaders.mask.copy()
    place, down, across = np.nonzero(gone)
    height, width = mask.shape
    y, x = rows[place, down, 0], columns[place, 0, across]
    inside = (y >= 0) & (y < height) & (x >= 0) & (x < width)
    mask[y[inside], x[inside]] = 255
    return replace(leaders, mask=mask)


def _drop_dots(leaders: DotLeaders, gone: Chosen) -> DotLeaders:
    """Return the leaders without some of their dots."""
    mask = leaders.mask.copy()
    for left, top, right, bottom in leaders.boxes[gone]:
        mask[top:bottom, left:right] = 0
    return DotLeaders(leaders.boxes[~gone], leaders.centroids[~gone], leaders.run_ids[~gone], mask)


def _dot_ink(dot: DotProfile, seen: Chosen, small: Chosen, light: Pixels, away: Grid) -> Chosen:
    """Return the ink around each place (n, k, k) that is of the dot alone.

    Args:
        dot: Profile of a free dot.
        seen: (n, k, k) ink there.
        small: (n, k, k) ink of small components.
        light: (n, k, k) grey levels.
        away: (n, k, k) distance from the dot's centre in pixels.
    """
    own = away <= dot.radius + SOFT_EDGE_PX
    pen = seen & (~own | (light < STROKE_DARKNESS * dot.darkest[dot.ring_index(away)]))
    gone = seen & own & ~_close_strokes(pen, BRIDGE_RADIUS * dot.radius)
    gone |= _isolated_ink(seen & ~gone, away <= dot.radius + RIM_PX)
    near = small & (away <= PATCH_RADIUS * dot.radius)
    size, rest = near.sum(axis=(1, 2)) / dot.area, (near & ~gone).sum(axis=(1, 2)) / dot.area
    dot_alone = (size <= MAX_DOT_SIZE) & (rest == 0)
    sign = (near & own).any(axis=(1, 2)) & (rest < 1) & ~dot_alone
    gone[sign | (_count_pieces(seen & ~gone) > _count_pieces(seen))] = False
    return gone


def _find_hidden_paths(leaders: DotLeaders, letter: float) -> HiddenDotPaths | None:
    """Return paths from every dot without a neighbour at one spacing to the next dot on its level.

    Where no next dot is known, a path is as long as writing may hide.
    """
    order = np.lexsort((leaders.centroids[:, 0], leaders.run_ids))
    x, y = leaders.centroids[order].T
    gap, same = np.diff(x), np.diff(leaders.run_ids[order]) == 0
    paces = gap[same & (gap > 2) & (gap < 0.5 * letter)]
    if len(paces) < 6:
        return None
    pace = dot_spacing(paces)
    adjacent = same & (gap < 1.5 * pace)
    level = max(1.5, 0.06 * letter)
    parts = []
    for alone, direction in ((np.append(~adjacent, True), 1), (np.append(True, ~adjacent), -1)):
        ends = np.flatnonzero(alone)
        along = direction * (x[None, :] - x[ends, None])
        along[(along <= 0) | (np.abs(y[None, :] - y[ends, None]) > level)] = (MAX_HIDDEN_DOTS + 2) * pace
        other = along.argmin(axis=1)
        far = np.minimum(along[np.arange(len(ends)), other], (MAX_HIDDEN_DOTS + 2) * pace)
        steps = np.maximum(1, np.rint(far / pace))
        known = (steps <= MAX_HIDDEN_DOTS) & (np.abs(far - steps * pace) < MAX_PHASE_ERROR * pace)
        step_x = direction * np.where(known, far / steps, pace)
        step_y = np.where(known, (y[other] - y[ends]) / steps, 0.0)
        count = np.where(known, steps - 1, np.minimum(MAX_HIDDEN_DOTS, np.ceil(far / pace - 1)))
        used = (count > 0) & (~known | (direction > 0))
        start, step = np.column_stack([x[ends], y[ends]]), np.column_stack([step_x, step_y])
        parts.append((start[used], step[used], count[used], ~known[used]))
    start, step, count, is_open = (np.concatenate(part) for part in zip(*parts, strict=True))
    return HiddenDotPaths(start, step, count, is_open)


def _find_hidden_dots(paths: HiddenDotPaths, dot: DotProfile, normalized: Pixels) -> Grid:
    """Return the places (n, 2) on the paths where a dot is: dark enough all over, and not behind a leader's end."""
    number = np.arange(1, MAX_HIDDEN_DOTS + 1)
    places = paths.start[:, None] + paths.step[:, None] * number[:, None]
    inside = (places[:, :, 0] >= 0) & (places[:, :, 0] <= normalized.shape[1] - 1)
    on = inside & (number <= paths.count[:, None])
    half = int(np.ceil(dot.radius))
    rows, columns, away = _patch_indices(places[on], half)
    core = away <= dot.radius
    dark = core & (_sample(normalized, rows, columns) <= dot.lightest[dot.ring_index(away)])
    there = np.zeros(on.shape, bool)
    there[on] = dark.sum(axis=(1, 2)) >= MIN_DOT_SHARE * core.sum(axis=(1, 2))
    missed = np.pad(~there, ((0, 0), (MAX_MISSING_DOTS - 1, 0)))
    ended = np.all([missed[:, back : back + MAX_HIDDEN_DOTS] for back in range(MAX_MISSING_DOTS)], axis=0)
    behind = np.logical_or.accumulate(ended, axis=1) & paths.open_ended[:, None]
    return np.asarray(places[there & ~behind])


def _patch_indices(places: Grid, half: int) -> tuple[NDArray[np.int64], NDArray[np.int64], Grid]:
    """Return rows (n, k, 1) and columns (n, 1, k) around each place, and distances (n, k, k) from it in pixels."""
    middle = np.rint(places).astype(np.int64)
    near = np.arange(-half, half + 1)
    x, y = (places - middle).T[:, :, None]
    away = np.hypot((near - y)[:, :, None], (near - x)[:, None, :])
    return (middle[:, 1, None] + near)[:, :, None], (middle[:, 0, None] + near)[:, None, :], away


def _sample(picture: Pixels, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> Pixels:
    """Return the pixels there; beyond the picture's edge it goes on as it ends."""
    height, width = picture.shape
    return picture[np.clip(rows, 0, height - 1), np.clip(columns, 0, width - 1)]


def _close_strokes(strokes: Chosen, radius: float) -> Chosen:
    """Return the strokes (n, k, k) closed with a disc."""
    count, high, wide = strokes.shape
    side = 2 * round(radius) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    tall = strokes.reshape(count * high, wide).astype(np.uint8)
    return np.asarray(cv2.morphologyEx(tall, cv2.MORPH_CLOSE, kernel)).reshape(strokes.shape) > 0


def _isolated_ink(patches: Chosen, near: Chosen) -> Chosen:
    """Return the ink of each patch that is connected with nothing that is not ``near``."""
    labels, _ = _label_patches(patches)
    reaching = np.zeros(labels.max(initial=0) + 1, bool)
    reaching[labels[~near]] = True
    return patches & ~reaching[labels]


def _count_pieces(patches: Chosen) -> NDArray[np.int64]:
    """Return into how many pieces (n,) the ink of each patch falls."""
    labels, count = _label_patches(patches)
    owner = np.zeros(count, int)
    owner[labels] = np.arange(len(patches))[:, None, None]
    return np.bincount(owner[1:], minlength=len(patches))


def _label_patches(patches: Chosen) -> tuple[NDArray[np.int32], int]:
    """Return the connected pieces of each patch, numbered from 1 on through all of them, and the count of numbers."""
    count, high, wide = patches.shape
    apart = np.zeros((count, high + 1, wide), np.uint8)
    apart[:, :high] = patches
    number, labels = cv2.connectedComponents(apart.reshape(-1, wide), connectivity=8)
    return np.asarray(labels, np.int32).reshape(apart.shape)[:, :high], number


def _small_component_mask(components: ConnectedComponents, side: float) -> Pixels:
    """Return the mask (0/255) of components no side of which is longer."""
    height, width = components.shape
    longest = (components.boxes[:, 2:] - components.boxes[:, :2]).max(axis=1, initial=0)
    return components.mask_in(longest <= side, 0, 0, width, height)
