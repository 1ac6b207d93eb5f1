"""Telling typed or printed lines from handwriting by their shape alone.

Type has one straight baseline, its letters share a few heights and its stems are upright; a hand does none of these
exactly. Seven measures of that go through a logistic model whose weights lie in ``ocr_models/print-or-hand``.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.base.model import Pixels

MODEL_DPI = 300.0
"""Pixels an inch at which lines are measured."""

_SAMPLED = 16
"""One of so many points is in the sample by which strong edges are found."""

_STRONG_PART = 25
"""One of so many points of the sample is strong: several times as many as the percentile wants."""

_TWO_BYTES = 65_535

FEATURES = ("upright", "level", "bottoms", "tops", "joined", "stroke", "pitch")


@dataclass(frozen=True)
class PrintOrHandModel:
    """A logistic model over a constant, the seven ``FEATURES`` and their 28 products.

    Attributes:
        weights: (36,) weights of these terms.
        mean: (7,) means by which features are scaled; scaled features are cut at ±4.
        spread: (7,) standard deviations of the features.
        fingerprint: Digest of the model's files.
    """

    weights: tuple[float, ...]
    mean: tuple[float, ...]
    spread: tuple[float, ...]
    fingerprint: str = ""

    def print_chance(self, crop: Pixels, dpi: float) -> float:
        """Return the probability 0..1 that a grey crop of one line is type; 0 when there is too little ink to say."""
        shape = line_features(resample_to_model_dpi(crop, dpi))
        return 0.0 if shape is None else float(self.chances(shape[None, :])[0])

    def chances(self, shapes: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the probabilities (n,) that lines of these shapes (n, 7) are type."""
        terms = expand_features(shapes, np.array(self.mean), np.array(self.spread))
        result: NDArray[np.float64] = 1 / (1 + np.exp(-(terms @ np.array(self.weights))))
        return result


def resample_to_model_dpi(crop: Pixels, dpi: float) -> Pixels:
    """Return the crop at the resolution at which shapes are measured."""
    scale = MODEL_DPI / dpi if dpi > 0 else 1.0
    if abs(scale - 1) < 0.05:
        return crop
    return np.asarray(cv2.resize(crop, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC), np.uint8)


def expand_features(
    shapes: NDArray[np.float64], mean: NDArray[np.float64], spread: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the 36 terms (n, 36) of the model for shapes (n, 7)."""
    scaled = np.clip((shapes - mean) / spread, -4, 4)
    first, second = np.triu_indices(scaled.shape[1])
    return np.hstack([np.ones((len(scaled), 1)), scaled, scaled[:, first] * scaled[:, second]])


def line_features(crop: Pixels) -> NDArray[np.float64] | None:
    """Return the seven ``FEATURES`` of a grey crop of one line, or ``None`` when it holds fewer than three letters."""
    ink = (crop < 150).astype(np.uint8)
    squares = -(-ink.shape[0] // 2) * -(-ink.shape[1] // 2)  # no two components share a square of four pixels
    labels = cv2.CV_16U if squares < _TWO_BYTES else cv2.CV_32S
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8, ltype=labels)
    stats = stats[1:]
    stats = stats[stats[:, 4] > 6]
    if len(stats) < 3:
        return None
    heights = stats[:, 3].astype(float)
    tall = float(np.percentile(heights, 85))
    letters = stats[heights > 0.45 * tall]
    if len(letters) < 3 or tall < 8:
        return None
    upright, level = _edge_directions(crop)
    bottoms = (letters[:, 1] + letters[:, 3]).astype(float)
    tops = letters[:, 1].astype(float)
    wide = letters[:, 2] > 1.6 * letters[:, 3]
    distance = cv2.distanceTransform(ink, cv2.DIST_L2, 3)
    ridge = distance[(distance > 0) & (distance == cv2.dilate(distance, np.ones((3, 3), np.uint8)))]
    centroids = np.sort(letters[:, 0] + letters[:, 2] / 2)
    gaps = np.diff(centroids)
    gaps = gaps[gaps < 1.6 * tall]
    return np.array(
        [
            upright,
            level,
            _aligned_share(bottoms, letters[:, 0] + letters[:, 2] / 2, tall),
            _aligned_share(tops, letters[:, 0] + letters[:, 2] / 2, tall),
            float((letters[wide, 2]).sum() / letters[:, 2].sum()),
            float(np.std(ridge) / (np.mean(ridge) + 1e-6)),
            float(np.std(gaps) / (np.mean(gaps) + 1e-6)) if len(gaps) > 2 else 0.5,
        ]
    )


def _edge_directions(crop: Pixels) -> tuple[float, float]:
    """Return the shares of the edge strength that lie within 4° of an upright and of a level stroke."""
    smooth = cv2.GaussianBlur(crop, (0, 0), 1.0)
    across, down = (cv2.Sobel(smooth, cv2.CV_32F, *order).ravel() for order in ((1, 0), (0, 1)))
    strength = np.sqrt(across * across + down * down)
    strong = np.flatnonzero(strength >= 0.25 * strongest_percent(strength))
    strength = strength[strong]
    angle = np.degrees(np.arctan2(np.abs(down[strong]), np.abs(across[strong])))
    total = float(strength.sum()) + 1e-6
    return float(strength[angle < 4].sum()) / total, float(strength[angle > 86].sum()) / total


def strongest_percent(strength: NDArray[np.float32]) -> np.float32:
    """Return the 99th percentile, as ``np.percentile`` does.

    Only what is at least as strong as some strong points of a sample is put in order: the percentile is nearly always
    among it.
    """
    sample = strength[::_SAMPLED]
    rank = len(sample) - 1 - len(sample) // _STRONG_PART
    top = strength[strength >= np.partition(sample, rank)[rank]]
    place = 0.99 * (len(strength) - 1)
    under = int(place) - (len(strength) - len(top))
    if under < 0:
        return np.float32(np.percentile(strength, 99))
    over = min(under + 1, len(top) - 1)
    ordered = np.partition(top, (under, over))
    first, second, share = ordered[under], ordered[over], place - int(place)
    between = first + (second - first) * share if share < 0.5 else second - (second - first) * (1 - share)
    return np.float32(between)


def _aligned_share(values: NDArray[np.float64], at: NDArray[np.float64], tall: float) -> float:
    """Return the largest share of letters whose edge lies on one nearly level line, within 4 % of a tall letter."""
    near = max(1.0, 0.04 * tall)
    level = [values - slope * at for slope in np.linspace(-0.02, 0.02, 9)]
    return max(float((np.abs(rest[:, None] - rest) <= near).mean(axis=1).max()) for rest in level)
