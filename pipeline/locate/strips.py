"""Where each line of a blank stands on the page, and which marks of ink belong to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.locate.fit import Fit
from pipeline.model import Box, PlacedPiece
from pipeline.schema import Form

Boxes = NDArray[np.int32]

ABOVE = 0.82
"""How far above its baseline a blank's strip reaches, in line pitches."""

BELOW = 0.30
"""How far below it."""


@dataclass(frozen=True, slots=True)
class Strip:
    """One line of a blank in pixels: ``pitch`` is the distance to the printed line above it (bounded);
    ``open_right``: nothing is printed to its right, so a value may run past its end; ``rule`` is the x of the frame's
    next upright rule."""

    piece: PlacedPiece
    pitch: float
    open_right: bool
    rule: float


def baselines(form: Form, fit: Fit, leaders: Boxes) -> dict[tuple[float, float], float]:
    """The y of each blank's leader: where the dots stand if they were seen, else where the geometry puts them.

    ``leaders`` (n, 4) are the boxes of leader dots. Keys are (v, u0) of the form's pieces.
    """
    if len(leaders):
        x = (leaders[:, 0] + leaders[:, 2]) / 2
        y = leaders[:, 3].astype(float)
    found: dict[tuple[float, float], float] = {}
    pitches = pitch_of_lines(form)
    for slot in form.slots:
        for piece in slot.pieces:
            left, expected = fit.at(piece.u0, piece.v)
            right, expected_right = fit.at(piece.u1, piece.v)
            expected = (expected + expected_right) / 2
            y_found = expected
            if len(leaders):
                reach = 0.40 * pitches[piece.v] * fit.height
                near = (x > left) & (x < right) & (np.abs(y - expected) < reach)
                if near.sum() >= 6:
                    y_found = _level(y[near], expected, 0.1 * pitches[piece.v] * fit.height)
            found[piece.v, piece.u0] = y_found
    return found


def _level(y: NDArray[np.float64], expected: float, width: float) -> float:
    """The level at which most dots stand; of two equally full ones the nearer to where it is expected."""
    best, level = -1.0, expected
    for candidate in np.unique(np.round(y)):
        on = np.abs(y - candidate) <= width / 2
        merit = on.sum() - 0.02 * abs(candidate - expected)
        if merit > best:
            best, level = float(merit), float(np.median(y[on]))
    return level


def pitch_of_lines(form: Form) -> dict[float, float]:
    """Distance of each printed line to the one above it, in v, between the bounds of a usual line."""
    lines = sorted({line.at for line in form.lines})
    pitches = {}
    for number, v in enumerate(lines):
        above = v - lines[number - 1] if number else 0.03
        pitches[v] = float(np.clip(above, 1.35 * form.text_size, 2.1 * form.text_size))
    return pitches


def strips_of(form: Form, fit: Fit, leaders: Boxes) -> tuple[Strip, ...]:
    """All strips of a form's line blanks, in reading order."""
    levels = baselines(form, fit, leaders)
    pitches = pitch_of_lines(form)
    last_on_line: dict[float, float] = {}
    for slot in form.slots:
        for piece in slot.pieces:
            last_on_line[piece.v] = max(last_on_line.get(piece.v, 0.0), piece.u1)
    strips = []
    for slot in form.slots:
        for number, piece in enumerate(slot.pieces):
            left, _ = fit.at(piece.u0, piece.v)
            right, _ = fit.at(piece.u1, piece.v)
            baseline = levels[piece.v, piece.u0]
            pitch = pitches[piece.v] * fit.height
            box = Box(left, baseline - ABOVE * pitch, right, baseline + BELOW * pitch)
            beyond = min((u for u in (*form.rules, 1.0) if u > piece.u1 - 0.01), default=1.0)
            rule, _ = fit.at(beyond, piece.v)
            placed = PlacedPiece(slot.name, 0, number, box, baseline)
            strips.append(Strip(placed, pitch, piece.u1 >= last_on_line[piece.v] - 1e-6, rule))
    return tuple(strips)


def touching(
    strips: Sequence[Strip], boxes: Boxes, barred: Sequence[Box]
) -> Iterator[tuple[int, float, float]]:
    """Marks in which the writing of one blank touches that of the next below it, or a signature above it: the number of
    each, and the rows between which it may be cut."""
    if not strips or not len(boxes):
        return
    left, top, right, bottom = boxes.T.astype(float)
    pitch = min(strip.pitch for strip in strips)
    for number in np.nonzero(bottom - top > 0.9 * pitch)[0]:
        over = [
            (strip.piece.baseline, strip.pitch)
            for strip in strips
            if min(right[number], strip.piece.box.right) > max(left[number], strip.piece.box.left)
            and top[number] < strip.piece.baseline - 0.3 * strip.pitch
            and bottom[number] > strip.piece.baseline - 0.15 * strip.pitch
        ]
        over.sort()
        for (upper, _), (lower, p) in pairwise(over):
            if lower - upper > 0.6 * p:
                yield int(number), upper + 0.05 * p, max(upper + 0.1 * p, lower - 0.5 * p)
        for box in barred if over else ():
            highest, p = over[0]
            across = min(right[number], box.right) - max(left[number], box.left)
            if across > 0 and top[number] < box.bottom and top[number] < highest - 1.2 * p:
                yield int(number), highest - p, highest - 0.5 * p
                break


def owners(
    strips: Sequence[Strip], boxes: Boxes, barred: Sequence[Box], colons: Sequence[Box] = ()
) -> NDArray[np.int64]:
    """For each mark the number of the strip it belongs to, or -1.

    A mark as tall as a letter goes to the strip whose writing band its middle stands in; small marks (tone marks,
    dots, commas) go where the nearest letter goes. Values that run on past the end of the last blank of a line are
    followed to the right as long as the gap stays within a letter or two; past the frame's rule only inside a word.
    Marks in ``barred`` boxes (signatures, notes) have no strip, unless a value runs on into them; nor have specks in
    ``colons`` boxes (what is printed right behind a label).
    """
    count = len(boxes)
    owner = np.full(count, -1)
    if not count or not strips:
        return owner
    left, top, right, bottom = boxes.T.astype(float)
    middle_x, middle_y = (left + right) / 2, (top + bottom) / 2
    height, width = bottom - top, right - left
    pitch = float(np.median([s.pitch for s in strips]))
    big = (height > 0.26 * pitch) | ((width > 0.30 * pitch) & (height > 0.05 * pitch))
    inside = np.zeros(count, bool)
    size = np.maximum(1.0, width * height)
    for box in barred:
        across = np.clip(np.minimum(right, box.right) - np.maximum(left, box.left), 0, None)
        down = np.clip(np.minimum(bottom, box.bottom) - np.maximum(top, box.top), 0, None)
        inside |= across * down / size > 0.3
    for box in colons:
        small = (height < 0.5 * box.height) & (width < 0.6 * box.width)
        inside |= (
            small & (middle_x > box.left) & (middle_x < box.right) & (top > box.top) & (bottom < box.bottom)
        )
    cost = np.full(count, np.inf)
    for number, strip in enumerate(strips):
        b, p = strip.piece.box, strip.pitch
        overlap = np.minimum(right, b.right) - np.maximum(left, b.left)
        enough = (overlap > 0.35 * width) | ((middle_x > b.left) & (middle_x < b.right))
        rise = (strip.piece.baseline - middle_y) / p
        near = np.abs(rise - 0.24)
        core = (rise > 0.04) & (rise < 0.5) & (height > 0.11 * p) & (width > 0.06 * p)
        # a hat over a tall letter reaches up to the line above: what is low there and flat is none of its letters
        hat = (height < 0.3 * p) & (rise < 0.02)
        fits = (big | core) & ~hat & enough & (rise > -0.34) & (rise < 0.86) & (near < cost) & ~inside
        owner[fits], cost[fits] = number, near[fits]
    _follow_right(strips, owner, big, boxes)
    _gather_small(strips, owner, big, boxes, inside)
    return owner


def _follow_right(
    strips: Sequence[Strip], owner: NDArray[np.int64], big: NDArray[np.bool_], boxes: Boxes
) -> None:
    left, top, right, bottom = boxes.T.astype(float)
    middle_y = (top + bottom) / 2
    for number, strip in enumerate(strips):
        if not strip.open_right or not (owner == number).any():
            continue
        p, baseline = strip.pitch, strip.piece.baseline
        end = right[owner == number].max()
        if end < strip.piece.box.right - 0.5 * p:
            continue
        level = (baseline - middle_y > -0.25 * p) & (baseline - middle_y < 0.75 * p) & big & (owner < 0)
        beyond = np.nonzero(level & (bottom - top < 1.6 * p) & (left > strip.piece.box.right - p))[0]
        for mark in beyond[np.argsort(left[beyond])]:
            beyond_rule = left[mark] > strip.rule
            if left[mark] - end > (0.2 if beyond_rule else 0.55) * p or (beyond_rule and end < strip.rule):
                break
            owner[mark] = number
            end = max(end, right[mark])


def _gather_small(
    strips: Sequence[Strip],
    owner: NDArray[np.int64],
    big: NDArray[np.bool_],
    boxes: Boxes,
    inside: NDArray[np.bool_],
) -> None:
    left, top, right, bottom = boxes.T.astype(float)
    anchors = np.nonzero(owner >= 0)[0]
    if not len(anchors):
        return
    order = anchors[np.argsort(left[anchors])]
    starts = left[order]
    flat = (
        bottom - top < 0.42 * strips[0].pitch
    )  # a hat with its tone on it is as wide as a letter, and no letter
    for mark in np.nonzero((~big | flat) & (owner < 0) & ~inside)[0]:
        first = np.searchsorted(starts, left[mark] - 12 * (strips[0].pitch))
        last = np.searchsorted(starts, right[mark] + strips[0].pitch)
        near = order[first:last]
        if not len(near):
            continue
        gap_x = np.maximum(0, np.maximum(left[near] - right[mark], left[mark] - right[near]))
        gap_y = np.maximum(0, np.maximum(top[near] - bottom[mark], top[mark] - bottom[near]))
        # a mark above a letter is nearer to it than one that hangs below the line above: tone marks outnumber tails
        distance = np.hypot(gap_x * 1.4, gap_y * np.where(top[near] >= bottom[mark], 0.8, 1.15))
        best = int(distance.argmin())
        pitch = strips[owner[near[best]]].pitch
        if distance[best] < 0.45 * pitch:
            owner[mark] = owner[near[best]]


def inked_box(
    boxes: Boxes, area: NDArray[np.int32], numbers: NDArray[np.int64], pitch: float
) -> tuple[Box | None, NDArray[np.int64]]:
    """The box around the marks of one strip, and the marks; ``None`` when what is there is dust, not writing.

    Dust far from any letter is left out. A strip is written on when some mark is as large as a small letter or a dash.
    """
    if not len(numbers):
        return None, numbers
    left, top, right, bottom = boxes[numbers].T.astype(float)
    letter = ((bottom - top > 0.20 * pitch) | (right - left > 0.22 * pitch)) & (
        area[numbers] > 0.006 * pitch**2
    )
    if not letter.any():
        return None, numbers[:0]
    first, last = left[letter].min(), right[letter].max()
    near = letter | ((right > first - 0.5 * pitch) & (left < last + 0.5 * pitch))
    kept = numbers[near]
    return Box(left[near].min(), top[near].min(), right[near].max(), bottom[near].max()), kept


def lines_in(
    area: Box, boxes: Boxes, mass: NDArray[np.int32], free: NDArray[np.int64], letter: float
) -> Iterator[tuple[int, Box, NDArray[np.int64]]]:
    """The written lines of a free area, top to bottom: (0, box, marks) each. Marks that only reach in are left out."""
    left, top, right, bottom = boxes[free].T.astype(float)
    middle_x, middle_y = (left + right) / 2, (top + bottom) / 2
    inside = (
        (middle_x > area.left) & (middle_x < area.right) & (middle_y > area.top) & (middle_y < area.bottom)
    )
    inside &= (bottom - top < 6 * letter) & (mass[free] > 0.008 * letter**2)
    chosen = free[inside]
    if not len(chosen):
        return
    middle = middle_y[inside]
    tall = (bottom - top)[inside] > 0.3 * letter
    if not tall.any():
        yield from _ditto(boxes, mass, chosen, letter)
        return
    levels: list[list[float]] = []
    for y in np.sort(middle[tall]):
        if levels and y - levels[-1][-1] < 0.55 * letter:
            levels[-1].append(float(y))
        else:
            levels.append([float(y)])
    centres = np.array([np.median(level) for level in levels])
    nearest = np.abs(middle[:, None] - centres[None, :]).argmin(axis=1)
    for number in range(len(centres)):
        marks = chosen[nearest == number]
        box, kept = inked_box(boxes, mass, marks, 1.6 * letter)
        if box is not None:
            yield 0, box, kept


def _ditto(
    boxes: Boxes, mass: NDArray[np.int32], chosen: NDArray[np.int64], letter: float
) -> Iterator[tuple[int, Box, NDArray[np.int64]]]:
    """Two small strokes side by side (or run together), a mark for "as above", where nothing taller stands in the
    area."""
    strokes = chosen[mass[chosen] > 0.012 * letter**2]
    left, top, right, bottom = boxes[strokes].T.astype(float)
    if len(strokes) == 1 and right[0] - left[0] > 0.25 * letter and mass[strokes[0]] > 0.03 * letter**2:
        yield 0, Box(left[0], top[0], right[0], bottom[0]), strokes
    if len(strokes) != 2:
        return
    level = abs(top[0] - top[1]) < 0.3 * letter and min(bottom - top) > 0.12 * letter
    if level and max(left) - min(right) < 0.6 * letter and max(mass[strokes]) < 3 * min(mass[strokes]):
        yield 0, Box(left.min(), top.min(), right.max(), bottom.max()), strokes


def clusters(boxes: Boxes, gap: float) -> list[NDArray[np.int64]]:
    """The numbers of boxes that hang together, group by group: each has a neighbour within ``gap`` pixels."""
    group = np.full(len(boxes), -1)
    left, top, right, bottom = boxes.T.astype(float)
    found: list[NDArray[np.int64]] = []
    for start in range(len(boxes)):
        if group[start] >= 0:
            continue
        waiting, members = [start], []
        group[start] = len(found)
        while waiting:
            at = waiting.pop()
            members.append(at)
            apart_x = np.maximum(left - right[at], left[at] - right)
            apart_y = np.maximum(top - bottom[at], top[at] - bottom)
            near = np.nonzero((apart_x <= gap) & (apart_y <= gap) & (group < 0))[0]
            group[near] = len(found)
            waiting.extend(int(n) for n in near)
        found.append(np.array(sorted(members)))
    return found
