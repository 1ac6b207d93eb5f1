"""Whether a word behind the form's vertical rule is a value's next one, or begins a line of a note.

What speaks for the value is what makes words one line: they stand on the same feet, and as far apart as its other words
do. Feet are compared by how the ink of both lies over the rows, so that tails and capitals do not deceive::

    … Hồ - xã An | Bình        rows of the value  ..:=##=:.     rows of the word  ..:=##=:.     shifted by 0

What speaks for a note is that lines begin at the same place above or below, no further off than they are from one
another.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.layout.locate.field_lines import Boxes, FieldLine

Runs = NDArray[np.int32]
"""Runs (4, m) of components: y, first x, the x behind the last pixel, number of the component."""

WORD_GAP = 0.55
"""How far apart the words of a value are at most, in pitches of its line."""

LETTER_GAP = 0.16
"""How far apart the letters of a word are at most."""

GAP_AT_RULE = 0.4
"""How far a word behind the rule may be from one that ends before it, whatever the gaps between the others."""

WIDER_GAP = 1.35
"""How much wider the gap before it may be than those between the value's other words usually are."""

WIDEST_GAP = 0.95
"""How far apart words are at most, in pitches, of a hand that writes them far apart."""

SAME_LINE = 0.16
"""How far the feet of words on one line are apart at most."""

SAME_FEET = 0.07
"""How far apart they are at most where lines of a note begin above or below at the same place."""

LOOKED_BACK = 5.0
"""How far back from its end, in pitches, the rows of a value are looked at: a line of writing may rise."""

MOST_SHIFT = 0.6
"""How far its feet are looked for above and below those of the value."""

ALIGNED = 0.5
"""How far the beginnings of two lines of a note are apart at most."""

LINE_OF_NOTE = 1.6
"""How far one line of a note is from the next at most, in pitches of the form."""

FURTHER_OFF = 1.2
"""How much further from a line than the lines of a note are from one another it belongs to that note no more."""


@dataclass(frozen=True, slots=True)
class SheetInk:
    """The components of a page as words are looked for among them.

    Attributes:
        boxes: (n, 4) boxes of the components.
        owner: (n,) the line of each component, -1 for none.
        big: (n,) components as large as a letter or a dash.
        runs: Their runs; without them feet are the lower edges of boxes.
    """

    boxes: Boxes
    owner: NDArray[np.int64]
    big: NDArray[np.bool_]
    runs: Runs | None = None

    def rival_lines(self, component: int, line: FieldLine) -> int:
        """Return how many lines begin close above and below where a component does behind the rule, as of one note."""
        left, top, _, bottom = self.boxes.T.astype(float)
        p, middle = line.pitch, (top + bottom) / 2
        away = np.abs(middle - line.piece.baseline + 0.25 * p)
        other = self.big & (self.owner < 0) & (left > line.rule) & (away > 0.5 * p) & (away < 2.5 * p)
        found = middle[other & (np.abs(left - left[component]) < ALIGNED * p)]
        if not len(found):
            return 0
        levels = np.sort(found)
        levels = np.array(
            [np.median(one) for one in np.split(levels, np.flatnonzero(np.diff(levels) > 0.5 * p) + 1)]
        )
        nearest = float(np.abs(levels - middle[component]).min())
        apart = FURTHER_OFF * float(np.diff(levels).min()) if len(levels) > 1 else LINE_OF_NOTE * p
        return len(levels) if nearest <= max(apart, 0.8 * p) else 0

    def aside(self, own: NDArray[np.int64], word: NDArray[np.int64], pitch: float) -> float:
        """Return how far the feet of a word are from those of the writing before it, in pitches."""
        _, top, right, bottom = self.boxes.T.astype(float)
        if (bottom - top)[word].max() < 0.2 * pitch:
            return 0.0  # a dash has no feet
        near = own[
            (right[own] > right[own].max() - LOOKED_BACK * pitch) & ((bottom - top)[own] < 1.6 * pitch)
        ]
        if self.runs is None or not len(near):
            return float(abs(np.median(bottom[word]) - np.median(bottom[own])) / pitch)
        first = int(min(top[near].min(), top[word].min()))
        count = int(max(bottom[near].max(), bottom[word].max())) - first
        rows = [self._rows(numbers, first, count, 0.05 * pitch) for numbers in (near, word)]
        reach = round(MOST_SHIFT * pitch)
        shifts = np.arange(-reach, reach + 1)
        padded = np.pad(rows[0], reach)
        alike = [float(padded[reach + shift : reach + shift + count] @ rows[1]) for shift in shifts]
        return float(abs(shifts[int(np.argmax(alike))]) / pitch)

    def _rows(self, numbers: NDArray[np.int64], first: int, count: int, soft: float) -> NDArray[np.float64]:
        """Return how the ink of components lies over so many rows from the first on."""
        assert self.runs is not None
        chosen = np.zeros(len(self.boxes), bool)
        chosen[numbers] = True
        y, start, end, number = self.runs
        own = chosen[number]
        rows = np.bincount(y[own] - first, (end - start)[own], count).astype(float)
        near = np.arange(-round(3 * soft) - 1, round(3 * soft) + 2)
        weights = np.exp(-0.5 * (near / max(0.5, soft)) ** 2)
        blurred = np.convolve(rows, weights / weights.sum())
        return np.asarray(blurred[len(near) // 2 :][:count], np.float64)


def widest_gap(line: FieldLine, boxes: Boxes, own: NDArray[np.int64], least: float) -> float:
    """Return how far the next word may be from a value, in pixels.

    Args:
        line: The line.
        boxes: (n, 4) boxes of the components.
        own: The value's components.
        least: How far it may be whatever the gaps between its words, in pitches of the hand.
    """
    height = boxes[own, 3] - boxes[own, 1]
    left, right = boxes[own][height > 0.2 * line.pitch][:, [0, 2]].T.astype(float)
    order = np.argsort(left, kind="stable")
    gaps = left[order][1:] - np.maximum.accumulate(right[order])[:-1]
    words = gaps[gaps > 0.2 * line.hand]
    usual = float(np.median(words)) if len(words) > 1 else 0.0
    return max(least * line.hand, min(WIDER_GAP * usual, WIDEST_GAP * line.hand))


def words_of(found: NDArray[np.int64], boxes: Boxes, gap: float) -> list[NDArray[np.int64]]:
    """Return components from left to right, those together that are no further apart than a gap in pixels."""
    order = found[np.argsort(boxes[found, 0], kind="stable")]
    if not len(order):
        return []
    ends = np.maximum.accumulate(boxes[order, 2])
    return np.split(order, np.flatnonzero(boxes[order[1:], 0] - ends[:-1] > gap) + 1)


def goes_on(line: FieldLine, own: NDArray[np.int64], word: NDArray[np.int64], ink: SheetInk) -> bool:
    """Return whether a word that begins behind the rule is a value's next one, or the rest of its last one.

    Args:
        line: The line.
        own: The value's components.
        word: The word's components.
        ink: The page's components.
    """
    p, end = line.pitch, float(ink.boxes[own, 2].max())
    first = int(word[ink.boxes[word, 0].argmin()])
    gap = float(ink.boxes[first, 0]) - end
    crosses, touches = end > line.rule, gap <= LETTER_GAP * p
    if crosses and touches:
        return True
    rivals = ink.rival_lines(first, line)
    if rivals > 1:
        return False
    if not touches and gap > widest_gap(line, ink.boxes, own, WORD_GAP if crosses else GAP_AT_RULE):
        return False
    return ink.aside(own, word, p) <= (SAME_FEET if rivals and not touches else SAME_LINE)


def is_surely_value(line: FieldLine, own: NDArray[np.int64], ink: SheetInk) -> bool:
    """Return whether what a value has behind the rule is surely its own and begins no note.

    It crosses the rule, or stands on the very feet of what is before it and as far off as its words are, and no line of
    a note begins where it does.
    """
    left, right = ink.boxes[own, 0].astype(float), ink.boxes[own, 2].astype(float)
    behind = left > line.rule
    if not behind.any():
        return True
    before, word = own[~behind], own[behind]
    if not len(before):
        return False
    end, first = float(right[~behind].max()), int(word[left[behind].argmin()])
    if any(ink.rival_lines(int(one), line) for one in word[ink.big[word]]):
        return False
    if end > line.rule or left[behind].min() - end <= LETTER_GAP * line.pitch:
        return True
    nearest = words_of(word, ink.boxes, LETTER_GAP * line.pitch)[0]
    close = float(ink.boxes[first, 0]) - end <= widest_gap(line, ink.boxes, before, GAP_AT_RULE)
    return close and ink.aside(before, nearest, line.pitch) <= SAME_FEET
