"""The fitted map from the evidence of a reading to the probability that its value is right.

A logistic regression is fitted over all kinds of value. Each kind then gets its own regression; with few samples its
weights stay close to the pooled weights. A beta correction (Kull, Silva Filho and Flach 2017, "Beta calibration",
AISTATS) follows each regression and is likewise shrunk towards the pooled correction. Evidence weights cannot be
negative: a likelier value against the same rival, a longer lead or a clearer letter never lowers the probability.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.recognition.calibration.features import CalibrationFeatures, Sample

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

ROUNDS = 100
HALVINGS = 30


def fit_logistic(
    x: Floats, right: Floats, before: Floats, pull: Floats, rising: Flags, counts: Floats | None = None
) -> Floats:
    """Return the weights that minimize log loss plus ``pull / 2`` times the squared distance to ``before``.

    Args:
        x: (n, k) features.
        right: (n,) labels 0 and 1.
        before: (k,) prior means of the weights.
        pull: (k,) prior strengths above 0, in samples.
        rising: (k,) True where the weight must be at least 0, so that more of the feature never lowers the probability.
        counts: (n,) sample weights; 1 each by default.

    Source:
        Projected Newton steps: Bertsekas 1982 ("Projected Newton methods for optimization problems with simple
        constraints", SIAM J. Control Optim. 20).
    """
    counts = np.ones(len(right)) if counts is None else counts
    weights = np.where(rising, np.maximum(before, 0.0), before)
    loss = _loss(x, right, weights, before, pull, counts)
    for _ in range(ROUNDS):
        chance = chances(x @ weights)
        slope = x.T @ (counts * (chance - right)) + pull * (weights - before)
        free = ~(rising & (weights <= 0) & (slope > 0))
        if not free.any() or np.abs(slope[free]).max() < 1e-7 * (1 + len(right)):
            break
        bend = (x[:, free] * (counts * chance * (1 - chance))[:, None]).T @ x[:, free] + np.diag(pull[free])
        step = np.zeros_like(weights)
        step[free] = np.linalg.solve(bend, slope[free])
        for halving in range(HALVINGS):
            tried = weights - step / 2**halving
            tried = np.where(rising, np.maximum(tried, 0.0), tried)
            lower = _loss(x, right, tried, before, pull, counts)
            if lower < loss:
                break
        else:
            break
        weights, loss = tried, lower
    return weights


def chances(scores: Floats) -> Floats:
    """Convert log odds to probabilities without overflow."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * scores)), dtype=np.float64)


def _loss(x: Floats, right: Floats, weights: Floats, before: Floats, pull: Floats, counts: Floats) -> float:
    scores = x @ weights
    fit = (counts * np.logaddexp(0.0, np.where(right > 0.5, -scores, scores))).sum()
    return float(fit + 0.5 * (pull * (weights - before) ** 2).sum())


FEATURES = (
    "chance", "lead", "optical", "weakest", "agreement", "support", "known", "confirmed", "parses",
    "undoubted", "beside", "ink", "letters", "lines",
)  # fmt: skip
"""The features, in the order of the model's weights; the offset comes first.

``lead`` is the ratio of the value's probability to the next value's. The difference shows less: in a long slot many
readings share the probability, so both are small however clear the value is."""

FALLING_OR_RISING = frozenset({"letters", "lines"})
"""The features whose weight may have either sign."""

POOL_PULL = 1.0
KIND_PULL = 2.0
OFFSET_PULL = 1.0
BEND_PULL = 20.0
"""Strength of the priors, in samples: pooled weights (towards 0), a kind's weights (towards the pooled weights), its
offset, and its beta correction (towards no correction)."""

EARLIER_PULL = 20.0
"""Strength of an earlier calibration as a prior, in samples."""

KIND_SAMPLES = 10
"""A kind with fewer samples gets the pooled weights and correction."""

LEAST = 1e-4
"""Smallest probability in a ratio; smaller probabilities count as this."""

MOST_WEIGHT = 20.0
"""Largest weight of a sample in the fit, so that few samples do not outweigh the others; the bound uses full
weights."""

FOLDS = 5
SUREST = 1 - 1e-6
STRAIGHT = (0.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class KindModel:
    """The model of one kind.

    Attributes:
        kind: The kind of field, as in ``CalibrationFeatures``.
        samples: Number of samples in the fit.
        weights: The offset, then a weight for each of ``FEATURES``.
        bend: The beta correction c + a·ln p − b·ln(1−p) as (c, a, b).
    """

    kind: str
    samples: int
    weights: tuple[float, ...]
    bend: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class ChanceModel:
    """The fitted models.

    Attributes:
        mean: The mean of each feature; subtracted before weighting.
        spread: The standard deviation of each feature; features are divided by it.
        pool: The model of all kinds together; its ``kind`` is ``""``.
        kinds: The models of the fitted kinds.
    """

    mean: tuple[float, ...]
    spread: tuple[float, ...]
    pool: KindModel
    kinds: tuple[KindModel, ...] = ()

    @property
    def by_kind(self) -> Mapping[str, KindModel]:
        return {part.kind: part for part in self.kinds}

    def chances(self, features: Sequence[CalibrationFeatures]) -> Floats:
        """Return for each field the probability that its value is right, 0..1, always below 1."""
        if not features:
            return np.zeros(0)
        x = _standard(_feature_matrix(features), np.array(self.mean), np.array(self.spread))
        by_kind = self.by_kind
        parts = [by_kind.get(field.kind, self.pool) for field in features]
        scores = np.einsum("ij,ij->i", x, np.array([part.weights for part in parts]))
        bends = np.array([part.bend for part in parts])
        return np.minimum(chances(np.einsum("ij,ij->i", _beta_columns(scores), bends)), SUREST)


def chance_model(samples: Sequence[Sample], before: ChanceModel | None = None) -> ChanceModel:
    """Fit the models; the beta corrections are fitted on cross-validation scores.

    Args:
        samples: Fields whose truth is known.
        before: An earlier model, used as the prior; few samples change it little.
    """
    features = [sample.features for sample in samples]
    right = np.array([sample.right for sample in samples], dtype=np.float64)
    counts = np.minimum([sample.weight for sample in samples], MOST_WEIGHT)
    raw = _feature_matrix(features)
    mean, spread = _scale(raw) if before is None else (np.array(before.mean), np.array(before.spread))
    x = _standard(raw, mean, spread)
    kinds = np.array([field.kind for field in features])
    folds = np.array([fold_number(sample.entry, FOLDS) for sample in samples])
    many = {kind for kind in set(kinds.tolist()) if (kinds == kind).sum() >= KIND_SAMPLES}
    earlier = {kind: np.array(part.weights) for kind, part in before.by_kind.items()} if before else {}
    outside = np.zeros(len(samples))
    for fold in range(FOLDS):
        inside = folds != fold
        pool, parts = _weights(x[inside], right[inside], kinds[inside], before, many, counts[inside])
        for place in np.flatnonzero(~inside):
            kind = kinds[place]
            outside[place] = x[place] @ parts.get(kind, earlier.get(kind, pool))
    pool, parts = _weights(x, right, kinds, before, many, counts)
    bend = _beta_correction(outside, right, np.array(before.pool.bend if before else STRAIGHT), counts)
    models = []
    for kind in sorted(parts):
        own = kinds == kind
        known = before.by_kind.get(kind) if before else None
        usual = np.array(known.bend) if known else bend
        models.append(
            KindModel(
                kind,
                int(own.sum()),
                _floats(parts[kind]),
                _triple(_beta_correction(outside[own], right[own], usual, counts[own])),
            )
        )
    present = set(kinds.tolist())
    models += [
        KindModel(kind, int((kinds == kind).sum()), _floats(pool), _triple(bend))
        for kind in sorted(present - set(parts))
    ]
    made_of = {part.kind for part in models}
    kept = [part for part in (before.kinds if before else ()) if part.kind not in made_of]
    return ChanceModel(
        _floats(mean),
        _floats(spread),
        KindModel("", len(samples), _floats(pool), _triple(bend)),
        tuple(sorted([*models, *kept], key=lambda part: part.kind)),
    )


def fold_number(entry: str, folds: int, salt: str = "") -> int:
    """Return the fold (0..``folds`` − 1) of an entry; it depends on the entry alone."""
    return int.from_bytes(hashlib.sha256(f"{salt}{entry}".encode()).digest()[:8], "big") % folds


def _weights(
    x: Floats,
    right: Floats,
    kinds: np.ndarray,
    before: ChanceModel | None,
    many: Set[str],
    counts: Floats,
) -> tuple[Floats, dict[str, Floats]]:
    """Return the pooled weights and the weights of each kind in ``many`` (enough samples over all folds)."""
    rising = _is_rising()
    width = len(FEATURES) + 1
    known = np.array(before.pool.weights) if before else np.zeros(width)
    pull = np.full(width, EARLIER_PULL if before else POOL_PULL)
    pull[0] = OFFSET_PULL if before else 0.01
    pool = fit_logistic(x, right, known, pull, rising, counts)
    parts = {}
    earlier = before.by_kind if before else {}
    for kind in dict.fromkeys(kinds.tolist()):
        own = kinds == kind
        if kind in many:
            towards = np.array(earlier[kind].weights) if kind in earlier else pool
            pull = np.full(width, EARLIER_PULL if kind in earlier else KIND_PULL)
            pull[0] = OFFSET_PULL
            parts[kind] = fit_logistic(x[own], right[own], towards, pull, rising, counts[own])
        elif kind in earlier:
            parts[kind] = np.array(earlier[kind].weights)
    return pool, parts


def _beta_correction(scores: Floats, right: Floats, usual: Floats, counts: Floats) -> Floats:
    pull = np.array([OFFSET_PULL, BEND_PULL, BEND_PULL])
    return fit_logistic(_beta_columns(scores), right, usual, pull, np.array([False, True, True]), counts)


def _beta_columns(scores: Floats) -> Floats:
    """Return the columns 1, ln p and −ln(1−p) of log odds; the weights (0, 1, 1) restore the log odds."""
    return np.column_stack([np.ones(len(scores)), -np.logaddexp(0, -scores), np.logaddexp(0, scores)])


def _feature_matrix(features: Sequence[CalibrationFeatures]) -> Floats:
    """Return the feature matrix (n, ``FEATURES``)."""
    evidences = [field.evidence for field in features]
    chance, margin, optical, weakest, agreement, support = (
        _share(getattr(evidence, name) for evidence in evidences)
        for name in ("chance", "margin", "optical", "weakest", "agreement", "support")
    )
    return np.column_stack(
        [
            _odds(chance, 1e-5),
            np.log(chance + LEAST) - np.log(np.maximum(chance - margin, 0) + LEAST),
            _odds(optical, 1e-4),
            _odds(weakest, 1e-4),
            -np.log(1 - agreement + 1e-2),
            support,
            support >= 1,
            [field.confirmed for field in features],
            [field.parses for field in features],
            [not field.doubted for field in features],
            _odds(_share(field.neighbour_clarity for field in features), 1e-4),
            _share(evidence.ink for evidence in evidences),
            [np.log1p(field.letters) for field in features],
            [min(field.lines, 4) for field in features],
        ]
    ).astype(np.float64)


def _share(values: Iterable[float]) -> Floats:
    """Clip values to 0..1; NaN counts as 0."""
    return np.clip(np.nan_to_num(np.fromiter(values, dtype=np.float64), nan=0.0), 0.0, 1.0)


def _odds(share: Floats, least: float) -> Floats:
    bounded = np.clip(share, least, 1 - least)
    return np.asarray(np.log(bounded / (1 - bounded)), dtype=np.float64)


def _scale(raw: Floats) -> tuple[Floats, Floats]:
    spread = raw.std(axis=0)
    return raw.mean(axis=0), np.where(spread > 1e-6, spread, 1.0)


def _standard(raw: Floats, mean: Floats, spread: Floats) -> Floats:
    return np.column_stack([np.ones(len(raw)), (raw - mean) / spread])


def _is_rising() -> Flags:
    return np.array([False, *(name not in FALLING_OR_RISING for name in FEATURES)])


def _floats(values: Floats) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


def _triple(values: Floats) -> tuple[float, float, float]:
    first, second, third = _floats(values)
    return first, second, third
