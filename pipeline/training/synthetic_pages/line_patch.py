"""The ink of a line as a small mask."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.base.model import Pixels


@dataclass(frozen=True, slots=True)
class LinePatch:
    """The ink of a line.

    Attributes:
        mask: (height, width), 255 is full ink.
        origin: Pixel (x, y) of the mask at the start of the baseline.
        advance: Length of the line in pixels.
    """

    mask: Pixels
    origin: tuple[float, float]
    advance: float
