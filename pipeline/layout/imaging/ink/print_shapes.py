"""Separate writing of a black pen from the print below it by the shapes of the page's own type.

If colours do not separate pen and print, shapes do: the same letters are printed elsewhere on the page without writing.
They are matched with the overwritten print wherever all of their ink is present and as dark. The unexplained ink of
components with writing is the pen's::

    shapes of the page     ink where both lie      explained     left over: the pen's
      g  h  i  n  …             gh3i                 gh i               3
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.base.model import Box, Pixels
from pipeline.layout.imaging.ink.connected_components import ConnectedComponents

SEEN = 0.9
"""Least share of a letter's ink that is present at a match."""

AS_DARK = 40.0
"""Largest excess in paleness of the ink at a match over the letter, in grey levels."""

RINGED = 0.25
"""Weight of ink around a letter against the match."""

TAKEN = 0.2
"""Largest share of a letter on ink that another letter explains."""

LIKE = 0.8
"""Least common share of ink of two pictures of a letter."""

DARKER = 45.0
"""Least excess in darkness over its print of a pixel with pen ink, in grey levels."""

LEAST_PIECE = 0.012
"""Least area of an unexplained piece, in squares of a printed letter's height."""

LEAST_LETTERS = 12
"""Least number of known letters on a page."""


@dataclass(frozen=True, slots=True)
class PrintedShape:
    """A printed letter.

    Attributes:
        mask: The ink of the letter (h, w).
        rise: The distance of its upper edge below its baseline in pixels (above: negative).
        absorbed: The light absorbed by each pixel, in grey levels (h, w).
    """

    mask: NDArray[np.bool_]
    rise: float
    absorbed: NDArray[np.float32]

    def is_like(self, other: PrintedShape) -> bool:
        """Return whether both are pictures of the same letter."""
        high, wide = np.subtract(self.mask.shape, other.mask.shape)
        if abs(high) > 1 or abs(wide) > 1 or abs(self.rise - other.rise) > 2:
            return False
        rows, columns = (min(pair) for pair in zip(self.mask.shape, other.mask.shape, strict=True))
        first, second = self.mask[:rows, :columns], other.mask[:rows, :columns]
        return bool((first & second).sum() > LIKE * (first | second).sum())


class PrintShapes:
    """The letters printed on a page.

    Args:
        components: Ink of the page.
        normalized: The page (h, w), paper 255.
        labels: Boxes of the read labels.
        letter: Height of the printed letters in pixels.

    Attributes:
        is_known: Whether the page has enough letters.
    """

    def __init__(
        self, components: ConnectedComponents, normalized: Pixels, labels: Sequence[Box], letter: float
    ) -> None:
        self._components, self._letter, self._absorbed = components, letter, 255 - normalized
        self._shapes: list[PrintedShape] = []
        for shape in _printed_letters(components, self._absorbed, labels, letter):
            if not any(shape.is_like(known) for known in self._shapes):
                self._shapes.append(shape)
        self.is_known = len(self._shapes) >= LEAST_LETTERS

    def pen_in(self, zone: Box, mixed: NDArray[np.bool_], first: float, baseline: float) -> Pixels:
        """Return the mask (0/255) of pen ink in a zone of the page.

        Args:
            zone: The zone in whole pixels of the page.
            mixed: (n,) whether a component may hold both print and writing; pen ink is searched only in these.
            first: The x at which the print begins.
            baseline: The y of the print's baseline.
        """
        left, top, right, bottom = (int(side) for side in (zone.left, zone.top, zone.right, zone.bottom))
        numbers = self._components.label_image(left, top, right, bottom)
        seen, absorbed = numbers > 0, self._absorbed[top:bottom, left:right].astype(np.float32)
        print_there = self._explained(seen, absorbed, first - left, baseline - top)
        explained = print_there > 0
        rest = seen & (cv2.dilate(explained.astype(np.uint8), np.ones((3, 3), np.uint8)) == 0)
        rest |= seen & explained & (absorbed - print_there > DARKER)
        rest &= np.append(False, mixed)[numbers]
        pen = np.zeros(seen.shape, bool)
        count, pieces, stats, _ = cv2.connectedComponentsWithStats(rest.astype(np.uint8), connectivity=8)
        for number in range(1, count):
            if stats[number, 4] > LEAST_PIECE * self._letter**2:
                pen |= pieces == number
        # strokes continue across a letter
        across = 2 * round(0.1 * self._letter) + 1
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (across, across))
        padded = np.pad(pen, across).astype(np.uint8)
        joined = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, kernel)[across:-across, across:-across] > 0
        return np.asarray(255 * (pen | (joined & seen)), np.uint8)

    def _explained(
        self, seen: NDArray[np.bool_], absorbed: NDArray[np.float32], first: float, baseline: float
    ) -> NDArray[np.float32]:
        """Return the light absorbed by the recognized letters of a zone."""
        placed: list[tuple[float, PrintedShape, int, int]] = []
        around = np.pad(seen, 3)
        for shape in self._shapes:
            placed += [
                (_merit(shape, x, y, absorbed, around), shape, x, y)
                for x, y in _places(shape, seen, first, baseline)
            ]
        result = np.zeros(seen.shape, np.float32)
        for merit, shape, x, y in sorted(placed, key=lambda candidate: -candidate[0]):
            high, wide = shape.mask.shape
            part = result[y : y + high, x : x + wide]
            if np.isfinite(merit) and ((part > 0) & shape.mask).sum() <= TAKEN * shape.mask.sum():
                np.maximum(part, np.where(shape.mask, shape.absorbed, 0), out=part)
        return result


def _printed_letters(
    components: ConnectedComponents, absorbed: Pixels, labels: Sequence[Box], letter: float
) -> Iterator[PrintedShape]:
    """Yield the letters of labels, large ones first."""
    left, top, right, bottom = components.boxes.T
    small = (
        (right - left < 1.6 * letter) & (bottom - top < 1.1 * letter) & (components.area > 0.02 * letter**2)
    )
    letters = []
    for label in labels:
        x, y = (left + right) / 2, (top + bottom) / 2
        within = (x > label.left) & (x < label.right) & (y > label.top) & (y < label.bottom)
        within &= (top > label.top - 0.1 * letter) & (bottom < label.bottom + 0.1 * letter)
        tall = within & (bottom - top > 0.25 * letter)
        if tall.sum() < 3:
            continue
        baseline = float(np.median(bottom[tall]))
        letters += [(baseline, int(number)) for number in np.flatnonzero(within & small)]
    for baseline, number in sorted(letters, key=lambda item: -int(components.area[item[1]])):
        x0, y0, x1, y1 = (int(side) for side in components.boxes[number])
        chosen = np.zeros(len(components.area), bool)
        chosen[number] = True
        mask = components.mask_in(chosen, x0, y0, x1, y1) > 0
        yield PrintedShape(mask, y0 - baseline, absorbed[y0:y1, x0:x1].astype(np.float32))


def _places(
    shape: PrintedShape, seen: NDArray[np.bool_], first: float, baseline: float
) -> Iterator[tuple[int, int]]:
    """Yield the places (x, y) at which all of a letter's ink is present."""
    high, wide = shape.mask.shape
    top = round(baseline + shape.rise) - 2
    strip = seen[max(0, top) : top + high + 4]
    if top < 0 or strip.shape[0] < high + 4 or strip.shape[1] < wide:
        return
    letter = shape.mask.astype(np.float32)
    cover = cv2.matchTemplate(strip.astype(np.float32), letter, cv2.TM_CCORR)
    for y, x in zip(*np.nonzero(cover >= SEEN * float(letter.sum())), strict=True):
        if x >= first:
            yield int(x), top + int(y)


def _merit(
    shape: PrintedShape, x: int, y: int, absorbed: NDArray[np.float32], around: NDArray[np.bool_]
) -> float:
    """Return the merit of a letter's match at a place, minus infinity if the ink is too pale."""
    high, wide = shape.mask.shape
    there = absorbed[y : y + high, x : x + wide][shape.mask]
    printed = shape.absorbed[shape.mask]
    if (there >= printed - AS_DARK).mean() < SEEN:
        return -np.inf
    alike = float(np.clip(1 - np.abs(there - printed) / 120, 0, 1).mean())
    grown = np.pad(shape.mask, 3).astype(np.uint8)
    ring = cv2.dilate(grown, np.ones((5, 5), np.uint8)) - cv2.dilate(grown, np.ones((3, 3), np.uint8))
    inked = float(around[y : y + high + 6, x : x + wide + 6][ring > 0].mean())
    return alike - RINGED * inked + 0.05 * float(np.log(len(printed)))
