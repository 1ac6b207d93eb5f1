"""From whatever a decoder gives to RGB pixels the right way up, in bands so that a page is never held thrice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from pipeline.errors import UnknownFileType
from pipeline.model import Pixels

BAND_PIXELS = 4_000_000


@dataclass(frozen=True, slots=True)
class Turn:
    """How a stored picture must be turned to be seen; flips are along the *stored* axes, before ``transposed``."""

    transposed: bool = False
    flip_x: bool = False
    flip_y: bool = False


UPRIGHT = Turn()

# EXIF 2.3, tag 274: where the stored first row and first column are seen.
EXIF_TURNS = {
    1: UPRIGHT,
    2: Turn(flip_x=True),
    3: Turn(flip_x=True, flip_y=True),
    4: Turn(flip_y=True),
    5: Turn(transposed=True),
    6: Turn(transposed=True, flip_y=True),
    7: Turn(transposed=True, flip_x=True, flip_y=True),
    8: Turn(transposed=True, flip_x=True),
}


def rgb_pixels(image: Image.Image, turn: Turn = UPRIGHT) -> Pixels:
    """``(h, w, 3)`` RGB of a Pillow image of any mode: 16 bits scaled to 8, transparency laid on white paper.

    Raises ``UnknownFileType`` for 32-bit samples, whose white point no file states.
    """
    width, height = image.size
    page: Pixels = np.empty((width, height, 3) if turn.transposed else (height, width, 3), dtype=np.uint8)
    stored = page.transpose(1, 0, 2) if turn.transposed else page
    if turn.flip_x:
        stored = stored[:, ::-1]
    if turn.flip_y:
        stored = stored[::-1]
    rows = max(1, BAND_PIXELS // max(1, width))
    for top in range(0, height, rows):
        bottom = min(height, top + rows)
        stored[top:bottom] = _rgb_band(image.crop((0, top, width, bottom)))
    return page


def _rgb_band(band: Image.Image) -> Pixels:
    if band.mode.startswith("I;16"):
        grey = (np.asarray(band).astype(np.uint32) * 255 + 32_767) // 65_535
        return np.repeat(grey.astype(np.uint8)[:, :, None], 3, axis=2)
    if band.mode in ("I", "F"):
        raise UnknownFileType("Ảnh có điểm ảnh 32 bit, không rõ đâu là trắng. Hãy quét lại ở 8 bit mỗi màu.")
    if band.mode == "La":
        band = band.convert("LA")
    if band.has_transparency_data:
        paper = Image.new("RGBA", band.size, "white")
        band = Image.alpha_composite(paper, band.convert("RGBA"))
    return np.asarray(band if band.mode == "RGB" else band.convert("RGB"))
