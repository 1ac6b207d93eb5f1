"""The normalized image of a line for the networks: ink on empty paper, fixed height, with tools for slant.

Training and recognition share these functions, so that a line looks the same to both, whether it was cut from a form or
is the photograph of a whole cell. A strongly slanted hand is read better with a second image, half as slanted and a
little larger.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipeline.base.model import Pixels

LineImage = NDArray[np.float32]

HEIGHT = 40
"""Rows of the image."""

STRIDE = 4
"""Columns of the image per step of the network."""

WIDEST = 2400
"""Columns of the longest image; a longer line is squeezed into it."""

ABOVE, BELOW = 3.0, 2.6
"""The extent of the image above and below the middle of the writing, in standard deviations of its ink over the rows:
marks above letters need more room than loops below."""

WORKING_HEIGHT = 80
"""A higher crop is first reduced to this height."""

CELL = 20
"""Side in pixels of the cells for estimating the paper's brightness."""

RULE = 0.12
"""A run of ink along a row is a rule if it is longer than this share of the crop's width..."""

RULE_HEIGHTS = 1.6
"""...and than this many times its height."""

BORDER, BORDER_ZONE = 0.75, 0.15
"""A vertical run of ink is a cell's border if it is longer than this share of the crop's height, within this share of
its width at either side."""

FAINTEST = 24.0
"""A crop with fewer grey levels between paper and ink counts as empty."""


def line_image(grey: Pixels, height: int = HEIGHT, reach: float = 1.0) -> LineImage:
    """Return the image (``height``, width), 1 = ink, 0 = paper, of a grey crop (255 = paper) with a single line.

    The function divides out the paper's shade, removes rules, sets the height by the spread of the ink over the rows,
    and cuts the sides to the ink. A crop without ink gives an empty image of ``height`` columns. ``reach`` > 1 includes
    more above and below (training needs room to move the window).
    """
    return line_images(grey, (height,), reach)[height]


def line_images(grey: Pixels, heights: Iterable[int], reach: float = 1.0) -> dict[int, LineImage]:
    """Return the image of a line (``line_image``) in each of these heights; its ink is found once for all."""
    ink = _ink(_reduced(grey)) if min(grey.shape) >= 3 else np.zeros((1, 1), np.float32)
    marks = _without_rules(ink > 0.35)
    if not marks.any():
        return {height: np.zeros((height, height), np.float32) for height in heights}
    top, bottom = _rows(marks, reach)
    left, right = _columns(marks[max(0, round(top)) : max(1, round(bottom))])
    return {height: _scaled(ink, (left, top, right, bottom), height) for height in heights}


def _reduced(grey: Pixels) -> Pixels:
    height, width = grey.shape
    if height <= WORKING_HEIGHT:
        return grey
    size = (max(3, round(width * WORKING_HEIGHT / height)), WORKING_HEIGHT)
    return np.asarray(Image.fromarray(grey).resize(size, Image.Resampling.BOX))


def _ink(grey: Pixels) -> LineImage:
    """Return the darkness against the surrounding paper, 0..1 where 1 is the line's own full ink."""
    height, width = grey.shape
    shade = _paper(grey)
    stretched = (shade.shape[1] * CELL, shade.shape[0] * CELL)
    smooth = Image.fromarray(shade).resize(stretched, Image.Resampling.BILINEAR)
    dark = np.maximum(np.asarray(smooth, np.float32)[:height, :width], 40)
    np.divide(grey.astype(np.float32), dark, out=dark)
    np.subtract(1, dark, out=dark)
    np.clip(dark, 0, 1, out=dark)
    sample = dark[::2, ::2].ravel()
    inked = int(0.9 * len(sample))
    faintest = np.float64(max(0.08, 0.5 * float(np.partition(sample, inked)[inked])))
    strong = sample[sample >= faintest]
    darkest = int(0.8 * len(strong))
    full = float(np.partition(strong, darkest)[darkest]) if len(strong) else 1.0
    if full * 255 < FAINTEST:
        return np.zeros_like(dark)
    floor = 0.12 * full
    dark -= floor
    dark /= full - floor
    return np.clip(dark, 0, 1, out=dark)


def _paper(grey: Pixels) -> NDArray[np.float32]:
    """Return the brightness of the paper on a grid of cells of ``CELL`` pixels.

    The value is a bright level of each cell, smoothed over its neighbours so that thick writing does not darken it.
    """
    height, width = grey.shape
    rows, columns = -(-height // CELL), -(-width // CELL)
    full = np.pad(grey, ((0, rows * CELL - height), (0, columns * CELL - width)), mode="edge")
    blocks = full.reshape(rows, CELL, columns, CELL).swapaxes(1, 2).reshape(rows, columns, CELL * CELL)
    shade = np.sort(blocks, axis=2, kind="stable")[:, :, CELL * CELL * 3 // 4]
    padded = np.pad(shade, 1, mode="edge")
    around = [padded[y : y + rows, x : x + columns] for y in range(3) for x in range(3)]
    level: NDArray[np.float32] = np.sort(np.stack(around), axis=0)[6].astype(np.float32)
    return level


def _without_rules(marks: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the ink without the long straight runs of rules and of cell borders at the sides."""
    height, width = marks.shape
    length = max(RULE * width, RULE_HEIGHTS * height)
    left = marks & ~_long_runs(marks, length)
    tall = _long_runs(marks.T, BORDER * height).T
    edge = np.zeros(width, bool)
    zone = round(BORDER_ZONE * width) if width > 4 * height else 0
    edge[:zone] = edge[width - zone :] = True
    return left & ~(tall & edge)


def _long_runs(marks: NDArray[np.bool_], length: float) -> NDArray[np.bool_]:
    """Return the pixels in horizontal runs of at least this length, over three rows together."""
    thick = marks.copy()
    thick[1:] |= marks[:-1]
    thick[:-1] |= marks[1:]
    padded = np.zeros((len(thick), thick.shape[1] + 1), np.bool_)
    padded[:, :-1] = thick
    flat = padded.ravel()
    changes = 1 + np.flatnonzero(flat[1:] != flat[:-1])
    if flat[0]:
        changes = np.append(0, changes)
    starts, ends = changes[::2], changes[1::2]
    wanted = ends - starts >= length
    runs = np.zeros_like(marks)
    for start, size in zip(starts[wanted].tolist(), (ends - starts)[wanted].tolist(), strict=True):
        row, column = divmod(start, padded.shape[1])
        runs[max(0, row - 1) : row + 2, column : column + size] = True
    return runs & marks


def _rows(marks: NDArray[np.bool_], reach: float) -> tuple[float, float]:
    """Return the image's top and bottom row, from the mean and the spread of the ink over the rows.

    A second pass leaves out ink far from the writing (neighbouring lines, specks).
    """
    rows = np.arange(marks.shape[0], dtype=np.float64) + 0.5
    weights = marks.sum(axis=1).astype(np.float64)
    middle, spread = _moments(rows, weights)
    weights[np.abs(rows - middle) > 2.4 * spread + 2] = 0
    middle, spread = _moments(rows, weights)
    return middle - reach * ABOVE * spread, middle + reach * BELOW * spread


def _moments(rows: NDArray[np.float64], weights: NDArray[np.float64]) -> tuple[float, float]:
    total = max(weights.sum(), 1.0)
    middle = float((rows * weights).sum() / total)
    return middle, max(1.5, float(np.sqrt((weights * (rows - middle) ** 2).sum() / total)))


def _columns(marks: NDArray[np.bool_]) -> tuple[int, int]:
    inked = np.flatnonzero(marks.sum(axis=0) > 0)
    if not len(inked):
        return 0, marks.shape[1]
    return int(inked[0]), int(inked[-1]) + 1


def _scaled(ink: LineImage, window: tuple[int, float, int, float], height: int) -> LineImage:
    left, top, right, bottom = window
    scale = height / (bottom - top)
    margin = 4 / scale
    width = int(np.clip(np.ceil((right - left + 2 * margin) * scale), 8, WIDEST))
    box = (left - margin, top, right + margin, bottom)
    pad = int(np.ceil(max(0.0, -box[0], -box[1], box[2] - ink.shape[1], box[3] - ink.shape[0]))) + 1
    canvas = Image.fromarray(np.pad(ink, pad))
    moved = tuple(value + pad for value in box)
    picture = canvas.resize((width, height), Image.Resampling.BILINEAR, box=moved)  # type: ignore[arg-type]
    return np.asarray(picture, np.float32).clip(0, 1)


LEANINGS = np.arange(-1.0, 1.01, 0.1)
"""The tested shears: columns to the left for each row downwards, so that ``/`` has a positive shear."""

INKED = 0.3
"""The ink (0..1) from which a pixel counts."""

LEAST_WIDTH = 1.5
"""The ratio of width to height from which a line shows the slant of a hand; a single ``/`` leans naturally."""


def estimate_slant(picture: LineImage) -> float:
    """Return the slant: columns that strokes run to the right for each row upwards (0.5: about 27 degrees).

    The slant is the shear that gathers the ink in the fewest columns: the sum of the squared column sums is greatest
    when downstrokes are upright. A line that is too short has slant 0.

    Source:
        Vinciarelli and Luettin 2001 ("A new normalization technique for cursive handwritten words").
    """
    height, width = picture.shape
    if width < LEAST_WIDTH * height:
        return 0.0
    rows, columns = np.nonzero(picture > INKED)
    weights = picture[rows, columns].astype(float)
    margin = height  # a shear by 1 moves no point further than half the height
    gathered = np.array(
        [
            float((np.bincount(_sheared(rows, columns, lean, height) + margin, weights) ** 2).sum())
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
    """Return the columns of points after a shear that sets this slant upright; the middle row stays."""
    return np.asarray(np.floor(columns + lean * (rows - height / 2)), np.intp)


def shear_upright(picture: LineImage, lean: float, size: float = 1.0) -> LineImage:
    """Return the image sheared by ``lean``, with its writing scaled by ``size``.

    The result is as much wider as needed; ink beyond the upper and lower edge is cut off.
    """
    height = len(picture)
    margin = int(abs(lean) * height / 2) + 1
    canvas = Image.fromarray(np.pad(picture, ((0, 0), (margin, margin))))
    wide = round(size * canvas.width)
    # the source of every point of the result; the centres coincide
    right = (1 / size, -lean / size, canvas.width / 2 - (wide - lean * height) / (2 * size))
    down = (0.0, 1 / size, (height - height / size) / 2)
    moved = canvas.transform(
        (wide, height), Image.Transform.AFFINE, (*right, *down), Image.Resampling.BILINEAR
    )
    return np.asarray(moved, np.float32).clip(0, 1)
