"""The skew of a page, and the page turned and levelled.

Skew is measured by the rules and the frame of a form, or by its text lines and leaders where it has none. A photograph
or a skewed feed makes horizontal and vertical rules differ, so each family has its own angle; one affine map then sets
both square.
"""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.base.model import Matrix, Pixels
from pipeline.layout.imaging.geometry import warp
from pipeline.layout.imaging.geometry.pyramid import Pyramid
from pipeline.layout.imaging.ink import binarization
from pipeline.layout.imaging.ink.connected_components import ConnectedComponents
from pipeline.layout.imaging.ruling.leaders import DotLeaders, find_leaders

log = logging.getLogger(__name__)

MAX_SKEW = 12.0
"""Degrees; beyond it a page is not skewed but turned, and its orientation has to be decided first."""

MAX_AXIS_DIFFERENCE = 4.0
"""Degrees by which one family of rules may differ from the page as a whole."""

WORK_PIXELS = 600_000
"""Pixels of the copy on which the angle is measured: more gain nothing, by measurement."""

ROUGH_PIXELS = 400_000
"""The same where a hundredth of a degree more or less says nothing: a page that the template of its book places is set
square by its frame."""

MIN_SEGMENT_LENGTH = 0.05
"""Least length of a segment of a rule (share of the copy's shorter side); strokes of letters are shorter."""

MIN_RULE_LENGTH = 3.0
"""Rules decide when the segments that agree are together this many times as long as the shorter side."""

BIWEIGHT_REACHES = (1.0, 0.5, 0.3)
"""Degrees beyond which a segment has no say, in the three rounds of weighing."""

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SkewAngles:
    """Angles in degrees, clockwise positive.

    Attributes:
        angle: Skew of the page as a whole.
        level: Skew of its horizontal lines (down to the right).
        upright: Skew of its vertical lines (their foot to the left).
    """

    angle: float
    level: float
    upright: float


def estimate_skew(grey: Pixels) -> float:
    """Return the angle in degrees by which the page's lines run down to the right (clockwise positive).

    It is 0 when no line is seen. A page with too few rules is measured by its text lines and leaders.

    Source:
        Line segment detector of Grompone von Gioi et al. (2010) for segments of rules. Their angle is the
        length-weighted median, sharpened by Tukey's biweight, so that neither a paper's edge nor the curl of one corner
        pulls at it.
    """
    return estimate_skew_angles(grey).angle


def estimate_skew_angles(grey: Pixels, *, rough: bool = False) -> SkewAngles:
    """Return the skew of a page, and that of its horizontal and vertical rules where enough of them are seen.

    Args:
        grey: The page (h, w).
        rough: Whether it is measured at half the cost, a hundredth of a degree less exactly.
    """
    small = _small_copy(grey, rough=rough)
    side = min(small.shape)
    angle, length, level = _find_rule_segments(small, MIN_SEGMENT_LENGTH * side)
    if length.sum() > MIN_RULE_LENGTH * side:
        agreed, weight = _robust_angle(angle, length)
        if weight > MIN_RULE_LENGTH * side:
            axes = [_family_angle(angle[family], length[family], agreed, side) for family in (level, ~level)]
            return SkewAngles(agreed, axes[0], axes[1])
    agreed = _text_skew(small)
    return SkewAngles(agreed, agreed, agreed)


def _small_copy(grey: Pixels, *, rough: bool) -> Pixels:
    """Return the page on about ``WORK_PIXELS``, or on ``ROUGH_PIXELS``."""
    if rough:
        return Pyramid(grey).at(math.sqrt(ROUGH_PIXELS / grey.size))
    scale = math.sqrt(WORK_PIXELS / grey.size)
    if scale >= 1:
        return np.asarray(grey, np.uint8)
    # averaged over all pixels, edges are straighter than from a pyramid
    return np.asarray(cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)


def _family_angle(angle: Values, length: Values, agreed: float, side: int) -> float:
    """Return the angle of one family of rules, or that of all rules where the family is too small or far off."""
    if length.sum() < MIN_RULE_LENGTH * side:
        return agreed
    own, weight = _robust_angle(angle, length)
    return own if weight > MIN_RULE_LENGTH * side and abs(own - agreed) < MAX_AXIS_DIFFERENCE else agreed


def _find_rule_segments(small: Pixels, least: float) -> tuple[Values, Values, NDArray[np.bool_]]:
    """Return straight segments that may be rules of a skewed page.

    Returns:
        Their angle (n,) against the nearer axis in degrees, their length (n,) in pixels, and which are horizontal (n,).
    """
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


def _robust_angle(angle: Values, length: Values) -> tuple[float, float]:
    """Return the angle that most of the length agrees on, and how much length that is, weighed by agreement."""
    order = np.argsort(angle)
    share = np.cumsum(length[order]) / length.sum()
    middle = float(angle[order][np.searchsorted(share, 0.5)])
    weight = length
    for reach in BIWEIGHT_REACHES:
        weight = length * np.maximum(0.0, 1.0 - ((angle - middle) / reach) ** 2) ** 2
        if not weight.sum():
            break
        middle = float((weight * angle).sum() / weight.sum())
    return middle, float(weight.sum())


def _text_skew(small: Pixels) -> float:
    """Return the angle at which lines of text and leaders are sharpest.

    Source:
        Postl (1986): the sum of squared row sums of ink is greatest. It is searched coarse to fine, and its summit
        taken from a parabola.
    """
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


@dataclass(frozen=True)
class DeskewedPage:
    """A page turned upright and levelled, without correcting its perspective.

    Its ink is found when it is first asked for: a page that the template of its book places does without.

    Attributes:
        grey: Its ink layer (h, w).
        normalized: The same with even illumination, paper 255.
        letter: Height of its printed letters in pixels.
        matrix: (3, 3) from pixels of the original to pixels of this page.
        turn: Clockwise quarter turn in degrees that set it upright.
        skew: Degrees by which it was skewed, clockwise positive.
        dpi: Its pixels an inch.
    """

    grey: Pixels
    normalized: Pixels
    letter: float
    matrix: Matrix
    turn: int
    skew: float
    dpi: float

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        return self.normalized.shape[1], self.normalized.shape[0]

    @property
    def ink(self) -> Pixels:
        """Its ink mask (0/255)."""
        return self._ink[0]

    @property
    def components(self) -> ConnectedComponents:
        """The connected components of the mask."""
        return self._ink[1]

    @cached_property
    def _ink(self) -> tuple[Pixels, ConnectedComponents]:
        return binarization.binarize(self.normalized)

    @cached_property
    def leaders(self) -> DotLeaders:
        """The leader dots; tables do without them."""
        return find_leaders(self.components, self.letter)

    @cached_property
    def print_only(self) -> Pixels:
        """The normalized page with leader dots painted as paper: the picture that labels are read from."""
        picture = self.normalized.copy()
        picture[cv2.dilate(self.leaders.mask, np.ones((3, 3), np.uint8)) > 0] = 255
        return picture


def deskew(
    grey: Pixels, scale: float, turn: int, letter: float, dpi: float, *, rough: bool = False
) -> DeskewedPage:
    """Return the page turned upright and levelled, its vertical rules upright.

    Args:
        grey: The ink layer of the original, downscaled.
        scale: Scale of ``grey`` against the original.
        turn: Clockwise quarter turn in degrees.
        letter: Height of printed letters in pixels of ``grey``.
        dpi: Pixels an inch of ``grey``.
        rough: Whether a rough angle does.
    """
    size = (grey.shape[1], grey.shape[0])
    turning, turned_size = warp.quarter_turn(turn, size)
    upright = grey if turn == 0 else np.ascontiguousarray(np.rot90(grey, k=-(turn // 90)))
    axes = estimate_skew_angles(upright, rough=rough)
    levelling, level_size = warp.deskew_matrix(axes.level, axes.upright, turned_size)
    level = warp.warp_image(upright, levelling, level_size)
    normalized = binarization.normalize_illumination(level)
    matrix = levelling @ turning @ np.diag([scale, scale, 1.0])
    log.debug(
        "turned by %d degrees, skew %.2f (rules %.2f level, %.2f upright)",
        turn,
        axes.angle,
        axes.level,
        axes.upright,
    )
    return DeskewedPage(
        grey=level,
        normalized=normalized,
        letter=letter,
        matrix=matrix,
        turn=turn,
        skew=axes.angle,
        dpi=dpi,
    )
