"""Decide whether a word behind the form's vertical rule continues a value or begins a line of a note.

Words of a value share a baseline, and the gap is like its other gaps. Baselines are compared by the distribution of ink
over the rows, so that tails and capitals do not matter::

    … Hồ - xã An | Bình        rows of the value  ..:=##=:.     rows of the word  ..:=##=:.     shifted by 0

A note has other lines that begin at the same place above or below, at the line distance of the note.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.layout.locate.field_lines import Boxes, FieldLine

Runs = NDArray[np.int32]
"""Runs (4, m) of components: y, first x, x behind the last pixel, number of the component."""

WORD_GAP = 0.55
"""Largest gap between words of a value, in pitches of its line."""

LETTER_GAP = 0.16
"""Largest gap between letters of a word, in pitches."""

GAP_AT_RULE = 0.4
"""Gap that is always allowed between a word behind the rule and the value before it, in pitches."""

WIDER_GAP = 1.35
"""Largest gap before the word, in usual gaps between the value's other words."""

WIDEST_GAP = 0.95
"""Largest gap between words of a widely spaced hand, in pitches."""

SAME_LINE = 0.16
"""Largest difference of baselines of words on one line, in pitches."""

SAME_FEET = 0.07
"""The same if lines of a note begin at the same place above or below."""

LOOKED_BACK = 5.0
"""Length of the examined end of a value, in pitches; a line of writing may rise."""

MOST_SHIFT = 0.6
"""Largest examined shift of a word's baseline against the value's, in pitches."""

ALIGNED = 0.5
"""Largest distance of the beginnings of two lines of a note, in pitches."""

LINE_OF_NOTE = 1.6
"""Largest line distance of a note, in pitches of the form."""

FURTHER_OFF = 1.2
"""Largest distance of a line from a note, in line distances of the note, if it belongs to the note."""


@dataclass(frozen=True, slots=True)
class SheetInk:
    """The components of a page for the search of words.

    Attributes:
        boxes: (n, 4) boxes of the components.
        owner: (n,) the line of each component, -1 without a line.
        big: (n,) components as large as a letter or a dash.
        runs: The runs of the components; without them the lower edges of boxes are the baselines.
    """

    boxes: Boxes
    owner: NDArray[np.int64]
    big: NDArray[np.bool_]
    runs: Runs | None = None

    def rival_lines(self, component: int, line: FieldLine) -> int:
        """Return the number of lines close above and below that begin, as of a note, where a component begins."""
        left, top, _, bottom = self.boxes.T.astype(float)
        p, middle = line.pitch, (top + bottom) / 2
        away = np.abs(middle - line.piece.baseline + 0.25 * p)
        other = self.big & (self.owner < 0) & (left > line.rule) & (away > 0.5 * p) & (away < 2.5 * p)
        beginnings = middle[other & (np.abs(left - left[component]) < ALIGNED * p)]
        if not len(beginnings):
            return 0
        levels = np.sort(beginnings)
        levels = np.array(
            [np.median(level) for level in np.split(levels, np.flatnonzero(np.diff(levels) > 0.5 * p) + 1)]
        )
        nearest = float(np.abs(levels - middle[component]).min())
        apart = FURTHER_OFF * float(np.diff(levels).min()) if len(levels) > 1 else LINE_OF_NOTE * p
        return len(levels) if nearest <= max(apart, 0.8 * p) else 0

    def aside(self, own: NDArray[np.int64], word: NDArray[np.int64], pitch: float) -> float:
        """Return the difference between the baselines of a word and of the writing before it, in pitches."""
        _, top, right, bottom = self.boxes.T.astype(float)
        if (bottom - top)[word].max() < 0.2 * pitch:
            return 0.0  # a dash has no baseline
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
        """Return the distribution of ink of components over ``count`` rows from the first."""
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
    """Return the largest gap between a value and its next word, in pixels.

    Args:
        boxes: (n, 4) boxes of the components.
        own: The value's components.
        least: The gap that is always allowed, in pitches of the hand.
    """
    height = boxes[own, 3] - boxes[own, 1]
    left, right = boxes[own][height > 0.2 * line.pitch][:, [0, 2]].T.astype(float)
    order = np.argsort(left, kind="stable")
    gaps = left[order][1:] - np.maximum.accumulate(right[order])[:-1]
    words = gaps[gaps > 0.2 * line.hand]
    usual = float(np.median(words)) if len(words) > 1 else 0.0
    return max(least * line.hand, min(WIDER_GAP * usual, WIDEST_GAP * line.hand))


def words_of(numbers: NDArray[np.int64], boxes: Boxes, gap: float) -> list[NDArray[np.int64]]:
    """Return components from left to right, grouped into words by the largest gap in pixels."""
    order = numbers[np.argsort(boxes[numbers, 0], kind="stable")]
    if not len(order):
        return []
    ends = np.maximum.accumulate(boxes[order, 2])
    return np.split(order, np.flatnonzero(boxes[order[1:], 0] - ends[:-1] > gap) + 1)


def goes_on(line: FieldLine, own: NDArray[np.int64], word: NDArray[np.int64], ink: SheetInk) -> bool:
    """Return whether a word that begins behind the rule is the next word of a value, or the rest of its last word.

    Args:
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
    """Return whether a value's components behind the rule are surely its own and begin no note.

    They cross the rule, or share the baseline of the writing before them at a usual gap, and no line of a note begins
    at the same place.
    """
    left, right = ink.boxes[own, 0].astype(float), ink.boxes[own, 2].astype(float)
    behind = left > line.rule
    if not behind.any():
        return True
    before, word = own[~behind], own[behind]
    if not len(before):
        return False
    end, first = float(right[~behind].max()), int(word[left[behind].argmin()])
    if any(ink.rival_lines(int(component), line) for component in word[ink.big[word]]):
        return False
    if end > line.rule or left[behind].min() - end <= LETTER_GAP * line.pitch:
        return True
    nearest = words_of(word, ink.boxes, LETTER_GAP * line.pitch)[0]
    close = float(ink.boxes[first, 0]) - end <= widest_gap(line, ink.boxes, before, GAP_AT_RULE)
    return close and ink.aside(before, nearest, line.pitch) <= SAME_FEET
