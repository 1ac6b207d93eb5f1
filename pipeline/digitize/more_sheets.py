"""One more sheet in a picture than was found: beside, between, above or below, lying in any way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from pipeline.digitize.halves import OTHER_WORDS, Looking, is_page, is_sure
from pipeline.digitize.parts import around, corners_of, cut_out
from pipeline.digitize.recognise import Seen, recognised
from pipeline.errors import ScanTimeout
from pipeline.imaging.geometry import warp
from pipeline.imaging.ink import binarization
from pipeline.imaging.ink.binarization import ColourLayers, split_colour_layers
from pipeline.locate import form_fit as fitting
from pipeline.model import Box, Matrix, PageImage
from pipeline.schema import Form

ROOM = 0.5
"""How much room there must be around what was found for one more sheet to be looked for, as a share of a page's shorter
side."""

THIN = 0.3
"""How thin a letter is at least, in heights of a printed one: thinner marks are dots, strokes and fibres."""

LETTERS = 4
"""How many marks the size of a letter a printed word has at least, one with another: where there are too few no words
are looked for, which in the grain of a table takes long."""


@dataclass(frozen=True, slots=True)
class Paper:
    """The corners (4, 2) of a page's paper on the picture, from its own top left clockwise, and its pixels an inch."""

    corners: Matrix
    dpi: float

    @property
    def shorter(self) -> float:
        """Its shorter side in pixels."""
        a, b, _, d = self.corners
        return float(min(np.linalg.norm(b - a), np.linalg.norm(d - a)))


def paper_of(seen: Seen, matrix: Matrix) -> Paper:
    """The paper of a page on the picture from which ``matrix`` (3, 3) leads to its levelled one."""
    assert seen.form is not None
    assert seen.fit is not None
    corners = warp.transform_points(
        np.asarray(np.linalg.inv(matrix), np.float64), fitting.paper_corners(seen.form, seen.fit)
    )
    down = float(np.linalg.norm(corners[3] - corners[0]) + np.linalg.norm(corners[2] - corners[1])) / 2
    return Paper(corners, down / (seen.form.paper_mm[1] / 25.4))


def is_one_more(papers: Sequence[Paper], turn: int, page: PageImage, looking: Looking) -> bool:
    """Whether a sheet lies around the ``papers`` that were found on a picture, left page first, which stand upright
    when it is turned clockwise by ``turn`` degrees. One that lies otherwise than they do has to be sure: the grain of
    a table on its side has more clear words."""
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
        part, _ = cut_out(page, around(warp.transform_points(back, corners_of(place))))
        if _shows_a_page(part, turn, dpi, looking):
            return True
    return False


def _shows_a_page(part: PageImage, turn: int, dpi: float, looking: Looking) -> bool:
    """Whether a page lies on a part of the picture, or may: where there is too much to be looked through in time."""
    form = looking.form
    with looking.watch.stage("spread"):
        layers = split_colour_layers(part.pixels)
        if _letters(layers, form, dpi) < LETTERS * OTHER_WORDS:
            return False
    turns = tuple((turn + more) % 360 for more in (0, 180, 90, 270))
    try:
        seen = recognised(
            part, layers, form, looking.schemas, looking.engines, looking.options, dpi, looking.watch, turns
        )
    except ScanTimeout:
        return True
    return is_page(seen) and (seen.level.turn == turn or is_sure(seen))


def _letters(layers: ColourLayers, form: Form, dpi: float) -> int:
    """How many marks may be printed letters, whichever way they lie: fibres of a table are thinner or longer."""
    _, components = binarization.binarize(binarization.normalize_illumination(layers.ink))
    _, top, _, bottom = form.frame
    letter = form.text_size * (bottom - top) * form.paper_mm[1] / 25.4 * dpi
    sides = components.boxes[:, 2:] - components.boxes[:, :2]
    thin, long = sides.min(axis=1), sides.max(axis=1)
    return int(((thin > THIN * letter) & (thin < 2.5 * letter) & (long < 4 * letter)).sum())
