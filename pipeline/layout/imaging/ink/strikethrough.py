"""Strikethrough: strokes over a whole line or a word of it, once or twice, or crosswise.

Joined letters and dot leaders run level too, so each straight run of ink is weighed by a logistic model: how long and
how straight it is, how much writing it crosses, and where it runs. To find a run, the line is sheared so that a stroke
of the sought slope lies level, and eroded by a level element:

        l   l    d                      above: ink over the run
    ====l===l====d======  <- run        bare: columns where nothing crosses it
      a l u l  n d                      below, feet: ink under the run
    ----------------------- baseline    off: distance of the run from the middle of small letters

The weights are fitted to drawn lines (``benchmarks/fitting/fit_strikes.py``). A wavy stroke through a word is not
looked for: the letters of a joined hand look the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.base.model import Box, Pixels
from pipeline.layout.imaging.ink.connected_components import ConnectedComponents

MIN_LENGTH = 1.0
"""Length from which on a run of ink is weighed, in pitches of the line: two letters."""

SLOPES = (-0.55, -0.45, -0.35, -0.25, -0.15, -0.1, -0.075, -0.05, -0.025, 0.0,
          0.025, 0.05, 0.075, 0.1, 0.15, 0.25, 0.35, 0.45, 0.55)  # fmt: skip
"""Rise over run of the strokes looked for: level ones, and the two of a cross."""

PIXELS_PER_PITCH = 40
"""Resolution at which lines are looked at: a pen's stroke is three or four pixels thick."""

INK_COVERAGE = 127
"""A pixel of a line made smaller is ink when more than this much of it, of 255, is."""

X_MIDDLE = 0.3
"""How far above the baseline a stroke runs that strikes small letters out in their middle, in pitches."""

MAX_BELOW_MIDDLE = 0.33
"""How far below that middle it runs at most, in pitches: what runs lower is an underline."""

MIN_CROSSED = 2
"""How many strokes of letters it crosses at least: a dash crosses none."""

RUN_WEIGHTS = (5.752, -13.799, 0.217, -1.907, -4.93, -1.675, 1.148, -0.001, 2.163)
"""Weight of each measure of ``InkRun``, in its order."""

RUN_OFFSET = 3.014
"""Constant of the model: with log odds above 0 a run strikes out."""

Extent = tuple[float, float]


@dataclass(frozen=True, slots=True)
class InkRun:
    """A straight run of ink in a line of writing, by measures that tell a strikethrough from letters.

    Attributes:
        length: Logarithm of its length in pitches.
        wander: How far the bare stroke leaves its straight course, in its own thickness.
        crossed: How often there is ink above and below it at once.
        line: Logarithm of the line's length in pitches.
        off: Ten times the square of its distance from the middle of the small letters, in pitches.
        above: Share of it with ink above.
        below: Share of it with ink below.
        feet: How often there is ink below it, in one pitch.
        bare: Share of it where nothing crosses it.
    """

    length: float
    wander: float
    crossed: float
    line: float
    off: float
    above: float
    below: float
    feet: float
    bare: float

    def log_odds(self) -> float:
        """Return the log odds that the run is a strikethrough."""
        measures = [getattr(self, measure.name) for measure in fields(self)]
        return float(np.dot(RUN_WEIGHTS, measures)) + RUN_OFFSET


def find_strikethrough(
    components: ConnectedComponents, numbers: NDArray[np.int64], box: Box, level: tuple[float, float]
) -> Extent | None:
    """Return from which x to which x a line is struck out, ``None`` where nothing of it is.

    Args:
        components: Ink of the page.
        numbers: The line's components.
        box: The line's box in pixels.
        level: The y of the top and of the bottom of its small letters (0.41 of its pitch apart).
    """
    left, top, right, bottom = (round(n) for n in (box.left, box.top, box.right, box.bottom))
    pitch = (level[1] - level[0]) / 0.41
    widths = components.boxes[numbers, 2] - components.boxes[numbers, 0]
    if pitch < 8 or bottom <= top or widths.max(initial=0) < MIN_LENGTH * pitch:
        return None
    chosen = np.zeros(len(components.area), bool)
    chosen[numbers] = True
    part = np.minimum(components.mask_in(chosen, left, top, right, bottom), 1)
    middle = level[1] + (0.14 - X_MIDDLE) * pitch - top
    found = [(first, last) for first, last, run in ink_runs(part, pitch, middle) if run.log_odds() > 0]
    if not found:
        return None
    return float(left + min(first for first, _ in found)), float(left + max(last for _, last in found))


def ink_runs(part: Pixels, pitch: float, middle: float) -> Iterator[tuple[int, int, InkRun]]:
    """Yield the straight runs of ink in the mask of a line: first column, the one behind the last, measures.

    Args:
        part: Mask (h, w) of the line.
        pitch: The line's pitch in pixels.
        middle: The y at which small letters have their middle.
    """
    scale = min(1.0, PIXELS_PER_PITCH / pitch)
    size = (max(1, round(scale * part.shape[1])), max(1, round(scale * part.shape[0])))
    small = (cv2.resize(part * np.uint8(255), size, interpolation=cv2.INTER_AREA) > INK_COVERAGE).astype(
        np.uint8
    )
    for first, last, run in _runs_in(small, scale * pitch, scale * middle):
        yield round(first / scale), round(last / scale), run


def _runs_in(part: Pixels, pitch: float, middle: float) -> Iterator[tuple[int, int, InkRun]]:
    wide = part.shape[1]
    least = max(6, round(MIN_LENGTH * pitch))
    for slope in SLOPES:
        straight, room = _sheared(part, slope)
        # a pixel upwards and downwards lets an uneven stroke count; gaps between letters stay open
        thick = cv2.dilate(straight, np.ones((3, 1), np.uint8))
        kept = cv2.erode(
            thick, np.ones((1, least), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=(0.0,)
        )
        _, top, _, high = cv2.boundingRect(kept)
        if not high:
            continue
        count, labels, boxes, _ = cv2.connectedComponentsWithStats(kept[top : top + high], connectivity=8)
        for number in range(1, count):
            x, y, width, height = (int(n) for n in boxes[number, :4])
            inside = labels[y : y + height, x : x + width] == number
            row = int(np.argmax(inside.sum(axis=1)))
            # a slanting stroke leaves a slanting band: only what lies in this row is straight at this slope
            columns = np.flatnonzero(inside[row])
            row += top + y
            first = max(0, x + int(columns[0]) - least // 2)
            last = min(wide, x + int(columns[-1]) - least // 2 + least)
            below = row - room + slope * ((first + last) / 2 - wide / 2) - middle
            if below > MAX_BELOW_MIDDLE * pitch:
                continue
            run = _measure_run(straight[:, first:last] > 0, row, pitch, wide, below / pitch)
            if run is not None:
                yield first, last, run


def _measure_run(strip: NDArray[np.bool_], row: int, pitch: float, wide: int, off: float) -> InkRun | None:
    """Return the measures of a run that lies level in ``row`` of the mask of its columns.

    ``None`` where it crosses too few strokes of letters.
    """
    length = strip.shape[1]
    near, far = max(2, round(0.09 * pitch)), max(4, round(0.2 * pitch))
    reach = max(1, round(0.05 * pitch))
    over = _dilated_columns(strip[max(0, row - far) : max(0, row - near)], reach)
    under = _dilated_columns(strip[row + near : row + far], reach)
    crossed = _count_stretches(over & under)
    if crossed < MIN_CROSSED:
        return None
    above, below = _thickness_from(strip[: row + 1][::-1]), _thickness_from(strip[row:])
    thick = np.maximum(1, above + below - 1)
    pen = _fifth_percentile(thick)
    bare = thick <= 1.5 * pen + 1
    columns, centre = np.flatnonzero(bare), (below - above)[bare] / 2
    wander = 1.0
    if len(columns) > 5:
        x = columns - columns.mean()
        course = x * (x @ centre) / (x @ x)
        wander = min(1.0, float(np.std(centre - course)) / max(1.0, pen))
    return InkRun(
        length=float(np.log(length / pitch)),
        wander=wander,
        crossed=crossed,
        line=float(np.log(wide / pitch)),
        off=10 * off * off,
        above=float(over.mean()),
        below=float(under.mean()),
        feet=_count_stretches(under) * pitch / length,
        bare=float(bare.mean()),
    )


def _thickness_from(strip: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return how many pixels of ink follow one another in each column from the first row on; that row may miss."""
    strip = np.vstack([strip, np.zeros((1, strip.shape[1]), bool)])
    strip[0] = True
    reach: NDArray[np.float64] = np.argmin(strip, axis=0).astype(np.float64)
    return reach


def _dilated_columns(rows: NDArray[np.bool_], reach: int) -> NDArray[np.bool_]:
    """Return the columns with ink in any of the rows, and those within ``reach`` of them."""
    bare = np.asarray(rows.any(axis=0))
    grown = bare.copy()
    for step in range(1, reach + 1):
        grown[step:] |= bare[:-step]
        grown[:-step] |= bare[step:]
    return grown


def _fifth_percentile(of: NDArray[np.float64]) -> float:
    """Return the value below which a fifth of them lies, as ``numpy.percentile`` has it."""
    ordered = np.sort(of)
    place = 0.2 * (len(of) - 1)
    low = int(place)
    return float(ordered[low] + (ordered[min(low + 1, len(of) - 1)] - ordered[low]) * (place - low))


def _count_stretches(of: NDArray[np.bool_]) -> int:
    """Return how many stretches of True columns there are."""
    return int(of[0]) + int(np.count_nonzero(of[1:] & ~of[:-1]))


def _sheared(part: Pixels, slope: float) -> tuple[Pixels, int]:
    """Return the mask with its columns moved so that a stroke of that slope lies level.

    The second value is how many rows were added above.
    """
    height, width = part.shape
    room = int(np.ceil(abs(slope) * width / 2))
    matrix = np.array([[1, 0, 0], [-slope, 1, slope * width / 2 + room]], np.float32)
    size = (width, height + 2 * room)
    return np.asarray(cv2.warpAffine(part, matrix, size, flags=cv2.INTER_NEAREST), np.uint8), room
