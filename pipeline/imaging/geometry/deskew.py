"""Setting a page upright, level and square: the frame found through the labels, one warp from original to straight."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.imaging import colour
from pipeline.imaging.geometry import skew, warp
from pipeline.imaging.ink import binarization
from pipeline.imaging.ink.connected_components import ConnectedComponents
from pipeline.imaging.ruling.leaders import DotLeaders, find_leaders
from pipeline.imaging.ruling.rules import find_rule_near, intersect_lines
from pipeline.model import Frame, Matrix, Pixels


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


def small_ink_layer(pixels: Pixels, scale: float) -> Pixels:
    """The red-free grey page at a smaller scale."""
    size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA) if scale < 1 else pixels
    return colour.ink_layer(np.asarray(small, np.uint8))


def downscale(grey: Pixels, scale: float) -> Pixels:
    """The grey page at a smaller scale."""
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    if scale >= 1:
        return grey
    # between half and full size both blur alike, and this is four times as quick
    way = cv2.INTER_LINEAR if scale > 0.5 else cv2.INTER_AREA
    return np.asarray(cv2.resize(grey, size, interpolation=way), np.uint8)


def deskew(grey: Pixels, scale: float, turn: int, letter: float, dpi: float) -> DeskewedPage:
    """The page turned by ``turn`` degrees clockwise and levelled, its upright rules upright.

    ``grey`` is the page times ``scale``; ``letter`` the height of its printed letters in pixels of ``grey``.
    """
    size = (grey.shape[1], grey.shape[0])
    turning, turned_size = warp.quarter_turn(turn, size)
    upright = grey if turn == 0 else np.ascontiguousarray(np.rot90(grey, k=-(turn // 90)))
    axes = skew.estimate_skew_angles(upright)
    levelling, level_size = warp.deskew_matrix(axes.level, axes.upright, turned_size)
    level = warp.warp_image(upright, levelling, level_size)
    normalized = binarization.normalize_illumination(level)
    ink, components = binarization.binarize(normalized)
    matrix = levelling @ turning @ np.diag([scale, scale, 1.0])
    return DeskewedPage(level, normalized, ink, components, letter, matrix, turn, axes.angle, dpi)


def find_frame(
    normalized: Pixels, expected: Matrix, shares: tuple[float, ...], letter: float
) -> Frame | None:
    """The printed frame near where the labels say it is.

    ``expected`` (3, 3) maps shares to pixels of ``normalized``; ``shares`` are the form's inner vertical rules. A side
    that is not seen (cut off, faded) is put where its neighbours say; ``None`` when fewer than two are seen.
    """

    def at(u: float, v: float) -> Matrix:
        x, y, w = expected @ np.array([u, v, 1.0])
        return np.array([x / w, y / w])

    height = float(np.linalg.norm(at(0.5, 1) - at(0.5, 0)))
    reach, thick = 0.022 * height, 0.45 * letter
    upright = {u: (at(u, 0.02), at(u, 0.98)) for u in (0.0, *shares, 1.0)}
    level = {v: (at(0.02, v), at(0.98, v)) for v in (0.0, 1.0)}
    found_upright = {u: find_rule_near(normalized, *ends, reach, thick) for u, ends in upright.items()}
    found_level = {v: find_rule_near(normalized, *ends, reach, thick) for v, ends in level.items()}
    seen = [u for u, rule in found_upright.items() if rule is not None]
    if len(seen) + sum(rule is not None for rule in found_level.values()) < 2:
        return None
    left, right = (_side(u, upright, found_upright) for u in (0.0, 1.0))
    top, bottom = (_side(v, level, found_level) for v in (0.0, 1.0))
    corners = np.array(
        [
            intersect_lines(left, top),
            intersect_lines(right, top),
            intersect_lines(right, bottom),
            intersect_lines(left, bottom),
        ]
    )
    rules = tuple(u for u in shares if found_upright[u] is not None)
    return Frame(corners, rules) if np.isfinite(corners).all() else None


def _side(
    share: float,
    expected: dict[float, tuple[Matrix, Matrix]],
    found: dict[float, Matrix | None],
) -> Matrix:
    """The rule at a share, or the expected one moved as the nearest rule that was found is."""
    rule = found[share]
    if rule is not None:
        return rule
    ends = np.array(expected[share])
    others = [u for u, other in found.items() if other is not None]
    if not others:
        return ends
    nearest = min(others, key=lambda u: abs(u - share))
    other = found[nearest]
    assert other is not None
    moved: Matrix = ends + (other - np.array(expected[nearest]))
    return moved


def rectifying_homography(
    corners: Matrix, page: tuple[int, int], limit: int
) -> tuple[Matrix, tuple[int, int], Matrix]:
    """The one warp from the original onto the straight page: matrix (3, 3), (width, height) of its canvas, and the
    frame's corners (4, 2) on it.

    ``corners`` (4, 2): the frame in the original's pixels, from its top left clockwise as read; ``page``: (width,
    height) of the original, all of which the canvas holds; ``limit``: the most pixels a side of the canvas may have.
    """
    heights = [np.linalg.norm(corners[3] - corners[0]), np.linalg.norm(corners[2] - corners[1])]
    widths = [np.linalg.norm(corners[1] - corners[0]), np.linalg.norm(corners[2] - corners[3])]
    height, width = float(np.mean(heights)), float(np.mean(widths))
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], float)
    matrix = warp.homography(corners, target)
    w, h = page
    outline = warp.transform_points(matrix, np.array([[0, 0], [w, 0], [w, h], [0, h]], float))
    low, high = outline.min(axis=0), outline.max(axis=0)
    low = np.maximum(low, -0.25 * np.array([width, height]))
    high = np.minimum(high, 1.25 * np.array([width, height]))
    scale = min(1.0, limit / float((high - low).max()))
    shift = np.array([[scale, 0, -scale * low[0]], [0, scale, -scale * low[1]], [0, 0, 1]])
    size = np.ceil((high - low) * scale).astype(int)
    return shift @ matrix, (int(size[0]), int(size[1])), warp.transform_points(shift, target)
