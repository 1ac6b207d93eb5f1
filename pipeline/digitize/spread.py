"""A picture of a book that lies open: both its pages, where it is sure that there are two.

Where two pages fill the picture its gutter is sought near the middle. A photograph often shows much else: then the page
that is found first says where the other one would lie. What is left of a picture around what was found is looked at
too: one more sheet may lie there, in any way.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from pipeline.digitize.halves import (
    OTHER_WORDS,
    Half,
    Looking,
    are_two,
    both_sides,
    is_form,
    is_page,
    is_print,
    is_sure,
    moved_back,
    shows_more,
)
from pipeline.digitize.options import DigitizeOptions
from pipeline.digitize.recognise import Seen, clear_of, dpi_of, recognised
from pipeline.digitize.stopwatch import Stopwatch
from pipeline.errors import ScanTimeout
from pipeline.imaging import light, spread, warp
from pipeline.imaging.colour import Layers, layers_of
from pipeline.locate import fit as fitting
from pipeline.model import Box, Matrix, PageImage
from pipeline.ocr import Engines
from pipeline.schema import Form, Schemas

ASPECTS = (0.72, 1.5)
"""How wide, measured by two pages of the form's paper side by side, a picture of two pages may be: one may be cut off,
a scanner's bed seen beside the other."""

BESIDE = 0.5
"""How much of a page beside the one that was found must be in the picture, so that it is looked for: a strip of the
facing page is seen on most pictures of one page of a bound book. As a share of a page's shorter side: how much room
there must be around what was found for one more sheet to be looked for."""

AROUND = 0.03
"""How much more than two pages is cut out of a picture for the look at both, as a share of a page's width."""

THIN = 0.3
"""How thin a letter is at least, in heights of a printed one: thinner marks are dots, strokes and fibres."""

LETTERS = 4
"""How many marks the size of a letter a printed word has at least, one with another: where there are too few no words
are looked for, which in the grain of a table takes long."""

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
    layers: Layers,
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


def _across(page: PageImage, layers: Layers, looking: Looking) -> tuple[Look, tuple[int, ...], bool]:
    """The look at a picture that two pages fill from side to side, in which order the turns of the picture are best
    tried after it (none where it is not of that shape), and whether there is one page with nothing beside it."""
    form = looking.form
    with looking.watch.stage("spread"):
        level = spread.lines_run_level(layers.ink)
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
        if not _bears_print(_around(facing), whole, looking):
            continue
        doubtful = True
        margin = AROUND * float(np.linalg.norm(across))
        both = _around(np.vstack([paper, facing])).grown(margin, margin)
        place = _around(warp.moved(np.asarray(np.linalg.inv(level.matrix), np.float64), _corners(both)))
        part, shift = _cut_out(page, place)
        if part.pixels.size >= WHOLE * page.pixels.size:
            continue
        with looking.watch.stage("spread"):
            layers = layers_of(part.pixels)
        found, gutter = both_sides(part, layers, level.turn, looking)
        if are_two(found, looking.form):
            back = np.asarray(np.linalg.inv(shift), np.float64)
            return Look(
                tuple(moved_back(half, shift) for half in found),
                turn=level.turn,
                gutter=warp.moved(back, gutter),
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
    """The look that gave one page or two, doubtful where one more lies beside, between, above or below them. One that
    lies otherwise than they do has to be sure: the grain of a table on its side has more clear words."""
    turn, papers = _papers(look)
    if look.doubtful or not papers:
        return look
    turning, (width, height) = warp.turned(turn, (page.pixels.shape[1], page.pixels.shape[0]))
    papers = [replace(paper, corners=warp.moved(turning, paper.corners)) for paper in papers]
    found = _around(np.vstack([paper.corners for paper in papers]))
    places = [
        Box(0.0, 0.0, found.left, height),
        Box(found.right, 0.0, width, height),
        Box(0.0, 0.0, width, found.top),
        Box(0.0, found.bottom, width, height),
    ]
    for left, right in pairwise(paper.corners for paper in papers):
        places.append(Box(float(left[1:3, 0].max()), 0.0, float(right[[0, 3], 0].min()), height))
    room = BESIDE * float(np.mean([paper.shorter for paper in papers]))
    dpi = float(np.mean([paper.dpi for paper in papers]))
    back = np.asarray(np.linalg.inv(turning), np.float64)
    for place in places:
        if min(place.width, place.height) < room:
            continue
        part, _ = _cut_out(page, _around(warp.moved(back, _corners(place))))
        if _shows_a_page(part, turn, dpi, looking):
            return replace(look, doubtful=True)
    return look


def _shows_a_page(part: PageImage, turn: int, dpi: float, looking: Looking) -> bool:
    """Whether a page lies on a part of the picture, or may: where there is too much to be looked through in time."""
    form = looking.form
    with looking.watch.stage("spread"):
        layers = layers_of(part.pixels)
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


def _letters(layers: Layers, form: Form, dpi: float) -> int:
    """How many marks may be printed letters, whichever way they lie: fibres of a table are thinner or longer."""
    _, marks = light.inked(light.evened(layers.ink))
    _, top, _, bottom = form.frame
    letter = form.text_size * (bottom - top) * form.paper_mm[1] / 25.4 * dpi
    sides = marks.boxes[:, 2:] - marks.boxes[:, :2]
    thin, long = sides.min(axis=1), sides.max(axis=1)
    return int(((thin > THIN * letter) & (thin < 2.5 * letter) & (long < 4 * letter)).sum())


@dataclass(frozen=True, slots=True)
class _Paper:
    """The corners (4, 2) of a page's paper on the picture, from its own top left clockwise, and its pixels an inch."""

    corners: Matrix
    dpi: float

    @property
    def shorter(self) -> float:
        """Its shorter side in pixels."""
        a, b, _, d = self.corners
        return float(min(np.linalg.norm(b - a), np.linalg.norm(d - a)))


def _papers(look: Look) -> tuple[int, list[_Paper]]:
    """How far the picture is turned clockwise for the pages that were found to stand upright, in degrees, and their
    papers, left page first; none where no form is known."""
    if look.halves:
        return look.turn, [_paper_of(half.seen, half.seen.level.matrix @ half.matrix) for half in look.halves]
    if look.whole is None or look.whole.fit is None:
        return 0, []
    level = look.whole.level
    return level.turn, [_paper_of(look.whole, level.matrix)]


def _paper_of(seen: Seen, matrix: Matrix) -> _Paper:
    """The paper of a page on the picture from which ``matrix`` (3, 3) leads to its levelled one."""
    assert seen.form is not None
    assert seen.fit is not None
    corners = warp.moved(
        np.asarray(np.linalg.inv(matrix), np.float64), fitting.paper_corners(seen.form, seen.fit)
    )
    down = float(np.linalg.norm(corners[3] - corners[0]) + np.linalg.norm(corners[2] - corners[1])) / 2
    return _Paper(corners, down / (seen.form.paper_mm[1] / 25.4))


def _around(corners: Matrix) -> Box:
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    return Box(float(left), float(top), float(right), float(bottom))


def _corners(box: Box) -> Matrix:
    return np.array(
        [(box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom)]
    )


def _cut_out(page: PageImage, place: Box) -> tuple[PageImage, Matrix]:
    """A part of the picture, and the matrix (3, 3) from the picture to it."""
    seen = place.within(page.pixels.shape[1], page.pixels.shape[0])
    left, top, right, bottom = (round(n) for n in (seen.left, seen.top, seen.right, seen.bottom))
    pixels = np.ascontiguousarray(page.pixels[top:bottom, left:right])
    return PageImage(page.ref, pixels, page.dpi), np.array([[1, 0, -left], [0, 1, -top], [0, 0, 1.0]])
