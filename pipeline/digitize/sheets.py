"""Detect sheets: one page or the two pages of an open book, and whether the picture shows more pages.

Only print decides. The picture proposes a gutter (``pipeline.layout.imaging.geometry.gutter``). Both sides are
normalized and matched like any picture; they are two pages if both show the form's labels and neither printed frame
crosses the gutter::

    +-------+-------+      first: the gutter near the middle of the picture, in the likeliest orientations
    | page  | page  |      else:  the whole picture as one page; if there is room beside the page and print
    |       |       |             lies there, the part of the picture that shows both pages
    +-------+-------+      last:  look for room and print for one more sheet around the detected ones
          gutter

A picture is never split for a form whose paper is wider than high.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.base.errors import ScanTimeout
from pipeline.base.model import Box, Matrix, PageImage
from pipeline.declarations.schema import Form
from pipeline.digitize.match import OTHER_WORDS, FormMatch, count_clear, is_print, match_form
from pipeline.digitize.normalize import NormalizedImage, normalize
from pipeline.digitize.page_context import PageContext
from pipeline.digitize.spare_places import locate_paper, spare_places
from pipeline.layout.imaging.geometry import warp
from pipeline.layout.imaging.geometry.boxes import bounding_box, box_corners, crop_page
from pipeline.layout.imaging.geometry.gutter import find_gutter, has_horizontal_text, split_at_gutter
from pipeline.layout.imaging.ink import binarization
from pipeline.layout.locate import form_fit

log = logging.getLogger(__name__)

ASPECTS = (0.72, 1.5)
"""Least and largest aspect ratio of a picture of two pages, as a multiple of that of two sheets side by side: a page
may be cut off, or the scanner's bed may show."""

FACING_SHARE = 0.5
"""Least share of a facing page within the picture for a look at it: most pictures of one page of a bound book show a
strip of the facing page."""

MARGIN = 0.03
"""Margin around two pages that are cropped from a picture, as a share of a page's width."""

WHOLE = 0.9
"""Share of the picture from which a part counts as the whole picture, which was examined before."""

SMALLEST = 100
"""Shorter side, in pixels, of the smallest picture that is split."""

SIZE_TOLERANCE = 0.12
"""Largest excess of the larger frame's scale over the smaller one's."""

THIN = 0.3
"""Least width of a letter, in heights of a printed letter: thinner components are dots, strokes and fibres."""

LETTERS = 4
"""Mean number of letter-sized components in a printed word. A part with fewer is not searched for words, which takes
long in the grain of a table."""

OVERLAP_MM = 4.0
"""Largest distance by which a printed frame may cross the gutter: it is extrapolated from labels far away."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page of a picture.

    Attributes:
        image: The part of the picture that shows the page.
        matrix: From the whole picture to ``image``, (3, 3).
        frame: The corners (4, 2) of the printed frame on the whole picture, if the form is known.
    """

    image: NormalizedImage
    match: FormMatch
    matrix: Matrix
    frame: Matrix | None = None


@dataclass(frozen=True, slots=True)
class DetectedSheets:
    """The sheets of a picture.

    Attributes:
        sheets: The one page, or the two pages of an open book, left page first.
        is_doubtful: Whether the picture may show one more page.
        turn: The clockwise turn in degrees that sets the sheets upright, 0 without a form.
        gutter: Both ends (2, 2) of the line between two pages on the picture.
    """

    sheets: tuple[Sheet, ...] = ()
    is_doubtful: bool = False
    turn: int = 0
    gutter: Matrix | None = None

    @property
    def is_spread(self) -> bool:
        """Whether the picture surely shows two pages of an open book."""
        return len(self.sheets) == 2


NOT_PARTED = DetectedSheets()


def detect_sheets(picture: NormalizedImage, context: PageContext) -> DetectedSheets:
    """Return the sheets of a picture, each matched with a form.

    Args:
        picture: The whole picture in any orientation; the sheets may fill it or not.
    """
    detected, turns, is_single = _part_at_middle(picture, context)
    if not detected.is_spread:
        match = match_form(picture, context, turns)
        facing = NOT_PARTED if is_single else _part_beside(picture, match, context)
        if facing.is_spread:
            detected = facing
        else:
            turn = 0 if match.fit is None else match.level.turn
            is_doubtful = detected.is_doubtful or facing.is_doubtful
            detected = DetectedSheets((Sheet(picture, match, np.eye(3)),), is_doubtful, turn)
    if not detected.is_doubtful and _has_further_sheet(detected, picture.page, context):
        detected = replace(detected, is_doubtful=True)
    log.info(
        "sheets: %d, turn %d°, forms %s%s",
        len(detected.sheets),
        detected.turn,
        [sheet.match.form.id if sheet.match.form else None for sheet in detected.sheets],
        ", one more may be there" if detected.is_doubtful else "",
    )
    return detected


def _part_at_middle(
    picture: NormalizedImage, context: PageContext
) -> tuple[DetectedSheets, tuple[int, ...], bool]:
    """Split a picture at a gutter near its middle.

    Returns:
        The two pages, if there are two; else the best order of turns for the whole picture (empty: any); whether a
        single page cannot have a facing page in the picture.
    """
    form = context.form
    width, height = picture.size
    if (
        form.layout not in ("page", "table")
        or form.paper_mm[0] >= form.paper_mm[1]
        or min(width, height) < SMALLEST
    ):
        return NOT_PARTED, (), True
    with context.clock.stage("spread"):
        is_level = has_horizontal_text(picture.ink)
        aspect = width / height if is_level else height / width
        if not ASPECTS[0] <= aspect / (2 * form.paper_mm[0] / form.paper_mm[1]) <= ASPECTS[1]:
            return NOT_PARTED, (), form.layout == "table"
    is_doubtful = is_single = False
    for turn in (0, 180) if is_level else (90, 270):
        sheets, gutter = _match_sides(picture, turn, context)
        if _are_facing(sheets, form):
            return DetectedSheets(sheets, turn=turn, gutter=gutter), (turn,), False
        is_doubtful |= any(sheet.match.form is not None for sheet in sheets) and all(
            sheet.match.is_page for sheet in sheets
        )
        if any(_has_form(sheet, form) for sheet in sheets):
            is_single = not is_doubtful
            break
    turns = (0, 180, 90, 270) if is_level else (90, 270, 0, 180)
    return DetectedSheets(is_doubtful=is_doubtful), turns, is_single


def _part_beside(picture: NormalizedImage, match: FormMatch, context: PageContext) -> DetectedSheets:
    """Split a picture with one matched page if print lies in the place of its facing page."""
    if match.form is None or match.fit is None:
        return NOT_PARTED
    level = match.level
    paper = form_fit.paper_corners(match.form, match.fit)
    across = (paper[1] - paper[0] + paper[2] - paper[3]) / 2
    is_doubtful = False
    for facing in (paper + across, paper - across):
        if not _bears_print(bounding_box(facing), match, context):
            continue
        is_doubtful = True
        margin = MARGIN * float(np.linalg.norm(across))
        both = bounding_box(np.vstack([paper, facing])).grown(margin, margin)
        back = np.asarray(np.linalg.inv(level.matrix), np.float64)
        part, shift = crop_page(picture.page, bounding_box(warp.transform_points(back, box_corners(both))))
        if part.pixels.size >= WHOLE * picture.page.pixels.size:
            continue
        sheets, gutter = _match_sides(normalize(part, context), level.turn, context)
        if _are_facing(sheets, context.form):
            return DetectedSheets(
                tuple(_moved_back(sheet, shift) for sheet in sheets),
                turn=level.turn,
                gutter=warp.transform_points(np.asarray(np.linalg.inv(shift), np.float64), gutter),
            )
    return DetectedSheets(is_doubtful=is_doubtful)


def _bears_print(place: Box, match: FormMatch, context: PageContext) -> bool:
    """Return whether a place on the deskewed picture is largely visible and bears printed words."""
    seen = place.within(*match.level.size)
    if seen.area < FACING_SHARE * place.area:
        return False
    left, top, right, bottom = (round(n) for n in (seen.left, seen.top, seen.right, seen.bottom))
    part = np.ascontiguousarray(match.level.print_only[top:bottom, left:right])
    with context.clock.stage("spread"):
        words = context.engines.labels.words(part, match.level.dpi)
    return is_print(len(words), count_clear(words))


def _match_sides(
    picture: NormalizedImage, turn: int, context: PageContext
) -> tuple[tuple[Sheet, ...], Matrix]:
    """Match both sides of the gutter of the picture turned clockwise by ``turn`` degrees.

    Returns:
        The left and the right side, and the ends (2, 2) of the gutter on the picture before the turn.
    """
    with context.clock.stage("spread"):
        turning, _ = warp.quarter_turn(turn, picture.size)
        pixels = np.ascontiguousarray(np.rot90(picture.page.pixels, k=-(turn // 90)))
        grey = np.ascontiguousarray(np.rot90(picture.layers.ink, k=-(turn // 90)))
        gutter = find_gutter(grey, 2 * context.form.paper_mm[0])
        sides = split_at_gutter(pixels, gutter)
    sheets = []
    for side, left in sides:
        image = normalize(PageImage(picture.page.ref, side, picture.page.dpi), context)
        shift = np.array([[1, 0, -left], [0, 1, 0], [0, 0, 1.0]])
        sheets.append(_placed(Sheet(image, match_form(image, context, (0,)), shift @ turning)))
    back = np.asarray(np.linalg.inv(turning), np.float64)
    ends = np.array([[gutter.top, 0.0], [gutter.bottom, float(pixels.shape[0])]])
    return tuple(sheets), warp.transform_points(back, ends)


def _placed(sheet: Sheet) -> Sheet:
    """Return the sheet with its printed frame on the whole picture, if its form is known."""
    fit, level = sheet.match.fit, sheet.match.level
    if fit is None or sheet.match.form is None:
        return sheet
    back = np.asarray(np.linalg.inv(level.matrix @ sheet.matrix), np.float64)
    return replace(sheet, frame=warp.transform_points(back, fit.corners))


def _moved_back(sheet: Sheet, shift: Matrix) -> Sheet:
    """Return a sheet of a part of a picture as a sheet of the picture; ``shift`` (3, 3) leads to the part."""
    assert sheet.frame is not None
    back = np.asarray(np.linalg.inv(shift), np.float64)
    return replace(
        sheet,
        matrix=np.asarray(sheet.matrix @ shift, np.float64),
        frame=warp.transform_points(back, sheet.frame),
    )


def _has_form(sheet: Sheet, form: Form) -> bool:
    """Return whether a sheet shows the form or another printing of that form."""
    return sheet.match.form is not None and form.id in (sheet.match.form.id, sheet.match.form.printing_of)


def _are_facing(sheets: Sequence[Sheet], form: Form) -> bool:
    """Return whether two sheets are facing pages.

    Both match a form, at least one of them the book's own; they are equally large, and neither crosses the gutter.
    """
    if any(sheet.frame is None for sheet in sheets) or not any(_has_form(sheet, form) for sheet in sheets):
        return False
    heights, over = [], []
    for number, sheet in enumerate(sheets):
        assert sheet.frame is not None
        assert sheet.match.form is not None
        corners = warp.transform_points(sheet.matrix, sheet.frame)
        high = float(np.linalg.norm(corners[3] - corners[0]) + np.linalg.norm(corners[2] - corners[1])) / 2
        _, top, _, bottom = sheet.match.form.frame
        mm = high / ((bottom - top) * sheet.match.form.paper_mm[1])
        inner = corners[1:3, 0] - sheet.image.size[0] if number == 0 else -corners[[0, 3], 0]
        heights.append(mm)
        over.append(float(inner.max()) / mm)
    return max(heights) <= (1 + SIZE_TOLERANCE) * min(heights) and max(over) <= OVERLAP_MM


def _has_further_sheet(detected: DetectedSheets, page: PageImage, context: PageContext) -> bool:
    """Return whether one more sheet lies around the detected ones; ``False`` where a form is not known."""
    if any(sheet.match.fit is None for sheet in detected.sheets):
        return False
    papers = [locate_paper(sheet.match, sheet.match.level.matrix @ sheet.matrix) for sheet in detected.sheets]
    dpi = float(np.mean([paper.dpi for paper in papers]))
    return any(
        _shows_page(part, detected.turn, dpi, context) for part in spare_places(papers, detected.turn, page)
    )


def _shows_page(part: PageImage, turn: int, dpi: float, context: PageContext) -> bool:
    """Return whether a part of a picture shows a page, or holds too much ink to be searched in time.

    A page that lies otherwise than the detected sheets has to be sure: the grain of a table on its side has more clear
    words.
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
    """Return the number of components that may be printed letters, in any orientation; fibres are thinner or longer."""
    _, components = binarization.binarize(binarization.normalize_illumination(image.layers.ink))
    letter = form.letter_height(image.dpi)
    sides = components.boxes[:, 2:] - components.boxes[:, :2]
    thin, long = sides.min(axis=1), sides.max(axis=1)
    return int(((thin > THIN * letter) & (thin < 2.5 * letter) & (long < 4 * letter)).sum())
