"""Strokes that strike writing out: over a whole line, over a word of it, once or twice, or crosswise.

A wavy stroke through a word is not looked for: the letters of a joined hand run on just so."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.marks import Marks
from pipeline.model import Box, Pixels

WORD = 1.3
"""How long a straight stroke is that strikes out part of a line, in pitches of the line: three letters or more."""

CROSSED = 3
"""How many strokes of letters it crosses at least: a bar of a t or of an H crosses one or two."""

SLOPES = tuple(step / 40 for step in range(-2, 3))
"""Rise over run of strokes along a line."""

GENTLE = (*SLOPES, -0.075, 0.075, -0.1, 0.1)
"""Those of strokes through a word."""

DIAGONALS = tuple(sign * rise for sign in (-1, 1) for rise in (0.15, 0.25, 0.35, 0.45, 0.55))
"""Rise over run of the strokes of a cross: steep enough for an underline to be none."""

Extent = tuple[float, float]


def strike_of(
    marks: Marks, numbers: NDArray[np.int64], box: Box, level: tuple[float, float]
) -> Extent | None:
    """From which x to which a line is struck out, ``None`` where nothing of it is.

    ``numbers`` are the line's marks, ``box`` is around them, ``level`` the y of the top and of the bottom of its small
    letters. A stroke strikes out what it runs through between these, so that an underline is none: one nearly level run
    over most of the line, or a straight one of a word's length that crosses strokes of letters, so that
    neither a crossed t nor a dash counts; a cross may reach above and below.
    """
    left, top, right, bottom = (round(n) for n in (box.left, box.top, box.right, box.bottom))
    first, last = max(top, round(level[0])), min(bottom, round(level[1]))
    if last - first < 3 or right - left < 2.5 * (last - first):
        return None
    chosen = np.zeros(len(marks.area) + 1, bool)
    chosen[numbers + 1] = True
    part = chosen[marks.numbers_in(left, top, right, bottom)].astype(np.uint8)
    band = slice(first - top, last - top)
    # the bar of an H takes much of a short word
    share = 0.55 if right - left > 5 * (last - first) else 0.92
    whole = max(15, int(share * (right - left)))
    found: list[Extent] = [end for slope in SLOPES for end in _runs(part[band], slope, whole)]
    pitch = (level[1] - level[0]) / 0.41
    widths = marks.boxes[numbers, 2] - marks.boxes[numbers, 0]
    if not found and widths.max(initial=0) >= WORD * pitch:
        found = list(_through_words(part, band, pitch))
    if not found:
        return None
    return float(left + min(one[0] for one in found)), float(left + max(one[1] for one in found))


def _through_words(part: Pixels, band: slice, pitch: float) -> Iterator[Extent]:
    """Straight strokes of a word's length: level ones between the band's rows, slanting ones anywhere in the line."""
    run = max(15, round(WORD * pitch))
    level = np.zeros_like(part)
    level[band] = part[band]
    for slope in (*GENTLE, *DIAGONALS):
        picture = level if slope in GENTLE else part
        for first, last in _runs(picture, slope, run):
            if _crossings(part, picture, slope, first, last, run, pitch) >= CROSSED:
                yield first, last


def _runs(part: Pixels, slope: float, run: int) -> list[tuple[int, int]]:
    """From which column to which some straight line of that slope has so many set pixels on end, if one has."""
    # a pixel upwards and downwards lets an uneven stroke count; gaps between letters stay open
    thick = np.asarray(cv2.dilate(part, np.ones((3, 1), np.uint8)), np.uint8)
    columns = np.flatnonzero(_eroded(_sheared(thick, slope), run).any(axis=0))
    if not len(columns):
        return []
    return [(int(columns[0]) - run // 2, int(columns[-1]) - run // 2 + run)]


def _eroded(part: Pixels, run: int) -> Pixels:
    kernel = np.ones((1, run), np.uint8)
    return np.asarray(cv2.erode(part, kernel, borderType=cv2.BORDER_CONSTANT, borderValue=(0.0,)), np.uint8)


def _crossings(
    part: Pixels, picture: Pixels, slope: float, first: int, last: int, run: int, pitch: float
) -> int:
    """How many strokes the straight stroke crosses between two columns: ink close above it and close below it, in the
    same columns."""
    thick = np.asarray(cv2.dilate(picture, np.ones((3, 1), np.uint8)), np.uint8)
    kept = _eroded(_sheared(thick, slope), run)
    row = int(np.argmax(kept.sum(axis=1)))
    straight = _sheared(part, slope)[:, max(0, first) : last] > 0
    near, far = max(3, round(0.09 * pitch)), max(5, round(0.2 * pitch))
    above = straight[max(0, row - far) : max(0, row - near)].any(axis=0)
    below = straight[row + near : row + far].any(axis=0)
    reach = max(1, round(0.05 * pitch))
    wide = np.ones(2 * reach + 1)
    both = (np.convolve(above, wide, "same") > 0) & (np.convolve(below, wide, "same") > 0)
    return int((np.diff(both.astype(np.int8), prepend=0) > 0).sum())


def _sheared(part: Pixels, slope: float) -> Pixels:
    """The mask with its columns moved so that a stroke of that slope runs level; rows are added for what moves out."""
    height, width = part.shape
    room = int(np.ceil(abs(slope) * width / 2))
    matrix = np.array([[1, 0, 0], [-slope, 1, slope * width / 2 + room]], np.float32)
    size = (width, height + 2 * room)
    return np.asarray(cv2.warpAffine(part, matrix, size, flags=cv2.INTER_NEAREST), np.uint8)
