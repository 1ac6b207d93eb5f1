"""A blank's place belongs to the label that is printed beside it, wherever the lines above and below are.

::

        Trang ......            read here: its blank is level with it
    Số: ......                  and not where the form's other lines say

    |xxxxxxxxx: ............    not read: the blank lies between the lines around it, and that
    | no label  ............    nothing is written there is not believed
"""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median

import numpy as np
from numpy.typing import NDArray

from pipeline.base.model import PlacedLabel
from pipeline.declarations.schema import Form, Piece
from pipeline.layout.locate.form_fit import FormFit
from pipeline.layout.locate.label_matching import REWORDED, REWORDED_WHOLE
from pipeline.layout.locate.placed_labels import place_labels

Line = tuple[float, float]
Boxes = NDArray[np.int32]

OFF = 0.6
"""How far from its place a label's end has to be for its blank to be moved, in printed letters."""

BEHIND = 0.05
"""How far behind a label its blank begins, in printed letters."""

BESIDE = 0.45
"""How far the level of a label and that of its blank may differ, in pitches of the line."""

NEAR = 0.07
"""How far the nearest label is from a blank that has none of its own at most, as a share of the frame's height."""

SHORTEST_LABEL = 0.9
"""How long a label is at least, in printed letters."""

ON_LEADER = 0.12
"""How far above or below a blank's leader its dots are at most, in pitches of the line."""

LEAST_DOTS, DOTS_AMONG = 4, 6
"""How many dots of a leader are seen at least where it begins, and among how many that could be there: a colon and the
dot under a letter are dots as well."""

LABEL_DESCENT = 0.3
"""How far below its baseline a label's box reaches, in printed letters."""


def own_labels(form: Form, fit: FormFit) -> Mapping[tuple[float, float], PlacedLabel]:
    """Return the labels printed right beside a blank, read or not, by (v, u0) of the piece that they announce."""
    declared = [label for label in form.labels if label.text]
    placed = {(label.v, label.u1): one for label, one in zip(declared, place_labels(form, fit), strict=True)}
    pieces = ((piece.v, piece.u0) for slot in form.slots for piece in slot.pieces)
    return {key: placed[key] for key in pieces if key in placed}


def blank_start(label: PlacedLabel, expected: float, letter: float) -> float:
    """Return the x at which the blank behind a label begins: where the geometry has it, or behind the label itself.

    Args:
        label: The label.
        expected: The x where the geometry has it.
        letter: The height of the printed letters in pixels.
    """
    off = label.box.right - expected
    return label.box.right + BEHIND * letter if abs(off) > OFF * letter else expected


def label_baseline(label: PlacedLabel, letter: float) -> float:
    """Return the y that a label is printed on; ``letter``: the height of the printed letters in pixels."""
    return label.box.bottom - LABEL_DESCENT * letter


def vouches_for(
    form: Form, fit: FormFit, labels: Mapping[tuple[float, float], PlacedLabel], piece: Piece, line: Line
) -> bool:
    """Return whether a label was read that says where a line of a blank is.

    It is the one printed right beside it, in its own words or up to a colon, and nothing more was read with it; for a
    line that has none, any that is close above or below.

    Args:
        form: The form.
        fit: Its fit to the page.
        labels: The labels beside blanks (``own_labels``).
        piece: The piece of the form.
        line: The y of its line and the pitch of it, in pixels.
    """
    baseline, pitch = line
    if not any(label.text and (label.v, label.u1) == (piece.v, piece.u0) for label in form.labels):
        return any(abs(form.labels[found.label].v - piece.v) < NEAR for found in fit.found)
    label = labels[piece.v, piece.u0]
    letter = form.text_size * fit.height
    glued = any(
        found.glued and (form.labels[found.label].v, form.labels[found.label].u1) == (piece.v, piece.u0)
        for found in fit.found
    )
    return (
        not glued
        and label.score > REWORDED
        and abs(label_baseline(label, letter) - baseline) < BESIDE * pitch
    )


def leader_starts(
    form: Form, fit: FormFit, leaders: Boxes, levels: Mapping[Line, float], pitches: Mapping[float, float]
) -> tuple[tuple[int, float], ...]:
    """Return where labels end that were not surely read, as (number of the label, x): before the dots behind them.

    Dots are printed in blanks only. A label that a press worded shorter than declared ends where they begin. That they
    begin further right says nothing: writing covers dots, and looks like print.

    Args:
        form: The form.
        fit: Its fit to the page.
        leaders: (n, 4) boxes of leader dots in pixels.
        levels: The y of each blank's leader, by (v, u0) of its piece.
        pitches: The pitch of each line, by v.
    """
    if not len(leaders):
        return ()
    letter = form.text_size * fit.height
    sure = {c.label for c in fit.found if c.score > REWORDED_WHOLE and not (c.loose or c.learnt)}
    x, y = (leaders[:, 0] + leaders[:, 2]) / 2, leaders[:, 3].astype(float)
    numbers = {(label.v, label.u1): n for n, label in enumerate(form.labels) if label.text}
    placed = own_labels(form, fit)
    found = []
    for slot in form.slots:
        for piece in slot.pieces:
            number = numbers.get((piece.v, piece.u0))
            if number is None or number in sure:
                continue
            label = placed[piece.v, piece.u0]
            level = np.abs(y - levels[piece.v, piece.u0]) < ON_LEADER * pitches[piece.v]
            start = _first_dot(np.sort(x[level & (x > label.box.left + SHORTEST_LABEL * letter)]))
            if start < label.box.right - OFF * letter:
                found.append((number, start - BEHIND * letter))
    return tuple(found)


def _first_dot(x: NDArray[np.float64]) -> float:
    """Return where a leader begins among dots in their order, infinity where none does."""
    if len(x) < LEAST_DOTS:
        return float("inf")
    spacing = float(median(np.diff(x).tolist()))
    close = x[LEAST_DOTS - 1 :] - x[: 1 - LEAST_DOTS] < (DOTS_AMONG - 0.5) * spacing
    begins = x[: 1 - LEAST_DOTS][close]
    return float(begins[0]) if len(begins) else float("inf")
