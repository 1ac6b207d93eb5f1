"""The lines of a form's blanks on the page, and which connected components belong to which line.

A field line is a band around the baseline of a blank's leader. Large components are assigned by where their middle is,
small ones (tone marks, dots, commas) follow the nearest letter:

        ´    ^                          small: to the nearest letter
    ---------------------------------   top of the band: 0.82 pitch above the baseline
       Nguyen Van  A                    letters and dashes: middle within the band
    . . . . . . . . . . . . . .  |n     baseline; a value that runs on past the blank's end is followed
    ---------------------------------   bottom: 0.30 pitch below      | next vertical rule of the frame
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.locate.form_fit import FormFit
from pipeline.model import Box, PlacedPiece
from pipeline.schema import Form

Boxes = NDArray[np.int32]

ABOVE_BASELINE = 0.82
"""How far above its baseline a field line reaches, in line pitches."""

BELOW_BASELINE = 0.30
"""How far below it."""


@dataclass(frozen=True, slots=True)
class FieldLine:
    """One line of a blank, in pixels.

    Attributes:
        piece: The placed piece of the form's slot.
        pitch: Distance to the printed line above (bounded).
        open_right: Whether nothing is printed to its right, so that a value may run past its end.
        rule: x of the frame's next vertical rule.
    """

    piece: PlacedPiece
    pitch: float
    open_right: bool
    rule: float


def baselines(form: Form, fit: FormFit, leaders: Boxes) -> dict[tuple[float, float], float]:
    """Return the y of each blank's leader: where its dots are if they were seen, else where the geometry puts them.

    Args:
        form: The form.
        fit: Its fit to the page.
        leaders: (n, 4) boxes of leader dots in pixels.

    Returns:
        By (v, u0) of the form's pieces the y in pixels.
    """
    if len(leaders):
        x = (leaders[:, 0] + leaders[:, 2]) / 2
        y = leaders[:, 3].astype(float)
    found: dict[tuple[float, float], float] = {}
    pitches = line_pitches(form)
    for slot in form.slots:
        for piece in slot.pieces:
            left, expected = fit.to_pixels(piece.u0, piece.v)
            right, expected_right = fit.to_pixels(piece.u1, piece.v)
            expected = (expected + expected_right) / 2
            y_found = expected
            if len(leaders):
                reach = 0.40 * pitches[piece.v] * fit.height
                near = (x > left) & (x < right) & (np.abs(y - expected) < reach)
                if near.sum() >= 6:
                    y_found = _dot_level(y[near], expected, 0.1 * pitches[piece.v] * fit.height)
            found[piece.v, piece.u0] = y_found
    return found


def _dot_level(y: NDArray[np.float64], expected: float, width: float) -> float:
    """Return the level with most dots; of two equally full ones the nearer to where it is expected."""
    best, level = -1.0, expected
    for candidate in np.unique(np.round(y)):
        on = np.abs(y - candidate) <= width / 2
        merit = on.sum() - 0.02 * abs(candidate - expected)
        if merit > best:
            best, level = float(merit), float(np.median(y[on]))
    return level


def line_pitches(form: Form) -> dict[float, float]:
    """Return the distance of each printed line to the one above it, in v, between the bounds of a usual line."""
    lines = sorted({line.at for line in form.lines})
    pitches = {}
    for number, v in enumerate(lines):
        above = v - lines[number - 1] if number else 0.03
        pitches[v] = float(np.clip(above, 1.35 * form.text_size, 2.1 * form.text_size))
    return pitches


def place_field_lines(form: Form, fit: FormFit, leaders: Boxes) -> tuple[FieldLine, ...]:
    """Return all field lines of a form, in reading order.

    Args:
        form: The form.
        fit: Its fit to the page.
        leaders: (n, 4) boxes of leader dots in pixels.
    """
    levels = baselines(form, fit, leaders)
    pitches = line_pitches(form)
    last_on_line: dict[float, float] = {}
    for slot in form.slots:
        for piece in slot.pieces:
            last_on_line[piece.v] = max(last_on_line.get(piece.v, 0.0), piece.u1)
    field_lines = []
    for slot in form.slots:
        for number, piece in enumerate(slot.pieces):
            left, _ = fit.to_pixels(piece.u0, piece.v)
            right, _ = fit.to_pixels(piece.u1, piece.v)
            baseline = levels[piece.v, piece.u0]
            pitch = pitches[piece.v] * fit.height
            box = Box(left, baseline - ABOVE_BASELINE * pitch, right, baseline + BELOW_BASELINE * pitch)
            beyond = min((u for u in (*form.rules, 1.0) if u > piece.u1 - 0.01), default=1.0)
            rule, _ = fit.to_pixels(beyond, piece.v)
            placed = PlacedPiece(slot.name, 0, number, box, baseline)
            field_lines.append(FieldLine(placed, pitch, piece.u1 >= last_on_line[piece.v] - 1e-6, rule))
    return tuple(field_lines)


MAX_FLOAT = 0.22
"""How far above the baseline letters may float, in pitches."""


def find_touching_lines(field_lines: Sequence[FieldLine], boxes: Boxes) -> Iterator[tuple[int, float, float]]:
    """Yield components in which the writing of one blank touches that of the next below it.

    Yields:
        The number of the component and the rows between which the lines meet.
    """
    for number, lines in _tall_components(field_lines, boxes):
        for (upper, _), (lower, p) in pairwise(lines):
            if lower - upper > 0.6 * p:
                yield number, upper + 0.05 * p, max(upper + 0.1 * p, lower - 0.5 * p)


def find_signature_overlaps(
    field_lines: Sequence[FieldLine], boxes: Boxes, barred: Sequence[Box]
) -> Iterator[tuple[int, float, float]]:
    """Yield components in which a signature of a ``barred`` box touches the writing of the blank below it.

    Yields:
        The number of the component and the rows between which it may be cut.
    """
    left, top, right, _ = boxes.T.astype(float)
    for number, ((highest, p), *_) in _tall_components(field_lines, boxes):
        for box in barred:
            across = min(right[number], box.right) - max(left[number], box.left)
            if across > 0 and top[number] < box.bottom and top[number] < highest - 1.2 * p:
                yield number, highest - p, highest - 0.5 * p
                break


def _tall_components(
    field_lines: Sequence[FieldLine], boxes: Boxes
) -> Iterator[tuple[int, list[tuple[float, float]]]]:
    """Yield tall components that reach over blanks' lines.

    Each comes as its number with the baselines and pitches of those lines.
    """
    if not field_lines or not len(boxes):
        return
    left, top, right, bottom = boxes.T.astype(float)
    pitch = min(field_line.pitch for field_line in field_lines)
    for number in np.nonzero(bottom - top > 0.9 * pitch)[0]:
        over = sorted(
            (field_line.piece.baseline, field_line.pitch)
            for field_line in field_lines
            if min(right[number], field_line.piece.box.right) > max(left[number], field_line.piece.box.left)
            and top[number] < field_line.piece.baseline - 0.3 * field_line.pitch
            and bottom[number] > field_line.piece.baseline - MAX_FLOAT * field_line.pitch
        )
        if over:
            yield int(number), over


def assign_components(
    field_lines: Sequence[FieldLine],
    boxes: Boxes,
    barred: Sequence[Box],
    colons: Sequence[Box] = (),
    faint: NDArray[np.bool_] | None = None,
    dots: NDArray[np.bool_] | None = None,
) -> NDArray[np.int64]:
    """Return for each component the number of the field line it belongs to, or -1.

    A component as tall as a letter goes to the line in whose band its middle is, a dash to the line on which it is
    between letters; small components go where the nearest letter goes. Values that run on past the end of the last
    blank of a line are followed to the right as long as the gap stays within a letter or two; past the frame's rule
    only inside a word. Components in barred boxes have no line, unless a value runs on into them; nor have specks in
    colon boxes.

    Args:
        field_lines: Lines of all blanks.
        boxes: (n, 4) boxes of the components in pixels.
        barred: Areas of signatures and notes.
        colons: Where a colon may be printed right behind a label.
        faint: (n,) components paler than ink by themselves, which go with a letter only close to it.
        dots: (n,) dots of a leader, which go with no letter below them.
    """
    count = len(boxes)
    owner = np.full(count, -1)
    if not count or not field_lines:
        return owner
    left, top, right, bottom = boxes.T.astype(float)
    middle_x, middle_y = (left + right) / 2, (top + bottom) / 2
    height, width = bottom - top, right - left
    pitch = float(np.median([s.pitch for s in field_lines]))
    big = (height > 0.26 * pitch) | ((width > 0.30 * pitch) & (height > 0.05 * pitch))
    inside, in_barred = np.zeros(count, bool), np.zeros((len(barred), count), bool)
    size = np.maximum(1.0, width * height)
    for number, box in enumerate(barred):
        across = np.clip(np.minimum(right, box.right) - np.maximum(left, box.left), 0, None)
        down = np.clip(np.minimum(bottom, box.bottom) - np.maximum(top, box.top), 0, None)
        in_barred[number] = across * down / size > 0.3
    for box in colons:
        small = (height < 0.5 * box.height) & (width < 0.6 * box.width)
        inside |= (
            small & (middle_x > box.left) & (middle_x < box.right) & (top > box.top) & (bottom < box.bottom)
        )
    cost = np.full(count, np.inf)
    for number, field_line in enumerate(field_lines):
        b, p = field_line.piece.box, field_line.pitch
        overlap = np.minimum(right, b.right) - np.maximum(left, b.left)
        # what lies mostly in the blank is its own, though it runs on into an area behind it
        behind = np.array([box.left >= b.right for box in barred], bool)
        shut = (
            inside
            | in_barred[~behind].any(axis=0)
            | (in_barred[behind].any(axis=0) & (overlap <= 0.5 * width))
        )
        enough = (overlap > 0.35 * width) | ((middle_x > b.left) & (middle_x < b.right))
        rise = (field_line.piece.baseline - middle_y) / p
        near = np.abs(rise - 0.24)
        core = (rise > 0.04) & (rise < 0.5) & (height > 0.11 * p) & (width > 0.06 * p)
        # a circumflex over a tall letter reaches the line above: what is low there and flat is no letter of it
        diacritic = (height < 0.3 * p) & (rise < 0.02)
        fits = (big | core) & ~diacritic & enough & (rise > -0.34) & (rise < 0.86) & (near < cost) & ~shut
        owner[fits], cost[fits] = number, near[fits]
    inside |= in_barred.any(axis=0)
    _follow_values_right(field_lines, owner, big, boxes)
    _join_dashes(field_lines, owner, boxes, inside)
    none = np.zeros(count, bool)
    _assign_small(
        field_lines,
        owner,
        big,
        boxes,
        inside,
        none if faint is None else faint,
        none if dots is None else dots,
    )
    return owner


def runs_past_end(field_line: FieldLine, line: Box, boxes: Boxes, numbers: NDArray[np.int64]) -> bool:
    """Return whether ink goes on behind the end of a field line as the next word of its writing would.

    Past the frame's rule a value is followed only inside a word, so such ink may have been left out.

    Args:
        field_line: The line.
        line: Box of what is written on it.
        boxes: (n, 4) boxes of the components.
        numbers: The line's own components.
    """
    if not field_line.open_right:
        return False
    p = field_line.pitch
    left, top, right, bottom = boxes.T.astype(float)
    rise, height = field_line.piece.baseline - (top + bottom) / 2, bottom - top
    level = (rise > -0.25 * p) & (rise < 0.75 * p) & (height > 0.26 * p) & (height < 1.6 * p)
    next_to = (
        (left > line.right - 0.5 * p) & (left < line.right + 0.8 * p) & (right > field_line.piece.box.right)
    )
    found = level & next_to
    found[numbers] = False
    return bool(found.any())


def _follow_values_right(
    field_lines: Sequence[FieldLine], owner: NDArray[np.int64], big: NDArray[np.bool_], boxes: Boxes
) -> None:
    left, top, right, bottom = boxes.T.astype(float)
    middle_y = (top + bottom) / 2
    for number, field_line in enumerate(field_lines):
        if not field_line.open_right or not (owner == number).any():
            continue
        p, baseline = field_line.pitch, field_line.piece.baseline
        end = right[owner == number].max()
        if end < field_line.piece.box.right - 0.5 * p:
            continue
        level = (baseline - middle_y > -0.25 * p) & (baseline - middle_y < 0.75 * p) & big & (owner < 0)
        beyond = np.nonzero(level & (bottom - top < 1.6 * p) & (left > field_line.piece.box.right - p))[0]
        for component in beyond[np.argsort(left[beyond])]:
            beyond_rule = left[component] > field_line.rule
            if left[component] - end > (0.2 if beyond_rule else 0.55) * p or (
                beyond_rule and end < field_line.rule
            ):
                break
            owner[component] = number
            end = max(end, right[component])


def _join_dashes(
    field_lines: Sequence[FieldLine], owner: NDArray[np.int64], boxes: Boxes, inside: NDArray[np.bool_]
) -> None:
    """Assign dashes of a date that is written wide apart.

    They are further from its figures than from the letters of the line below.
    """
    left, top, right, bottom = boxes.T.astype(float)
    middle_y = (top + bottom) / 2
    flat = (right - left > 2 * (bottom - top)) & (owner < 0) & ~inside
    for number, field_line in enumerate(field_lines):
        p = field_line.pitch
        own = owner == number
        rise = (field_line.piece.baseline - middle_y) / p
        for component in np.flatnonzero(flat & (right - left > 0.15 * p) & (rise > 0.12) & (rise < 0.42)):
            before, behind = left[component] - right[own], left[own] - right[component]
            if all(((gap >= 0) & (gap < 1.2 * p)).any() for gap in (before, behind)):
                owner[component] = number


def _assign_small(
    field_lines: Sequence[FieldLine],
    owner: NDArray[np.int64],
    big: NDArray[np.bool_],
    boxes: Boxes,
    inside: NDArray[np.bool_],
    faint: NDArray[np.bool_],
    dots: NDArray[np.bool_],
) -> None:
    left, top, right, bottom = boxes.T.astype(float)
    anchors = np.nonzero(owner >= 0)[0]
    if not len(anchors):
        return
    order = anchors[np.argsort(left[anchors])]
    starts = left[order]
    # a circumflex with its tone is as wide as a letter, and no letter
    flat = bottom - top < 0.42 * field_lines[0].pitch
    for component in np.nonzero((~big | flat) & (owner < 0) & ~inside)[0]:
        first = np.searchsorted(starts, left[component] - 12 * (field_lines[0].pitch))
        last = np.searchsorted(starts, right[component] + field_lines[0].pitch)
        near = order[first:last]
        if not len(near):
            continue
        gap_x = np.maximum(0, np.maximum(left[near] - right[component], left[component] - right[near]))
        gap_y = np.maximum(0, np.maximum(top[near] - bottom[component], top[component] - bottom[near]))
        # ink above a letter is nearer to it than ink below the line above: tone marks outnumber tails
        distance = np.hypot(gap_x * 1.4, gap_y * np.where(top[near] >= bottom[component], 0.8, 1.15))
        best = int(distance.argmin())
        pitch = field_lines[owner[near[best]]].pitch
        reach = (0.12 if faint[component] else 0.45) * pitch
        if bottom[component] <= top[near[best]]:
            if dots[component]:
                continue
            # a tone mark is thrown no further than it is large: what hangs small and high is dust or a leader's dot
            size = max(right[component] - left[component], bottom[component] - top[component])
            reach = min(reach, 0.1 * pitch + 1.2 * size)
        if distance[best] < reach:
            owner[component] = owner[near[best]]
