"""Quality measures of a picture of a page, and the limits beyond which it should be scanned again.

A poor page is read all the same. The limits of the measures are in ``ocr_models/page-gate``, fitted by
``benchmarks.fitting.fit_gate``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.base.model import Pixels, Quality
from pipeline.layout.imaging.geometry.pyramid import Pyramid
from pipeline.layout.imaging.ink.binarization import split_colour_layers
from pipeline.layout.imaging.order_statistics import percentile_of_levels

MM = 25.4

SHARP_DPI = 200.0
"""Pixels an inch at which the width of edges is measured."""

GREY_DPI = 100.0
"""Approximate pixels an inch at which the whole page is measured."""

FOLD_DPI = 75.0
"""Pixels an inch for the search of folded corners."""

COLOUR_DPI = 50.0
"""Pixels an inch for the search of fingers."""

TABLE_SHARE = 0.5
"""Share of the picture's edge with the chroma of skin above which a table lies under the paper."""


def measure_quality(picture: Pyramid, ink: Pyramid, dpi: float) -> Quality:
    """Return the measures of a page except ``cut``, which needs its form.

    Args:
        picture: The page (h, w, 3) RGB.
        ink: Its ink layer.
    """
    grey, _ = _at_dpi(ink, dpi, GREY_DPI)
    paper, darkest = grey_exceeded_by(grey, 0.1), grey_exceeded_by(grey, 0.99)
    edges = cv2.Laplacian(grey, cv2.CV_32F)
    strong = np.abs(edges) > 30
    rim = max(4, grey.shape[1] // 60)
    border = np.concatenate(
        [grey[:rim].ravel(), grey[-rim:].ravel(), grey[:, :rim].ravel(), grey[:, -rim:].ravel()]
    )
    return Quality(
        sharpness=float(edges[strong].var()) if strong.any() else 0.0,
        contrast=paper - darkest,
        dark_edges=float((border < 0.35 * paper).mean()),
        dpi=dpi,
        edge=edge_width(picture.pixels, dpi),
        shade=shade(grey),
        finger=finger(*_at_dpi(picture, dpi, COLOUR_DPI)),
        fold=fold(*_at_dpi(ink, dpi, FOLD_DPI)),
    )


def remeasure_paper(measured: Quality, paper: Pixels, dpi: float) -> Quality:
    """Return the measures with shade and finger measured on the paper alone.

    A scanner's bed beside the paper falsifies these two. At the corners of a paper that lies aslant a table of wood
    looks like fingers; the whole picture shows it as a table.

    Args:
        measured: The measures of the whole picture.
        paper: The part of the picture (h, w, 3) that shows the paper.
    """
    grey, _ = _at_dpi(Pyramid(split_colour_layers(paper).ink), dpi, GREY_DPI)
    reach = finger(*_at_dpi(Pyramid(paper), dpi, COLOUR_DPI))
    return replace(measured, shade=shade(grey), finger=min(measured.finger, reach))


def edge_width(pixels: Pixels, dpi: float) -> float:
    """Return the width of stroke edges in mm: the third quartile of strong edges in the middle of the page.

    The width of an edge is the range of greys around it over its steepest rise. It is 0 on a page without edges.

    Source:
        After Marziliano et al. (2002), without tracing edges.
    """
    scale = min(1.0, SHARP_DPI / dpi)
    height, width = pixels.shape[:2]
    if min(height // 3, width) < 12:
        return 0.0
    band = np.asarray(cv2.extractChannel(pixels[height // 3 : 2 * height // 3], 1), np.uint8)
    band = Pyramid(band).at(scale)
    if min(band.shape) < 12:
        return 0.0
    grey = cv2.GaussianBlur(band, (3, 3), 0)
    window = np.ones((9, 9), np.uint8)
    span = cv2.subtract(cv2.dilate(grey, window), cv2.erode(grey, window))[1:-1, 1:-1]
    there = span >= max(16.0, 0.5 * grey_percentile(np.ascontiguousarray(span[::3, ::3]), 0.995))
    if there.sum() < 50:
        return 0.0
    across = cv2.absdiff(grey[1:-1, 2:], grey[1:-1, :-2])
    down = cv2.absdiff(grey[2:, 1:-1], grey[:-2, 1:-1])
    rise = cv2.dilate(cv2.max(across, down), window)[there].astype(np.float32) / 2
    return float(np.percentile(span[there] / np.maximum(rise, 0.5), 75)) * MM / (dpi * scale)


def shade(grey: Pixels) -> float:
    """Return the darkness of the darkest part of the paper, 0 = white to 1 = black.

    The inner page is divided into 5 × 5 parts, each measured by the grey that a quarter of its pixels exceeds.
    """
    height, width = grey.shape
    inner = grey[height // 10 : height - height // 10, width // 10 : width - width // 10]
    parts = [part for rows in np.array_split(inner, 5, 0) for part in np.array_split(rows, 5, 1)]
    return (
        1
        - min(grey_percentile(np.ascontiguousarray(part[::2, ::2]), 0.75) for part in parts if part.size)
        / 255
    )


def finger(small: Pixels, dpi: float) -> float:
    """Return the reach of the largest patch of skin from an edge of the picture, in mm (0: no skin).

    Skin is a solid patch at least 7 mm across that touches the edge, has the chroma of skin and is redder than the
    paper; seals are thin lines of another red. Where most of the edge has this chroma, the paper lies on a table of
    wood: then only what reaches into the convex hull of the paper counts.

    Source:
        Chai and Ngan (1999): Cr 138 to 176, Cb 80 to 122.
    """
    mm = dpi / MM
    chroma = cv2.cvtColor(cv2.GaussianBlur(small, (3, 3), 0), cv2.COLOR_RGB2YCrCb)
    red, blue = (np.asarray(channel, np.uint8) for channel in cv2.split(chroma)[1:])
    paper_red, paper_blue = grey_percentile(red, 0.5), grey_percentile(blue, 0.5)
    least_red, most_blue = int(max(137.0, paper_red + 7)) + 1, math.ceil(min(124.0, paper_blue - 3)) - 1
    skin = cv2.bitwise_and(cv2.inRange(red, least_red, 177), cv2.inRange(blue, 79, most_blue))
    size = max(3, round(7 * mm)) | 1
    solid = cv2.morphologyEx(skin, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    padded = cv2.copyMakeBorder(solid, size, size, size, size, cv2.BORDER_REPLICATE)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    opened = cv2.morphologyEx(padded, cv2.MORPH_OPEN, kernel)[size:-size, size:-size]
    opened = np.ascontiguousarray(opened, np.uint8)
    edge = np.concatenate([opened[0], opened[-1], opened[:, 0], opened[:, -1]])
    if edge.mean() > TABLE_SHARE * 255:
        return _reach_into_paper(np.asarray(opened, np.uint8)) / mm
    _, _, stats, _ = cv2.connectedComponentsWithStats(opened, connectivity=8)
    height, width = opened.shape
    near = max(1, round(2 * mm))
    reach = 0.0
    for left, top, wide, high, _ in stats[1:]:
        if left <= near:
            reach = max(reach, float(left + wide))
        if left + wide >= width - near:
            reach = max(reach, float(width - left))
        if top <= near:
            reach = max(reach, float(top + high))
        if top + high >= height - near:
            reach = max(reach, float(height - top))
    return reach / mm


def _reach_into_paper(skin: Pixels) -> float:
    """Return how far skin (h, w; 255: skin) reaches into the convex hull of the largest other part, in pixels."""
    paper = cv2.bitwise_not(skin)
    count, parts, stats, _ = cv2.connectedComponentsWithStats(paper, connectivity=4)
    if count < 2:
        return 0.0
    largest = (parts == 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))).astype(np.uint8)
    hull = np.zeros_like(skin)
    cv2.fillConvexPoly(hull, cv2.convexHull(cv2.findNonZero(largest)), 255)
    depth = cv2.distanceTransform(
        cv2.copyMakeBorder(hull, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0), cv2.DIST_L2, 5
    )
    return float(depth[1:-1, 1:-1][skin > 0].max(initial=0.0))


def fold(grey: Pixels, dpi: float) -> float:
    """Return the length in mm of the longest straight slanting edge that cuts off a corner (0: no such edge).

    The edge consists of segments at 25° to 65° within 70 mm of a corner. Their line meets both sides of the corner, and
    they cover most of the line.

    Source:
        Line segment detector of Grompone von Gioi et al. (2010).
    """
    mm = dpi / MM
    zone = round(75 * mm)
    height, width = grey.shape
    zone = min(zone, height // 2, width // 2)
    if zone < 12:
        return 0.0
    longest = 0.0
    for down in (False, True):
        for right in (False, True):
            part = grey[-zone:] if down else grey[:zone]
            part = part[:, -zone:] if right else part[:, :zone]
            part = part[::-1] if down else part
            part = part[:, ::-1] if right else part
            longest = max(longest, _longest_cut(np.ascontiguousarray(part), mm))
    return longest / mm


def _longest_cut(corner: Pixels, mm: float) -> float:
    """Return the length of the longest edge that cuts off the top left corner, in pixels without gaps."""
    # a fold in white paper before a white lid is faint
    soft = cv2.GaussianBlur(corner, (5, 5), 0)
    segments = cv2.createLineSegmentDetector().detect(
        cv2.addWeighted(soft, 3, soft, 0, 128 - 3 * float(np.median(soft)))
    )[0]
    if np.size(segments) < 4:  # None without a segment
        return 0.0
    x0, y0, x1, y1 = segments.reshape(-1, 4).T.astype(np.float64)
    length = np.hypot(x1 - x0, y1 - y0)
    angle = np.degrees(np.arctan2(y1 - y0, x1 - x0)) % 180
    slanting = (angle > 115) & (angle < 155) & (length > 3 * mm)
    lines = _supporting_lines(x0[slanting], y0[slanting], x1[slanting], y1[slanting])
    best = 0.0
    for a, b, run in lines:
        chord = float(np.hypot(a, b))
        if 8 * mm < min(a, b) and max(a, b) < 72 * mm and run > 0.55 * chord - 6 * mm and run <= chord * 1.1:
            best = max(best, run)
    return best


def _supporting_lines(
    x0: NDArray[np.float64], y0: NDArray[np.float64], x1: NDArray[np.float64], y1: NDArray[np.float64]
) -> list[tuple[float, float, float]]:
    """Return the line of each slanting segment.

    Returns:
        For each line its crossing with the top (x) and with the left side (y), and the length that segments cover.
    """
    slope = (y1 - y0) / (x1 - x0)
    left, top = y0 - slope * x0, x0 - y0 / slope
    lines = []
    for n in range(len(slope)):
        normal = np.array([slope[n], -1.0]) / np.hypot(slope[n], 1)
        along = np.array([1.0, slope[n]]) / np.hypot(slope[n], 1)
        off = [
            np.abs(normal[0] * x + normal[1] * y + left[n] / np.hypot(slope[n], 1))
            for x, y in ((x0, y0), (x1, y1))
        ]
        on = (off[0] < 2.0) & (off[1] < 2.0)
        ends = np.sort(
            np.column_stack([x0[on] * along[0] + y0[on] * along[1], x1[on] * along[0] + y1[on] * along[1]]), 1
        )
        lines.append((float(top[n]), float(left[n]), _union_length(ends)))
    return lines


def _union_length(ends: NDArray[np.float64]) -> float:
    """Return the length of the union of the intervals (n, 2)."""
    total, reached = 0.0, -np.inf
    for start, end in ends[np.argsort(ends[:, 0])]:
        total += max(0.0, float(end) - max(float(start), reached))
        reached = max(reached, float(end))
    return total


def _at_dpi(picture: Pyramid, dpi: float, wanted: float) -> tuple[Pixels, float]:
    """Return the picture at ``wanted`` pixels an inch, or at its own if fewer, and that resolution."""
    return picture.at(wanted / dpi), min(dpi, wanted)


def cumulative_histogram(grey: Pixels) -> NDArray[np.int64]:
    """Return the number of pixels (256,) at or below each grey level."""
    levels = cv2.calcHist([grey], [0], None, [256], [0.0, 256.0]).ravel()
    return np.asarray(np.cumsum(levels.astype(np.int64)), np.int64)


def grey_percentile(grey: Pixels, share: float) -> float:
    """Return the grey level below which a share (0..1) of the pixels lies, interpolated as ``np.percentile`` does."""
    return percentile_of_levels(cumulative_histogram(grey), share)


def grey_exceeded_by(grey: Pixels, share: float) -> float:
    """Return the grey level that a share (0..1) of the picture reaches or exceeds."""
    levels = cumulative_histogram(grey)
    lighter = levels[-1] - np.concatenate([[0], levels[:-1]])
    return float(255 - np.searchsorted(lighter[::-1], share * grey.size))


FLAW_MEASURES: Mapping[str, Callable[[Quality], float]] = {
    "SCAN-COARSE": lambda quality: 25.4 / quality.dpi,
    "SCAN-BLUR": lambda quality: quality.edge,
    "SCAN-DARK": lambda quality: quality.shade,
    "SCAN-CUT": lambda quality: quality.cut,
    "SCAN-FINGER": lambda quality: quality.finger,
    "SCAN-FOLD": lambda quality: quality.fold,
}
"""The measure behind each flaw by its code; larger is worse (mm, except the shade, 0..1)."""

EXPLAINED_BY = {"SCAN-BLUR": "SCAN-COARSE"}
"""Flaws explained by another flaw: a low resolution widens edges."""


@dataclass(frozen=True)
class PageGate:
    """The limits of ``FLAW_MEASURES`` from which a page should be scanned again.

    Attributes:
        limits: One limit for each measure, in the same order.
        fingerprint: Digest of the model's files.
    """

    limits: tuple[float, ...]
    fingerprint: str = ""

    def flaws(self, quality: Quality) -> tuple[str, ...]:
        """Return the codes of a page's flaws."""
        codes = [
            code
            for (code, sign), limit in zip(FLAW_MEASURES.items(), self.limits, strict=True)
            if sign(quality) >= limit
        ]
        return tuple(code for code in codes if EXPLAINED_BY.get(code) not in codes)
