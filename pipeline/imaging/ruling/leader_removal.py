"""Leader dots that hang together with writing: what of them is no stroke is taken away too.

Where a leader runs on at one pace, the places of the dots that writing hides are known, and from its free dots how dark
a dot is at each distance from its middle. What is darker than that is a stroke across the dot; strokes are drawn on
over the little that cannot be told; the rest of the dot goes. No stroke is cut in two. Of a small mark that is more
than a dot (a dot below or a full stop that meets the leader) at least as much as a dot is left, or all of it stays.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.ink.connected_components import ConnectedComponents
from pipeline.imaging.ruling.leaders import MAX_DOT_SIZE, DotLeaders, dot_spacing
from pipeline.model import Pixels

Grid = NDArray[np.float64]
Chosen = NDArray[np.bool_]

STEPS = 16
"""How many steps of a leader writing may hide on end."""

OUT_OF_STEP = 0.2
"""How far the next dot seen may stand from where it should, in steps."""

MISSES = 2
"""So many places on end without a dot are a leader's end."""

DARKER = 0.8
"""A pixel with less than this share of a dot's light there is a stroke across it."""

WRITTEN_ON = 0.25
"""The share of a free dot that must be darker than a dot is, if the pen has written on it."""

THERE = 0.8
"""The share of a dot's pixels that are dark enough for one where a dot stands."""

BRIDGE = 0.6
"""Radius, in radii of a dot, of the disc by which strokes are drawn on across a dot (a closing)."""

SOFT = 0.3
"""How far the ink of a dot may reach beyond its radius, in pixels."""

RIM = 1.2
"""What does not reach so far beyond a dot's radius, in pixels, when the dot is gone is left of it."""

NEAR = 3.0
"""How far around a dot is looked, in its radii; the next one's ink begins beyond that."""

SMALL = 0.4
"""Marks smaller than this, in heights of a printed letter, are dots and signs, not strokes."""

BIN = 0.25
"""Steps, in pixels, in which the light of a dot is held."""


@dataclass(frozen=True, slots=True)
class DotProfile:
    """How a page's free dots look: ``radius`` in pixels, and the ``darkest`` and ``lightest`` (n,) that a pixel of one
    is at each distance from the middle, in steps of ``BIN``."""

    radius: float
    darkest: Grid
    lightest: Grid

    @classmethod
    def of(cls, leaders: DotLeaders, normalized: Pixels) -> DotProfile:
        """The dot of leaders on an evened page."""
        radius = float(np.sqrt(np.count_nonzero(leaders.mask) / len(leaders.boxes) / np.pi))
        reach = int(np.ceil(radius + 2))
        rows, columns, away = _around(leaders.centroids, reach)
        light = _at(normalized, rows, columns).ravel()
        ring = (away.ravel() / BIN).astype(int)
        order = np.argsort(ring)
        rings = np.split(light[order], np.searchsorted(ring[order], np.arange(1, int(reach / BIN) + 1)))[:-1]
        limits = np.array([np.percentile(one, (5, 95)) if len(one) else (0.0, 255.0) for one in rings])
        darkest, lightest = np.maximum.accumulate(limits).T
        return cls(radius, np.append(darkest, 255.0), np.append(lightest, 255.0))

    @property
    def area(self) -> float:
        return np.pi * self.radius**2

    def written_on(self, centroids: Grid, normalized: Pixels) -> Chosen:
        """Which dots (n,) are darker than a dot is: ink of the pen lies on them, a dot below or a full stop."""
        half = int(np.ceil(self.radius))
        rows, columns, away = _around(centroids, half)
        darker = _at(normalized, rows, columns) < DARKER * self.darkest[self.at(away)]
        return np.asarray((darker & (away <= self.radius)).sum(axis=(1, 2)) > WRITTEN_ON * self.area)

    def at(self, away: Grid) -> NDArray[np.int64]:
        """The index into ``darkest`` and ``lightest`` of these distances from the middle."""
        return np.minimum((away / BIN).astype(np.int64), len(self.darkest) - 1)


@dataclass(frozen=True, slots=True)
class HiddenDotPaths:
    """Where hidden dots may stand: from a dot at ``start`` (n, 2) on by ``step`` (n, 2), ``count`` (n,) times;
    ``open`` (n,): not towards a dot that is in step with the first, but into the unknown."""

    start: Grid
    step: Grid
    count: Grid
    open: Chosen


def remove_overwritten_dots(
    leaders: DotLeaders, ink: Pixels, components: ConnectedComponents, normalized: Pixels, letter: float
) -> DotLeaders:
    """The leaders with what is no stroke of the dots that touch writing in their mask; boxes are those of free dots.
    ``ink`` and ``components``: those of the evened page ``normalized``; ``letter``: the height of the printed letters
    in pixels."""
    walks = _walks(leaders, letter)
    if walks is None:
        return leaders
    dot = DotProfile.of(leaders, normalized)
    leaders = _without(leaders, dot.written_on(leaders.centroids, normalized))
    places = _places(walks, dot, normalized)
    if not len(places):
        return leaders
    half = int(np.ceil(NEAR * dot.radius)) + 2
    rows, columns, away = _around(places, half)
    seen = (_at(ink, rows, columns) > 0) & (_at(leaders.mask, rows, columns) == 0)
    small = seen & (_at(_small(components, SMALL * letter), rows, columns) > 0)
    gone = _gone(dot, seen, small, _at(normalized, rows, columns), away)
    mask = leaders.mask.copy()
    place, down, across = np.nonzero(gone)
    height, width = mask.shape
    y, x = rows[place, down, 0], columns[place, 0, across]
    inside = (y >= 0) & (y < height) & (x >= 0) & (x < width)
    mask[y[inside], x[inside]] = 255
    return replace(leaders, mask=mask)


def _without(leaders: DotLeaders, gone: Chosen) -> DotLeaders:
    """The leaders without some of their dots."""
    mask = leaders.mask.copy()
    for left, top, right, bottom in leaders.boxes[gone]:
        mask[top:bottom, left:right] = 0
    return DotLeaders(leaders.boxes[~gone], leaders.centroids[~gone], leaders.row[~gone], mask)


def _gone(dot: DotProfile, seen: Chosen, small: Chosen, light: Pixels, away: Grid) -> Chosen:
    """What is a dot's alone around each place (n, k, k), of the ink ``seen`` there; ``small``: that of small marks."""
    own = away <= dot.radius + SOFT
    pen = seen & (~own | (light < DARKER * dot.darkest[dot.at(away)]))
    gone = seen & own & ~_drawn_on(pen, BRIDGE * dot.radius)
    gone |= _specks(seen & ~gone, away <= dot.radius + RIM)
    near = small & (away <= NEAR * dot.radius)
    size, rest = near.sum(axis=(1, 2)) / dot.area, (near & ~gone).sum(axis=(1, 2)) / dot.area
    dot_alone = (size <= MAX_DOT_SIZE) & (rest == 0)
    sign = (near & own).any(axis=(1, 2)) & (rest < 1) & ~dot_alone
    gone[sign | (_pieces(seen & ~gone) > _pieces(seen))] = False
    return gone


def _walks(leaders: DotLeaders, letter: float) -> HiddenDotPaths | None:
    """From every dot that has no other one pace away to the next on its level, or as far as writing may hide them."""
    order = np.lexsort((leaders.centroids[:, 0], leaders.row))
    x, y = leaders.centroids[order].T
    gap, same = np.diff(x), np.diff(leaders.row[order]) == 0
    paces = gap[same & (gap > 2) & (gap < 0.5 * letter)]
    if len(paces) < 6:
        return None
    pace = dot_spacing(paces)
    beside = same & (gap < 1.5 * pace)
    level = max(1.5, 0.06 * letter)
    parts = []
    for alone, way in ((np.append(~beside, True), 1), (np.append(True, ~beside), -1)):
        ends = np.flatnonzero(alone)
        along = way * (x[None, :] - x[ends, None])
        along[(along <= 0) | (np.abs(y[None, :] - y[ends, None]) > level)] = (STEPS + 2) * pace
        other = along.argmin(axis=1)
        far = np.minimum(along[np.arange(len(ends)), other], (STEPS + 2) * pace)
        steps = np.maximum(1, np.rint(far / pace))
        known = (steps <= STEPS) & (np.abs(far - steps * pace) < OUT_OF_STEP * pace)
        step_x = way * np.where(known, far / steps, pace)
        step_y = np.where(known, (y[other] - y[ends]) / steps, 0.0)
        count = np.where(known, steps - 1, np.minimum(STEPS, np.ceil(far / pace - 1)))
        used = (count > 0) & (~known | (way > 0))
        start, step = np.column_stack([x[ends], y[ends]]), np.column_stack([step_x, step_y])
        parts.append((start[used], step[used], count[used], ~known[used]))
    start, step, count, is_open = (np.concatenate(part) for part in zip(*parts, strict=True))
    return HiddenDotPaths(start, step, count, is_open)


def _places(walks: HiddenDotPaths, dot: DotProfile, normalized: Pixels) -> Grid:
    """The places (n, 2) on the walks where a dot stands: dark enough all over, and not behind a leader's end."""
    number = np.arange(1, STEPS + 1)
    places = walks.start[:, None] + walks.step[:, None] * number[:, None]
    inside = (places[:, :, 0] >= 0) & (places[:, :, 0] <= normalized.shape[1] - 1)
    on = inside & (number <= walks.count[:, None])
    half = int(np.ceil(dot.radius))
    rows, columns, away = _around(places[on], half)
    core = away <= dot.radius
    dark = core & (_at(normalized, rows, columns) <= dot.lightest[dot.at(away)])
    there = np.zeros(on.shape, bool)
    there[on] = dark.sum(axis=(1, 2)) >= THERE * core.sum(axis=(1, 2))
    missed = np.pad(~there, ((0, 0), (MISSES - 1, 0)))
    ended = np.all([missed[:, back : back + STEPS] for back in range(MISSES)], axis=0)
    behind = np.logical_or.accumulate(ended, axis=1) & walks.open[:, None]
    return np.asarray(places[there & ~behind])


def _around(places: Grid, half: int) -> tuple[NDArray[np.int64], NDArray[np.int64], Grid]:
    """The rows (n, k, 1) and columns (n, 1, k) of the pixels around each place, and how far (n, k, k) they are from
    it."""
    middle = np.rint(places).astype(np.int64)
    near = np.arange(-half, half + 1)
    x, y = (places - middle).T[:, :, None]
    away = np.hypot((near - y)[:, :, None], (near - x)[:, None, :])
    return (middle[:, 1, None] + near)[:, :, None], (middle[:, 0, None] + near)[:, None, :], away


def _at(picture: Pixels, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> Pixels:
    """The pixels there; beyond the picture's edge it goes on as it ends."""
    height, width = picture.shape
    return picture[np.clip(rows, 0, height - 1), np.clip(columns, 0, width - 1)]


def _drawn_on(strokes: Chosen, radius: float) -> Chosen:
    """The strokes (n, k, k) closed with a disc."""
    count, high, wide = strokes.shape
    side = 2 * round(radius) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    tall = strokes.reshape(count * high, wide).astype(np.uint8)
    return np.asarray(cv2.morphologyEx(tall, cv2.MORPH_CLOSE, kernel)).reshape(strokes.shape) > 0


def _specks(patches: Chosen, near: Chosen) -> Chosen:
    """What of the ink of each patch hangs together with nothing that is not ``near``."""
    labels, _ = _labelled(patches)
    reaching = np.zeros(labels.max(initial=0) + 1, bool)
    reaching[labels[~near]] = True
    return patches & ~reaching[labels]


def _pieces(patches: Chosen) -> NDArray[np.int64]:
    """In how many pieces (n,) the ink of each patch falls."""
    labels, count = _labelled(patches)
    owner = np.zeros(count, int)
    owner[labels] = np.arange(len(patches))[:, None, None]
    return np.bincount(owner[1:], minlength=len(patches))


def _labelled(patches: Chosen) -> tuple[NDArray[np.int32], int]:
    """The connected pieces of each patch, numbered from 1 on through all of them, and the count of numbers."""
    count, high, wide = patches.shape
    apart = np.zeros((count, high + 1, wide), np.uint8)
    apart[:, :high] = patches
    number, labels = cv2.connectedComponents(apart.reshape(-1, wide), connectivity=8)
    return np.asarray(labels, np.int32).reshape(apart.shape)[:, :high], number


def _small(components: ConnectedComponents, side: float) -> Pixels:
    """The mask (0/255) of marks no side of which is longer."""
    height, width = components.shape
    longest = (components.boxes[:, 2:] - components.boxes[:, :2]).max(axis=1, initial=0)
    return components.mask_in(longest <= side, 0, 0, width, height)
