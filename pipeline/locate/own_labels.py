"""A blank's place belongs to the label that is printed beside it, wherever the lines above and below are.

::

        Trang ......            read here: its blank is level with it
    Số: ......                  and not where the form's other lines say

    |xxxxxxxxx: ............    not read: the blank lies between the lines around it, and that
    | no label  ............    nothing is written there is not believed
"""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.locate.form_fit import FormFit, place_labels
from pipeline.locate.label_matching import REWORDED
from pipeline.model import PlacedLabel
from pipeline.schema import Form, Piece

Line = tuple[float, float]

OFF = 0.6
"""How far from its place a label's end has to be for its blank to be moved, in printed letters."""

BEHIND = 0.05
"""How far behind a label its blank begins, in printed letters."""

BESIDE = 0.45
"""How far the level of a label and that of its blank may differ, in pitches of the line."""

NEAR = 0.07
"""How far the nearest label is from a blank that has none of its own at most, as a share of the frame's height."""

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

    It is the one printed right beside it, in its own words or up to a colon; for a line that has none, any that is
    close above or below.

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
    return label.score > REWORDED and abs(label_baseline(label, letter) - baseline) < BESIDE * pitch
