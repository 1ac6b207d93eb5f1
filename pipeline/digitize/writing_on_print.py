"""Writing on printed labels, separated by the colour of the pens, else by the shapes of the type."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.base.model import Box, Pixels, PlacedLabel
from pipeline.digitize.rectify import RectifiedPage
from pipeline.layout.imaging.ink import cleanup
from pipeline.layout.imaging.ink.connected_components import ConnectedComponents
from pipeline.layout.imaging.ink.pen_colour import InkBlueness, find_pen_colour
from pipeline.layout.imaging.ink.print_shapes import PrintShapes
from pipeline.layout.locate.field_lines import FieldLine
from pipeline.layout.locate.label_matching import REWORDED_WHOLE
from pipeline.layout.locate.own_labels import label_baseline

BESIDE_LABEL = 0.35
"""Largest gap between a label and writing that may continue on the label, in pitches of the line."""

REACH = 2.5
"""Largest reach of a value onto a label, in pitches of the line."""

OFF = 0.35
"""Largest distance by which an unread label may begin before its place, in printed letters."""


class WritingOnPrint:
    """The writing of a page that lies on its labels.

    Args:
        letter: Height of the printed letters in pixels.

    Attributes:
        by_colour: Whether pen colour separates it; it is then hardly ever mistaken.
    """

    def __init__(self, page: RectifiedPage, field_lines: Sequence[FieldLine], letter: float) -> None:
        self._page, self._field_lines, self._letter = page, field_lines, letter
        read = [label.box for label in page.labels if label.score > REWORDED_WHOLE]
        blueness = InkBlueness.measured(page.source, page.matrix, page.components)
        colour = find_pen_colour(blueness, read)
        self.by_colour = colour is not None
        self._labels: list[Box] = [label.box for label in page.labels]
        self._pen: Pixels | None = None if colour is None else colour.mask(blueness.painted(), page.ink)
        if colour is None:
            places = list(self._overwritten())
            self._labels = [label.box for label, _ in places]
            self._pen = self._by_shape(places, read) if places else None

    def separated(self, components: ConnectedComponents) -> ConnectedComponents:
        """Return the components with writing on labels separated from the print."""
        if self._pen is None:
            return components
        return cleanup.separate_pen(components, self._labels, self._page.ink, self._pen, self._letter)

    def on_print(self, components: ConnectedComponents) -> NDArray[np.bool_] | None:
        """Return which separated components (n,) are writing on a label, ``None`` if unknown."""
        if self._pen is None:
            return None
        return cleanup.written_on_print(components, self._labels, self._pen, self._letter)

    def end_on_label(self, line: FieldLine, end: float) -> float | None:
        """Return the x up to which the writing of a line may continue over the label behind its blank.

        It is the end of the ink that joins both; ``None`` if the writing does not reach the label.
        """
        p = line.pitch
        label = self._label_behind(line)
        if label is None or end < label.box.left - 0.5 * p:
            return None
        components, upto = self._page.components, label.box.left + REACH * p
        over = cleanup.overwriting(components, label.box, upto)
        return min(float(components.boxes[over, 2].max()), upto) if over.any() else None

    def may_end_on_label(self, line: FieldLine, end: float) -> bool:
        """Return whether the writing of a line ends right before an unread label.

        A figure may lie on the label's first letter, no larger than that letter.
        """
        label = self._label_behind(line)
        return (
            label is not None and not label.score and bool(end > label.box.left - BESIDE_LABEL * line.pitch)
        )

    def _label_behind(self, line: FieldLine) -> PlacedLabel | None:
        """Return the label that is printed behind a line's blank."""
        y = line.piece.baseline + line.lift
        behind = [
            label
            for label in self._page.labels
            if label.box.top < y < label.box.bottom and label.box.left > line.piece.box.right - line.pitch
        ]
        return None if line.open_right else min(behind, key=lambda label: label.box.left, default=None)

    def begins_on_label(self, line: FieldLine, start: float) -> bool:
        """Return whether the writing of a line begins at, or on, the end of the label before its blank."""
        p, y = line.pitch, line.piece.baseline + line.lift
        before = [
            label.box
            for label in self._page.labels
            if label.box.top < y < label.box.bottom and label.box.right < line.piece.box.left + p
        ]
        if not before:
            return False
        label = max(before, key=lambda box: box.right)
        if start > label.right + BESIDE_LABEL * p or label.right < line.piece.box.left - p:
            return False
        return cleanup.is_overwritten(self._page.components, label, label.right - p, at_end=True)

    def _overwritten(self) -> Iterator[tuple[PlacedLabel, FieldLine]]:
        """Yield the labels whose beginning the value before them seems to overwrite."""
        done: set[Box] = set()
        for line in self._field_lines:
            label = self._label_behind(line)
            if label is None or label.box in done:
                continue
            if cleanup.is_overwritten(self._page.components, label.box, label.box.left + REACH * line.pitch):
                done.add(label.box)
                yield label, line

    def _by_shape(
        self, places: Sequence[tuple[PlacedLabel, FieldLine]], read: Sequence[Box]
    ) -> Pixels | None:
        shapes = PrintShapes(self._page.components, self._page.normalized, read, self._letter)
        if not shapes.is_known:
            return None
        height, width = self._page.ink.shape
        pen = np.zeros_like(self._page.ink)
        for label, line in places:
            box, letter = label.box, self._letter
            right = min(box.right, box.left + (REACH + 1) * line.pitch)
            zone = Box(box.left - letter, box.top - 0.5 * letter, right + letter, box.bottom + 0.5 * letter)
            zone = zone.within(width, height)
            zone = Box(*(float(round(side)) for side in (zone.left, zone.top, zone.right, zone.bottom)))
            first = box.left - (0.1 if label.score else OFF) * letter
            mixed = cleanup.overwriting(self._page.components, box, box.left + REACH * line.pitch)
            of_zone = shapes.pen_in(zone, mixed, first, self._baseline(label))
            pen[round(zone.top) : round(zone.bottom), round(zone.left) : round(zone.right)] |= of_zone
        return pen

    def _baseline(self, label: PlacedLabel) -> float:
        """Return the y of a label's baseline."""
        left, top, right, bottom = self._page.components.boxes.T
        box = label.box
        within = (left > box.left) & (right < box.right) & (top > box.top - 1) & (bottom < box.bottom + 1)
        tall = within & (bottom - top > 0.25 * self._letter)
        return float(np.median(bottom[tall])) if tall.sum() > 1 else label_baseline(label, self._letter)
