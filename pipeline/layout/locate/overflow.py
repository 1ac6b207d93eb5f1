"""Values that run on past the end of their blank, over the form's vertical rule.

What stands behind the rule is a note, unless it is the same writing going on::

        … chín trăm bảy mươi ch|ín            inside a word: ink crosses the rule, or lies a letter's gap behind it
        … thành phố Cần Th|ơ, Việt Nam        the words behind such a one, no further off than words are
        … thành phố Cần   | Thơ               the next word, on the same line and as close as the value's own words,
                          |                   where no other line of the notes begins at the same place
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
"""How far behind a value that reaches the rule ink on its line may still be of it."""

AT_RULE = 0.8
"""How far before the rule a value ends that reaches it."""


def follow_values_right(
    field_lines: Sequence[FieldLine],
    owner: NDArray[np.int64],
    big: NDArray[np.bool_],
    boxes: Boxes,
    runs: Runs | None = None,
) -> None:
    """Assign to each line that nothing is printed behind the components with which its value runs on past its end.

    Values whose ink crosses the rule come first: what they go on with begins no note.

    Args:
        field_lines: Lines of all blanks.
        owner: (n,) the line of each component, -1 for none; changed in place.
        big: (n,) components as large as a letter or a dash.
        boxes: (n, 4) boxes of the components.
        runs: Their runs, by which feet are compared.
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
    tall = line.hand  # where lines stand close, letters are as large as elsewhere
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
    """Assign to each line the letters that stand behind the end of its blank and in front of the next label.

    Args:
        field_lines: Lines of all blanks.
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
    """Assign writing that lies on labels to the value that runs on over the next label, or begins on its own one.

    Args:
        field_lines: Lines of all blanks.
        owner: (n,) the line of each component, -1 for none; changed in place.
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
    """Return whether what a value goes on with behind the rule could be a note.

    It is another word and not the rest of one, or lines above and below begin where it does.

    Args:
        line: The line.
        boxes: (n, 4) boxes of the components.
        numbers: The line's own components.
        owner: (n,) the line of each component, -1 for none, where lines of notes count as well.
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
    """Return which components (n,) lie about a value that runs over the rule, its tone marks and dots among them."""
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
    """Return whether ink goes on behind the end of a field line as the next word of its writing might.

    It was not taken for more of the value, and may be.

    Args:
        field_line: The line.
        end: The x where its writing ends.
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
    found = (
        level & (left > end - 0.5 * p) & (left < end + reach * tall) & (right > field_line.piece.box.right)
    )
    found[numbers] = False
    return bool(found.any())


CORE = (0.42, 0.02)
"""Between which heights above its line, in pitches, only writing of that line is usual."""

MOST_IN_CORE = 0.05
"""How much ink a line may hold there and be empty, in squares of its pitch."""


def is_written_on(line: FieldLine, ink: Pixels) -> bool:
    """Return whether writing stands on a line, whatever line it was given to.

    Only the part of it is looked at that tails of the line above and heads of the line below do not usually reach.

    Args:
        line: The line.
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
    """Return whether a letter stands on a line that was given to no line.

    Args:
        line: The line.
        owner: (n,) the line of each component, -1 for none.
        boxes: (n, 4) boxes of the components.
        area: (n,) pixels of each.
        start: The x from which on it counts.
    """
    p = line.pitch
    left, top, right, bottom = boxes.T.astype(float)
    rise, x = line.piece.baseline - (top + bottom) / 2, (left + right) / 2
    letter = (bottom - top > 0.3 * p) & (area > 0.012 * p**2) & (bottom - top < 1.6 * p)
    on = (rise > -0.05 * p) & (rise < 0.6 * p) & (x > start) & (x < line.piece.box.right)
    return bool((letter & on & (owner < 0)).any())
