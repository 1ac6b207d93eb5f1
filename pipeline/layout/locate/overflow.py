"""Values that continue past the end of their blank, over the form's vertical rule.

Writing behind the rule is a note unless it continues the value::

        … chín trăm bảy mươi ch|ín            inside a word: ink crosses the rule, or is a letter's gap behind it
        … thành phố Cần Th|ơ, Việt Nam        further words behind such a word, at a usual gap
        … thành phố Cần   | Thơ               the next word, on the same line and as close as the value's own words,
                          |                   if no other line of the notes begins at the same place
        … huyện Ba Tri    |  Đã cấp bản sao   a note
                          |  ngày 3/4/2015
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

import numpy as np
from numpy.typing import NDArray

from pipeline.base.model import Box, Pixels
from pipeline.layout.locate.field_lines import Boxes, FieldLine
from pipeline.layout.locate.words_behind_rule import LETTER_GAP, WORD_GAP, Runs, SheetInk, goes_on, words_of

MAY_GO_ON = 1.5
"""Largest gap behind a value at the rule for ink that may continue it, in pitches of the hand."""

AT_RULE = 0.8
"""Largest distance before the rule of the end of a value at the rule, in pitches."""


def follow_values_right(
    field_lines: Sequence[FieldLine],
    owner: NDArray[np.int64],
    big: NDArray[np.bool_],
    boxes: Boxes,
    runs: Runs | None = None,
) -> None:
    """Assign to each line open at its right the components with which its value continues past its end.

    Values whose ink crosses the rule come first, as their continuations begin no note.

    Args:
        owner: (n,) the line of each component, -1 without a line; changed in place.
        big: (n,) components as large as a letter or a dash.
        boxes: (n, 4) boxes of the components.
        runs: The runs of the components, for comparing baselines.
    """
    ink = SheetInk(boxes, owner, big, runs)
    for crossing in (True, False):
        for number, line in enumerate(field_lines):
            if line.open_right:
                _follow_right(number, line, ink, crossing=crossing)


def _follow_right(number: int, line: FieldLine, ink: SheetInk, *, crossing: bool) -> None:
    left, top, right, bottom = ink.boxes.T.astype(float)
    middle, height = (top + bottom) / 2, bottom - top
    own = np.flatnonzero(ink.owner == number)
    if not len(own):
        return
    p, baseline = line.pitch, line.piece.baseline
    feet = max(baseline, float(median(bottom[own].tolist())))
    tall = line.hand  # on close lines letters are as large as elsewhere
    level = (baseline - middle > -0.25 * p) & (baseline - middle < 0.75 * tall) & (height < 1.6 * tall)
    dash = (height < 0.2 * p) & (right - left > 0.12 * p) & (feet - middle > 0.1 * p)
    behind = (right > line.piece.box.right) | (dash & (left > right[own].max()))
    beyond = np.flatnonzero(level & (ink.big | dash) & (ink.owner < 0) & behind)
    for word in words_of(beyond, ink.boxes, LETTER_GAP * p):
        end = float(right[own].max())
        if left[word].min() <= line.rule:
            if left[word].min() - end > WORD_GAP * line.hand:
                break
        elif (crossing and end <= line.rule) or not goes_on(line, own, word, ink):
            break
        ink.owner[word] = number
        own = np.append(own, word)


def follow_values_to_labels(
    field_lines: Sequence[FieldLine], owner: NDArray[np.int64], big: NDArray[np.bool_], boxes: Boxes
) -> None:
    """Assign to each line the letters between the end of its blank and the next label.

    Args:
        owner: (n,) the line of each component, -1 for none; changed in place.
        big: (n,) components as large as a letter or a dash.
        boxes: (n, 4) boxes of the components.
    """
    left, top, right, bottom = boxes.T.astype(float)
    middle, height = (top + bottom) / 2, bottom - top
    for number, line in enumerate(field_lines):
        own = owner == number
        if line.open_right or not own.any():
            continue
        p, baseline = line.pitch, line.piece.baseline
        level = (baseline - middle > -0.1 * p) & (baseline - middle < 0.75 * p) & (height < 1.6 * p)
        before_label = (left < line.next_label) & ((left + right) / 2 < line.next_label + LETTER_GAP * p)
        beyond = np.flatnonzero(level & big & (owner < 0) & (right > line.piece.box.right) & before_label)
        end = float(right[own].max())
        for component in beyond[np.argsort(left[beyond], kind="stable")]:
            if left[component] - end > WORD_GAP * line.hand:
                break
            owner[component] = number
            end = max(end, float(right[component]))


def follow_values_over_labels(
    field_lines: Sequence[FieldLine], owner: NDArray[np.int64], free: NDArray[np.bool_], boxes: Boxes
) -> None:
    """Assign writing on labels to the value that continues over the next label, or begins on its own label.

    Args:
        owner: (n,) the line of each component, -1 without a line; changed in place.
        free: (n,) components that are writing on a label.
        boxes: (n, 4) boxes of the components.
    """
    left, top, right, bottom = boxes.T.astype(float)
    middle = (top + bottom) / 2
    for onward in (True, False):
        for number, line in enumerate(field_lines):
            own = owner == number
            if onward and not own.any():
                continue
            p, baseline = line.pitch, line.piece.baseline
            beside = [
                other.piece.box
                for other in field_lines
                if abs(other.piece.baseline - baseline) < 0.4 * p and other is not line
            ]
            level = free & (owner < 0) & (baseline - middle > -0.25 * p) & (baseline - middle < 0.8 * p)
            if onward:
                limit = min(
                    (box.left for box in beside if box.left > line.piece.box.right - p), default=np.inf
                )
                end = float(right[own].max())
                ahead = np.flatnonzero(level & (right > line.piece.box.right) & ((left + right) / 2 < limit))
                for component in ahead[np.argsort(left[ahead], kind="stable")]:
                    if left[component] - end > WORD_GAP * line.hand:
                        break
                    owner[component] = number
                    end = max(end, float(right[component]))
            else:
                limit = max(
                    (box.right for box in beside if box.right < line.piece.box.left + p), default=-np.inf
                )
                end = min(float(left[own].min()) if own.any() else np.inf, line.piece.box.left)
                ahead = np.flatnonzero(level & (left < line.piece.box.left) & ((left + right) / 2 > limit))
                for component in ahead[np.argsort(-right[ahead], kind="stable")]:
                    if end - right[component] > WORD_GAP * line.hand:
                        break
                    owner[component] = number
                    end = min(end, float(left[component]))


def may_be_note(
    line: FieldLine, boxes: Boxes, numbers: NDArray[np.int64], owner: NDArray[np.int64] | None = None
) -> bool:
    """Return whether the continuation of a value behind the rule may be a note.

    It may be a note if it is a separate word, or if lines above and below begin at the same place.

    Args:
        boxes: (n, 4) boxes of the components.
        numbers: The line's own components.
        owner: (n,) the line of each component, -1 without a line; given to consider lines of notes too.
    """
    if owner is not None and line.open_right:
        big = boxes[:, 3] - boxes[:, 1] > 0.26 * line.pitch
        ink = SheetInk(boxes, owner, big)
        own = numbers[(boxes[numbers, 0] > line.rule - LETTER_GAP * line.pitch) & big[numbers]]
        if any(ink.rival_lines(int(component), line) for component in own):
            return True
    left, right = boxes[numbers, 0].astype(float), boxes[numbers, 2].astype(float)
    behind = left > line.rule
    if not line.open_right or not behind.any() or behind.all():
        return False
    end = float(right[~behind].max())
    return end < line.rule and float(left[behind].min()) - end > LETTER_GAP * line.pitch


def overflowing(
    field_lines: Sequence[FieldLine], owner: NDArray[np.int64], boxes: Boxes
) -> NDArray[np.bool_]:
    """Return which components (n,) belong to values over the rule, including tone marks and dots."""
    left, top, right, bottom = boxes.T.astype(float)
    beside = np.zeros(len(boxes), bool)
    for number, line in enumerate(field_lines):
        over = (owner == number) & (right > line.rule)
        if not line.open_right or not over.any():
            continue
        p, y = line.pitch, line.piece.baseline
        start, end = left[over].min() - 0.2 * p, right[over].max() + 0.3 * p
        beside |= (left > start) & (right < end) & (top > y - 1.3 * p) & (bottom < y + 0.5 * p)
    return beside


def runs_past_end(field_line: FieldLine, end: float, boxes: Boxes, numbers: NDArray[np.int64]) -> bool:
    """Return whether unassigned ink behind the end of a field line may be the next word of its value.

    Args:
        end: The x at which its writing ends.
        boxes: (n, 4) boxes of the components.
        numbers: The line's own components.
    """
    if not field_line.open_right:
        return False
    p = field_line.pitch
    left, top, right, bottom = boxes.T.astype(float)
    rise, height = field_line.piece.baseline - (top + bottom) / 2, bottom - top
    tall = field_line.hand
    level = (rise > -0.25 * p) & (rise < 0.75 * tall) & (height > 0.26 * p) & (height < 1.6 * tall)
    reach = MAY_GO_ON if end > field_line.rule - AT_RULE * p else AT_RULE
    letters = (
        level & (left > end - 0.5 * p) & (left < end + reach * tall) & (right > field_line.piece.box.right)
    )
    letters[numbers] = False
    return bool(letters.any())


CORE = (0.42, 0.02)
"""Heights above a line, in pitches, between which usually only writing of that line lies."""

MOST_IN_CORE = 0.05
"""Largest ink of an empty line between these heights, in squares of its pitch."""


def is_written_on(line: FieldLine, ink: Pixels) -> bool:
    """Return whether a line bears writing, assigned to any line.

    Only the heights that tails of the line above and heads of the line below usually do not reach are examined.

    Args:
        ink: Mask (0/255) of the page's ink without print.
    """
    p, box = line.pitch, line.piece.box
    core = Box(box.left, line.piece.baseline - CORE[0] * p, box.right, line.piece.baseline - CORE[1] * p)
    height, width = ink.shape
    core = core.within(width, height)
    part = ink[round(core.top) : round(core.bottom), round(core.left) : round(core.right)]
    return bool(np.count_nonzero(part) > MOST_IN_CORE * p**2)


def is_left_over(
    line: FieldLine, owner: NDArray[np.int64], boxes: Boxes, area: NDArray[np.int32], start: float
) -> bool:
    """Return whether an unassigned letter lies on a line.

    Args:
        owner: (n,) the line of each component, -1 without a line.
        boxes: (n, 4) boxes of the components.
        area: (n,) pixels of each component.
        start: The x from which letters count.
    """
    p = line.pitch
    left, top, right, bottom = boxes.T.astype(float)
    rise, x = line.piece.baseline - (top + bottom) / 2, (left + right) / 2
    letter = (bottom - top > 0.3 * p) & (area > 0.012 * p**2) & (bottom - top < 1.6 * p)
    on = (rise > -0.05 * p) & (rise < 0.6 * p) & (x > start) & (x < line.piece.box.right)
    return bool((letter & on & (owner < 0)).any())
