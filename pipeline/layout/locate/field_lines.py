"""The lines of a form's blanks on the page: where each is, and which components reach over more than one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

import numpy as np
from numpy.typing import NDArray

from pipeline.base.model import Box, PlacedPiece
from pipeline.declarations.schema import Form, Piece
from pipeline.layout.locate.form_fit import FormFit
from pipeline.layout.locate.own_labels import (
    blank_start,
    label_baseline,
    leader_starts,
    own_labels,
    vouches_for,
)
from pipeline.layout.locate.placed_labels import place_labels

Boxes = NDArray[np.int32]

ABOVE_BASELINE = 0.82
"""How far above its baseline a field line reaches, in line pitches."""

CLOSEST = 1.05
"""How close lines may stand, in printed letters."""

LEAST_HAND = 1.6
"""The pitch of a line, in printed letters, that the gaps between words fit at least."""

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
        is_labelled: Whether a printed label was read that says where it is.
        next_label: x where the next label on its level begins, infinite where none does.
        lift: How far above the blank's leader the writing stands, in pixels.
        least_hand: How large a hand is taken to be at least, where lines are close, as the pitch of a line for it.
    """

    piece: PlacedPiece
    pitch: float
    open_right: bool
    rule: float
    is_labelled: bool = True
    next_label: float = float("inf")
    lift: float = 0.0
    least_hand: float = 0.0

    @property
    def hand(self) -> float:
        """The pitch that gaps between words go by."""
        return max(self.pitch, self.least_hand)

    def lifted(self, pitches: float) -> FieldLine:
        """Return the line with writing that stands so many pitches above its leader."""
        lift = pitches * self.pitch
        box = self.piece.box
        raised = Box(box.left, box.top - lift, box.right, box.bottom - lift)
        piece = replace(self.piece, box=raised, baseline=self.piece.baseline - lift)
        return replace(self, piece=piece, lift=self.lift + lift)


def baselines(form: Form, fit: FormFit, leaders: Boxes) -> dict[tuple[float, float], float]:
    """Return the y of each blank's leader: that of its dots, else of its label, else where the geometry puts it.

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
    lost: list[tuple[Piece, float]] = []
    pitches = line_pitches(form, fit)
    labels = own_labels(form, fit)
    letter = form.text_size * fit.height
    for slot in form.slots:
        for piece in slot.pieces:
            left, expected = fit.to_pixels(piece.u0, piece.v)
            right, expected_right = fit.to_pixels(piece.u1, piece.v)
            expected = (expected + expected_right) / 2
            label = labels.get((piece.v, piece.u0))
            if label is not None and label.score:
                expected = label_baseline(label, letter)
            y_found = expected
            if len(leaders):
                reach = 0.40 * pitches[piece.v]
                near = (x > left) & (x < right) & (np.abs(y - expected) < reach)
                if near.sum() >= LEAST_ON_LEADER:
                    y_found = _dot_level(y[near], expected, 0.1 * pitches[piece.v])
                elif label is None:
                    lost.append((piece, expected))
            found[piece.v, piece.u0] = y_found
    found.update(_found_leaders(fit, found, lost, (x, y), letter) if lost else {})
    return found


def _found_leaders(
    fit: FormFit,
    levels: Mapping[tuple[float, float], float],
    lost: Sequence[tuple[Piece, float]],
    dots: tuple[NDArray[np.float64], NDArray[np.float64]],
    letter: float,
) -> dict[tuple[float, float], float]:
    """Return the y of leaders that are not where the geometry puts them: of dots between the lines above and below.

    Args:
        fit: The fit of the form to the page.
        levels: The y of each blank's leader, as far as it is known.
        lost: Pieces without a label of their own or dots where they are expected, and the y of that.
        dots: The x and the y of the dots of leaders.
        letter: Height of the printed letters in pixels.
    """
    x, y = dots
    found: dict[tuple[float, float], float] = {}
    sure = {v: level for (v, _), level in levels.items() if all(v != one.v for one, _ in lost)}
    for piece, expected in lost:
        above = max((level for v, level in sure.items() if v < piece.v), default=-np.inf) + letter
        below = min((level for v, level in sure.items() if v > piece.v), default=np.inf) - letter
        left, right = (fit.to_pixels(u, piece.v)[0] for u in (piece.u0, piece.u1))
        inside = (x > left) & (x < right) & (y > above) & (y < below)
        if inside.sum() >= LEAST_ON_LEADER:
            row = _dot_level(y[inside], expected, 0.15 * letter)
            if (np.abs(y[inside] - row) < 0.1 * letter).sum() >= LEAST_ON_LEADER:
                found[piece.v, piece.u0] = sure[piece.v] = row
    return found


LEAST_ON_LEADER = 6
"""How many dots of a leader say where it is."""


def _dot_level(y: NDArray[np.float64], expected: float, width: float) -> float:
    """Return the level with most dots; of two equally full ones the nearer to where it is expected."""
    best, fullest = -1.0, None
    for candidate in np.unique(np.round(y)):
        on = np.abs(y - candidate) <= width / 2
        merit = np.count_nonzero(on) - 0.02 * abs(candidate - expected)
        if merit > best:
            best, fullest = float(merit), on
    return expected if fullest is None or not fullest.any() else float(median(y[fullest].tolist()))


def with_leader_starts(form: Form, fit: FormFit, leaders: Boxes) -> FormFit:
    """Return a fit in which labels that were not surely read end where the leaders behind them begin.

    Args:
        form: The form.
        fit: Its fit to the page.
        leaders: (n, 4) boxes of leader dots in pixels.
    """
    levels, pitches = baselines(form, fit, leaders), line_pitches(form, fit)
    return replace(fit, ends=leader_starts(form, fit, leaders, levels, pitches))


def line_pitches(form: Form, fit: FormFit) -> dict[float, float]:
    """Return the distance of each printed line to the one above it in pixels, between the bounds of a usual line."""
    lines = sorted({line.at for line in form.lines})
    letter = form.text_size * fit.height
    pitches = {}
    for number, v in enumerate(lines):
        above = lines[number - 1] if number else v - 0.03
        apart = fit.to_pixels(0.5, v)[1] - fit.to_pixels(0.5, above)[1]
        # a printing's lines may stand closer than the form's
        least = min(1.35, max(CLOSEST, 1.35 * apart / max(1.0, (v - above) * fit.height)))
        pitches[v] = float(np.clip(apart, least * letter, 2.1 * letter))
    return pitches


def place_field_lines(form: Form, fit: FormFit, leaders: Boxes) -> tuple[FieldLine, ...]:
    """Return all field lines of a form, in reading order.

    Args:
        form: The form.
        fit: Its fit to the page.
        leaders: (n, 4) boxes of leader dots in pixels.
    """
    levels = baselines(form, fit, leaders)
    labels = own_labels(form, fit)
    letter = form.text_size * fit.height
    pitches = line_pitches(form, fit)
    printed = [label for label in form.labels if label.text]
    starts = [
        (label.v, label.u0, one.box.left) for label, one in zip(printed, place_labels(form, fit), strict=True)
    ]
    last_on_line: dict[float, float] = {}
    for slot in form.slots:
        for piece in slot.pieces:
            last_on_line[piece.v] = max(last_on_line.get(piece.v, 0.0), piece.u1)
    field_lines = []
    for slot in form.slots:
        for number, piece in enumerate(slot.pieces):
            left, _ = fit.to_pixels(piece.u0, piece.v)
            right, _ = fit.to_pixels(piece.u1, piece.v)
            if label := labels.get((piece.v, piece.u0)):
                left = min(blank_start(label, left, letter), right - letter)
            baseline = levels[piece.v, piece.u0]
            above = max((level for (v, _), level in levels.items() if v < piece.v), default=-np.inf)
            pitch = min(pitches[piece.v], max(CLOSEST * letter, baseline - above))
            box = Box(left, baseline - ABOVE_BASELINE * pitch, right, baseline + BELOW_BASELINE * pitch)
            beyond = min((u for u in (*form.rules, 1.0) if u > piece.u1 - 0.01), default=1.0)
            rule, _ = fit.to_pixels(beyond, piece.v)
            placed = PlacedPiece(slot.name, 0, number, box, baseline)
            open_right = piece.u1 >= last_on_line[piece.v] - 1e-6
            vouched = vouches_for(form, fit, labels, piece, (baseline, pitch))
            behind = (x for v, u0, x in starts if v == piece.v and u0 >= piece.u1 - 0.01)
            next_label = min(behind, default=float("inf"))
            field_lines.append(
                FieldLine(
                    placed, pitch, open_right, rule, vouched, next_label, least_hand=LEAST_HAND * letter
                )
            )
    return tuple(field_lines)


USUAL_MIDDLE = 0.24
"""How far above its line the middle of a letter is, in pitches."""

LIFTS = np.arange(0.0, 0.451, 0.025)
"""How much further above it writing may stand as a whole: large hands on lines that a press set close."""

LEAST_LIFT = 0.15
"""From how much on it matters."""

LIFT_GAIN = 0.75
"""How far off their lines letters are then at most, as a share of how far they are without."""


def writing_lift(field_lines: Sequence[FieldLine], boxes: Boxes) -> float:
    """Return how far above its lines, in pitches, the writing of a page stands as a whole.

    Args:
        field_lines: Lines of all blanks.
        boxes: (n, 4) boxes of the components, without print.
    """
    if not field_lines:
        return 0.0
    left, top, right, bottom = boxes.T.astype(float)
    pitch = float(np.median([line.pitch for line in field_lines]))
    letters = (bottom - top > 0.3 * pitch) & (bottom - top < 1.1 * pitch)
    x, y = ((left + right) / 2)[letters], ((top + bottom) / 2)[letters]
    off = np.full((len(LIFTS), len(x)), np.inf)
    for line in field_lines:
        box = line.piece.box
        middle = line.piece.baseline - (USUAL_MIDDLE + LIFTS[:, None]) * line.pitch
        aside = np.where((x > box.left) & (x < box.right), np.abs(y - middle) / line.pitch, np.inf)
        off = np.minimum(off, aside)
    on = off[0] < 1.0
    if on.sum() < LEAST_LETTERS:
        return 0.0
    usual = np.median(off[:, on], axis=1)
    best = int(usual.argmin())
    return float(LIFTS[best]) if LIFTS[best] >= LEAST_LIFT and usual[best] < LIFT_GAIN * usual[0] else 0.0


LEAST_LETTERS = 30
"""On how many letters that is measured at least."""

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
