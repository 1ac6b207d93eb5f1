"""Compact descriptors by which a page that was scanned twice is found.

``perceptual_hash`` compares whole pictures when they arrive; ``ink_print`` compares where the ink of rectified pages
lies, once they are read.

Source:
    Zauner (2010), "Implementation and Benchmarking of Perceptual Image Hash Functions", 3.2.1: the low frequencies of
    the page's cosine transform, each above or below their median. 16 by 16 of them, since printed forms differ in
    little else.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np

from pipeline.base.model import Box, Pixels
from pipeline.layout.imaging.geometry.deskew import estimate_skew
from pipeline.layout.imaging.geometry.pyramid import Pyramid

DCT_SIDE = 64
KEPT_FREQUENCIES = 16
HASH_BITS = KEPT_FREQUENCIES * KEPT_FREQUENCIES
LEVEL_SIDE = 900

EDGE_SHARE = 0.06
"""Share of the page at each side that is left out: what the scanner shows beside the paper is never the same twice."""

MAX_DUPLICATE_DISTANCE = 28
"""Two pages that differ in so many bits or fewer may be one page. Drawn pages scanned again with another angle, light
and place differed in 12 to 34, two pages of one book in 28 and more, mostly 50. It is a hint, never a proof: when pages
are read they are compared by their ink (ADR 0026)."""

EMPTY_CONTRAST = 2.0
"""Grey levels: a page whose small picture varies less than this has nothing to be recognised by."""


def perceptual_hash(grey: Pixels) -> str:
    """Return the hash of a grey page, levelled first: ``HASH_BITS`` bits in hex, or ``""`` for an empty page."""
    level = _level(grey)
    down, right = (round(EDGE_SHARE * side) for side in level.shape)
    inner = level[down : level.shape[0] - down, right : level.shape[1] - right]
    small = cv2.resize(inner, (DCT_SIDE, DCT_SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    if float(small.std()) < EMPTY_CONTRAST:
        return ""
    low = np.asarray(cv2.dct(small))[:KEPT_FREQUENCIES, :KEPT_FREQUENCIES].ravel()
    return np.packbits(low > np.median(low[1:])).tobytes().hex()


def _level(grey: Pixels) -> Pixels:
    """Return a small copy with its lines level: a page never lies at the same angle again."""
    scale = min(1.0, LEVEL_SIDE / max(grey.shape))
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else grey
    height, width = small.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), estimate_skew(np.asarray(small, np.uint8)), 1.0)
    paper = float(np.median(small))
    return np.asarray(cv2.warpAffine(small, turn, (width, height), borderValue=paper), np.uint8)


def hash_distance(first: str, second: str) -> int:
    """Return in how many of ``HASH_BITS`` bits two hashes differ; all of them when either is empty."""
    if not first or not second:
        return HASH_BITS
    return (int(first, 16) ^ int(second, 16)).bit_count()


ACROSS, DOWN = 20, 28
"""Cells of an ink print: about 10 mm of an A4 page."""

FULL_CELL = 0.22
"""The share of a cell's pixels that counts as full of ink."""


def ink_print(ink: Pixels, frame: Box, labels: Sequence[Box]) -> str:
    """Return where the ink of a page lies, coarsely.

    Args:
        ink: Mask (0/255) of a rectified page without frame, rules and leaders.
        frame: Box of the printed frame in pixels.
        labels: Boxes of the printed labels, which are left out.

    Returns:
        ``ACROSS`` × ``DOWN`` hexadecimal digits, row by row: how much of each cell is ink, softened so that a shift of
        a millimetre changes little.
    """
    clean = ink.copy()
    height, width = ink.shape
    for box in labels:
        part = box.within(width, height)
        clean[round(part.top) : round(part.bottom), round(part.left) : round(part.right)] = 0
    part = frame.within(width, height)
    inside = clean[round(part.top) : round(part.bottom), round(part.left) : round(part.right)]
    if not inside.size:
        return ""
    across, down = (
        length / cells / 8 for length, cells in zip(inside.shape[::-1], (ACROSS, DOWN), strict=True)
    )
    # four pixels a side of half a cell are left at least
    inside = Pyramid(inside).level(int(math.log2(max(1.0, min(across, down)))))
    cells = cv2.resize(inside, (2 * ACROSS, 2 * DOWN), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    soft = cv2.resize(cv2.GaussianBlur(cells, (0, 0), 0.9), (ACROSS, DOWN), interpolation=cv2.INTER_AREA)
    levels = np.rint(15 * np.sqrt(np.clip(soft / FULL_CELL, 0, 1))).astype(int)
    return "".join(f"{level:x}" for level in levels.ravel())
