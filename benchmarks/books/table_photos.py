"""A telephone held over a table: what a picture shows around the paper."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from pipeline.base.model import Pixels
from pipeline.training.synthetic_pages.scanning import ScannedPage

WOOD, CLOTH, DARK = (150.0, 110.0, 70.0), (205.0, 205.0, 198.0), (46.0, 44.0, 42.0)
"""Tones of tables."""

MARGIN = 0.03
"""How much of the table is seen beside the paper at least, as a share of the picture's sides."""


def photograph_on_table(
    scan: ScannedPage, shape: float, tone: tuple[float, float, float], rng: np.random.Generator,
    at: tuple[float, float] = (0.5, 0.5),
) -> ScannedPage:  # fmt: skip
    """Return the paper on a table.

    Args:
        shape: Least width of the picture over its height.
        tone: Colour of the table, RGB.
        at: Where in the room left over the page lies, 0 to 1 from the left and from the top.
    """
    high, wide = scan.pixels.shape[:2]
    height = round(max(high, wide / shape) * (1 + 2 * MARGIN))
    width = round(max(wide, high * shape) * (1 + 2 * MARGIN))
    left, top = round((width - wide) * at[0]), round((height - high) * at[1])
    pixels = _grain(height, width, tone, rng)
    pixels[top : top + high, left : left + wide] = scan.pixels
    move = np.array([[1, 0, left], [0, 1, top], [0, 0, 1.0]])
    return replace(scan, pixels=pixels, matrix=np.asarray(move @ scan.matrix, np.float64))


BAND = 16
"""Rows of grain that are computed at a time."""


def _grain(height: int, width: int, tone: tuple[float, float, float], rng: np.random.Generator) -> Pixels:
    """Return fibres across, and patches of another shade."""
    fibres = rng.normal(0, 1, (height // 3 + 1, width // 150 + 2)).astype(np.float32)
    patches = rng.normal(0, 0.4, (height // 20 + 1, width // 20 + 1)).astype(np.float32)
    shade = np.asarray(cv2.resize(fibres, (width, height)) + cv2.resize(patches, (width, height)))
    grain = np.empty((height, width, 3), np.uint8)
    for top in range(0, height, BAND):  # in bands, that the numbers stay in the processor's cache
        band = 1 + 0.12 * shade[top : top + BAND, :, None]
        grain[top : top + BAND] = np.clip(np.array(tone) * band, 0, 255)
    return grain
