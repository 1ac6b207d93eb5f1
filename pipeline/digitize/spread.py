"""A picture of a book that lies open: both its pages, where it is sure that there are two.

Where two pages fill the picture its gutter is sought near the middle. A photograph often shows much else: then the page
that is found first says where the other one would lie. What is left of a picture around what was found is looked at
too: one more sheet may lie there, in any way.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pipeline.digitize.halves import (
    Half,
    Looking,
    are_two,
    both_sides,
    is_form,
    is_print,
    moved_back,
    shows_more,
)
from pipeline.digitize.more_sheets import Paper, is_one_more, paper_of
from pipeline.digitize.options import DigitizeOptions
from pipeline.digitize.parts import around, corners_of, cut_out
from pipeline.digitize.recognise import Seen, clear_of, dpi_of, recognised
from pipeline.digitize.stopwatch import Stopwatch
from pipeline.imaging.geometry import warp
from pipeline.imaging.geometry.gutter import has_horizontal_text
from pipeline.imaging.ink.binarization import ColourLayers, split_colour_layers
from pipeline.locate import form_fit as fitting
from pipeline.model import Box, Matrix, PageImage
from pipeline.ocr import Engines
from pipeline.schema import Form, Schemas

ASPECTS = (0.72, 1.5)
"""How wide, measured by two pages of the form's paper side by side, a picture of two pages may be: one may be cut off,
a scanner's bed seen beside the other."""

BESIDE = 0.5
"""How much of a page beside the one that was found must be in the picture, so that it is looked for: a strip of the
facing page is seen on most pictures of one page of a bound book."""

AROUND = 0.03
"""How much more than two pages is cut out of a picture for the look at both, as a share of a page's width."""

WHOLE = 0.9
"""From what share of the picture on that is the picture itself, which has been looked at."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a look for two pages gave: the ``halves``, left page first (none: it is not sure that there are two), or the
    picture seen as one page, ``whole``, and whether there are signs of one more page than were found (``doubtful``).
    ``turn``: how far the picture was turned clockwise for the halves to stand upright, in degrees; ``gutter`` (2, 2):
    both ends of the line between them on the picture."""

    halves: tuple[Half, ...] = ()
    whole: Seen | None = None
    doubtful: bool = False
    turn: int = 0
    gutter: Matrix | None = None


def two_pages(
    page: PageImage,
    layers: ColourLayers,
    form: Form,
    schemas: Schemas,
    engines: Engines,
    options: DigitizeOptions,
    watch: Stopwatch,
) -> Look:
    """The two pages of a picture of an open book of that form, upright or lying in any way, much else beside it or
    nothing; or the picture as one page. A form of which a sheet holds many entries (a table) is never parted, nor one
    whose paper is wider than high."""
    looking = Looking(form, schemas, engines, options, watch)
    opens = (
        form.layout == "page" and form.paper_mm[0] < form.paper_mm[1] and min(page.pixels.shape[:2]) >= 100
    )
    look, turns, alone = _across(page, layers, looking) if opens else (Look(), (), True)
    if look.halves:
        return _with_more(look, page, looking)
    whole = recognised(page, layers, form, schemas, engines, options, dpi_of(page, form), watch, turns)
    if not alone:
        beside = _beside(page, whole, looking)
        look = beside if beside.halves else replace(look, doubtful=look.doubtful or beside.doubtful)
    return _with_more(look if look.halves else replace(look, whole=whole), page, looking)


def _across(page: PageImage, layers: ColourLayers, looking: Looking) -> tuple[Look, tuple[int, ...], bool]:
    """The look at a picture that two pages fill from side to side, in which order the turns of the picture are best
    tried after it (none where it is not of that shape), and whether there is one page with nothing beside it."""
    form = looking.form
    with looking.watch.stage("spread"):
        level = has_horizontal_text(layers.ink)
        height, width = page.pixels.shape[:2]
        wide = width / height if level else height / width
        wanted = wide / (2 * form.paper_mm[0] / form.paper_mm[1])
        if not ASPECTS[0] <= wanted <= ASPECTS[1]:
            return Look(), (), False
    doubtful = alone = False
    for turn in (0, 180) if level else (90, 270):
        found, gutter = both_sides(page, layers, turn, looking)
        if are_two(found, form):
            return Look(found, turn=turn, gutter=gutter), (turn,), False
        doubtful |= shows_more(found)
        if any(is_form(half.seen, form) for half in found):
            alone = not doubtful
            break
    return Look(doubtful=doubtful), (0, 180, 90, 270) if level else (90, 270, 0, 180), alone


def _beside(page: PageImage, whole: Seen, looking: Looking) -> Look:
    """The look at a picture of which the ``whole`` was seen as one page: is there print beside that page, where the
    facing one would lie, the part of the picture that shows both is looked at."""
    if whole.form is None or whole.fit is None:
        return Look()
    level = whole.level
    paper = fitting.paper_corners(whole.form, whole.fit)
    across = (paper[1] - paper[0] + paper[2] - paper[3]) / 2
    doubtful = False
    for facing in (paper + across, paper - across):
        if not _bears_print(around(facing), whole, looking):
            continue
        doubtful = True
        margin = AROUND * float(np.linalg.norm(across))
        both = around(np.vstack([paper, facing])).grown(margin, margin)
        place = around(
            warp.transform_points(np.asarray(np.linalg.inv(level.matrix), np.float64), corners_of(both))
        )
        part, shift = cut_out(page, place)
        if part.pixels.size >= WHOLE * page.pixels.size:
            continue
        with looking.watch.stage("spread"):
            layers = split_colour_layers(part.pixels)
        found, gutter = both_sides(part, layers, level.turn, looking)
        if are_two(found, looking.form):
            back = np.asarray(np.linalg.inv(shift), np.float64)
            return Look(
                tuple(moved_back(half, shift) for half in found),
                turn=level.turn,
                gutter=warp.transform_points(back, gutter),
            )
    return Look(doubtful=doubtful)


def _bears_print(place: Box, whole: Seen, looking: Looking) -> bool:
    """Whether enough of a place on the levelled picture is in it, and printed words stand there."""
    seen = place.within(*whole.level.size)
    if seen.area < BESIDE * place.area:
        return False
    left, top, right, bottom = (round(n) for n in (seen.left, seen.top, seen.right, seen.bottom))
    part = np.ascontiguousarray(whole.level.print_only[top:bottom, left:right])
    with looking.watch.stage("spread"):
        words = looking.engines.labels.words(part, whole.level.dpi)
    return is_print(len(words), clear_of(words))


def _with_more(look: Look, page: PageImage, looking: Looking) -> Look:
    """The look that gave one page or two, doubtful where one more lies around them."""
    turn, papers = _papers(look)
    if look.doubtful or not papers or not is_one_more(papers, turn, page, looking):
        return look
    return replace(look, doubtful=True)


def _papers(look: Look) -> tuple[int, list[Paper]]:
    """How far the picture is turned clockwise for the pages that were found to stand upright, in degrees, and their
    papers, left page first; none where no form is known."""
    if look.halves:
        return look.turn, [paper_of(half.seen, half.seen.level.matrix @ half.matrix) for half in look.halves]
    if look.whole is None or look.whole.fit is None:
        return 0, []
    level = look.whole.level
    return level.turn, [paper_of(look.whole, level.matrix)]
