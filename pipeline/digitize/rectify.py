"""Rectify: the page warped once so that its printed frame is a rectangle, with its ink separated from its print.

The frame that is seen near the place where the labels expect it gives the homography; the form is fitted again at full
detail. From the rectified page the dots of the leaders and the rules of the frame or the table are removed, and its red
layer is warped alike::

    picture --homography--> normalized --binarize--> all_ink --without dots, rules, scan edges--> ink, components
    red layer ------------> red ------------------> red_ink, red_components, stamps
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.base.model import Box, Frame, Matrix, Pixels, PlacedLabel, Stamp, TemplateLabel, TemplateView
from pipeline.declarations.schema import Form
from pipeline.digitize.context import PageContext
from pipeline.digitize.match import FormMatch
from pipeline.digitize.normalize import NormalizedImage
from pipeline.layout.imaging import form_template
from pipeline.layout.imaging.form_template import TemplateGeometry
from pipeline.layout.imaging.geometry import warp
from pipeline.layout.imaging.geometry.dewarp import (
    RuleCurvature,
    measure_horizontal_curvature,
    measure_vertical_curvature,
)
from pipeline.layout.imaging.ink import binarization
from pipeline.layout.imaging.ink.cleanup import find_scan_edges, paint_out_dots
from pipeline.layout.imaging.ink.connected_components import ConnectedComponents
from pipeline.layout.imaging.ink.pen_colour import InkBlueness
from pipeline.layout.imaging.ink.stamps import find_stamps, rectify_red_layer
from pipeline.layout.imaging.ruling.leader_removal import remove_overwritten_dots
from pipeline.layout.imaging.ruling.leaders import find_leaders
from pipeline.layout.imaging.ruling.page_frame import find_frames_by_rules, frame_cover
from pipeline.layout.imaging.ruling.rules import erase_rules, find_frame, trace_rule_near
from pipeline.layout.locate import form_fit, form_likeness, table_fit
from pipeline.layout.locate.field_lines import with_leader_starts
from pipeline.layout.locate.form_fit import FormFit
from pipeline.layout.locate.label_matching import extend_to_word_ends
from pipeline.layout.locate.outside_labels import find_outside_labels
from pipeline.layout.locate.placed_labels import place_labels

log = logging.getLogger(__name__)

RULE_REACH = 2.2
"""How far off its place in the form, in heights of a printed letter, a rule is looked for on a page that bends."""

MIN_CURVATURE = 0.12
"""From how much curvature on (in heights of a printed letter) the rules of a table count as curved."""

HARDLY_SEEN = 0.85
"""The mean share of a frame's sides below which it may not be there."""

MORE_SEEN = 0.1
"""How much more of another frame's must be seen then."""

OFF_COLUMN = 10.0
"""How much of the print a frame must hold more than another for labels that stand so much further off their columns."""

UNIT_SQUARE: Matrix = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], float)


@dataclass(frozen=True, slots=True)
class RectifiedPage:
    """The page on its rectified canvas; all pictures are (h, w), all places in its pixels.

    Attributes:
        normalized: Grey with even illumination, the dots of leaders painted out.
        ink: Ink mask (0/255) without frame, rules, leaders and the edges of the scan.
        components: The connected components of ``ink``.
        all_ink: Ink mask with print, rules and leaders.
        red: The layer of red stamps, grey.
        red_ink: Its ink mask.
        red_components: The connected components of ``red_ink``.
        stamps: The stamps that were found in it.
        matrix: From the original picture, (3, 3).
        fit: How the form lies on the page.
        frame: The printed frame.
        labels: Where the printed labels of the form are.
        leaders: The boxes (n, 4) of the dots of the leaders.
        dpi: Pixels an inch.
        source: The picture, RGB.
        row_curvature: The course of a table's horizontal rules, where they are not straight.
        column_curvature: The course of its vertical rules, x and y swapped.
    """

    normalized: Pixels
    ink: Pixels
    components: ConnectedComponents
    all_ink: Pixels
    red: Pixels
    red_ink: Pixels
    red_components: ConnectedComponents
    stamps: tuple[Stamp, ...]
    matrix: Matrix
    fit: FormFit
    frame: Frame
    labels: tuple[PlacedLabel, ...]
    leaders: NDArray[np.int32]
    dpi: float
    source: Pixels
    row_curvature: RuleCurvature | None = None
    column_curvature: RuleCurvature | None = None

    def measure_blueness(self) -> InkBlueness:
        """Return how much bluer than red each pixel of its ink is."""
        return InkBlueness.measured(self.source, self.matrix, self.components)


def rectify(image: NormalizedImage, match: FormMatch, context: PageContext) -> RectifiedPage:
    """Warp a sheet so that its frame is square, fit its form again at full detail and clean its ink of print.

    Args:
        image: The sheet.
        match: Its form and orientation; the form is the book's own.
        context: What the page is read with.
    """
    assert match.fit is not None
    form, options = context.form, context.options
    frame, corners = _frame(form, match, match.fit)
    back: Matrix = np.linalg.inv(match.level.matrix).astype(np.float64)
    limit = round(max(form.paper_mm) / 25.4 * options.max_dpi * 1.1)
    scale = min(1.0, options.max_dpi / image.dpi)
    matrix, canvas, square = warp.rectifying_homography(
        warp.transform_points(back, np.asarray(corners, np.float64)),
        image.size,
        min(limit, round(max(image.size) * 1.2 * scale)),
    )
    normalized = binarization.normalize_illumination(warp.warp_image(image.layers.ink, matrix, canvas))
    all_ink, all_components = binarization.binarize(normalized)
    candidates = form_fit.transform_candidates(match.candidates, matrix @ back)
    fit = form_fit.fit_to_frame(form, candidates, warp.homography(UNIT_SQUARE, square))
    letter = form.text_size * fit.height
    if form.table is None:
        rules = _frame_lines(normalized, square, form.rules, letter)
        fit = form_fit.fit_to_frame(form, candidates, fit.matrix, _rule_shares(rules[4:], square))
    dots = remove_overwritten_dots(
        find_leaders(all_components, letter), all_ink, all_components, normalized, letter
    )
    rows, columns = (None, None) if form.table is None else _rule_curvatures(normalized, form, fit)
    normalized = paint_out_dots(normalized, all_ink, dots.mask)
    if form.table is not None:
        rules = _table_lines(form, fit, rows, columns)
    ink = erase_rules(all_ink & ~dots.mask, rules, max(2.0, 0.07 * letter))
    components = all_components.restricted_to(ink)
    if form.table is None:
        fit = replace(fit, found=(*fit.found, *find_outside_labels(form, fit, components.boxes)))
        fit = with_leader_starts(form, fit, dots.boxes)
    labels = extend_to_word_ends(place_labels(form, fit), form, components.boxes, letter)
    edges = find_scan_edges(components)
    ink.ravel()[components.pixel_indices(edges)] = 0
    dpi = options.max_dpi if scale < 1 else image.dpi
    red, red_ink, red_components = rectify_red_layer(image.layers.red, matrix, canvas, dpi)
    page = RectifiedPage(
        normalized=normalized,
        ink=ink,
        components=components.without(edges),
        all_ink=all_ink,
        red=red,
        red_ink=red_ink,
        red_components=red_components,
        stamps=find_stamps(red_ink, dpi),
        matrix=matrix,
        fit=fit,
        frame=Frame(square, frame.rules if frame is not None else ()),
        labels=labels,
        leaders=dots.boxes,
        dpi=dpi,
        source=image.page.pixels,
        row_curvature=rows,
        column_curvature=columns,
    )
    log.info(
        "rectified by %s at %.0f dpi: %d×%d pixels, %d of %d labels read (share %.2f), %d leader dots, %d components, "
        "stamps %s, curved rules: rows %s, columns %s",
        "its frame" if frame is not None else "its labels",
        dpi,
        *canvas,
        sum(label.score > 0 for label in labels),
        len(labels),
        fit.share,
        len(page.leaders),
        len(page.components.boxes),
        [stamp.kind.value for stamp in page.stamps],
        rows is not None,
        columns is not None,
    )
    return page


def _frame(form: Form, match: FormMatch, fit: FormFit) -> tuple[Frame | None, Matrix]:
    """Return the printed frame that is seen on the deskewed page and its corners (4, 2).

    The frame is ``None``, and the corners are those that the labels expect, where none is seen, or where the labels fit
    what was seen worse than what they expect.
    """
    inner = form.rules if form.table is None else tuple(table_fit.column_shares(form.table)[1:-1:4])
    frame = find_frame(match.level.normalized, fit.matrix, inner, form.text_size * fit.height)
    by_rules = _frame_by_rules(form, match, fit, frame, inner) if form.table is None else None
    frame = by_rules or frame
    expected = np.array([fit.to_pixels(u, v) for u, v in ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))])
    if frame is None:
        return None, expected
    if form.table is None:
        through = form_fit.fit_to_frame(form, match.candidates, warp.homography(UNIT_SQUARE, frame.corners))
        residual, usual = form_fit.median_residual(form, through), form_fit.median_residual(form, fit)
        # another printing's lines need not lie where its frame has them
        apart = by_rules is None and residual > 2.5 * usual + 0.004
        if through.share < 0.9 * fit.share or apart:
            return None, expected
    return frame, frame.corners


def _frame_by_rules(
    form: Form, match: FormMatch, fit: FormFit, expected: Frame | None, inner: Sequence[float]
) -> Frame | None:
    """Return the frame that the rules alone say, where it may be another than the labels expect.

    That is on another printing's sheets, and where hardly any of the expected one is seen and more of this one is.
    """
    page, other = match.level.normalized, form_likeness.is_other_printing(form, fit)
    seen = 0.0 if expected is None or other else frame_cover(page, expected)
    if not other and (expected is None or seen >= HARDLY_SEEN):
        return None
    frames = find_frames_by_rules(page, match.level.ink, form_fit.frame_aspect(form), inner)
    best = _best_frame(form, match, frames)
    better = best is not None and (other or frame_cover(page, best) > seen + MORE_SEEN)
    return best if better else None


def _best_frame(form: Form, match: FormMatch, frames: Sequence[Frame]) -> Frame | None:
    """Return the frame in which most of the form's print is in its columns."""

    def merit(frame: Frame) -> float:
        fit = form_fit.fit_to_frame(form, match.candidates, warp.homography(UNIT_SQUARE, frame.corners))
        return fit.share - OFF_COLUMN * form_fit.median_offset(form, fit)

    return max(frames, key=merit, default=None)


def _rule_shares(rules: Sequence[Matrix], corners: Matrix) -> tuple[float, ...]:
    """Return where inner vertical rules are, as shares of the frame's width."""
    left, right = float(corners[0, 0]), float(corners[1, 0])
    return tuple((float(np.median(rule[:, 0])) - left) / (right - left) for rule in rules)


def _frame_lines(normalized: Pixels, corners: Matrix, inner: Sequence[float], letter: float) -> list[Matrix]:
    """Return the courses of the frame and of its inner vertical rules.

    On a page that bends they deviate from the straight lines from corner to corner.
    """
    tl, tr, br, bl = corners
    lines = [np.array(ends) for ends in ((tl, tr), (tr, br), (br, bl), (bl, tl))]
    lines += [np.array([tl + u * (tr - tl), bl + u * (br - bl)]) for u in inner]
    return [
        trace_rule_near(normalized, start, end, RULE_REACH * letter, 0.45 * letter) for start, end in lines
    ]


def _rule_curvatures(
    normalized: Pixels, form: Form, fit: FormFit
) -> tuple[RuleCurvature | None, RuleCurvature | None]:
    """Return the courses of a table's horizontal and of its vertical rules, ``None`` for those that are straight."""
    assert form.table is not None
    levels = [fit.to_pixels(0.5, float(v))[1] for v in table_fit.row_shares(form.table)]
    uprights = [fit.to_pixels(float(u), 0.5)[0] for u in table_fit.column_shares(form.table)]
    rows = None
    if form.table.ruled:
        reach = 0.25 * (levels[1] - levels[0])
        rows = measure_horizontal_curvature(normalized, uprights[0], uprights[-1], levels, reach)
    narrowest = min(b - a for a, b in pairwise(uprights))
    columns = measure_vertical_curvature(normalized, levels[0], levels[-1], uprights, 0.45 * narrowest)
    least = MIN_CURVATURE * form.text_size * fit.height
    is_straight = np.abs(columns.levels - uprights).max() + columns.max_shift <= least
    is_level = rows is None or rows.max_shift <= least
    return (None if is_level else rows), (None if is_straight else columns)


def _table_lines(
    form: Form, fit: FormFit, rows: RuleCurvature | None, columns: RuleCurvature | None
) -> list[Matrix]:
    assert form.table is not None
    upright = [
        np.array([fit.to_pixels(u, 0.0), fit.to_pixels(u, 1.0)]) for u in table_fit.column_shares(form.table)
    ]
    level = [
        np.array([fit.to_pixels(0.0, v), fit.to_pixels(1.0, v)]) for v in table_fit.row_shares(form.table)
    ]
    if rows is not None:
        ends = level[0][:, 0]
        level = [rows.trace(float(y), *ends) for y in rows.levels]
    if columns is not None:
        ends = upright[0][:, 1]
        upright = [columns.trace(float(x), *ends)[:, ::-1] for x in columns.levels]
    return upright + level


def area_box(fit: FormFit, area: tuple[float, float, float, float]) -> Box:
    """Return a rectangle of shares (u0, v0, u1, v1) of the frame in pixels."""
    left, top = fit.to_pixels(area[0], area[1])
    right, bottom = fit.to_pixels(area[2], area[3])
    return Box(left, top, right, bottom)


def template_geometry(form: Form) -> TemplateGeometry:
    """Return the size of the form's printed frame, by which the template of its book is laid out."""
    left, top, right, bottom = form.frame
    return TemplateGeometry((right - left) * form.paper_mm[0], (bottom - top) * form.paper_mm[1])


def template_view(page: RectifiedPage, form: Form) -> TemplateView:
    """Return the page as the template of its book learns from it: its picture and the labels that were read on it."""
    left, top = page.frame.corners.min(axis=0)
    right, bottom = page.frame.corners.max(axis=0)
    letter = form.text_size * page.fit.height
    numbers = [number for number, label in enumerate(form.labels) if label.text]
    labels = [
        TemplateLabel(
            number,
            (placed.box.left - left) / (right - left),
            (placed.box.right - left) / (right - left),
            (placed.box.bottom - 0.3 * letter - top) / (bottom - top),
        )
        for number, placed in zip(numbers, place_labels(form, page.fit), strict=True)
        if placed.score
    ]
    return form_template.template_view(page.normalized, page.frame.corners, template_geometry(form), labels)
