"""How far writing leans, and the same line set more upright.

The networks read upright and leaning hands, but a hand that leans far is read better when they see it a second time,
half as slanted and a little larger: each look errs elsewhere.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipeline.ocr.line_picture import Ink

LEANINGS = np.arange(-1.0, 1.01, 0.1)
"""Leanings that are tried: columns to the left a row downwards, so that ``/`` has a positive one."""

INKED = 0.3
"""Ink (0..1) from which a point has a say."""

LEAST_WIDTH = 1.5
"""How many times as wide as high a picture is in which a hand shows its slant; ``/`` by itself leans by its nature."""


def slant_of(picture: Ink) -> float:
    """Columns by which strokes run to the right a row upwards (0.5: about 27 degrees); 0 where the line is too short to
    tell. It is the shear that gathers the ink in the fewest columns, where the sum of the squared column sums is
    greatest: strokes that go down stand upright then (compare Vinciarelli and Luettin 2001)."""
    height, width = picture.shape
    if width < LEAST_WIDTH * height:
        return 0.0
    rows, columns = np.nonzero(picture > INKED)
    weights = picture[rows, columns].astype(float)
    beside = height  # a shear by 1 moves no point further than half of that
    gathered = np.array(
        [
            float((np.bincount(_sheared(rows, columns, lean, height) + beside, weights) ** 2).sum())
            for lean in LEANINGS
        ]
    )
    best = int(gathered.argmax())
    if not 0 < best < len(LEANINGS) - 1:
        return float(LEANINGS[best]) if gathered[best] else 0.0
    before, top, behind = gathered[best - 1 : best + 2]
    bend = before - 2 * top + behind
    return float(LEANINGS[best] + (0.05 * (before - behind) / bend if bend else 0.0))


def _sheared(rows: NDArray[np.intp], columns: NDArray[np.intp], lean: float, height: int) -> NDArray[np.intp]:
    """The columns of points of a line when what leans so far stands upright; its middle row stays."""
    return np.asarray(np.floor(columns + lean * (rows - height / 2)), np.intp)


def straightened(picture: Ink, lean: float, size: float = 1.0) -> Ink:
    """The picture with a leaning of ``lean`` taken away and its writing ``size`` times as large, as much wider as that
    needs; what grows over the upper and lower edge is cut off."""
    height = len(picture)
    beside = int(abs(lean) * height / 2) + 1
    canvas = Image.fromarray(np.pad(picture, ((0, 0), (beside, beside))))
    wide = round(size * canvas.width)
    # for every point of the result, where it is taken from; the middles are the same
    right = (1 / size, -lean / size, canvas.width / 2 - (wide - lean * height) / (2 * size))
    down = (0.0, 1 / size, (height - height / size) / 2)
    moved = canvas.transform(
        (wide, height), Image.Transform.AFFINE, (*right, *down), Image.Resampling.BILINEAR
    )
    return np.asarray(moved, np.float32).clip(0, 1)
