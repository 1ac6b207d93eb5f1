"""Where each line of a blank stands on the page."""

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

ABOVE = 0.82
"""How far above its baseline a blank's strip reaches, in line pitches."""

BELOW = 0.30
"""How far below it."""


@dataclass(frozen=True, slots=True)
class FieldLine:
    """One line of a blank in pixels: ``pitch`` is the distance to the printed line above it (bounded);
    ``open_right``: nothing is printed to its right, so a value may run past its end; ``rule`` is the x of the frame's
    next upright rule."""

    piece: PlacedPiece
    pitch: float
    open_right: bool
    rule: float


def baselines(form: Form, fit: FormFit, leaders: Boxes) -> dict[tuple[float, float], float]:
    """The y of each blank's leader: where the dots stand if they were seen, else where the geometry puts them.

    ``leaders`` (n, 4) are the boxes of leader dots. Keys are (v, u0) of the form's pieces.
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


def line_pitches(form: Form) -> dict[float, float]:
    """Distance of each printed line to the one above it, in v, between the bounds of a usual line."""
    lines = sorted({line.at for line in form.lines})
    pitches = {}
    for number, v in enumerate(lines):
        above = v - lines[number - 1] if number else 0.03
        pitches[v] = float(np.clip(above, 1.35 * form.text_size, 2.1 * form.text_size))
    return pitches


def place_field_lines(form: Form, fit: FormFit, leaders: Boxes) -> tuple[FieldLine, ...]:
    """All strips of a form's line blanks, in reading order."""
    levels = baselines(form, fit, leaders)
    pitches = line_pitches(form)
    last_on_line: dict[float, float] = {}
    for slot in form.slots:
        for piece in slot.pieces:
            last_on_line[piece.v] = max(last_on_line.get(piece.v, 0.0), piece.u1)
    strips = []
    for slot in form.slots:
        for number, piece in enumerate(slot.pieces):
            left, _ = fit.to_pixels(piece.u0, piece.v)
            right, _ = fit.to_pixels(piece.u1, piece.v)
            baseline = levels[piece.v, piece.u0]
            pitch = pitches[piece.v] * fit.height
            box = Box(left, baseline - ABOVE * pitch, right, baseline + BELOW * pitch)
            beyond = min((u for u in (*form.rules, 1.0) if u > piece.u1 - 0.01), default=1.0)
            rule, _ = fit.to_pixels(beyond, piece.v)
            placed = PlacedPiece(slot.name, 0, number, box, baseline)
            strips.append(FieldLine(placed, pitch, piece.u1 >= last_on_line[piece.v] - 1e-6, rule))
    return tuple(strips)


FLOATING = 0.22
"""How far above the line they are written on letters may stand, in pitches."""


def find_touching_lines(strips: Sequence[FieldLine], boxes: Boxes) -> Iterator[tuple[int, float, float]]:
    """Marks in which the writing of one blank touches that of the next below it: the number of each, and the rows
    between which they meet."""
    for number, lines in _reaching_over(strips, boxes):
        for (upper, _), (lower, p) in pairwise(lines):
            if lower - upper > 0.6 * p:
                yield number, upper + 0.05 * p, max(upper + 0.1 * p, lower - 0.5 * p)


def find_signature_overlaps(
    strips: Sequence[FieldLine], boxes: Boxes, barred: Sequence[Box]
) -> Iterator[tuple[int, float, float]]:
    """Marks in which a signature of a ``barred`` box touches the writing of the blank below it: the number of each, and
    the rows between which it may be cut."""
    left, top, right, _ = boxes.T.astype(float)
    for number, ((highest, p), *_) in _reaching_over(strips, boxes):
        for box in barred:
            across = min(right[number], box.right) - max(left[number], box.left)
            if across > 0 and top[number] < box.bottom and top[number] < highest - 1.2 * p:
                yield number, highest - p, highest - 0.5 * p
                break


def _reaching_over(
    strips: Sequence[FieldLine], boxes: Boxes
) -> Iterator[tuple[int, list[tuple[float, float]]]]:
    """Tall marks that reach over blanks' lines: the number of each, with the baselines and pitches of those."""
    if not strips or not len(boxes):
        return
    left, top, right, bottom = boxes.T.astype(float)
    pitch = min(strip.pitch for strip in strips)
    for number in np.nonzero(bottom - top > 0.9 * pitch)[0]:
        over = sorted(
            (strip.piece.baseline, strip.pitch)
            for strip in strips
            if min(right[number], strip.piece.box.right) > max(left[number], strip.piece.box.left)
            and top[number] < strip.piece.baseline - 0.3 * strip.pitch
            and bottom[number] > strip.piece.baseline - FLOATING * strip.pitch
        )
        if over:
            yield int(number), over


def assign_components(
    strips: Sequence[FieldLine],
    boxes: Boxes,
    barred: Sequence[Box],
    colons: Sequence[Box] = (),
    faint: NDArray[np.bool_] | None = None,
    dots: NDArray[np.bool_] | None = None,
) -> NDArray[np.int64]:
    """For each mark the number of the strip it belongs to, or -1.

    A mark as tall as a letter goes to the strip whose writing band its middle stands in, a dash to that on which it
    stands between letters; small marks (tone marks, dots, commas) go where the nearest letter goes. Values that run on
    past the end of the last blank of a line are followed to the right as long as the gap stays within a letter or two;
    past the frame's rule only inside a word. Marks in ``barred`` boxes (signatures, notes) have no strip, unless a
    value runs on into them; nor have specks in ``colons`` boxes (what is printed right behind a label). What is
    ``faint`` (n,), paler than ink by itself, goes with a letter only where it is close to it; ``dots`` (n,) of a leader
    go with none below them.
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
    inside, beside = np.zeros(count, bool), np.zeros((len(barred), count), bool)
    size = np.maximum(1.0, width * height)
    for number, box in enumerate(barred):
        across = np.clip(np.minimum(right, box.right) - np.maximum(left, box.left), 0, None)
        down = np.clip(np.minimum(bottom, box.bottom) - np.maximum(top, box.top), 0, None)
        beside[number] = across * down / size > 0.3
    for box in colons:
        small = (height < 0.5 * box.height) & (width < 0.6 * box.width)
        inside |= (
            small & (middle_x > box.left) & (middle_x < box.right) & (top > box.top) & (bottom < box.bottom)
        )
    cost = np.full(count, np.inf)
    for number, strip in enumerate(strips):
        b, p = strip.piece.box, strip.pitch
        overlap = np.minimum(right, b.right) - np.maximum(left, b.left)
        # what stands in the blank for the most part is its own, though it runs on into an area behind it
        behind = np.array([box.left >= b.right for box in barred], bool)
        shut = inside | beside[~behind].any(axis=0) | (beside[behind].any(axis=0) & (overlap <= 0.5 * width))
        enough = (overlap > 0.35 * width) | ((middle_x > b.left) & (middle_x < b.right))
        rise = (strip.piece.baseline - middle_y) / p
        near = np.abs(rise - 0.24)
        core = (rise > 0.04) & (rise < 0.5) & (height > 0.11 * p) & (width > 0.06 * p)
        # a hat over a tall letter reaches up to the line above: what is low there and flat is none of its letters
        hat = (height < 0.3 * p) & (rise < 0.02)
        fits = (big | core) & ~hat & enough & (rise > -0.34) & (rise < 0.86) & (near < cost) & ~shut
        owner[fits], cost[fits] = number, near[fits]
    inside |= beside.any(axis=0)
    _follow_right(strips, owner, big, boxes)
    _join_dashes(strips, owner, boxes, inside)
    none = np.zeros(count, bool)
    _gather_small(
        strips, owner, big, boxes, inside, none if faint is None else faint, none if dots is None else dots
    )
    return owner


def runs_past_end(strip: FieldLine, line: Box, boxes: Boxes, numbers: NDArray[np.int64]) -> bool:
    """Whether ink goes on behind the end of a strip as the next word of its ``line`` would, and is none of the line's
    own ``numbers``: past the frame's rule a value is followed only inside a word."""
    if not strip.open_right:
        return False
    p = strip.pitch
    left, top, right, bottom = boxes.T.astype(float)
    rise, height = strip.piece.baseline - (top + bottom) / 2, bottom - top
    level = (rise > -0.25 * p) & (rise < 0.75 * p) & (height > 0.26 * p) & (height < 1.6 * p)
    next_to = (left > line.right - 0.5 * p) & (left < line.right + 0.8 * p) & (right > strip.piece.box.right)
    found = level & next_to
    found[numbers] = False
    return bool(found.any())


def _follow_right(
    strips: Sequence[FieldLine], owner: NDArray[np.int64], big: NDArray[np.bool_], boxes: Boxes
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


def _join_dashes(
    strips: Sequence[FieldLine], owner: NDArray[np.int64], boxes: Boxes, inside: NDArray[np.bool_]
) -> None:
    """Dashes of a date that is written wide apart are further from its figures than from the letters of the line
    below."""
    left, top, right, bottom = boxes.T.astype(float)
    middle_y = (top + bottom) / 2
    flat = (right - left > 2 * (bottom - top)) & (owner < 0) & ~inside
    for number, strip in enumerate(strips):
        p = strip.pitch
        own = owner == number
        rise = (strip.piece.baseline - middle_y) / p
        for mark in np.flatnonzero(flat & (right - left > 0.15 * p) & (rise > 0.12) & (rise < 0.42)):
            before, behind = left[mark] - right[own], left[own] - right[mark]
            if all(((gap >= 0) & (gap < 1.2 * p)).any() for gap in (before, behind)):
                owner[mark] = number


def _gather_small(
    strips: Sequence[FieldLine],
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
        reach = (0.12 if faint[mark] else 0.45) * pitch
        if bottom[mark] <= top[near[best]]:
            if dots[mark]:
                continue
            # a tone mark is thrown no further than it is large: what hangs small and high is dust, a dot of a leader
            reach = min(reach, 0.1 * pitch + 1.2 * max(right[mark] - left[mark], bottom[mark] - top[mark]))
        if distance[best] < reach:
            owner[mark] = owner[near[best]]
