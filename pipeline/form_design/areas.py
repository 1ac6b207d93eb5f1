"""Free rectangles proposed from specimen pages: notes, and signature areas below their labels."""

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
"""Texts of labels, without diacritics, above signature areas."""

ASIDE = 0.03
"""Smallest left indent of a text inside a signature area; a text further left begins the next line of print."""

LEAST_HEIGHT = 1.2
"""Smallest height of a signature area in heights of letters: less is the gap between lines of print."""

NOTES_WORDS = ("ghi chu",)


def find_areas(
    loose: Sequence[PrintedLabel],
    labels: Sequence[PrintedLabel],
    leaders: Sequence[Leader],
    rules: Sequence[float],
    letter: float,
) -> tuple[tuple[DesignedArea, ...], list[PrintedLabel]]:
    """Return the areas of notes and signatures, and the labels that belong to neither.

    Notes extend from their label down to the frame, between the rules around it; a signature area from below its label
    to the next print. Red stamps are expected in both until a person decides otherwise.
    """
    others = list(loose)
    areas: list[DesignedArea] = []
    edges = [0.0, *rules, 1.0]
    for label in loose:
        plain = fold_label(label.text)
        around = next(((a, b) for a, b in pairwise(edges) if a <= (label.u0 + label.u1) / 2 <= b), None)
        if around is None or not 0 < label.v < 1:
            continue
        if any(plain.startswith(fold_label(word)) for word in NOTES_WORDS) and around != (0.0, 1.0):
            box = around[0] + 0.004, label.v + 0.6 * letter, around[1] - 0.004, 0.99
            areas.append(_area(len(areas), box, label=label.text, at=(label.u0, label.v)))
            others.remove(label)
        elif _is_signature_label(label):
            box = _signature_box(label, labels, leaders, around, letter)
            if box[3] - box[1] > LEAST_HEIGHT * letter and not any(_is_within(box, area) for area in areas):
                areas.append(_area(len(areas), box, signature=True))
    return tuple(areas), others


def _is_signature_label(label: PrintedLabel) -> bool:
    return any(fold_label(word) in fold_label(label.text) for word in SIGNATURE_WORDS)


def _is_within(box: Rectangle, area: DesignedArea) -> bool:
    """Return whether a box lies inside an area of a caption above, of which its own caption is the second line."""
    left, top, right, bottom = area.box
    return left - ASIDE < box[0] and box[2] < right + ASIDE and top <= box[1] and box[3] <= bottom + ASIDE


def _signature_box(
    label: PrintedLabel,
    labels: Sequence[PrintedLabel],
    leaders: Sequence[Leader],
    around: tuple[float, float],
    letter: float,
) -> Rectangle:
    """Return the area below a label, halfway to its neighbours on the line and down to the next print.

    A text alone inside the area does not end it: an official's stamped name is the same on every page.
    """
    beside = [
        other
        for other in labels
        if other is not label and abs(other.v - label.v) < letter and around[0] <= other.u0 <= around[1]
    ]
    lefts = [(other.u1 + label.u0) / 2 for other in beside if other.u1 <= label.u0]
    rights = [(label.u1 + other.u0) / 2 for other in beside if other.u0 >= label.u1]
    u0 = max([around[0] + 0.01, *lefts])
    u1 = min([around[1] - 0.01, *rights])
    below = [
        other.top
        for other in labels
        if other.v > label.v + 1.5 * letter
        and other.u0 < u1
        and other.u1 > u0
        and not (other.u0 > u0 + ASIDE and other.u1 < u1 and not _is_signature_label(other))
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
