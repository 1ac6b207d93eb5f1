"""What is wrong with the picture of a page, so that it should be scanned again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pipeline.digitize.recognise import Seen
from pipeline.imaging import scan_quality
from pipeline.imaging.geometry import warp
from pipeline.locate import form_fit as fitting
from pipeline.model import Box, Finding, Matrix, PageImage, Quality
from pipeline.ocr import Engines
from pipeline.schema import Schemas

MM = 25.4

BED = 0.85
"""Where the paper takes less than this share of the picture, what lies beside it has no say in how dark it is."""


def with_form(measured: Quality, seen: Seen, page: PageImage) -> Quality:
    """The measures with what only the form can tell: pixels an inch of paper (of a photograph, which shows more than
    the paper, too), and how far the printed frame reaches beyond the picture."""
    if seen.fit is None or seen.form is None:
        return measured
    unit = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
    on_level = np.array([seen.fit.to_pixels(u, v) for u, v in unit])
    back = np.asarray(np.linalg.inv(seen.level.matrix), np.float64)
    corners = warp.transform_points(back, on_level)
    _, top, _, bottom = seen.form.frame
    sides = np.linalg.norm(corners[3] - corners[0]), np.linalg.norm(corners[2] - corners[1])
    dpi = float(np.mean(sides)) * MM / ((bottom - top) * seen.form.paper_mm[1])
    height, width = page.pixels.shape[:2]
    beyond = np.concatenate([-corners, corners - [width, height]])
    measured = replace(measured, dpi=dpi, cut=max(0.0, float(beyond.max())) * MM / dpi)
    paper = _paper(warp.transform_points(back, fitting.paper_corners(seen.form, seen.fit)), (width, height))
    if not 0 < paper.area < BED * width * height:
        return measured
    part = page.pixels[int(paper.top) : int(paper.bottom), int(paper.left) : int(paper.right)]
    return scan_quality.remeasure_paper(measured, np.ascontiguousarray(part), dpi) if part.size else measured


def _paper(corners: Matrix, size: tuple[int, int]) -> Box:
    """The box around the paper, as far as it is on a picture of that (width, height)."""
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    return Box(float(left), float(top), float(right), float(bottom)).within(*size)


def flaws_of(measured: Quality, engines: Engines, schemas: Schemas) -> tuple[Finding, ...]:
    """What the gate finds, but for what the office does not want to hear of."""
    found = engines.gate.flaws(measured) if engines.gate is not None else ()
    severities = {code: schemas.severity_of(code) for code in found}
    return tuple(Finding(code, severity) for code, severity in severities.items() if severity is not None)
