"""Words inserted between two lines, above writing that was struck out.

Such words are written small, on a line of their own; their letters may have been assigned to the line above, or have
grown together with what is struck out below:

    line above     ----- Hà Nội -------------------------------
    inserted              Huế        feet about 0.3 to 0.6 pitch above the baseline
    struck line    ~~~~~=Đà=Nẵng=~~~~~~~~~  baseline
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.layout.locate.field_lines import Boxes, FieldLine

Numbers = NDArray[np.int64]

LETTER_HEIGHT, WIDE = 0.16, 0.3
"""From which height, or width, on a component is a letter of an insertion, in pitches: it is written small."""

MIN_RISE, MIDDLE = 0.3, 0.52
"""How far above the baseline the feet of an insertion are at least, and the middle of its letters, in pitches: lower
there are the diacritics of the struck letters."""

UNDER_LINE = 0.05
"""How far below the line above the middle of letters is that are surely none of that line's, in pitches."""

APART, HANGING, AMID = 1.5, 0.1, 0.12
"""When a word assigned to the line above is none of it: further than the first from all that is written before it in
the same blank, all its feet at least the second below the line, and the middle of no letter higher than the third above
it; in pitches."""

TAIL_DEPTH, TALL = 0.2, 0.5
"""How far the letters reach below their own feet, and above them at most, in pitches; what is higher hangs from the
line above."""

MIN_WIDTH = 0.5
"""Width of such letters together from which on they are more than diacritics and tails, in pitches."""

MIN_OVERLAP = 0.15
"""How far above the insertion's feet a struck letter reaches that has grown together with it, in pitches."""

WORD_GAP = 0.7
"""Gap between words, in pitches."""


def find_grown_together(
    field_lines: Sequence[FieldLine],
    number: int,
    owner: NDArray[np.int64],
    boxes: Boxes,
    strike: tuple[float, float],
) -> Iterator[tuple[int, float, float]]:
    """Yield struck components of a field line that have grown together with words inserted above them.

    Args:
        field_lines: Lines of all blanks.
        number: The struck line.
        owner: (n,) line of each component, -1 without one.
        boxes: (n, 4) boxes of the components in pixels.
        strike: From which x to which the line is struck out.

    Yields:
        The number of the component and the rows between which it may be cut.
    """
    field_line = field_lines[number]
    level = _insertion_seeds(field_lines, number, owner, boxes, strike)[0]
    if level is None:
        return
    y = field_line.piece.baseline - level * field_line.pitch
    own = (owner == number) & (boxes[:, 3] > field_line.piece.baseline - 0.25 * field_line.pitch)
    for component in np.flatnonzero(own & (boxes[:, 1] < y - MIN_OVERLAP * field_line.pitch)):
        yield int(component), y - 0.05 * field_line.pitch, y + TAIL_DEPTH * field_line.pitch


def find_inserted(
    field_lines: Sequence[FieldLine],
    number: int,
    owner: NDArray[np.int64],
    boxes: Boxes,
    strike: tuple[float, float],
) -> Numbers:
    """Return the components of what is inserted above the struck part of a field line; none where too little is there.

    These are letters on a line of their own between this line and the one above, with the small components that belong
    to them. Components may have been assigned to the line above before.

    Args:
        field_lines: Lines of all blanks.
        number: The struck line.
        owner: (n,) line of each component, -1 without one.
        boxes: (n, 4) boxes of the components in pixels.
        strike: From which x to which the line is struck out.
    """
    level, row, letter, allowed = _insertion_seeds(field_lines, number, owner, boxes, strike)
    if level is None:
        return np.empty(0, np.int64)
    field_line = field_lines[number]
    pitch, line = field_line.pitch, field_line.piece.baseline
    left, top, right, bottom = boxes.T.astype(float)
    foot, head = (line - bottom) / pitch, (line - top) / pitch
    start, end = left[row].min(), right[row].max()
    fitting = (foot > level - TAIL_DEPTH) & (foot < level + 0.12) & (head < level + TALL)
    rest = np.flatnonzero(letter & allowed & fitting & ~row)
    for chosen in (rest[np.argsort(left[rest])], rest[np.argsort(-right[rest])]):
        for component in chosen:
            if start - WORD_GAP * pitch < right[component] and left[component] < end + WORD_GAP * pitch:
                row[component] = True
                start, end = min(start, left[component]), max(end, right[component])
    middle, centre = (foot + head) / 2, (left + right) / 2
    small = np.flatnonzero(
        allowed & ~row & ~(letter & (foot > level + 0.2)) & (head < level + TALL + 0.1) & (middle > level - 0.2)
        & (centre > start - 0.2 * pitch) & (centre < end + 0.2 * pitch) & (head - foot < 2 * LETTER_HEIGHT)
    )  # fmt: skip
    own, others = np.flatnonzero(row), np.flatnonzero(letter & ~row & (owner >= 0))
    others = others[~np.isin(others, small)]
    for component in small:
        row[component] = _distance(boxes, component, own) < min(
            0.4 * pitch, _distance(boxes, component, others)
        )
    return np.flatnonzero(row)


def _insertion_seeds(
    field_lines: Sequence[FieldLine],
    number: int,
    owner: NDArray[np.int64],
    boxes: Boxes,
    strike: tuple[float, float],
) -> tuple[float | None, NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """Return where words above a strike are, and which components may be of them.

    Returns:
        How far above the baseline their feet are, in pitches (``None``: there are none); which components (n,) are
        surely letters of theirs; which are letters at all; which may belong to the words.
    """
    field_line = field_lines[number]
    pitch, line = field_line.pitch, field_line.piece.baseline
    above, distance = field_lines_above(field_lines, number)
    left, top, right, bottom = boxes.T.astype(float)
    foot, head = (line - bottom) / pitch, (line - top) / pitch
    middle, centre, wide = (foot + head) / 2, (left + right) / 2, right - left
    tall = head - foot > LETTER_HEIGHT
    letter = tall | ((wide > WIDE * pitch) & (head - foot > LETTER_HEIGHT / 2))
    allowed = (owner == number) | (owner == -1) | np.isin(owner, above)
    hanging = np.zeros(len(boxes), bool)
    for upper in above:
        hanging |= _hanging_words(letter & (owner == upper), field_lines[upper], pitch, boxes)
    under = hanging | (middle < distance - UNDER_LINE)
    # a circumflex is as wide as a letter, and flat
    seeds = (
        tall & allowed & (foot > MIN_RISE - 0.1) & (middle > MIDDLE) & under
        & (centre > strike[0] - 0.5 * pitch) & (centre < strike[1] + 0.5 * pitch)
    )  # fmt: skip
    if not seeds.any():
        return None, seeds, letter, allowed
    level = float(np.median(foot[seeds]))
    seeds &= (np.abs(foot - level) < TAIL_DEPTH) & (hanging | (head < level + TALL))
    enough = level >= MIN_RISE and wide[seeds].sum() >= MIN_WIDTH * pitch
    return (level if enough else None), seeds, letter, allowed


def _hanging_words(
    over: NDArray[np.bool_], above: FieldLine, pitch: float, boxes: Boxes
) -> NDArray[np.bool_]:
    """Return which letters assigned to a line above (``over``) hang from it, far behind all others."""
    left, top, right, bottom = boxes.T.astype(float)
    line = above.piece.baseline
    hangs = (bottom > line + HANGING * pitch) & ((top + bottom) / 2 > line - AMID * pitch)
    found = np.zeros(len(boxes), bool)
    order = np.flatnonzero(over)[np.argsort(left[over], kind="stable")]
    if not len(order):
        return found
    reached = np.maximum.accumulate(right[order])[:-1]
    groups = np.split(order, np.flatnonzero(left[order][1:] - reached > APART * pitch) + 1)
    for group in groups[1:]:
        found[group] = hangs[group].all()
    return found


def field_lines_above(field_lines: Sequence[FieldLine], number: int) -> tuple[Numbers, float]:
    """Return the field lines above one, and how far above it they are, in its pitches."""
    own = field_lines[number]
    rises = np.array([(own.piece.baseline - line.piece.baseline) / own.pitch for line in field_lines])
    over = [
        min(line.piece.box.right, own.piece.box.right) > max(line.piece.box.left, own.piece.box.left)
        for line in field_lines
    ]
    near = np.flatnonzero(np.array(over) & (rises > 0.6) & (rises < 1.6))
    return near, float(rises[near].min(initial=1.6))


def _distance(boxes: Boxes, component: np.int64, to: Numbers) -> float:
    """Return how far a component is from the nearest of others, in pixels."""
    if not len(to):
        return float("inf")
    left, top, right, bottom = boxes.T.astype(float)
    across = np.maximum(0, np.maximum(left[to] - right[component], left[component] - right[to]))
    down = np.maximum(0, np.maximum(top[to] - bottom[component], top[component] - bottom[to]))
    return float(np.hypot(across, down).min())
