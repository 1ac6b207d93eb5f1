"""A specimen page made straight: its printed frame is a rectangle, and what is seen on it lies in shares of that frame.

A page is set upright by its print, levelled by its rules, and warped so that the outermost frame that is seen as thin
rules is square. A table without a frame gets what its vertical rules span in place of one,
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
from pipeline.layout.imaging.ruling.rules import rule_cover
from pipeline.layout.locate.label_matching import fold_label
from pipeline.recognition.ocr import PrintReader

log = logging.getLogger(__name__)

DPI = 200.0
"""Pixels an inch at which a specimen is looked at."""

LETTER_MM = 4.2
"""Height of the printed letters of a form's body, before its print is measured."""

CLEAR, FEWEST_CLEAR, SURELY_CLEAR = 0.8, 12, 40
"""From which confidence on a printed word is clear, how many of them show which way up a page lies where they are a
third of all, and how many where they are not."""

FEWEST_RULES = 4
"""How many vertical rules a page has at least that is a table without a frame."""

MOST_OVERHANG = 0.03
"""How far, as a share of the frame's height, vertical rules may seem to run out of it."""

MOST_PIXELS = 4000
"""Pixels of the longer side of the canvas, at most."""

SMALLEST_MM = 190.0
"""How long a page of a register is at least: a file by whose resolution it is shorter does not know its paper."""

PAPERS = ((148.0, 210.0), (210.0, 297.0), (215.0, 330.0), (297.0, 420.0))
"""Usual sizes of paper in mm; a page whose file does not say its resolution is taken for A4, a wide one for A3."""

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class StraightPage:
    """A specimen page on its canvas; all pictures are (h, w).

    Attributes:
        grey: The page with even illumination, the dots of leaders painted out, paper 255.
        ink: Its ink mask (0/255), with print, rules and dots.
        matrix: From the page as scanned to the canvas, (3, 3).
        frame: The printed frame on the canvas.
        has_frame: Whether a frame was seen.
        words: What was read as print, in pixels of the canvas.
        dots: The middles (n, 2) of the dots of its leaders.
        upright: x of its long vertical rules, ascending.
        level: y of its long horizontal rules.
        letter: Height of its printed letters in pixels.
        paper_mm: Width and height of the paper, as far as they can be told.
        turn: Degrees clockwise that set it upright.
        mm_pixels: Pixels of the canvas a mm of the paper takes.
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
        """Return the share of the frame's width of an x."""
        return (x - self.frame.left) / self.frame.width

    def v(self, y: float) -> float:
        """Return the share of the frame's height of a y."""
        return (y - self.frame.top) / self.frame.height

    def x(self, u: float) -> float:
        """Return the x of a share of the frame's width."""
        return self.frame.left + u * self.frame.width

    def y(self, v: float) -> float:
        """Return the y of a share of the frame's height."""
        return self.frame.top + v * self.frame.height

    def rule_share(self, start: tuple[float, float], end: tuple[float, float]) -> float:
        """Return the share 0..1 of the way between two places (u, v) along which a thin rule is seen."""
        first, last = (np.array([self.x(u), self.y(v)]) for u, v in (start, end))
        return rule_cover(self.grey, first, last, 0.35 * self.letter, 0.3 * self.letter)


def straighten_page(
    page: PageImage, reader: PrintReader, turns: Sequence[int] = (0, 180, 90, 270)
) -> StraightPage:
    """Return a specimen page on its canvas.

    Args:
        page: The decoded page, RGB (h, w, 3).
        reader: Reads its print.
        turns: The quarter turns clockwise in degrees in which its print is looked for, in that order.
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
        words=tuple(Word(word.text, _carried(word.box, onto), word.confidence) for word in words),
        dots=warp.transform_points(onto, leaders.centroids) if len(leaders.centroids) else np.empty((0, 2)),
        upright=families[0].at,
        level=families[1].at,
        letter=_letter(words, level.letter) * grown,
        paper_mm=paper,
        turn=level.turn,
        mm_pixels=level.dpi / 25.4 * grown,
    )


def _paper(page: PageImage) -> tuple[tuple[float, float], float]:
    """Return the size of the paper in mm and the page's pixels an inch."""
    height, width = page.pixels.shape[:2]
    if 90 <= page.dpi <= 700:
        said = width / page.dpi * 25.4, height / page.dpi * 25.4
        if SMALLEST_MM <= max(said) <= 700:
            near = min(PAPERS, key=lambda size: abs(max(size) - max(said)))
            short, long = near if abs(max(near) - max(said)) < 0.04 * max(near) else (min(said), max(said))
            paper = (long, short) if width > height else (short, long)
            return (round(paper[0], 1), round(paper[1], 1)), page.dpi
    paper = (420.0, 297.0) if width > height else (210.0, 297.0)
    return paper, max(width, height) / max(paper) * 25.4


def _upright(
    grey: Pixels, scale: float, dpi: float, reader: PrintReader, turns: Sequence[int]
) -> tuple[DeskewedPage, tuple[Word, ...]]:
    """Return the page levelled in the first orientation whose print is clear, else in that with most of it."""
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
    """Return the height of printed letters: what clear words with letters above the line mostly measure."""
    tall = [word.box.height for word in words if word.confidence > CLEAR and len(fold_label(word.text)) > 2]
    return float(np.median(tall)) * 1.25 if len(tall) >= 5 else usual


def _to_ends_of_rules(corners: Matrix, level: DeskewedPage) -> Matrix:
    """Return the corners (4, 2) of a frame out of which vertical rules run as far as they do.

    Its top or foot is a rule between rows then, as that of a table that is cut off by the edge of the paper.
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
    """Return the corners (4, 2) of what the vertical rules of a table span that has no frame around it."""
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
    """Return whether a long line runs on above or below where the rules of a table end: an edge of the paper does."""
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
    """Return the corners (4, 2) of the rectangle around what is printed; those of the page where nothing is."""
    boxes = [word.box for word in words if word.confidence > CLEAR]
    width, height = level.size
    if len(boxes) < 3:
        left, top, right, bottom = 0.05 * width, 0.05 * height, 0.95 * width, 0.95 * height
    else:
        left, right = min(box.left for box in boxes), max(box.right for box in boxes)
        top, bottom = min(box.top for box in boxes), max(box.bottom for box in boxes)
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)], float)


def _carried(box: Box, matrix: Matrix) -> Box:
    corners = np.array(
        [(box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom)]
    )
    moved = warp.transform_points(matrix, corners)
    (left, top), (right, bottom) = moved.min(axis=0), moved.max(axis=0)
    return Box(float(left), float(top), float(right), float(bottom))
