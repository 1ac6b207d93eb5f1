"""A blank follows its own label, independent of the lines above and below.

::

        Trang ......            read label: the blank is level with it
    Số: ......                  and not at the level by the form's other lines

    |xxxxxxxxx: ............    unread label: the blank lies between the lines around it,
    | no label  ............    and is never surely empty
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
"""Least distance of a label's end from its place for moving its blank, in printed letters."""

BEHIND = 0.05
"""Gap between a label and its blank, in printed letters."""

BESIDE = 0.45
"""Largest difference in level of a label and its blank, in pitches of the line."""

NEAR = 0.07
"""Largest distance from a blank without a label to the nearest label, as a share of the frame's height."""

SHORTEST_LABEL = 0.9
"""Least length of a label, in printed letters."""

ON_LEADER = 0.12
"""Largest vertical distance of dots from their leader, in pitches of the line."""

LEAST_DOTS, DOTS_AMONG = 4, 6
"""Least number of visible dots at the beginning of a leader, and the number of places among which they are: a colon and
the dot below a letter are dots as well."""

LABEL_DESCENT = 0.3
"""Reach of a label's box below its baseline, in printed letters."""


def own_labels(form: Form, fit: FormFit) -> Mapping[tuple[float, float], PlacedLabel]:
    """Return the labels right before a blank, read or not, by (v, u0) of their piece."""
    declared = [label for label in form.labels if label.text]
    placed = {
        (label.v, label.u1): place for label, place in zip(declared, place_labels(form, fit), strict=True)
    }
    pieces = ((piece.v, piece.u0) for slot in form.slots for piece in slot.pieces)
    return {key: placed[key] for key in pieces if key in placed}


def blank_start(label: PlacedLabel, expected: float, letter: float) -> float:
    """Return the x at which the blank behind a label begins: by the geometry, or behind the label itself.

    Args:
        expected: The x by the geometry.
        letter: The height of the printed letters in pixels.
    """
    off = label.box.right - expected
    return label.box.right + BEHIND * letter if abs(off) > OFF * letter else expected


def label_baseline(label: PlacedLabel, letter: float) -> float:
    """Return the y of a label's baseline; ``letter``: the height of the printed letters in pixels."""
    return label.box.bottom - LABEL_DESCENT * letter


def vouches_for(
    form: Form, fit: FormFit, labels: Mapping[tuple[float, float], PlacedLabel], piece: Piece, line: Line
) -> bool:
    """Return whether a read label confirms the place of a line of a blank.

    This is the line's own label, read in its own words or up to a colon and without other text; for a line without an
    own label, any label close above or below.

    Args:
        labels: The labels before blanks (``own_labels``).
        line: The y and the pitch of the line, in pixels.
    """
    baseline, pitch = line
    if not any(label.text and (label.v, label.u1) == (piece.v, piece.u0) for label in form.labels):
        return any(abs(form.labels[candidate.label].v - piece.v) < NEAR for candidate in fit.labels)
    label = labels[piece.v, piece.u0]
    letter = form.text_size * fit.height
    glued = any(
        candidate.glued
        and (form.labels[candidate.label].v, form.labels[candidate.label].u1) == (piece.v, piece.u0)
        for candidate in fit.labels
    )
    return (
        not glued
        and label.score > REWORDED
        and abs(label_baseline(label, letter) - baseline) < BESIDE * pitch
    )


def leader_starts(
    form: Form, fit: FormFit, leaders: Boxes, levels: Mapping[Line, float], pitches: Mapping[float, float]
) -> tuple[tuple[int, float], ...]:
    """Return the ends of labels without a sure reading, as (number of the label, x), by the dots behind them.

    Only blanks have dots, so that a label with a shorter wording ends where the dots begin. Dots that begin further
    right prove nothing: writing covers dots and looks like print.

    Args:
        leaders: (n, 4) boxes of leader dots in pixels.
        levels: The y of each blank's leader, by (v, u0) of its piece.
        pitches: The pitch of each line, by v.
    """
    if not len(leaders):
        return ()
    letter = form.text_size * fit.height
    sure = {c.label for c in fit.labels if c.score > REWORDED_WHOLE and not (c.loose or c.learnt)}
    x, y = (leaders[:, 0] + leaders[:, 2]) / 2, leaders[:, 3].astype(float)
    numbers = {(label.v, label.u1): n for n, label in enumerate(form.labels) if label.text}
    placed = own_labels(form, fit)
    ends = []
    for slot in form.slots:
        for piece in slot.pieces:
            number = numbers.get((piece.v, piece.u0))
            if number is None or number in sure:
                continue
            label = placed[piece.v, piece.u0]
            level = np.abs(y - levels[piece.v, piece.u0]) < ON_LEADER * pitches[piece.v]
            start = _first_dot(np.sort(x[level & (x > label.box.left + SHORTEST_LABEL * letter)]))
            if start < label.box.right - OFF * letter:
                ends.append((number, start - BEHIND * letter))
    return tuple(ends)


def _first_dot(x: NDArray[np.float64]) -> float:
    """Return the x at which a leader begins among sorted dots, infinity without a leader."""
    if len(x) < LEAST_DOTS:
        return float("inf")
    spacing = float(median(np.diff(x).tolist()))
    close = x[LEAST_DOTS - 1 :] - x[: 1 - LEAST_DOTS] < (DOTS_AMONG - 0.5) * spacing
    begins = x[: 1 - LEAST_DOTS][close]
    return float(begins[0]) if len(begins) else float("inf")
