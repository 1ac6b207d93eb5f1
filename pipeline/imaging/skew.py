"""How much a page is turned, from its rules, its text lines and its frame."""

from __future__ import annotations

import math

import cv2
import numpy as np

from pipeline.model import Pixels

MAX_SKEW = 12.0
"""Degrees; beyond it a page is not skewed but laid wrongly, and a turn has to be decided first."""


def skew_of(grey: Pixels) -> float:
    """Angle in degrees by which the page's lines run down to the right (clockwise positive); 0 when none is seen.

    Length-weighted median of the angles of long line segments (the LSD detector of Grompone von Gioi et al. 2010)
    that are nearly horizontal or nearly vertical, on a copy 1200 pixels wide. Pages without rules fall back to the
    angle at which the row sums of ink vary most.
    """
    scale = 1200 / grey.shape[1]
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else grey
    found = cv2.createLineSegmentDetector().detect(small)[0]
    if found is not None:
        x0, y0, x1, y1 = found.reshape(-1, 4).T
        length = np.hypot(x1 - x0, y1 - y0)
        angle = np.degrees(np.arctan2(y1 - y0, x1 - x0))
        angle = (angle + 45) % 90 - 45
        good = (length > small.shape[1] * 0.05) & (np.abs(angle) < MAX_SKEW)
        if length[good].sum() > small.shape[1]:
            return _weighted_median(angle[good], length[good])
    return _projection_skew(np.asarray(small, np.uint8))


def _weighted_median(values: np.ndarray, weights: np.ndarray) -> float:
    order = np.argsort(values)
    share = np.cumsum(weights[order]) / weights.sum()
    return float(values[order][np.searchsorted(share, 0.5)])


def _projection_skew(grey: Pixels) -> float:
    scale = min(1.0, 600 / grey.shape[1])
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    ink = (small < int(np.median(small) * 0.75)).astype(np.float32)
    if ink.mean() < 0.001:
        return 0.0
    rows, columns = np.nonzero(ink)

    def sharpness(angle: float) -> float:
        slope = math.tan(math.radians(angle))
        bins = np.round(rows - slope * columns).astype(int)
        return float(np.bincount(bins - bins.min()).astype(float).var())

    best = max(np.arange(-MAX_SKEW, MAX_SKEW + 0.1, 0.5), key=sharpness)
    return float(max(np.arange(best - 0.5, best + 0.51, 0.1), key=sharpness))
