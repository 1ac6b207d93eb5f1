"""Both sides of a gutter, each looked at as a page of its own, and what their print says: two pages, or not.

Only print decides. A gutter is proposed by the picture (``pipeline.imaging.geometry.gutter``); its sides are two pages
when the form's labels are found on both and neither printed frame crosses it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.digitize.options import DigitizeOptions
from pipeline.digitize.recognise import Seen, dpi_of, recognised
from pipeline.digitize.stopwatch import Stopwatch
from pipeline.imaging.geometry import warp
from pipeline.imaging.geometry.gutter import find_gutter, split_at_gutter
from pipeline.imaging.ink.binarization import ColourLayers, split_colour_layers
from pipeline.model import Matrix, PageImage
from pipeline.ocr import Engines
from pipeline.schema import Form, Schemas

ALIKE = 0.12
"""How much larger one page's frame may look than the other's."""

OVER_MM = 4.0
"""How far a printed frame may reach over the gutter: it is carried there from labels that stand far from it."""

OTHER_WORDS = 12
"""From how many printed words on, one half of a picture whose other half is a page of the form is more than what shows
through or lies beside it."""

CLEAR_WORDS = 1 / 6
"""What share of them is clear at least: more than half of a page's are, one in sixteen of those that the grain of a
table is taken for."""


@dataclass(frozen=True, slots=True)
class Half:
    """One page of two: its picture with its ``layers``, what one look at it gave, its pixels an inch and the ``matrix``
    (3, 3) from the whole picture to it; ``frame`` (4, 2): the corners of its printed frame on the whole picture."""

    page: PageImage
    layers: ColourLayers
    seen: Seen
    dpi: float
    matrix: Matrix
    frame: Matrix | None


@dataclass(frozen=True, slots=True)
class Looking:
    """What a picture is looked at with."""

    form: Form
    schemas: Schemas
    engines: Engines
    options: DigitizeOptions
    watch: Stopwatch


def both_sides(
    page: PageImage, layers: ColourLayers, turn: int, looking: Looking
) -> tuple[tuple[Half, ...], Matrix]:
    """Both sides of the gutter of the picture turned clockwise by so many degrees, and the gutter (2, 2) on it as it
    was."""
    form = looking.form
    with looking.watch.stage("spread"):
        parts, gutter = _parted(page, layers, turn, form)
    found = []
    for part in parts:
        seen = recognised(
            part.page, part.layers, form, looking.schemas, looking.engines, looking.options, part.dpi,
            looking.watch, (0,),
        )  # fmt: skip
        found.append(_placed(part, seen))
    return tuple(found), gutter


@dataclass(frozen=True, slots=True)
class _Part:
    """What may be one page of two, as ``Half``."""

    page: PageImage
    layers: ColourLayers
    dpi: float
    matrix: Matrix


def _parted(page: PageImage, layers: ColourLayers, turn: int, form: Form) -> tuple[tuple[_Part, ...], Matrix]:
    """The two parts of the picture turned clockwise by so many degrees, and the gutter (2, 2) on it as it was."""
    turning, _ = warp.quarter_turn(turn, (page.pixels.shape[1], page.pixels.shape[0]))
    pixels = np.ascontiguousarray(np.rot90(page.pixels, k=-(turn // 90)))
    grey = np.ascontiguousarray(np.rot90(layers.ink, k=-(turn // 90)))
    gutter = find_gutter(grey, 2 * form.paper_mm[0])
    parts = []
    for half, left in split_at_gutter(pixels, gutter):
        picture = PageImage(page.ref, half, page.dpi)
        shift = np.array([[1, 0, -left], [0, 1, 0], [0, 0, 1.0]])
        parts.append(_Part(picture, split_colour_layers(half), dpi_of(picture, form), shift @ turning))
    back = np.asarray(np.linalg.inv(turning), np.float64)
    ends = np.array([[gutter.top, 0.0], [gutter.bottom, float(pixels.shape[0])]])
    return tuple(parts), warp.transform_points(back, ends)


def _placed(part: _Part, seen: Seen) -> Half:
    frame = None
    if seen.fit is not None and seen.form is not None:
        corners = np.array(
            [seen.fit.to_pixels(u, v) for u, v in ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))]
        )
        back = np.linalg.inv(seen.level.matrix @ part.matrix)
        frame = warp.transform_points(np.asarray(back, np.float64), corners)
    return Half(part.page, part.layers, seen, part.dpi, part.matrix, frame)


def is_form(seen: Seen, form: Form) -> bool:
    return seen.form is not None and seen.form.id == form.id


def are_two(halves: Sequence[Half], form: Form) -> bool:
    """Whether both are pages of the form (one may be a cover), equally large, neither of which crosses the gutter."""
    if any(half.frame is None for half in halves) or not any(is_form(half.seen, form) for half in halves):
        return False
    heights, over = [], []
    for number, half in enumerate(halves):
        assert half.frame is not None
        assert half.seen.form is not None
        corners = warp.transform_points(half.matrix, half.frame)
        high = float(np.linalg.norm(corners[3] - corners[0]) + np.linalg.norm(corners[2] - corners[1])) / 2
        _, top, _, bottom = half.seen.form.frame
        mm = high / ((bottom - top) * half.seen.form.paper_mm[1])
        width = half.page.pixels.shape[1]
        inner = corners[1:3, 0] - width if number == 0 else -corners[[0, 3], 0]
        heights.append(mm)
        over.append(float(inner.max()) / mm)
    return max(heights) <= (1 + ALIKE) * min(heights) and max(over) <= OVER_MM


def shows_more(halves: Sequence[Half]) -> bool:
    """Whether one half is a page with print of some form and the other half bears many words too."""
    return any(half.seen.form is not None for half in halves) and all(is_page(half.seen) for half in halves)


def is_page(seen: Seen) -> bool:
    """Whether what was looked at is a page of some form or bears much print."""
    return is_sure(seen) or is_print(seen.words, seen.clear)


def is_sure(seen: Seen) -> bool:
    """Whether it can only be a page that lies this way."""
    return seen.form is not None or seen.other != "" or seen.is_upright


def is_print(words: int, clear: int) -> bool:
    return words >= OTHER_WORDS and clear >= CLEAR_WORDS * words


def moved_back(half: Half, shift: Matrix) -> Half:
    """The half of a part of a picture as that of the picture, from which ``shift`` (3, 3) leads to the part."""
    assert half.frame is not None
    back = np.asarray(np.linalg.inv(shift), np.float64)
    return replace(
        half,
        matrix=np.asarray(half.matrix @ shift, np.float64),
        frame=warp.transform_points(back, half.frame),
    )
