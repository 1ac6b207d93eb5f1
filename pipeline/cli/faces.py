"""The face in which pictures for people are lettered: one that has all Vietnamese letters, where the system has it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from PIL import ImageFont

FACES = (
    "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
)

Face = ImageFont.FreeTypeFont | ImageFont.ImageFont


@cache
def face(size: int) -> Face:
    for name in FACES:
        if Path(name).is_file():
            return ImageFont.truetype(name, size)
    return ImageFont.load_default(size)
