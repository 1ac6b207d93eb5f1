"""The free rectangles that specimen pages propose: notes, and places of signatures below what is printed there."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from pipeline.declarations.schema import Rectangle
from pipeline.form_design.design import DesignedArea
from pipeline.form_design.leaders import Leader
from pipeline.form_design.printed_text import PrintedLabel
from pipeline.layout.locate.label_matching import fold_label

SIGNATURE_WORDS = (
    "chu ky",
    "ky ten",
    "nguoi di khai",
    "nguoi thuc hien",
    "nguoi khai",
    "can bo",
    "ky, ghi ro",
    "nguoi ky",
)
"""What labels say, without marks, below which people sign."""

ASIDE = 0.03
"""How far from the left of a place of signatures what stands in it begins at least; a further line begins nearer."""

NOTES_WORDS = ("ghi chu",)


def find_areas(
    loose: Sequence[PrintedLabel],
    labels: Sequence[PrintedLabel],
    leaders: Sequence[Leader],
    rules: Sequence[float],
    letter: float,
) -> tuple[tuple[DesignedArea, ...], list[PrintedLabel]]:
    """Return the notes and the places of signatures, and the labels that belong to neither.

    Notes go from their label down to the frame, between the rules around it; a signature from below its label to what
    is printed next. Red stamps stand in both, so they are looked for there until a person says otherwise.
    """
    left = list(loose)
    found: list[DesignedArea] = []
    edges = [0.0, *rules, 1.0]
    for label in loose:
        plain = fold_label(label.text)
        around = next(((a, b) for a, b in pairwise(edges) if a <= (label.u0 + label.u1) / 2 <= b), None)
        if around is None or not 0 < label.v < 1:
            continue
        if any(plain.startswith(fold_label(word)) for word in NOTES_WORDS) and around != (0.0, 1.0):
            box = around[0] + 0.004, label.v + 0.6 * letter, around[1] - 0.004, 0.99
            found.append(_area(len(found), box, label=label.text, at=(label.u0, label.v)))
            left.remove(label)
        elif _names_a_signature(label):
            found.append(
                _area(len(found), _signing_place(label, labels, leaders, around, letter), signature=True)
            )
    return tuple(found), left


def _names_a_signature(label: PrintedLabel) -> bool:
    return any(fold_label(word) in fold_label(label.text) for word in SIGNATURE_WORDS)


def _signing_place(
    label: PrintedLabel,
    labels: Sequence[PrintedLabel],
    leaders: Sequence[Leader],
    around: tuple[float, float],
    letter: float,
) -> Rectangle:
    """Return the room below a label, halfway to its neighbours on the line and down to the next print.

    What stands alone amid the room is no next print: one official's stamped name is the same on every page.
    """
    beside = [
        one
        for one in labels
        if one is not label and abs(one.v - label.v) < letter and around[0] <= one.u0 <= around[1]
    ]
    lefts = [(one.u1 + label.u0) / 2 for one in beside if one.u1 <= label.u0]
    rights = [(label.u1 + one.u0) / 2 for one in beside if one.u0 >= label.u1]
    u0 = max([around[0] + 0.01, *lefts])
    u1 = min([around[1] - 0.01, *rights])
    below = [
        one.top
        for one in labels
        if one.v > label.v + 1.5 * letter
        and one.u0 < u1
        and one.u1 > u0
        and not (one.u0 > u0 + ASIDE and one.u1 < u1 and not _names_a_signature(one))
    ]
    below += [
        leader.v - letter
        for leader in leaders
        if leader.v > label.v + 1.5 * letter and leader.u0 < u1 and leader.u1 > u0
    ]
    return u0, label.v + 0.5 * letter, u1, min([0.99, *(v - 0.2 * letter for v in below if v < 1)])


def _area(
    number: int,
    box: Rectangle,
    *,
    label: str = "",
    at: tuple[float, float] = (0.0, 0.0),
    signature: bool = False,
) -> DesignedArea:
    left, top, right, bottom = (round(side, 4) for side in box)
    return DesignedArea(
        key=f"a{number + 1}",
        label=label,
        at=(round(at[0], 4), round(at[1], 4)),
        box=(left, top, max(right, left + 0.01), max(bottom, top + 0.01)),
        signature=signature,
        stamped=True,
        proposed=True,
    )
