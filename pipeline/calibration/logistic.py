"""Logistic regression that is drawn to what was known before and may be told which weights cannot be negative."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

ROUNDS = 100
HALVINGS = 30


def logistic_weights(x: Floats, right: Floats, before: Floats, pull: Floats, rising: Flags) -> Floats:
    """The weights (columns of ``x``) of least log loss plus ``pull / 2`` times the squared distance to ``before``.

    ``x`` (n, k); ``right`` (n,) of 0 and 1; ``pull`` (k,) above 0, in samples' worth; where ``rising`` the weight is
    not below 0, so that more of it never lowers the chance. Projected Newton steps (Bertsekas 1982, "Projected Newton
    methods for optimization problems with simple constraints", SIAM J. Control Optim. 20).
    """
    weights = np.where(rising, np.maximum(before, 0.0), before)
    loss = _loss(x, right, weights, before, pull)
    for _ in range(ROUNDS):
        chance = chances(x @ weights)
        slope = x.T @ (chance - right) + pull * (weights - before)
        free = ~(rising & (weights <= 0) & (slope > 0))
        if not free.any() or np.abs(slope[free]).max() < 1e-7 * (1 + len(right)):
            break
        bend = (x[:, free] * (chance * (1 - chance))[:, None]).T @ x[:, free] + np.diag(pull[free])
        step = np.zeros_like(weights)
        step[free] = np.linalg.solve(bend, slope[free])
        for halving in range(HALVINGS):
            tried = weights - step / 2**halving
            tried = np.where(rising, np.maximum(tried, 0.0), tried)
            lower = _loss(x, right, tried, before, pull)
            if lower < loss:
                break
        else:
            break
        weights, loss = tried, lower
    return weights


def chances(scores: Floats) -> Floats:
    """From log odds to chances, without overflow."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * scores)), dtype=np.float64)


def _loss(x: Floats, right: Floats, weights: Floats, before: Floats, pull: Floats) -> float:
    scores = x @ weights
    fit = np.logaddexp(0.0, np.where(right > 0.5, -scores, scores)).sum()
    return float(fit + 0.5 * (pull * (weights - before) ** 2).sum())
