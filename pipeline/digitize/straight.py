"""The page set straight, once, at the detail it is read at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.digitize.options import DigitizeOptions
from pipeline.digitize.recognise import Seen
from pipeline.imaging.geometry import warp
from pipeline.imaging.geometry.dewarp import (
    RuleCurvature,
    measure_horizontal_curvature,
    measure_vertical_curvature,
)
from pipeline.imaging.ink import binarization
from pipeline.imaging.ink.binarization import ColourLayers
from pipeline.imaging.ink.cleanup import find_scan_edges, paint_out_dots
from pipeline.imaging.ink.connected_components import ConnectedComponents
from pipeline.imaging.ink.stamps import find_stamps, rectify_red_layer
from pipeline.imaging.ruling import rules
from pipeline.imaging.ruling.leader_removal import remove_overwritten_dots
from pipeline.imaging.ruling.leaders import find_leaders
from pipeline.imaging.ruling.rules import erase_rules, trace_rule_near
from pipeline.locate import form_fit as fitting
from pipeline.locate import table_fit as tables
from pipeline.locate.form_fit import FormFit
from pipeline.locate.label_matching import extend_to_word_ends
from pipeline.model import Box, Frame, Matrix, Pixels, PlacedLabel, Stamp
from pipeline.schema import Form


@dataclass(frozen=True, slots=True)
class Straight:
    """The page set straight: ``matrix`` (3, 3) from the original; ``ink`` without frame, rules and leaders,
    ``components`` those of it, ``all_ink`` with them; ``bend``: the course of a table's level rules where they are not
    straight, ``lean`` that of its upright ones with x and y changed over; ``red`` is the layer of red stamps,
    ``red_ink`` its mask, ``red_components`` the marks of that and ``stamps`` what stands on it."""

    normalized: Pixels
    ink: Pixels
    components: ConnectedComponents
    all_ink: Pixels
    red: Pixels
    matrix: Matrix
    fit: FormFit
    frame: Frame
    labels: tuple[PlacedLabel, ...]
    leaders: NDArray[np.int32]
    dpi: float
    red_ink: Pixels
    red_components: ConnectedComponents
    stamps: tuple[Stamp, ...]
    bend: RuleCurvature | None = None
    lean: RuleCurvature | None = None


def straightened(
    layers: ColourLayers, form: Form, seen: Seen, dpi: float, options: DigitizeOptions
) -> Straight:
    """The page warped once so that its frame is square, and the form fitted to it again at full detail."""
    assert seen.fit is not None
    level, fit = seen.level, seen.fit
    letter = form.text_size * fit.height
    inner = form.rules if form.table is None else tuple(tables.column_shares(form.table)[1:-1:4])
    frame = rules.find_frame(level.normalized, fit.matrix, inner, letter)
    expected = np.array([fit.to_pixels(u, v) for u, v in ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))])
    corners = frame.corners if frame is not None else expected
    unit = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], float)
    if frame is not None and form.table is None:
        through = fitting.fit_to_frame(form, seen.candidates, warp.homography(unit, corners))
        if (
            through.share < 0.9 * fit.share
            or fitting.median_residual(form, through) > 2.5 * fitting.median_residual(form, fit) + 0.004
        ):
            frame, corners = None, expected
    back: Matrix = np.linalg.inv(level.matrix).astype(np.float64)
    size = (layers.ink.shape[1], layers.ink.shape[0])
    limit = round(max(form.paper_mm) / 25.4 * options.max_dpi * 1.1)
    scale = min(1.0, options.max_dpi / dpi)
    matrix, canvas, square = warp.rectifying_homography(
        warp.transform_points(back, np.asarray(corners, np.float64)),
        size,
        min(limit, round(max(size) * 1.2 * scale)),
    )
    grey = warp.warp_image(layers.ink, matrix, canvas)
    normalized = binarization.normalize_illumination(grey)
    ink, together = binarization.binarize(normalized)
    found = fitting.transform_candidates(seen.candidates, matrix @ back)
    fitted = fitting.fit_to_frame(form, found, warp.homography(unit, square))
    letter = form.text_size * fitted.height
    dots = remove_overwritten_dots(find_leaders(together, letter), ink, together, normalized, letter)
    inner = frame.rules if frame is not None else ()
    bend, lean = (None, None) if form.table is None else _mesh(normalized, form, fitted)
    thick = max(2.0, 0.07 * letter)
    normalized = paint_out_dots(normalized, ink, dots.mask)
    lines = (
        _frame_lines(normalized, square, form.rules, letter)
        if form.table is None
        else _table_lines(form, fitted, bend, lean)
    )
    clean = erase_rules(ink & ~dots.mask, lines, thick)
    components = together.restricted_to(clean)
    labels = extend_to_word_ends(fitting.place_labels(form, fitted), form, components.boxes, letter)
    edges = find_scan_edges(components)
    clean.ravel()[components.pixel_indices(edges)] = 0
    read_dpi = options.max_dpi if scale < 1 else dpi
    red, red_ink, red_components = rectify_red_layer(layers.red, matrix, canvas, read_dpi)
    return Straight(
        normalized, clean, components.without(edges), ink, red, matrix, fitted, Frame(square, inner),
        labels, dots.boxes, read_dpi, red_ink, red_components,
        find_stamps(red_ink, read_dpi), bend, lean,
    )  # fmt: skip


def _frame_lines(normalized: Pixels, corners: Matrix, inner: Sequence[float], letter: float) -> list[Matrix]:
    """The courses of the frame and of the upright rules within it: on a page that bends they stand beside the straight
    ones from corner to corner."""
    tl, tr, br, bl = corners
    lines = [np.array(ends) for ends in ((tl, tr), (tr, br), (br, bl), (bl, tl))]
    lines += [np.array([tl + u * (tr - tl), bl + u * (br - bl)]) for u in inner]
    return [trace_rule_near(normalized, start, end, ASTRAY * letter, 0.45 * letter) for start, end in lines]


ASTRAY = 2.2
"""How far off its place in the form, in heights of a printed letter, a rule is looked for on a page that bends."""

BENT = 0.12
"""From how much bend on (in heights of a printed letter) a page counts as bent."""


def _mesh(normalized: Pixels, form: Form, fit: FormFit) -> tuple[RuleCurvature | None, RuleCurvature | None]:
    """The courses of a table's level and of its upright rules, ``None`` for those that are straight."""
    assert form.table is not None
    levels = [fit.to_pixels(0.5, float(v))[1] for v in tables.row_shares(form.table)]
    uprights = [fit.to_pixels(float(u), 0.5)[0] for u in tables.column_shares(form.table)]
    bend = measure_horizontal_curvature(
        normalized, uprights[0], uprights[-1], levels, 0.25 * (levels[1] - levels[0])
    )
    narrowest = min(b - a for a, b in pairwise(uprights))
    lean = measure_vertical_curvature(normalized, levels[0], levels[-1], uprights, 0.45 * narrowest)
    least = BENT * form.text_size * fit.height
    straight_lean = np.abs(lean.levels - uprights).max() + lean.max_shift <= least
    return (bend if bend.max_shift > least else None), (None if straight_lean else lean)


def _table_lines(
    form: Form, fit: FormFit, bend: RuleCurvature | None, lean: RuleCurvature | None
) -> list[Matrix]:
    assert form.table is not None
    upright = [
        np.array([fit.to_pixels(u, 0.0), fit.to_pixels(u, 1.0)]) for u in tables.column_shares(form.table)
    ]
    level = [np.array([fit.to_pixels(0.0, v), fit.to_pixels(1.0, v)]) for v in tables.row_shares(form.table)]
    if bend is not None:
        ends = level[0][:, 0]
        level = [bend.trace(float(y), *ends) for y in bend.levels]
    if lean is not None:
        ends = upright[0][:, 1]
        upright = [lean.trace(float(x), *ends)[:, ::-1] for x in lean.levels]
    return upright + level


def area_box(fit: FormFit, area: tuple[float, float, float, float]) -> Box:
    """A rectangle of shares (u0, v0, u1, v1) in pixels."""
    left, top = fit.to_pixels(area[0], area[1])
    right, bottom = fit.to_pixels(area[2], area[3])
    return Box(left, top, right, bottom)
