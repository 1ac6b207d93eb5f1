"""A book that lies open: where the gutter between its two pages may run, and each page as a picture of its own.

Only a candidate is found here. Whether there are two pages, their print decides (``pipeline.digitize``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.base.model import Matrix, Pixels
from pipeline.layout.imaging.geometry.pyramid import Pyramid

WORK_SIDE = 1000
"""Pixels of the longer side of the copy on which the direction of the text is measured: writing is 10 pixels high."""

GUTTER_SIDE = 500
"""Pixels of the longer side of the copy on which the gutter is sought: 30 an inch on two A4 pages."""

MAX_OFFSET = 0.14
"""How far from the middle of the picture (share of its width) the gutter may lie at half its height."""

MAX_TILT = 6.0
"""Degrees that the gutter may lean at most."""

GRID_PARTS = 8
"""Parts across and down into which a picture is cut to see how its text runs: each runs straight enough."""

TILT_STEP = 0.25
"""Degrees between two tilts that are tried."""

MIN_SHADOW = 0.06
"""From which loss of light on (share of the paper's) a shadow differs from uneven illumination."""

THIN_MM, BESIDE_MM = 2.5, 14.0
"""Rules and strokes are thinner than this; paper without the gutter's shadow is seen so far beside it."""


@dataclass(frozen=True, slots=True)
class Gutter:
    """A line that may separate two pages.

    Attributes:
        top: Its x in pixels at the upper edge of the picture.
        bottom: Its x in pixels at the lower edge.
        shadow: Share of the light that it takes, 0..1; 0 when no shadow is seen and it runs where nothing is written.
    """

    top: float
    bottom: float
    shadow: float

    def at(self, y: NDArray[np.float64], height: float) -> NDArray[np.float64]:
        """Return its x at heights y of a picture of that height."""
        result: NDArray[np.float64] = self.top + (self.bottom - self.top) * y / height
        return result


def has_horizontal_text(grey: Pyramid) -> bool:
    """Return whether the lines of writing run horizontally on a grey picture, not vertically.

    From a row of pixels to the next the share of ink mostly changes little, since there is as much paper between lines
    as writing; from column to column it changes with every stroke.
    """
    small = grey.within(WORK_SIDE)
    dark = cv2.subtract(cv2.blur(small, (31, 31)), small)
    ink = np.asarray(cv2.threshold(dark, 16, 255, cv2.THRESH_BINARY)[1], np.uint8)
    return _row_changes(ink) <= _row_changes(np.ascontiguousarray(ink.T))


def _row_changes(ink: Pixels) -> float:
    """Return how much the share of ink mostly changes from a row to the next, summed over the parts of the mask."""
    strips = [part for part in np.array_split(ink, GRID_PARTS, 1) if part.shape[1] > 1]
    shares = [cv2.reduce(np.ascontiguousarray(part), 1, cv2.REDUCE_AVG, dtype=cv2.CV_32F) for part in strips]
    if not shares:
        return 0.0
    parts = np.array_split(np.hstack(shares), GRID_PARTS, 0)
    return float(
        sum(np.median(np.abs(np.diff(part, axis=0)), axis=0).sum() for part in parts if len(part) > 1)
    )


def find_gutter(grey: Pixels, width_mm: float) -> Gutter:
    """Return the likeliest gutter of two pages side by side.

    It is the line near the middle that is darkest against the paper beside it, strokes as thin as a rule left out.
    Where no shadow is seen it is the middle of the widest band on which nothing is written.

    Args:
        grey: The picture (h, w).
        width_mm: About how wide both pages are together.
    """
    scale = min(1.0, GUTTER_SIDE / max(grey.shape))
    small = Pyramid(grey).at(scale)
    height, width = small.shape
    mm = width / width_mm
    thin = max(3, round(THIN_MM * mm)) | 1
    paper = np.asarray(cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((thin, thin), np.uint8)), np.uint8)
    light = max(1.0, float(np.percentile(paper, 75)))
    written_mask = (small < 0.8 * cv2.blur(paper, (thin, thin)).astype(np.float32)).astype(np.float32)
    reach = max(2, round(BESIDE_MM * mm))
    best: Gutter | None = None
    clear: tuple[float, Gutter] | None = None
    for slope in np.tan(np.radians(np.arange(-MAX_TILT, MAX_TILT + TILT_STEP / 2, TILT_STEP))):
        tones, written, first = _sample_lines(paper, written_mask, float(slope), reach)
        dips = _shadow_depths(tones, reach) / light
        at = int(np.argmax(dips))
        candidate = _line(first + reach + at, float(slope), height, scale, float(dips[at]))
        if best is None or candidate.shadow > best.shadow:
            best = candidate
        middle, merit = _widest_gap(written < 0.01)
        if clear is None or merit > clear[0]:
            clear = merit, _line(first + middle, float(slope), height, scale, 0.0)
    assert best is not None
    assert clear is not None
    return best if best.shadow >= MIN_SHADOW else clear[1]


def _sample_lines(
    paper: Pixels, written_mask: NDArray[np.float32], slope: float, reach: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], int]:
    """Return what lies along each line of that slope about the middle, and ``reach`` further on each side.

    Returns:
        The median light of the paper along each line, the share of it that is written on, and the x of the first at
        half the height.
    """
    height, width = paper.shape
    first = round(width * (0.5 - MAX_OFFSET)) - reach
    columns = np.arange(first, round(width * (0.5 + MAX_OFFSET)) + reach + 1)
    rows = np.arange(height)[:, None]
    x = np.clip(np.rint(columns + slope * (rows - height / 2)).astype(int), 0, width - 1)
    tones: NDArray[np.float64] = np.median(paper[rows, x], axis=0).astype(np.float64)
    written: NDArray[np.float64] = written_mask[rows, x].mean(axis=0).astype(np.float64)
    return tones, written, first


def _shadow_depths(tones: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """Return how much darker each line is than the lighter ones on either side; the darker side counts.

    The first and the last ``reach`` lines are left out.
    """
    inner = len(tones) - 2 * reach
    left = np.array([tones[n : n + reach].max() for n in range(inner)])
    right = np.array([tones[n + reach + 1 : n + 2 * reach + 1].max() for n in range(inner)])
    result: NDArray[np.float64] = np.minimum(left, right) - tones[reach : reach + inner]
    return result


def _widest_gap(clear: NDArray[np.bool_]) -> tuple[float, float]:
    """Return the middle of the run of True that is long and near the middle, and how much it is so."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], clear.astype(int), [0]])))
    if not len(edges):
        return len(clear) / 2, -float(len(clear))
    starts, ends = edges[::2], edges[1::2]
    middles = (starts + ends - 1) / 2
    merits = (ends - starts) - 2 * np.abs(middles - (len(clear) - 1) / 2)
    best = int(np.argmax(merits))
    return float(middles[best]), float(merits[best])


def _line(middle: float, slope: float, height: int, scale: float, shadow: float) -> Gutter:
    reach = slope * height / 2
    return Gutter((middle + 0.5 - reach) / scale, (middle + 0.5 + reach) / scale, max(0.0, shadow))


def split_at_gutter(pixels: Pixels, gutter: Gutter) -> tuple[tuple[Pixels, int], tuple[Pixels, int]]:
    """Return the left and the right page (h, w, 3), each with the x at which it begins on the whole picture.

    What lies beyond a leaning gutter is painted with the paper's tone at the gutter.
    """
    height, width = pixels.shape[:2]
    y = np.arange(height, dtype=np.float64)
    x = np.clip(gutter.at(y, height), 1, width - 1)
    low, high = int(np.floor(x.min())), int(np.ceil(x.max()))
    left = pixels[:, :high].copy()
    right = pixels[:, low:].copy()
    line = np.rint(x).astype(int)
    tone = cv2.GaussianBlur(_at_gutter(pixels, line), (1, 2 * (height // 40) + 1), 0)
    columns = np.arange(width)
    beyond = columns[None, low:high] >= line[:, None]
    left[:, low:high][beyond] = np.broadcast_to(tone, (height, high - low, 3))[beyond]
    right[:, : high - low][~beyond] = np.broadcast_to(tone, (height, high - low, 3))[~beyond]
    return (left, 0), (right, low)


def _at_gutter(pixels: Pixels, line: NDArray[np.int64]) -> Pixels:
    """Return the tone (h, 1, 3) of the picture at x = ``line`` of each row."""
    tone: Pixels = pixels[np.arange(len(line)), line][:, None]
    return np.ascontiguousarray(tone)


def shared_homography(frames: Sequence[Matrix]) -> Matrix:
    """Return one homography (3, 3) for both pages, under which both are as square as one map allows.

    Args:
        frames: Corners (4, 2) of their printed frames on the whole picture, left page first, clockwise from the top
            left.
    """
    left, right = frames
    wide, high = (
        float(np.mean([np.linalg.norm(f[a] - f[b]) for f in frames for a, b in sides]))
        for sides in (((0, 1), (3, 2)), ((0, 3), (1, 2)))
    )
    along = (left[1] - left[0]) + (right[1] - right[0])
    along = along / np.linalg.norm(along)
    step = right.mean(axis=0) - left.mean(axis=0)
    shift = np.array([float(step @ along), float(step @ np.array([-along[1], along[0]]))])
    frame = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], float)
    matrix, _ = cv2.findHomography(np.vstack(frames), np.vstack([frame, frame + shift]), 0)
    return np.asarray(matrix, np.float64)
