"""The ink of one line as a small mask."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.base.model import Pixels


@dataclass(frozen=True, slots=True)
class LinePatch:
    """The ink of one line.

    Attributes:
        mask: (height, width), 255 is full ink.
        origin: The pixel (x, y) of the mask where the baseline begins.
        advance: Length of the line in pixels.
    """

    mask: Pixels
    origin: tuple[float, float]
    advance: float
