"""Find one more sheet in a picture than was detected: next to the others, between, above or below, at any angle."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from pipeline.base.errors import ScanTimeout
from pipeline.base.model import Box, Matrix, PageImage
from pipeline.declarations.schema import Form
from pipeline.digitize.context import PageContext
from pipeline.digitize.match import OTHER_WORDS, FormMatch, match_form
from pipeline.digitize.normalize import (
    NormalizedImage,
    around,
    corners_of,
    crop,
    letter_height,
    normalize,
)
from pipeline.layout.imaging.geometry import warp
from pipeline.layout.imaging.ink import binarization
from pipeline.layout.locate import form_fit

log = logging.getLogger(__name__)

ROOM = 0.5
"""How much room there must be around what was found for one more sheet to be looked for, as a share of a page's shorter
side."""

THIN = 0.3
"""How thin a letter is at least, in heights of a printed one: thinner components are dots, strokes and fibres."""

LETTERS = 4
"""How many components the size of a letter a printed word has at least, on average: where there are too few no words
are looked for, which in the grain of a table takes long."""


@dataclass(frozen=True, slots=True)
class Paper:
    """Where the paper of a page lies on the picture.

    Attributes:
        corners: Its corners (4, 2), from its own top left clockwise.
        dpi: Pixels an inch of it.
    """

    corners: Matrix
    dpi: float

    @property
    def shorter(self) -> float:
        """Its shorter side in pixels."""
        a, b, _, d = self.corners
        return float(min(np.linalg.norm(b - a), np.linalg.norm(d - a)))


def locate_paper(match: FormMatch, matrix: Matrix) -> Paper:
    """Return the paper of a page on the picture from which ``matrix`` (3, 3) leads to its deskewed picture."""
    assert match.form is not None
    assert match.fit is not None
    back = np.asarray(np.linalg.inv(matrix), np.float64)
    corners = warp.transform_points(back, form_fit.paper_corners(match.form, match.fit))
    down = float(np.linalg.norm(corners[3] - corners[0]) + np.linalg.norm(corners[2] - corners[1])) / 2
    return Paper(corners, down / (match.form.paper_mm[1] / 25.4))


def has_further_sheet(papers: Sequence[Paper], turn: int, page: PageImage, context: PageContext) -> bool:
    """Return whether one more sheet lies around the papers that were found on a picture.

    One that lies otherwise than they do has to be sure: the grain of a table on its side has more clear words.

    Args:
        papers: The papers found, left page first.
        turn: How far the picture is turned clockwise for them to stand upright, in degrees.
        page: The picture.
        context: What the page is read with.
    """
    turning, (width, height) = warp.quarter_turn(turn, (page.pixels.shape[1], page.pixels.shape[0]))
    papers = [replace(paper, corners=warp.transform_points(turning, paper.corners)) for paper in papers]
    found = around(np.vstack([paper.corners for paper in papers]))
    places = [
        Box(0.0, 0.0, found.left, height),
        Box(found.right, 0.0, width, height),
        Box(0.0, 0.0, width, found.top),
        Box(0.0, found.bottom, width, height),
    ]
    for left, right in pairwise(paper.corners for paper in papers):
        places.append(Box(float(left[1:3, 0].max()), 0.0, float(right[[0, 3], 0].min()), height))
    room = ROOM * float(np.mean([paper.shorter for paper in papers]))
    dpi = float(np.mean([paper.dpi for paper in papers]))
    back = np.asarray(np.linalg.inv(turning), np.float64)
    for place in places:
        if min(place.width, place.height) < room:
            continue
        part, _ = crop(page, around(warp.transform_points(back, corners_of(place))))
        if _shows_page(part, turn, dpi, context):
            return True
    return False


def _shows_page(part: PageImage, turn: int, dpi: float, context: PageContext) -> bool:
    """Return whether a page lies on a part of the picture, or may lie there.

    It may where there is too much ink to be looked through in time.
    """
    image = normalize(part, context, dpi)
    with context.clock.stage("spread"):
        if _count_letters(image, context.form) < LETTERS * OTHER_WORDS:
            return False
    turns = tuple((turn + more) % 360 for more in (0, 180, 90, 270))
    try:
        match = match_form(image, context, turns)
    except ScanTimeout:
        log.info("a part of the picture holds too much to be looked through in time")
        return True
    return match.is_page and (match.level.turn == turn or match.is_sure)


def _count_letters(image: NormalizedImage, form: Form) -> int:
    """Return how many components may be printed letters, whichever way they lie.

    Fibres of a table are thinner or longer.
    """
    _, components = binarization.binarize(binarization.normalize_illumination(image.layers.ink))
    letter = letter_height(form, image.dpi)
    sides = components.boxes[:, 2:] - components.boxes[:, :2]
    thin, long = sides.min(axis=1), sides.max(axis=1)
    return int(((thin > THIN * letter) & (thin < 2.5 * letter) & (long < 4 * letter)).sum())
