"""Normalize: the picture's colour layers and resolution, its orientation and skew, and how good the scan is.

A picture is split by colour once (ink without red stamps, red alone). Which way up it lies only its print can say, so
that ``deskewed_orientations`` yields it in the likeliest orientations, one after another, until a form matches. How
good the scan is, is measured on the picture; pixels an inch and what is cut off only the matched form can tell.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.base.model import Box, Finding, Matrix, PageImage, Quality
from pipeline.declarations.schema import Form, Schemas
from pipeline.digitize.context import PageContext
from pipeline.layout.imaging import scan_quality
from pipeline.layout.imaging.geometry import warp
from pipeline.layout.imaging.geometry.deskew import DeskewedPage, deskew
from pipeline.layout.imaging.geometry.pyramid import Pyramid
from pipeline.layout.imaging.ink.binarization import ColourLayers, split_colour_layers
from pipeline.layout.imaging.ink.cleanup import find_scan_edges
from pipeline.layout.imaging.ink.straddle_seals import find_straddle_seals, without_seals
from pipeline.layout.locate import form_fit, form_likeness
from pipeline.layout.locate.form_fit import FormFit
from pipeline.recognition.ocr import Engines

log = logging.getLogger(__name__)

MM = 25.4

PAPER_SHARE = 0.85
"""Where the paper takes less than this share of the picture, what lies beside it has no say in how dark it is."""


@dataclass(frozen=True, slots=True)
class NormalizedImage:
    """A picture, or the part of one that shows a sheet, ready for its form to be matched.

    Attributes:
        page: The picture, RGB (h, w, 3).
        layers: Its ink layer and its red layer, each (h, w).
        dpi: Pixels an inch, if the form's paper fills the longer side.
        picture: The pyramid of the picture.
        ink: The pyramid of its ink layer.
    """

    page: PageImage
    layers: ColourLayers
    dpi: float
    picture: Pyramid
    ink: Pyramid

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.page.pixels.shape[1], self.page.pixels.shape[0]


def normalize(page: PageImage, context: PageContext, dpi: float | None = None) -> NormalizedImage:
    """Split a picture by colour; the half of a straddle seal on its edge, whatever its red, is in the red layer.

    Args:
        page: The picture as it was decoded, or a part of it.
        context: What the page is read with.
        dpi: Pixels an inch, where they are known; else they follow from the paper's size.
    """
    with context.clock.stage("spread"):
        dpi = dpi if dpi is not None else estimate_dpi(page, context.form)
        layers = split_colour_layers(page.pixels)
        picture = Pyramid(page.pixels)
        layers = without_seals(layers, page.pixels, find_straddle_seals(picture, dpi), dpi)
    return NormalizedImage(page, layers, dpi, picture, Pyramid(layers.ink))


def estimate_dpi(page: PageImage, form: Form) -> float:
    """Return pixels an inch from the paper's size: what the file says of itself is often wrong."""
    return float(max(page.pixels.shape[:2]) / (max(form.paper_mm) / MM))


def letter_height(form: Form, dpi: float) -> float:
    """Return the height of the form's printed letters in pixels at that resolution."""
    _, top, _, bottom = form.frame
    return form.text_size * (bottom - top) * form.paper_mm[1] / MM * dpi


def deskewed_orientations(
    image: NormalizedImage, context: PageContext, turns: Sequence[int] = ()
) -> Iterator[DeskewedPage]:
    """Yield the picture deskewed in each orientation at the resolution at which labels are looked for.

    Args:
        image: The picture.
        context: What the page is read with.
        turns: Quarter turns clockwise in degrees, in the order in which they are tried; by default all four, those
            first in which the form's paper fits the picture.
    """
    form, options, clock = context.form, context.options, context.clock
    width, height = image.size
    fits = (width > height) == (form.paper_mm[0] > form.paper_mm[1])
    scale = min(1.0, options.label_dpi / image.dpi)
    dpi = image.dpi * scale
    with clock.stage("deskew"):
        grey = image.ink.at(scale)
    for turn in turns or ((0, 180, 90, 270) if fits else (90, 270, 0, 180)):
        with clock.stage("deskew"):
            letter = letter_height(form, dpi)
            level = deskew(grey, scale, turn, letter, dpi, rough=context.engines.template is not None)
        log.debug("orientation %d°: skew %+.2f°", level.turn, level.skew)
        yield level


def ink_share(level: DeskewedPage) -> float:
    """Return the share of a page's pixels that is ink, without the scanner's bed and dark edges."""
    return float(level.components.area[~find_scan_edges(level.components)].sum() / level.ink.size)


def assess_quality(
    image: NormalizedImage, form: Form | None, fit: FormFit | None, level: DeskewedPage, context: PageContext
) -> tuple[Quality, tuple[Finding, ...]]:
    """Measure how good the scan of a sheet is.

    Args:
        image: The picture of the sheet.
        form: The form that matched, ``None`` where none did.
        fit: How that form lies on ``level``.
        level: The picture in the orientation in which its form was looked for.
        context: What the page is read with.

    Returns:
        The measures, and what the quality gate finds in them.
    """
    with context.clock.stage("quality"):
        measured = scan_quality.measure_quality(image.picture, image.ink, image.dpi)
        # how large the frame of another printing is only its rules say
        if form is not None and fit is not None and not _has_other_frame(form, fit):
            measured = measure_with_form(measured, form, fit, level, image.page)
    findings = quality_findings(measured, context.engines, context.schemas)
    log.info("scan quality: %.0f dpi, findings %s", measured.dpi, [finding.code for finding in findings])
    return measured, findings


def _has_other_frame(form: Form, fit: FormFit) -> bool:
    return form.layout == "page" and form_likeness.stretch(form, fit) > form_likeness.SURELY_OTHER_STRETCH


def measure_with_form(
    measured: Quality, form: Form, fit: FormFit, level: DeskewedPage, page: PageImage
) -> Quality:
    """Return the measures with what only the form can tell.

    That is pixels an inch of paper (also of a photograph, which shows more than the paper), how far the printed frame
    reaches beyond the picture, and how dark the paper is without the table it lies on.
    """
    unit = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
    on_level = np.array([fit.to_pixels(u, v) for u, v in unit])
    back = np.asarray(np.linalg.inv(level.matrix), np.float64)
    corners = warp.transform_points(back, on_level)
    _, top, _, bottom = form.frame
    sides = np.linalg.norm(corners[3] - corners[0]), np.linalg.norm(corners[2] - corners[1])
    dpi = float(np.mean(sides)) * MM / ((bottom - top) * form.paper_mm[1])
    height, width = page.pixels.shape[:2]
    beyond = np.concatenate([-corners, corners - [width, height]])
    measured = replace(measured, dpi=dpi, cut=max(0.0, float(beyond.max())) * MM / dpi)
    paper = around(warp.transform_points(back, form_fit.paper_corners(form, fit))).within(width, height)
    if not 0 < paper.area < PAPER_SHARE * width * height:
        return measured
    part = page.pixels[int(paper.top) : int(paper.bottom), int(paper.left) : int(paper.right)]
    return scan_quality.remeasure_paper(measured, np.ascontiguousarray(part), dpi) if part.size else measured


def quality_findings(measured: Quality, engines: Engines, schemas: Schemas) -> tuple[Finding, ...]:
    """Return what the quality gate finds, without the findings that the office has switched off."""
    found = engines.gate.flaws(measured) if engines.gate is not None else ()
    severities = {code: schemas.severity_of(code) for code in found}
    return tuple(Finding(code, severity) for code, severity in severities.items() if severity is not None)


def around(corners: Matrix) -> Box:
    """Return the bounding box of points (n, 2)."""
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    return Box(float(left), float(top), float(right), float(bottom))


def corners_of(box: Box) -> Matrix:
    """Return the corners (4, 2) of a box, from its top left clockwise."""
    return np.array(
        [(box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom)], float
    )


def crop(page: PageImage, place: Box) -> tuple[PageImage, Matrix]:
    """Return the part of the picture in a box, and the matrix (3, 3) from the picture to the part."""
    seen = place.within(page.pixels.shape[1], page.pixels.shape[0])
    left, top, right, bottom = (round(n) for n in (seen.left, seen.top, seen.right, seen.bottom))
    pixels = np.ascontiguousarray(page.pixels[top:bottom, left:right])
    return PageImage(page.ref, pixels, page.dpi), np.array([[1, 0, -left], [0, 1, -top], [0, 0, 1.0]])
