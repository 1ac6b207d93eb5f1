"""Pages with strokes of a pen on grained paper."""

from __future__ import annotations

from functools import cache

import numpy as np
from PIL import Image, ImageDraw

from pipeline.base.model import Pixels


@cache
def written_page(width: int = 1240, height: int = 1754) -> Pixels:
    """Lines of dark strokes on paper with grain."""
    rng = np.random.default_rng(1)
    paper = np.clip(rng.normal(235, 6, (height, width, 3)), 0, 255).astype(np.uint8)
    picture = Image.fromarray(paper)
    draw = ImageDraw.Draw(picture)
    for y in range(80, height - 80, 40):
        for x in range(60, width - 60, 14):
            draw.line(
                (x, y, x + int(rng.integers(3, 12)), y - int(rng.integers(3, 22))),
                fill=(30, 40, 120),
                width=2,
            )
    return np.asarray(picture)
