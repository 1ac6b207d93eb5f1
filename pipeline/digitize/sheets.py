"""Detect sheets: one page, or the two pages of a book that lies open, and whether more lie in the picture than that.

Only print decides. A gutter is proposed by the picture (``pipeline.layout.imaging.geometry.gutter``); both sides of it
are normalized and matched like any picture, and they are two pages when the form's labels are found on both and neither
printed frame crosses the gutter::

    +-------+-------+      first: the gutter near the middle of the picture, in the likeliest orientations
    | page  | page  |      else:  the whole picture as one page; where that leaves room beside the page and print
    |       |       |             is seen there, the part of the picture that shows both pages
    +-------+-------+      last:  is there room and print for one more sheet around what was found?
          gutter

A form of which a sheet holds many entries (a table) is never parted, nor one whose paper is wider than high.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.base.model import Box, Matrix, PageImage
from pipeline.declarations.schema import Form
from pipeline.digitize.context import PageContext
from pipeline.digitize.further_sheets import Paper, has_further_sheet, locate_paper
from pipeline.digitize.match import FormMatch, count_clear, is_print, match_form
from pipeline.digitize.normalize import NormalizedImage, around, corners_of, crop, normalize
from pipeline.layout.imaging.geometry import warp
from pipeline.layout.imaging.geometry.gutter import find_gutter, has_horizontal_text, split_at_gutter
from pipeline.layout.locate import form_fit

log = logging.getLogger(__name__)

ASPECTS = (0.72, 1.5)
"""How wide, measured by two pages of the form's paper side by side, a picture of two pages may be: one may be cut off,
a scanner's bed seen beside the other."""

FACING_SHARE = 0.5
"""How much of a page beside the one that was found must be in the picture, so that it is looked for: a strip of the
facing page is seen on most pictures of one page of a bound book."""

MARGIN = 0.03
"""How much more than two pages is cut out of a picture for the look at both, as a share of a page's width."""

WHOLE = 0.9
"""From what share of the picture on a part of it is the picture itself, which has been looked at."""

SMALLEST = 100
"""Pixels of the shorter side of the smallest picture that is parted."""

SIZE_TOLERANCE = 0.12
"""How much larger one page's frame may look than the other's."""

OVERLAP_MM = 4.0
"""How far a printed frame may reach over the gutter: it is carried there from labels that stand far from it."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page of a picture.

    Attributes:
        image: The picture of it alone.
        match: Its form and orientation.
        matrix: From the whole picture to ``image``, (3, 3).
        frame: The corners (4, 2) of its printed frame on the whole picture, where its form is known.
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
        is_doubtful: Whether there are signs of one more page than were found.
        turn: How far the picture is turned clockwise for two pages to stand upright, in degrees.
        gutter: Both ends (2, 2) of the line between two pages on the picture.
    """

    sheets: tuple[Sheet, ...] = ()
    is_doubtful: bool = False
    turn: int = 0
    gutter: Matrix | None = None

    @property
    def is_spread(self) -> bool:
        """Whether the picture shows an open book whose two pages are distinguished for sure."""
        return len(self.sheets) == 2


NOT_PARTED = DetectedSheets()


def detect_sheets(picture: NormalizedImage, context: PageContext) -> DetectedSheets:
    """Return the sheets of a picture, each matched with a form.

    Args:
        picture: The whole picture, upright or lying in any way, with much else beside the sheets or nothing.
        context: What the page is read with.
    """
    detected, turns, is_single = _part_at_middle(picture, context)
    if not detected.is_spread:
        match = match_form(picture, context, turns)
        facing = NOT_PARTED if is_single else _part_beside(picture, match, context)
        if facing.is_spread:
            detected = facing
        else:
            single = Sheet(picture, match, np.eye(3))
            doubtful = detected.is_doubtful or facing.is_doubtful
            detected = DetectedSheets((single,), doubtful)
    turn, papers = _papers(detected)
    if not detected.is_doubtful and papers and has_further_sheet(papers, turn, picture.page, context):
        detected = replace(detected, is_doubtful=True)
    log.info(
        "sheets: %d, turn %d°, forms %s%s",
        len(detected.sheets),
        turn,
        [sheet.match.form.id if sheet.match.form else None for sheet in detected.sheets],
        ", one more may be there" if detected.is_doubtful else "",
    )
    return detected


def _part_at_middle(
    picture: NormalizedImage, context: PageContext
) -> tuple[DetectedSheets, tuple[int, ...], bool]:
    """Part a picture that two pages fill from side to side.

    Returns:
        The two pages, if they are; the order in which turns of the whole picture are best tried else (empty: any);
        whether one page cannot have another one beside it.
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
    """Part a picture of which one page was found, where print lies next to that page in the place of the facing one."""
    if match.form is None or match.fit is None:
        return NOT_PARTED
    level = match.level
    paper = form_fit.paper_corners(match.form, match.fit)
    across = (paper[1] - paper[0] + paper[2] - paper[3]) / 2
    is_doubtful = False
    for facing in (paper + across, paper - across):
        if not _bears_print(around(facing), match, context):
            continue
        is_doubtful = True
        margin = MARGIN * float(np.linalg.norm(across))
        both = around(np.vstack([paper, facing])).grown(margin, margin)
        back = np.asarray(np.linalg.inv(level.matrix), np.float64)
        part, shift = crop(picture.page, around(warp.transform_points(back, corners_of(both))))
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
    """Return whether enough of a place on the deskewed picture is in it, and printed words lie there."""
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
        The left and the right side, and the ends (2, 2) of the gutter on the picture as it was.
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
    """Return the sheet with its printed frame on the whole picture, where its form is known."""
    fit, level = sheet.match.fit, sheet.match.level
    if fit is None or sheet.match.form is None:
        return sheet
    corners = np.array([fit.to_pixels(u, v) for u, v in ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))])
    back = np.asarray(np.linalg.inv(level.matrix @ sheet.matrix), np.float64)
    return replace(sheet, frame=warp.transform_points(back, corners))


def _moved_back(sheet: Sheet, shift: Matrix) -> Sheet:
    """Return the sheet of a part of a picture as that of the picture, from which ``shift`` (3, 3) leads to the part."""
    assert sheet.frame is not None
    back = np.asarray(np.linalg.inv(shift), np.float64)
    return replace(
        sheet,
        matrix=np.asarray(sheet.matrix @ shift, np.float64),
        frame=warp.transform_points(back, sheet.frame),
    )


def _has_form(sheet: Sheet, form: Form) -> bool:
    """Return whether it is a page of the form, or of another printing of it."""
    return sheet.match.form is not None and form.id in (sheet.match.form.id, sheet.match.form.printing_of)


def _are_facing(sheets: Sequence[Sheet], form: Form) -> bool:
    """Return whether both are pages of the form (one may be a cover), equally large, and neither crosses the gutter."""
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


def _papers(detected: DetectedSheets) -> tuple[int, list[Paper]]:
    """Return the turn that sets the sheets upright, and their papers on the picture, left page first.

    The turn is in degrees clockwise. There are no papers where a form is not known.
    """
    matches = [sheet.match for sheet in detected.sheets]
    if any(match.fit is None for match in matches):
        return 0, []
    turn = detected.turn if detected.is_spread else matches[0].level.turn
    return turn, [
        locate_paper(sheet.match, sheet.match.level.matrix @ sheet.matrix) for sheet in detected.sheets
    ]
