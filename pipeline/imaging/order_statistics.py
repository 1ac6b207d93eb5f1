"""Order statistics of few values, for loops in which the overhead of NumPy's own is most of the work."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def median(values: NDArray[Any]) -> float:
    """Return the median of an array (n,) of at least one number, none of them NaN, as ``np.median`` does.

    Sorting a hundred numbers costs 2 µs, ``np.median`` of them 25.
    """
    ordered = np.sort(values)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return float(ordered[middle])
    return (float(ordered[middle - 1]) + float(ordered[middle])) / 2
