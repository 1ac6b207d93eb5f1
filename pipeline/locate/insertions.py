"""Words written between two lines, above writing that was struck out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.locate.field_lines import Boxes, FieldLine

Numbers = NDArray[np.int64]

LETTER, WIDE = 0.16, 0.3
"""From which height, or width, on a mark is a letter of words between the lines, in pitches: they are written small."""

LOWEST, MIDDLE = 0.3, 0.52
"""How far above the blank's line the feet of such words stand at least, and the middle of their letters, in pitches:
lower there are the hats of the struck letters."""

UNDER = 0.05
"""How far below the line above the middle of letters stands that are surely none of that line's."""

APART, HANGING, AMID = 1.5, 0.1, 0.12
"""A word on the line above is none of that line's either where it stands further than the first from all that is
written before it in the same blank, with all its feet at least the second below the line, and the middle of no letter
higher than the third above it; in pitches."""

TAIL, TALL = 0.2, 0.5
"""How far their letters reach below their own feet, and above them at most; what is higher hangs from the line
above."""

LEAST = 0.5
"""How much of such letters, added up along the line, is more than hats and tails, in pitches."""

RISEN = 0.15
"""How far above those feet a struck letter reaches that has grown together with the words above it."""

GAP = 0.7
"""Between words, in pitches."""


def find_grown_together(
    strips: Sequence[FieldLine],
    number: int,
    owner: NDArray[np.int64],
    boxes: Boxes,
    strike: tuple[float, float],
) -> Iterator[tuple[int, float, float]]:
    """Struck marks of a strip that have grown together with words ``find_inserted`` above them: the number of each, and
    the rows between which it may be cut."""
    strip = strips[number]
    level = _seen(strips, number, owner, boxes, strike)[0]
    if level is None:
        return
    y = strip.piece.baseline - level * strip.pitch
    own = (owner == number) & (boxes[:, 3] > strip.piece.baseline - 0.25 * strip.pitch)
    for mark in np.flatnonzero(own & (boxes[:, 1] < y - RISEN * strip.pitch)):
        yield int(mark), y - 0.05 * strip.pitch, y + TAIL * strip.pitch


def find_inserted(
    strips: Sequence[FieldLine],
    number: int,
    owner: NDArray[np.int64],
    boxes: Boxes,
    strike: tuple[float, float],
) -> Numbers:
    """The marks of what is written above the part of a strip that is struck out from one x to another (``strike``):
    letters on a line of their own between this line and the one above, with what belongs to them. ``owner`` is the
    strip of each mark, -1 where it has none: marks may have been given to the line above. None are found where too
    little stands there."""
    level, row, letter, allowed = _seen(strips, number, owner, boxes, strike)
    if level is None:
        return np.empty(0, np.int64)
    strip = strips[number]
    pitch, line = strip.pitch, strip.piece.baseline
    left, top, right, bottom = boxes.T.astype(float)
    foot, head = (line - bottom) / pitch, (line - top) / pitch
    start, end = left[row].min(), right[row].max()
    fitting = (foot > level - TAIL) & (foot < level + 0.12) & (head < level + TALL)
    rest = np.flatnonzero(letter & allowed & fitting & ~row)
    for chosen in (rest[np.argsort(left[rest])], rest[np.argsort(-right[rest])]):
        for mark in chosen:
            if start - GAP * pitch < right[mark] and left[mark] < end + GAP * pitch:
                row[mark] = True
                start, end = min(start, left[mark]), max(end, right[mark])
    middle, centre = (foot + head) / 2, (left + right) / 2
    small = np.flatnonzero(
        allowed & ~row & ~(letter & (foot > level + 0.2)) & (head < level + TALL + 0.1) & (middle > level - 0.2)
        & (centre > start - 0.2 * pitch) & (centre < end + 0.2 * pitch) & (head - foot < 2 * LETTER)
    )  # fmt: skip
    own, others = np.flatnonzero(row), np.flatnonzero(letter & ~row & (owner >= 0))
    others = others[~np.isin(others, small)]
    for mark in small:
        row[mark] = _distance(boxes, mark, own) < min(0.4 * pitch, _distance(boxes, mark, others))
    return np.flatnonzero(row)


def _seen(
    strips: Sequence[FieldLine],
    number: int,
    owner: NDArray[np.int64],
    boxes: Boxes,
    strike: tuple[float, float],
) -> tuple[float | None, NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """How far above its strip's line the feet of words above a strike stand, in pitches (``None``: there are none);
    of all marks those of its letters that are surely no others, which are letters at all, and which may be of the
    words."""
    strip = strips[number]
    pitch, line = strip.pitch, strip.piece.baseline
    above, distance = field_lines_above(strips, number)
    left, top, right, bottom = boxes.T.astype(float)
    foot, head = (line - bottom) / pitch, (line - top) / pitch
    middle, centre, wide = (foot + head) / 2, (left + right) / 2, right - left
    tall = head - foot > LETTER
    letter = tall | ((wide > WIDE * pitch) & (head - foot > LETTER / 2))
    allowed = (owner == number) | (owner == -1) | np.isin(owner, above)
    hanging = np.zeros(len(boxes), bool)
    for one in above:
        hanging |= _hanging(letter & (owner == one), strips[one], pitch, boxes)
    under = hanging | (middle < distance - UNDER)
    # a hat is as wide as a letter, and flat
    seeds = (
        tall & allowed & (foot > LOWEST - 0.1) & (middle > MIDDLE) & under
        & (centre > strike[0] - 0.5 * pitch) & (centre < strike[1] + 0.5 * pitch)
    )  # fmt: skip
    if not seeds.any():
        return None, seeds, letter, allowed
    level = float(np.median(foot[seeds]))
    seeds &= (np.abs(foot - level) < TAIL) & (hanging | (head < level + TALL))
    enough = level >= LOWEST and wide[seeds].sum() >= LEAST * pitch
    return (level if enough else None), seeds, letter, allowed


def _hanging(over: NDArray[np.bool_], above: FieldLine, pitch: float, boxes: Boxes) -> NDArray[np.bool_]:
    """Of the letters given to a strip of the line above (``over``) those that hang from it, far behind all others."""
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


def field_lines_above(strips: Sequence[FieldLine], number: int) -> tuple[Numbers, float]:
    """The strips of the line above that one, and how far above it they are, in its pitches."""
    own = strips[number]
    rises = np.array([(own.piece.baseline - one.piece.baseline) / own.pitch for one in strips])
    over = [
        min(one.piece.box.right, own.piece.box.right) > max(one.piece.box.left, own.piece.box.left)
        for one in strips
    ]
    near = np.flatnonzero(np.array(over) & (rises > 0.6) & (rises < 1.6))
    return near, float(rises[near].min(initial=1.6))


def _distance(boxes: Boxes, mark: np.int64, to: Numbers) -> float:
    """How far a mark is from the nearest of others, in pixels."""
    if not len(to):
        return float("inf")
    left, top, right, bottom = boxes.T.astype(float)
    across = np.maximum(0, np.maximum(left[to] - right[mark], left[mark] - right[to]))
    down = np.maximum(0, np.maximum(top[to] - bottom[mark], top[mark] - bottom[to]))
    return float(np.hypot(across, down).min())
