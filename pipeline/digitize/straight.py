"""The page set straight, once, at the detail it is read at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.digitize.options import DigitizeOptions
from pipeline.digitize.recognise import Seen
from pipeline.imaging import light, straighten, warp
from pipeline.imaging.bend import Bend, bend_of, lean_of
from pipeline.imaging.colour import Layers
from pipeline.imaging.ink import edges_of, without_dots
from pipeline.imaging.leaders import leaders_of
from pipeline.imaging.marks import Marks
from pipeline.imaging.overwritten import with_overwritten
from pipeline.imaging.rules import course_near, without_rules
from pipeline.imaging.stamps import red_layer, stamps_of
from pipeline.locate import fit as fitting
from pipeline.locate import table as tables
from pipeline.locate.fit import Fit
from pipeline.locate.word_ends import to_word_ends
from pipeline.model import Box, Frame, Matrix, Pixels, PlacedLabel, Stamp
from pipeline.schema import Form


@dataclass(frozen=True, slots=True)
class Straight:
    """The page set straight: ``matrix`` (3, 3) from the original; ``ink`` without frame, rules
    and leaders, ``marks`` those of it, ``all_ink`` with them;
    ``bend``: the course of a table's level rules where they are not straight, ``lean`` that of its upright ones with x
    and y changed over;
    ``red`` is the layer of red stamps, ``red_ink`` its mask, ``red_marks`` the marks of that and ``stamps`` what stands
    on it."""

    even: Pixels
    ink: Pixels
    marks: Marks
    all_ink: Pixels
    red: Pixels
    matrix: Matrix
    fit: Fit
    frame: Frame
    labels: tuple[PlacedLabel, ...]
    leaders: NDArray[np.int32]
    dpi: float
    red_ink: Pixels
    red_marks: Marks
    stamps: tuple[Stamp, ...]
    bend: Bend | None = None
    lean: Bend | None = None


def straightened(layers: Layers, form: Form, seen: Seen, dpi: float, options: DigitizeOptions) -> Straight:
    """The page warped once so that its frame is square, and the form fitted to it again at full detail."""
    assert seen.fit is not None
    level, fit = seen.level, seen.fit
    letter = form.text_size * fit.height
    inner = form.rules if form.table is None else tuple(tables.column_shares(form.table)[1:-1:4])
    frame = straighten.frame_of(level.even, fit.matrix, inner, letter)
    expected = np.array([fit.at(u, v) for u, v in ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))])
    corners = frame.corners if frame is not None else expected
    unit = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], float)
    if frame is not None and form.table is None:
        through = fitting.refitted(form, seen.candidates, warp.perspective(unit, corners))
        if (
            through.share < 0.9 * fit.share
            or fitting.spread(form, through) > 2.5 * fitting.spread(form, fit) + 0.004
        ):
            frame, corners = None, expected
    back: Matrix = np.linalg.inv(level.matrix).astype(np.float64)
    size = (layers.ink.shape[1], layers.ink.shape[0])
    limit = round(max(form.paper_mm) / 25.4 * options.max_dpi * 1.1)
    scale = min(1.0, options.max_dpi / dpi)
    matrix, canvas, square = straighten.squared(
        warp.moved(back, np.asarray(corners, np.float64)), size, min(limit, round(max(size) * 1.2 * scale))
    )
    grey = warp.warped(layers.ink, matrix, canvas)
    even = light.evened(grey)
    ink, together = light.inked(even)
    found = fitting.moved_candidates(seen.candidates, matrix @ back)
    fitted = fitting.refitted(form, found, warp.perspective(unit, square))
    letter = form.text_size * fitted.height
    dots = with_overwritten(leaders_of(together, letter), ink, together, even, letter)
    inner = frame.rules if frame is not None else ()
    bend, lean = (None, None) if form.table is None else _mesh(even, form, fitted)
    thick = max(2.0, 0.07 * letter)
    even = without_dots(even, ink, dots.mask)
    lines = (
        _frame_lines(even, square, form.rules, letter)
        if form.table is None
        else _table_lines(form, fitted, bend, lean)
    )
    clean = without_rules(ink & ~dots.mask, lines, thick)
    marks = together.left_on(clean)
    labels = to_word_ends(fitting.placed_labels(form, fitted), form, marks.boxes, letter)
    edges = edges_of(marks)
    clean.ravel()[marks.pixels(edges)] = 0
    read_dpi = options.max_dpi if scale < 1 else dpi
    red, red_ink, red_marks = red_layer(layers.red, matrix, canvas, read_dpi)
    return Straight(
        even, clean, marks.without(edges), ink, red, matrix, fitted, Frame(square, inner),
        labels, dots.boxes, read_dpi, red_ink, red_marks,
        stamps_of(red_ink, read_dpi), bend, lean,
    )  # fmt: skip


def _frame_lines(even: Pixels, corners: Matrix, inner: Sequence[float], letter: float) -> list[Matrix]:
    """The courses of the frame and of the upright rules within it: on a page that bends they stand beside the straight
    ones from corner to corner."""
    tl, tr, br, bl = corners
    lines = [np.array(ends) for ends in ((tl, tr), (tr, br), (br, bl), (bl, tl))]
    lines += [np.array([tl + u * (tr - tl), bl + u * (br - bl)]) for u in inner]
    return [course_near(even, start, end, ASTRAY * letter, 0.45 * letter) for start, end in lines]


ASTRAY = 2.2
"""How far off its place in the form, in heights of a printed letter, a rule is looked for on a page that bends."""

BENT = 0.12
"""From how much bend on (in heights of a printed letter) a page counts as bent."""


def _mesh(even: Pixels, form: Form, fit: Fit) -> tuple[Bend | None, Bend | None]:
    """The courses of a table's level and of its upright rules, ``None`` for those that are straight."""
    assert form.table is not None
    levels = [fit.at(0.5, float(v))[1] for v in tables.row_shares(form.table)]
    uprights = [fit.at(float(u), 0.5)[0] for u in tables.column_shares(form.table)]
    bend = bend_of(even, uprights[0], uprights[-1], levels, 0.25 * (levels[1] - levels[0]))
    narrowest = min(b - a for a, b in pairwise(uprights))
    lean = lean_of(even, levels[0], levels[-1], uprights, 0.45 * narrowest)
    least = BENT * form.text_size * fit.height
    straight_lean = np.abs(lean.levels - uprights).max() + lean.most <= least
    return (bend if bend.most > least else None), (None if straight_lean else lean)


def _table_lines(form: Form, fit: Fit, bend: Bend | None, lean: Bend | None) -> list[Matrix]:
    assert form.table is not None
    upright = [np.array([fit.at(u, 0.0), fit.at(u, 1.0)]) for u in tables.column_shares(form.table)]
    level = [np.array([fit.at(0.0, v), fit.at(1.0, v)]) for v in tables.row_shares(form.table)]
    if bend is not None:
        ends = level[0][:, 0]
        level = [bend.course(float(y), *ends) for y in bend.levels]
    if lean is not None:
        ends = upright[0][:, 1]
        upright = [lean.course(float(x), *ends)[:, ::-1] for x in lean.levels]
    return upright + level


def area_box(fit: Fit, area: tuple[float, float, float, float]) -> Box:
    """A rectangle of shares (u0, v0, u1, v1) in pixels."""
    left, top = fit.at(area[0], area[1])
    right, bottom = fit.at(area[2], area[3])
    return Box(left, top, right, bottom)
