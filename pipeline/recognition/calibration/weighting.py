"""The effective sample size of weighted fields.

Korn and Graubard 1998 ("Confidence intervals for proportions with small expected number of positive counts estimated
from survey data", Surv. Methodol.) use the effective sample size (Kish) in the exact bound; here rounded
conservatively.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.recognition.calibration.chance_model import Floats


def effective_counts(wrong: Sequence[bool], weights: Sequence[float]) -> tuple[int, int]:
    """Return the effective number of equally weighted fields, and the number of wrong fields among them.

    Fields with equal weights keep their counts.

    Args:
        weights: Number of fields that each field represents.
    """
    counts, errors = effective_sums(np.asarray(wrong, dtype=bool), np.asarray(weights, dtype=np.float64))
    return (int(counts[-1]), int(errors[-1])) if len(counts) else (0, 0)


def effective_sums(wrong: np.ndarray, weights: Floats) -> tuple[np.ndarray, np.ndarray]:
    """Return the effective counts of the first field, the first two fields, and so on."""
    total, squares = np.cumsum(weights), np.cumsum(weights**2)
    counts = total**2 / np.maximum(squares, 1e-12)
    errors = counts * np.cumsum(weights * wrong) / np.maximum(total, 1e-12)
    return np.floor(counts + 1e-6).astype(int), np.ceil(errors - 1e-6).astype(int)


def expected_sums(chances: Floats, weights: Floats, counts: np.ndarray) -> Floats:
    """Return the predicted number of errors among the first effective field, the first two, and so on.

    Args:
        chances: The probability that each field is right.
        weights: Number of fields that each field represents.
        counts: Effective counts from ``effective_sums``.
    """
    if np.all(weights == weights[:1]):
        return np.cumsum(1 - chances)
    return np.asarray(counts * np.cumsum(weights * (1 - chances)) / np.cumsum(weights), dtype=np.float64)
