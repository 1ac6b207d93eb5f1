"""A rectified specimen page: its printed frame is a rectangle, and positions are shares of this frame.

A page is turned upright by its print, levelled by its rules, and warped so that its outermost frame of thin rules is a
rectangle. A table without a frame gets the extent of its vertical rules instead, any other page the rectangle around
its print::
any other page the rectangle around its print::

    page as scanned --deskew--> level --outermost frame--> canvas, on which (u, v) are shares of the frame
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.base.model import Box, Matrix, PageImage, Pixels, Word
from pipeline.layout.imaging.geometry import warp
from pipeline.layout.imaging.geometry.deskew import DeskewedPage, deskew
from pipeline.layout.imaging.geometry.pyramid import Pyramid
from pipeline.layout.imaging.ink import binarization
from pipeline.layout.imaging.ruling import grid
from pipeline.layout.imaging.ruling.grid import RuleFamily
from pipeline.layout.imaging.ruling.outer_frame import find_outer_frame, is_thin_rule
from pipeline.layout.imaging.ruling.ruled_lines import rule_cover
from pipeline.layout.locate.label_matching import fold_label
from pipeline.recognition.ocr import PrintReader

log = logging.getLogger(__name__)

DPI = 200.0
"""Resolution at which a specimen is examined, in pixels per inch."""

LETTER_MM = 4.2
"""Assumed height of the printed letters of a form's body, before it is measured."""

CLEAR, FEWEST_CLEAR, SURELY_CLEAR = 0.8, 12, 40
"""Smallest confidence of a clear printed word; numbers of clear words that prove an orientation: where they are a third
of all words, and where they are fewer."""

FEWEST_RULES = 4
"""Smallest number of vertical rules of a table without a frame."""

MOST_OVERHANG = 0.03
"""Tolerated apparent overhang of vertical rules beyond the frame, as a share of its height."""

MOST_PIXELS = 4000
"""Largest length of the canvas's longer side, in pixels."""

SMALLEST_MM = 190.0
"""Smallest length of a register page: a file whose resolution gives less has a wrong resolution."""

PAPERS = ((148.0, 210.0), (210.0, 297.0), (215.0, 330.0), (297.0, 420.0))
"""Usual paper sizes in mm; a page without resolution is taken for A4, a wide page for A3."""

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class StraightPage:
    """A specimen page on its canvas; all pictures are (h, w).

    Attributes:
        grey: The page with even illumination, leader dots removed, paper 255.
        ink: The ink mask (0/255), with print, rules and dots.
        matrix: From the page as scanned to the canvas, (3, 3).
        frame: The printed frame on the canvas.
        words: The readings of print, in pixels of the canvas.
        dots: The centres (n, 2) of leader dots.
        upright: x of long vertical rules, ascending.
        level: y of long horizontal rules.
        letter: Height of printed letters in pixels.
        paper_mm: Width and height of the paper, partly assumed.
        turn: Rotation clockwise in degrees that makes it upright.
        mm_pixels: Pixels of the canvas per mm of paper.
    """

    grey: Pixels
    ink: Pixels
    matrix: Matrix
    frame: Box
    has_frame: bool
    words: tuple[Word, ...]
    dots: Values
    upright: Values
    level: Values
    letter: float
    paper_mm: tuple[float, float]
    turn: int
    mm_pixels: float

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.grey.shape[1], self.grey.shape[0]

    def u(self, x: float) -> float:
        """Return the share of the frame's width at x."""
        return (x - self.frame.left) / self.frame.width

    def v(self, y: float) -> float:
        """Return the share of the frame's height at y."""
        return (y - self.frame.top) / self.frame.height

    def x(self, u: float) -> float:
        """Return the x at a share of the frame's width."""
        return self.frame.left + u * self.frame.width

    def y(self, v: float) -> float:
        """Return the y at a share of the frame's height."""
        return self.frame.top + v * self.frame.height

    def rule_share(self, start: tuple[float, float], end: tuple[float, float]) -> float:
        """Return the share 0..1 of the line between two points (u, v) along which a thin rule is visible."""
        first, last = (np.array([self.x(u), self.y(v)]) for u, v in (start, end))
        return rule_cover(self.grey, first, last, 0.35 * self.letter, 0.3 * self.letter)


def straighten_page(
    page: PageImage, reader: PrintReader, turns: Sequence[int] = (0, 180, 90, 270)
) -> StraightPage:
    """Return a specimen page on its canvas.

    Args:
        page: The decoded page, RGB (h, w, 3).
        turns: The clockwise quarter turns, in degrees, to try in this order.
    """
    paper, dpi = _paper(page)
    layer = binarization.ink_layer(page.pixels)
    scale = min(1.0, DPI / dpi)
    grey = Pyramid(layer).at(scale)
    level, words = _upright(grey, scale, dpi * scale, reader, turns)
    if level.turn in (90, 270):
        paper = paper[1], paper[0]
    corners = find_outer_frame(level.normalized, level.ink)
    has_frame = corners is not None
    if corners is not None:
        corners = _to_ends_of_rules(corners, level)
    if corners is None:
        corners = _around_rules(level)
    if corners is None:
        corners = _around_print(words, level)
    back = np.asarray(np.linalg.inv(level.matrix), np.float64)
    height, width = page.pixels.shape[:2]
    matrix, size, square = warp.rectifying_homography(
        warp.transform_points(back, corners), (width, height), min(MOST_PIXELS, round(max(level.size) * 1.1))
    )
    onto = np.asarray(matrix @ back, np.float64)
    normalized = binarization.normalize_illumination(warp.warp_image(layer, matrix, size))
    ink, _ = binarization.binarize(normalized)
    families = grid.find_rule_families(ink, grid.vertical_runs(ink))
    (left, top), (right, bottom) = square[0], square[2]
    leaders = level.leaders
    log.debug(
        "specimen: turn %d, frame seen %s, %d words, %d dots",
        level.turn,
        has_frame,
        len(words),
        len(leaders.boxes),
    )
    grown = float(np.sqrt(abs(np.linalg.det(onto[:2, :2]))))
    return StraightPage(
        grey=normalized,
        ink=ink,
        matrix=matrix,
        frame=Box(float(left), float(top), float(right), float(bottom)),
        has_frame=has_frame,
        words=tuple(Word(word.text, _transformed(word.box, onto), word.confidence) for word in words),
        dots=warp.transform_points(onto, leaders.centroids) if len(leaders.centroids) else np.empty((0, 2)),
        upright=families[0].at,
        level=families[1].at,
        letter=_letter(words, level.letter) * grown,
        paper_mm=paper,
        turn=level.turn,
        mm_pixels=level.dpi / 25.4 * grown,
    )


def _paper(page: PageImage) -> tuple[tuple[float, float], float]:
    """Return the size of the paper in mm and the page's pixels per inch."""
    height, width = page.pixels.shape[:2]
    if 90 <= page.dpi <= 700:
        measured = width / page.dpi * 25.4, height / page.dpi * 25.4
        if SMALLEST_MM <= max(measured) <= 700:
            near = min(PAPERS, key=lambda size: abs(max(size) - max(measured)))
            short, long = (
                near if abs(max(near) - max(measured)) < 0.04 * max(near) else (min(measured), max(measured))
            )
            paper = (long, short) if width > height else (short, long)
            return (round(paper[0], 1), round(paper[1], 1)), page.dpi
    paper = (420.0, 297.0) if width > height else (210.0, 297.0)
    return paper, max(width, height) / max(paper) * 25.4


def _upright(
    grey: Pixels, scale: float, dpi: float, reader: PrintReader, turns: Sequence[int]
) -> tuple[DeskewedPage, tuple[Word, ...]]:
    """Return the levelled page in the first orientation with clear print, else in the orientation with the most."""
    best: tuple[int, DeskewedPage, tuple[Word, ...]] | None = None
    for turn in turns:
        level = deskew(grey, scale, turn, LETTER_MM / 25.4 * dpi, dpi)
        words = reader.words(level.print_only, dpi)
        clear = sum(word.confidence > CLEAR and len(fold_label(word.text)) > 1 for word in words)
        if best is None or clear > best[0]:
            best = clear, level, words
        if clear >= SURELY_CLEAR or (clear >= FEWEST_CLEAR and 3 * clear >= len(words)):
            break
    assert best is not None
    return best[1], best[2]


def _letter(words: Sequence[Word], usual: float) -> float:
    """Return the height of printed letters, measured on clear words with ascenders."""
    tall = [word.box.height for word in words if word.confidence > CLEAR and len(fold_label(word.text)) > 2]
    return float(np.median(tall)) * 1.25 if len(tall) >= 5 else usual


def _to_ends_of_rules(corners: Matrix, level: DeskewedPage) -> Matrix:
    """Return the corners (4, 2) of a frame, extended to the ends of its vertical rules.

    Top or foot is then a rule between rows, as of a table cut off by the edge of the paper.
    """
    runs = grid.vertical_runs(level.ink)
    upright, crossing = grid.find_rule_families(level.ink, runs)
    left, right = float(corners[[0, 3], 0].mean()), float(corners[[1, 2], 0].mean())
    top, bottom = float(corners[[0, 1], 1].mean()), float(corners[[2, 3], 1].mean())
    beside = 0.01 * (right - left)
    inside = upright.at[(upright.at > left - beside) & (upright.at < right + beside)]
    reach = grid.vertical_extent(runs, replace(upright, at=inside))
    if reach is None:
        return corners
    over = MOST_OVERHANG * (bottom - top)
    sides = left, min(top, reach[0]), right, max(bottom, reach[1])
    if sides[1] > top - over and sides[3] < bottom + over:
        return corners
    kept = (
        left,
        sides[1] if sides[1] <= top - over else top,
        right,
        sides[3] if sides[3] >= bottom + over else bottom,
    )
    return grid.frame_corners(upright, crossing, kept)


def _around_rules(level: DeskewedPage) -> Matrix | None:
    """Return the corners (4, 2) around the vertical rules of a table without a frame; None: no such table."""
    runs = grid.vertical_runs(level.ink)
    upright, crossing = grid.find_rule_families(level.ink, runs)
    width = level.size[0]
    inside = upright.at[(upright.at > 0.01 * width) & (upright.at < 0.99 * width)]
    reach = grid.vertical_extent(runs, upright)
    if reach is not None:
        inside = np.array(
            [
                x
                for x in inside
                if is_thin_rule(level.normalized, upright, float(x), reach)
                and not _runs_on(runs, upright, float(x), reach)
            ]
        )
    if len(inside) < FEWEST_RULES or reach is None or inside[-1] - inside[0] < 0.4 * width:
        return None
    return grid.frame_corners(upright, crossing, (float(inside[0]), reach[0], float(inside[-1]), reach[1]))


def _runs_on(runs: Pixels, upright: RuleFamily, at: float, reach: tuple[float, float]) -> bool:
    """Return whether a line continues beyond the table's rules, as the edge of the paper does."""
    height = runs.shape[0]
    beside = max(3, runs.shape[1] // 300)
    for first, last in (
        (reach[0] - 0.07 * height, reach[0] - 0.02 * height),
        (reach[1] + 0.02 * height, reach[1] + 0.07 * height),
    ):
        y = np.arange(max(0, round(first)), min(height, round(last)))
        if len(y) < 0.02 * height:
            continue
        x = np.rint(upright.position_along(at, y.astype(float))).astype(int)[:, None] + np.arange(
            -beside, beside + 1
        )
        if (runs[y[:, None], x.clip(0, runs.shape[1] - 1)] > 0).any(axis=1).mean() > 0.5:
            return True
    return False


def _around_print(words: Sequence[Word], level: DeskewedPage) -> Matrix:
    """Return the corners (4, 2) of the rectangle around the print, or nearly of the page if nothing is printed."""
    boxes = [word.box for word in words if word.confidence > CLEAR]
    width, height = level.size
    if len(boxes) < 3:
        left, top, right, bottom = 0.05 * width, 0.05 * height, 0.95 * width, 0.95 * height
    else:
        left, right = min(box.left for box in boxes), max(box.right for box in boxes)
        top, bottom = min(box.top for box in boxes), max(box.bottom for box in boxes)
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)], float)


def _transformed(box: Box, matrix: Matrix) -> Box:
    corners = np.array(
        [(box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom)]
    )
    mapped = warp.transform_points(matrix, corners)
    (left, top), (right, bottom) = mapped.min(axis=0), mapped.max(axis=0)
    return Box(float(left), float(top), float(right), float(bottom))
