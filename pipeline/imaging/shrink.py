"""Small copies of a page. A whole number of pixels a side is four times as quick as any other."""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.model import Pixels


def downsample(pixels: Pixels, side: int) -> Pixels:
    """The picture with each square of ``side`` × ``side`` pixels made one; what is left over at its right and lower
    edge falls away."""
    height, width = (max(1, length // side) for length in pixels.shape[:2])
    if side == 1:
        return pixels
    whole = pixels[: height * side, : width * side]
    return np.asarray(cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def downsample_to(pixels: Pixels, longest: int) -> Pixels:
    """The picture made so small that its longer side has about ``longest`` pixels, unless it is smaller already."""
    small = downsample(pixels, max(1, max(pixels.shape[:2]) // longest))
    scale = longest / max(small.shape[:2])
    if scale >= 1:
        return small
    return np.asarray(cv2.resize(small, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
