"""Where each line of a blank stands on the page."""

from __future__ import annotations

from dataclasses import dataclass

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
