"""Quality: measure the scan of a sheet and run the quality gate.

Light, contrast and edges are measured on the picture. The resolution and the cut-off width follow from the matched
form.
"""

from __future__ import annotations

import logging
from dataclasses import replace

import numpy as np

from pipeline.base.model import Finding, PageImage, Quality
from pipeline.declarations.schema import Form, Schemas
from pipeline.digitize.normalize import NormalizedImage
from pipeline.digitize.page_context import PageContext
from pipeline.layout.imaging import scan_quality
from pipeline.layout.imaging.geometry import warp
from pipeline.layout.imaging.geometry.boxes import bounding_box
from pipeline.layout.imaging.geometry.deskew import DeskewedPage
from pipeline.layout.locate import form_fit, form_likeness
from pipeline.layout.locate.form_fit import FormFit
from pipeline.recognition.ocr import Engines

log = logging.getLogger(__name__)

PAPER_SHARE = 0.85
"""Share of the picture below which the paper alone is measured for darkness, without its surroundings."""


def assess_quality(
    image: NormalizedImage, form: Form | None, fit: FormFit | None, level: DeskewedPage, context: PageContext
) -> tuple[Quality, tuple[Finding, ...]]:
    """Return the quality measures of a sheet and the findings of the quality gate.

    Args:
        form: The matched form, ``None`` without a match.
        fit: The fit of that form on ``level``.
        level: The picture in the orientation in which it was matched.
    """
    with context.clock.stage("quality"):
        measured = scan_quality.measure_quality(image.picture, image.ink, image.dpi)
        # the frame of another printing may have another size, which only its rules show
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
    """Return the measures with those that need the form.

    These are pixels an inch of paper (also of a photograph, which shows more than the paper), the distance by which the
    printed frame reaches beyond the picture, and the darkness of the paper without the table under it.
    """
    back = np.asarray(np.linalg.inv(level.matrix), np.float64)
    corners = warp.transform_points(back, fit.corners)
    _, top, _, bottom = form.frame
    sides = np.linalg.norm(corners[3] - corners[0]), np.linalg.norm(corners[2] - corners[1])
    dpi = float(np.mean(sides)) * scan_quality.MM / ((bottom - top) * form.paper_mm[1])
    height, width = page.pixels.shape[:2]
    beyond = np.concatenate([-corners, corners - [width, height]])
    measured = replace(measured, dpi=dpi, cut=max(0.0, float(beyond.max())) * scan_quality.MM / dpi)
    paper = bounding_box(warp.transform_points(back, form_fit.paper_corners(form, fit))).within(width, height)
    if not 0 < paper.area < PAPER_SHARE * width * height:
        return measured
    part = page.pixels[int(paper.top) : int(paper.bottom), int(paper.left) : int(paper.right)]
    return scan_quality.remeasure_paper(measured, np.ascontiguousarray(part), dpi) if part.size else measured


def quality_findings(measured: Quality, engines: Engines, schemas: Schemas) -> tuple[Finding, ...]:
    """Return the findings of the quality gate, without those that the office has switched off."""
    codes = engines.gate.flaws(measured) if engines.gate is not None else ()
    severities = {code: schemas.severity_of(code) for code in codes}
    return tuple(Finding(code, severity) for code, severity in severities.items() if severity is not None)
