"""The place of the paper on a levelled page without a visible frame, found by the scanner's dark bed beside it.

Under a light lid the edges of the paper are invisible; the extent of the picture then gives its approximate place.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.base.model import Box, Pixels

PAPER_SHARE = 75
"""The percentile of a page's brightness that represents paper."""

DARK = 0.55
"""Brightness of the bed, at most, as a share of the paper's."""

BED = 0.5
"""Least dark share of a column or row that belongs to the bed at the edge of the picture."""

DEEPEST = 0.3
"""Largest reach of the bed into the picture, as a share of the side."""


def find_paper(grey: Pixels) -> Box | None:
    """Return the paper of a levelled page, ``None`` unless the bed is visible on two opposite sides.

    A bed on one side alone may be a shadow and does not locate the other edge.

    Args:
        grey: The page (h, w).
    """
    high, wide = grey.shape
    dark = grey < DARK * float(np.percentile(grey, PAPER_SHARE))
    across, down = _bed(dark.mean(axis=0)), _bed(dark.mean(axis=1))
    if across is None and down is None:
        return None
    left, right = across if across is not None else (0, wide)
    top, bottom = down if down is not None else (0, high)
    return Box(float(left), float(top), float(right), float(bottom))


def _bed(shares: NDArray[np.float64]) -> tuple[int, int] | None:
    """Return the ends of the paper along one side, ``None`` unless both are visible."""
    size = len(shares)
    is_bed = shares > BED
    most = int(DEEPEST * size)
    first = int(np.argmin(is_bed[:most])) if is_bed[0] and not is_bed[:most].all() else 0
    last = int(np.argmin(is_bed[::-1][:most])) if is_bed[-1] and not is_bed[::-1][:most].all() else 0
    return (first, size - last) if first and last else None
