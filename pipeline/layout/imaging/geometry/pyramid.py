"""The image pyramid of a picture: halved again and again, each level made once, when it is asked for.

Averaging four pixels is the one reduction that processors do in a stroke: a level of a page takes a third of a
millisecond, where any other scale averages for 15 to 30. What is looked at smaller than a page is read comes from
here::

    level 0   300 pixels an inch          level 2, and two thirds of it    50: seals, fingers
    level 1   150, two thirds of it 100   level 2    75: light, skew
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from pipeline.base.model import Pixels


class Pyramid:
    """The levels of a picture.

    Args:
        pixels: The picture, (h, w) or (h, w, 3).

    Attributes:
        pixels: The picture itself, level 0.
    """

    def __init__(self, pixels: Pixels) -> None:
        self.pixels = pixels
        self._levels = [pixels]

    def level(self, number: int) -> Pixels:
        """Return the picture halved so many times; pixels left over at its right and lower edge are dropped."""
        while len(self._levels) <= number:
            self._levels.append(_halved(self._levels[-1]))
        return self._levels[number]

    def at(self, scale: float) -> Pixels:
        """Return the picture at a smaller scale (above 1 it keeps its size).

        It comes from the smallest level that is as large, whose pixels it interpolates: between half and full size that
        blurs as averaging does.
        """
        if scale >= 1:
            return self.pixels
        number = int(math.log2(1 / scale))
        height, width = self.pixels.shape[:2]
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        level = self.level(number)
        if level.shape[1::-1] == size:
            return level
        return np.asarray(cv2.resize(level, size, interpolation=cv2.INTER_LINEAR), np.uint8)

    def within(self, longest: int) -> Pixels:
        """Return the picture scaled down so that its longer side has ``longest`` pixels, if it has more."""
        return self.at(longest / max(self.pixels.shape[:2]))


def _halved(pixels: Pixels) -> Pixels:
    height, width = (max(1, length // 2) for length in pixels.shape[:2])
    whole = pixels[: 2 * height, : 2 * width]
    return np.asarray(cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
