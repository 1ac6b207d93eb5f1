"""How much a page is turned, from its rules and its frame, or from its text lines and leaders where it has none."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.geometry import warp
from pipeline.imaging.ink import binarization
from pipeline.imaging.ink.connected_components import ConnectedComponents
from pipeline.imaging.ruling.leaders import DotLeaders, find_leaders
from pipeline.model import Matrix, Pixels

MAX_SKEW = 12.0
"""Degrees; beyond it a page is not skewed but laid wrongly, and a turn has to be decided first."""

MAX_LEAN = 4.0
"""Degrees by which one family of rules may differ from the page as a whole."""

WORK_PIXELS = 600_000
"""Pixels of the copy on which the angle is measured: more gain nothing, by measurement."""

LEAST_LENGTH = 0.05
"""A piece of a rule is at least this long (share of the copy's shorter side); strokes of letters are shorter."""

LEAST_RULES = 3.0
"""Pieces of rules decide when those that agree are together this many times as long as the shorter side."""

NARROWING = (1.0, 0.5, 0.3)
"""Degrees beyond which a piece of a rule has no say, in the three rounds of weighing."""

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SkewAngles:
    """Degrees, clockwise positive: ``angle`` of the page as a whole, ``level`` of its level lines (down to the right),
    ``upright`` of its upright ones (their foot to the left). A photograph or a skewed feed makes the two differ."""

    angle: float
    level: float
    upright: float


def estimate_skew(grey: Pixels) -> float:
    """Angle in degrees by which the page's lines run down to the right (clockwise positive); 0 when none is seen.

    Pieces of rules, level and upright ones alike, are found by the line segment detector of Grompone von Gioi et al.
    (2010); their angle is the length-weighted median, sharpened by Tukey's biweight, so that neither a paper's edge nor
    the curl of one corner pulls at it. A page with too few rules is measured by its text lines and leaders.
    """
    return estimate_skew_angles(grey).angle


def estimate_skew_angles(grey: Pixels) -> SkewAngles:
    """As ``estimate_skew``, and the angles of level and of upright rules for themselves, where enough are seen."""
    small = _work_copy(grey)
    side = min(small.shape)
    angle, length, level = _pieces_of_rules(small, LEAST_LENGTH * side)
    if length.sum() > LEAST_RULES * side:
        agreed, weight = _agreed(angle, length)
        if weight > LEAST_RULES * side:
            axes = [_axis(angle[family], length[family], agreed, side) for family in (level, ~level)]
            return SkewAngles(agreed, axes[0], axes[1])
    agreed = _text_skew(small)
    return SkewAngles(agreed, agreed, agreed)


def _work_copy(grey: Pixels) -> Pixels:
    """The page on about ``WORK_PIXELS``."""
    scale = math.sqrt(WORK_PIXELS / grey.size)
    if scale >= 1:
        return np.asarray(grey, np.uint8)
    return np.asarray(cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)


def _axis(angle: Values, length: Values, agreed: float, side: int) -> float:
    """The angle of one family of rules; that of all of them where the family is too small or far off."""
    if length.sum() < LEAST_RULES * side:
        return agreed
    own, weight = _agreed(angle, length)
    return own if weight > LEAST_RULES * side and abs(own - agreed) < MAX_LEAN else agreed


def _pieces_of_rules(small: Pixels, least: float) -> tuple[Values, Values, NDArray[np.bool_]]:
    """Angle (n,) against the nearer axis and length (n,) of straight pieces that may be rules of a skewed page, and
    which of them (n,) are level."""
    found = cv2.createLineSegmentDetector(cv2.LSD_REFINE_NONE).detect(small)[0]
    ends = np.empty((0, 4))
    if found is not None:
        ends = found.reshape(-1, 4).astype(float)
    x0, y0, x1, y1 = ends.T
    length = np.hypot(x1 - x0, y1 - y0)
    angle = (np.degrees(np.arctan2(y1 - y0, x1 - x0)) + 45) % 90 - 45
    chosen = (length > least) & (np.abs(angle) < MAX_SKEW)
    level = np.abs(x1 - x0) > np.abs(y1 - y0)
    return angle[chosen], length[chosen], level[chosen]


def _agreed(angle: Values, length: Values) -> tuple[float, float]:
    """The angle that most of the length agrees on, and how much length that is, weighed by agreement."""
    order = np.argsort(angle)
    share = np.cumsum(length[order]) / length.sum()
    middle = float(angle[order][np.searchsorted(share, 0.5)])
    weight = length
    for reach in NARROWING:
        weight = length * np.maximum(0.0, 1.0 - ((angle - middle) / reach) ** 2) ** 2
        if not weight.sum():
            break
        middle = float((weight * angle).sum() / weight.sum())
    return middle, float(weight.sum())


def _text_skew(small: Pixels) -> float:
    """The angle at which lines of text and leaders are told apart best: the sum of squared row sums of ink is greatest
    (Postl 1986), searched coarse to fine, its summit taken from a parabola."""
    paper = cv2.blur(small, (31, 31))
    dark = cv2.subtract(cv2.convertScaleAbs(paper, alpha=0.9), small)
    rows, columns = np.nonzero(dark > 8)
    if len(rows) < 0.001 * small.size:
        return 0.0
    weight = np.minimum(dark[rows, columns], 80).astype(float)
    # spread over their pixels, or the level picture fits the grid better than any turned one
    grid = np.random.default_rng(0).uniform(-0.5, 0.5, (2, len(rows)))
    y, x = rows + grid[0] - small.shape[0] / 2, columns + grid[1] - small.shape[1] / 2
    side = int(math.hypot(*small.shape)) + 2

    def sharpness(angle: float) -> float:
        turn = math.radians(angle)
        bins = (math.cos(turn) * y - math.sin(turn) * x + side / 2).astype(np.int64)
        sums = np.bincount(bins, weights=weight, minlength=side)
        return float((cv2.GaussianBlur(sums[None, :], (0, 0), 1.0) ** 2).sum())

    best = max(np.arange(-MAX_SKEW, MAX_SKEW + 0.1, 0.5), key=sharpness)
    best = max(np.arange(best - 0.5, best + 0.51, 0.1), key=sharpness)
    around = np.arange(-0.3, 0.31, 0.05)
    heights = np.array([sharpness(best + step) for step in around])
    bend, slope, _ = np.polyfit(around, heights / heights.max(), 2)
    if bend >= 0:
        return float(best)
    return float(best + np.clip(-slope / (2 * bend), around[0], around[-1]))


@dataclass(frozen=True, slots=True)
class DeskewedPage:
    """A page turned and levelled on one scale: ``grey`` red-free, ``normalized`` evened, ``ink`` its mask (0/255) and
    ``components`` those of it, ``letter`` the height of its printed letters; ``matrix`` (3, 3) maps pixels of the
    original here."""

    grey: Pixels
    normalized: Pixels
    ink: Pixels
    components: ConnectedComponents
    letter: float
    matrix: Matrix
    turn: int
    skew: float
    dpi: float

    @property
    def size(self) -> tuple[int, int]:
        return self.normalized.shape[1], self.normalized.shape[0]

    @property
    def leaders(self) -> DotLeaders:
        """The leader dots; of tables nobody asks for them."""
        return find_leaders(self.components, self.letter)

    @property
    def print_only(self) -> Pixels:
        """The evened page without leader dots and lifted to plain white paper: what labels are read from."""
        picture = self.normalized.copy()
        picture[cv2.dilate(self.leaders.mask, np.ones((3, 3), np.uint8)) > 0] = 255
        return picture


def deskew(grey: Pixels, scale: float, turn: int, letter: float, dpi: float) -> DeskewedPage:
    """The page turned by ``turn`` degrees clockwise and levelled, its upright rules upright.

    ``grey`` is the page times ``scale``; ``letter`` the height of its printed letters in pixels of ``grey``.
    """
    size = (grey.shape[1], grey.shape[0])
    turning, turned_size = warp.quarter_turn(turn, size)
    upright = grey if turn == 0 else np.ascontiguousarray(np.rot90(grey, k=-(turn // 90)))
    axes = estimate_skew_angles(upright)
    levelling, level_size = warp.deskew_matrix(axes.level, axes.upright, turned_size)
    level = warp.warp_image(upright, levelling, level_size)
    normalized = binarization.normalize_illumination(level)
    ink, components = binarization.binarize(normalized)
    matrix = levelling @ turning @ np.diag([scale, scale, 1.0])
    return DeskewedPage(level, normalized, ink, components, letter, matrix, turn, axes.angle, dpi)
