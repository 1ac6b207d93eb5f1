"""How much fields say together that stand for different numbers of fields.

Korn and Graubard 1998 ("Confidence intervals for proportions with small expected number of positive counts estimated
from survey data", Surv. Methodol.) take the effective sample (Kish) for the exact bound; here it is rounded to the safe
side.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.recognition.calibration.chance_model import Floats


def effective_counts(wrong: Sequence[bool], weights: Sequence[float]) -> tuple[int, int]:
    """Return how many fields that count alike say as much as these weighted ones, and how many of those are wrong.

    Fields of one weight come out as they are.

    Args:
        wrong: Whether each field is wrong.
        weights: How many fields each of them stands for.
    """
    counts, errors = effective_sums(np.asarray(wrong, dtype=bool), np.asarray(weights, dtype=np.float64))
    return (int(counts[-1]), int(errors[-1])) if len(counts) else (0, 0)


def effective_sums(wrong: np.ndarray, weights: Floats) -> tuple[np.ndarray, np.ndarray]:
    """Return the effective counts of the first field, of the first two, and so on."""
    total, squares = np.cumsum(weights), np.cumsum(weights**2)
    counts = total**2 / np.maximum(squares, 1e-12)
    errors = counts * np.cumsum(weights * wrong) / np.maximum(total, 1e-12)
    return np.floor(counts + 1e-6).astype(int), np.ceil(errors - 1e-6).astype(int)


def expected_sums(chances: Floats, weights: Floats, counts: np.ndarray) -> Floats:
    """Return how many errors the probabilities predict among the first effective field, the first two, and so on.

    Args:
        chances: The probability of each field that it is right.
        weights: How many fields each stands for.
        counts: From ``effective_sums``.
    """
    if np.all(weights == weights[:1]):
        return np.cumsum(1 - chances)
    return np.asarray(counts * np.cumsum(weights * (1 - chances)) / np.cumsum(weights), dtype=np.float64)
