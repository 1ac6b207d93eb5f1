"""Where the paper lies on a levelled page of which no frame is seen: what is left of it beside the scanner's dark bed.

Under a light lid the edges of the paper cannot be told from it; then the picture itself says where the paper is about.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.base.model import Box, Pixels

PAPER_SHARE = 75
"""The percentile of a page's brightness that is paper."""

DARK = 0.55
"""What is darker than this share of the paper may be the bed."""

BED = 0.5
"""The share of a column or row that is dark, from the edge of the picture on, which is the bed."""

DEEPEST = 0.3
"""How far into the picture the bed reaches at most, as a share of its side."""


def find_paper(grey: Pixels) -> Box | None:
    """Return the paper of a levelled page, ``None`` where no bed is seen on at least two sides that lie opposite.

    A bed on one side alone may be a shadow, and says nothing of where the paper ends on the other.

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
    """Return where the paper begins and ends along one side, ``None`` where not both of its ends are seen."""
    size = len(shares)
    is_bed = shares > BED
    most = int(DEEPEST * size)
    first = int(np.argmin(is_bed[:most])) if is_bed[0] and not is_bed[:most].all() else 0
    last = int(np.argmin(is_bed[::-1][:most])) if is_bed[-1] and not is_bed[::-1][:most].all() else 0
    return (first, size - last) if first and last else None
