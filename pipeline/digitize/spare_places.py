"""The places of a picture, around and between the papers of its sheets, that have room for one more sheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from pipeline.base.model import Box, Matrix, PageImage
from pipeline.digitize.match import FormMatch
from pipeline.layout.imaging.geometry import warp
from pipeline.layout.imaging.geometry.boxes import bounding_box, box_corners, crop_page
from pipeline.layout.locate import form_fit

ROOM = 0.5
"""Least width and height of a place with room for a sheet, as a share of a page's shorter side."""


@dataclass(frozen=True, slots=True)
class Paper:
    """Where the paper of a page lies on the picture.

    Attributes:
        corners: Its corners (4, 2), clockwise from its own top left.
        dpi: Pixels an inch of paper.
    """

    corners: Matrix
    dpi: float

    @property
    def shorter_side(self) -> float:
        """The length of its shorter side in pixels."""
        a, b, _, d = self.corners
        return float(min(np.linalg.norm(b - a), np.linalg.norm(d - a)))


def locate_paper(match: FormMatch, matrix: Matrix) -> Paper:
    """Return the paper of a page on the picture from which ``matrix`` (3, 3) leads to its deskewed page."""
    assert match.form is not None
    assert match.fit is not None
    back = np.asarray(np.linalg.inv(matrix), np.float64)
    corners = warp.transform_points(back, form_fit.paper_corners(match.form, match.fit))
    down = float(np.linalg.norm(corners[3] - corners[0]) + np.linalg.norm(corners[2] - corners[1])) / 2
    return Paper(corners, down / (match.form.paper_mm[1] / 25.4))


def spare_places(papers: Sequence[Paper], turn: int, page: PageImage) -> Iterator[PageImage]:
    """Yield the parts of a picture that have room for one more sheet: beside, above, below and between the papers.

    Args:
        papers: The papers of the detected sheets, left page first.
        turn: The clockwise turn of the picture, in degrees, that sets them upright.
    """
    turning, (width, height) = warp.quarter_turn(turn, (page.pixels.shape[1], page.pixels.shape[0]))
    papers = [replace(paper, corners=warp.transform_points(turning, paper.corners)) for paper in papers]
    covered = bounding_box(np.vstack([paper.corners for paper in papers]))
    places = [
        Box(0.0, 0.0, covered.left, height),
        Box(covered.right, 0.0, width, height),
        Box(0.0, 0.0, width, covered.top),
        Box(0.0, covered.bottom, width, height),
    ]
    for left, right in pairwise(paper.corners for paper in papers):
        places.append(Box(float(left[1:3, 0].max()), 0.0, float(right[[0, 3], 0].min()), height))
    room = ROOM * float(np.mean([paper.shorter_side for paper in papers]))
    back = np.asarray(np.linalg.inv(turning), np.float64)
    for place in places:
        if min(place.width, place.height) >= room:
            part, _ = crop_page(page, bounding_box(warp.transform_points(back, box_corners(place))))
            yield part
