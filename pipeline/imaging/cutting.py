"""A piece of the straight page, taken from the original in one go and enlarged."""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.imaging.geometry import warp
from pipeline.model import Box, Matrix, Pixels


def crop_rectified(pixels: Pixels, matrix: Matrix, box: Box, scale: float) -> Pixels:
    """What lies in ``box`` of the straight page, ``scale`` times as large.

    ``pixels``: the original, (h, w) or (h, w, 3); ``matrix`` (3, 3) maps it onto the straight page. The original is
    moved once, so enlarging blurs no more than it must; ground beyond its edge takes the edge's colour.
    """
    size = (max(1, round(box.width * scale)), max(1, round(box.height * scale)))
    move = np.array([[scale, 0, -scale * box.left], [0, scale, -scale * box.top], [0, 0, 1]])
    whole: Matrix = move @ matrix
    if abs(np.linalg.det(whole[:2, :2])) <= 1:
        return warp.warp_image(pixels, whole, size)
    cut = cv2.warpPerspective(pixels, whole, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cut, np.uint8)
