"""The fitted map from the evidence of a reading to the probability that its value is right.

A logistic regression over all kinds of value comes first. From it each kind gets a regression of its own; the fewer
samples a kind has, the closer its weights stay to those of all kinds. Over each lies a beta correction (Kull, Silva
Filho and Flach 2017, "Beta calibration", AISTATS), likewise held close to the one of all kinds. Weights of evidence
cannot be negative: a likelier value beside the same rival, a longer lead or a clearer letter never lower a probability.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.calibration.features import CalibrationFeatures, Sample

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


FEATURES = (
    "chance", "lead", "optical", "weakest", "agreement", "support", "known", "confirmed", "parses",
    "undoubted", "beside", "ink", "letters", "lines",
)  # fmt: skip
"""What a model weighs, in the order of its weights; the offset stands before them. ``lead``: how many times likelier
the value is than the next other one. The difference of their chances tells less: in a long blank so many readings share
them that both are small, however clear that value is."""

FALLING_OR_RISING = frozenset({"letters", "lines"})
"""Those whose weight may have either sign."""

POOL_PULL = 1.0
KIND_PULL = 2.0
OFFSET_PULL = 1.0
BEND_PULL = 20.0
"""How many samples' worth of weight the model of all kinds, a kind's weights, its offset and its correction give to
what was known before: nothing, the model of all kinds, that offset, no correction."""

EARLIER_PULL = 20.0
"""The same for the weights of an earlier calibration."""

KIND_SAMPLES = 10
"""A kind with fewer samples has the weights and the correction of all kinds."""

LEAST = 1e-4
"""A chance below which one is as little as none, beside another."""

FOLDS = 5
SUREST = 1 - 1e-6
STRAIGHT = (0.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class KindModel:
    """One kind's part: ``weights`` (offset, then ``FEATURES``), ``bend``: the beta correction c + a·ln p − b·ln(1−p)
    as (c, a, b), and how many samples it was fitted on."""

    kind: str
    samples: int
    weights: tuple[float, ...]
    bend: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class ChanceModel:
    """``pool`` is of all kinds together, its ``kind`` is ``""``; ``kinds`` are all that were fitted on; features are
    taken less ``mean``, over ``spread``."""

    mean: tuple[float, ...]
    spread: tuple[float, ...]
    pool: KindModel
    kinds: tuple[KindModel, ...] = ()

    @property
    def by_kind(self) -> Mapping[str, KindModel]:
        return {part.kind: part for part in self.kinds}

    def chances(self, features: Sequence[CalibrationFeatures]) -> Floats:
        """For each the chance 0..1 that the value is right, never quite 1."""
        if not features:
            return np.zeros(0)
        x = _standard(_features(features), np.array(self.mean), np.array(self.spread))
        by_kind = self.by_kind
        parts = [by_kind.get(ground.kind, self.pool) for ground in features]
        scores = np.einsum("ij,ij->i", x, np.array([part.weights for part in parts]))
        bends = np.array([part.bend for part in parts])
        return np.minimum(chances(np.einsum("ij,ij->i", _bent(scores), bends)), SUREST)


def chance_model(samples: Sequence[Sample], before: ChanceModel | None = None) -> ChanceModel:
    """The model that ``samples`` ask for. ``before``: what they add to; with few samples little of it changes."""
    features = [sample.features for sample in samples]
    right = np.array([sample.right for sample in samples], dtype=np.float64)
    raw = _features(features)
    mean, spread = _scale(raw) if before is None else (np.array(before.mean), np.array(before.spread))
    x = _standard(raw, mean, spread)
    kinds = np.array([ground.kind for ground in features])
    folds = np.array([fold_of(sample.entry, FOLDS) for sample in samples])
    many = {kind for kind in kinds.tolist() if (kinds == kind).sum() >= KIND_SAMPLES}
    earlier = {kind: np.array(part.weights) for kind, part in before.by_kind.items()} if before else {}
    outside = np.zeros(len(samples))
    for fold in range(FOLDS):
        inside = folds != fold
        pool, parts = _weights(x[inside], right[inside], kinds[inside], before, many)
        for place in np.flatnonzero(~inside):
            kind = kinds[place]
            outside[place] = x[place] @ parts.get(kind, earlier.get(kind, pool))
    pool, parts = _weights(x, right, kinds, before, many)
    bend = _bend(outside, right, np.array(before.pool.bend if before else STRAIGHT))
    made = []
    for kind in sorted(parts):
        own = kinds == kind
        known = before.by_kind.get(kind) if before else None
        usual = np.array(known.bend) if known else bend
        made.append(
            KindModel(
                kind, int(own.sum()), _floats(parts[kind]), _three(_bend(outside[own], right[own], usual))
            )
        )
    seen = set(kinds.tolist())
    made += [
        KindModel(kind, int((kinds == kind).sum()), _floats(pool), _three(bend))
        for kind in sorted(seen - set(parts))
    ]
    made_of = {part.kind for part in made}
    kept = [part for part in (before.kinds if before else ()) if part.kind not in made_of]
    return ChanceModel(
        _floats(mean),
        _floats(spread),
        KindModel("", len(samples), _floats(pool), _three(bend)),
        tuple(sorted([*made, *kept], key=lambda part: part.kind)),
    )


def fold_of(entry: str, folds: int, salt: str = "") -> int:
    """Which of so many parts an entry belongs to; always the same one, whatever else is there."""
    return int.from_bytes(hashlib.sha256(f"{salt}{entry}".encode()).digest()[:8], "big") % folds


def _weights(
    x: Floats, right: Floats, kinds: np.ndarray, before: ChanceModel | None, many: Set[str]
) -> tuple[Floats, dict[str, Floats]]:
    """The weights of all kinds together, and those of each kind of which there are ``many`` samples, here and in the
    other folds."""
    rising = _rising()
    width = len(FEATURES) + 1
    known = np.array(before.pool.weights) if before else np.zeros(width)
    pull = np.full(width, EARLIER_PULL if before else POOL_PULL)
    pull[0] = OFFSET_PULL if before else 0.01
    pool = logistic_weights(x, right, known, pull, rising)
    parts = {}
    earlier = before.by_kind if before else {}
    for kind in dict.fromkeys(kinds.tolist()):
        own = kinds == kind
        if kind in many:
            towards = np.array(earlier[kind].weights) if kind in earlier else pool
            pull = np.full(width, EARLIER_PULL if kind in earlier else KIND_PULL)
            pull[0] = OFFSET_PULL
            parts[kind] = logistic_weights(x[own], right[own], towards, pull, rising)
        elif kind in earlier:
            parts[kind] = np.array(earlier[kind].weights)
    return pool, parts


def _bend(scores: Floats, right: Floats, usual: Floats) -> Floats:
    """The beta correction of scores that were made without knowing their truth."""
    pull = np.array([OFFSET_PULL, BEND_PULL, BEND_PULL])
    return logistic_weights(_bent(scores), right, usual, pull, np.array([False, True, True]))


def _bent(scores: Floats) -> Floats:
    """Columns 1, ln p and −ln(1−p) of log odds; with (0, 1, 1) they come to the log odds again."""
    return np.column_stack([np.ones(len(scores)), -np.logaddexp(0, -scores), np.logaddexp(0, scores)])


def _features(features: Sequence[CalibrationFeatures]) -> Floats:
    """(n, ``FEATURES``)."""
    word = [ground.evidence for ground in features]
    chance, margin, optical, weakest, agreement, support = (
        _share(getattr(evidence, name) for evidence in word)
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
            [ground.confirmed for ground in features],
            [ground.parses for ground in features],
            [not ground.doubted for ground in features],
            _odds(_share(ground.beside for ground in features), 1e-4),
            _share(evidence.ink for evidence in word),
            [np.log1p(ground.letters) for ground in features],
            [min(ground.lines, 4) for ground in features],
        ]
    ).astype(np.float64)


def _share(values: Iterable[float]) -> Floats:
    """As 0..1; what is not a number speaks for nothing."""
    return np.clip(np.nan_to_num(np.fromiter(values, dtype=np.float64), nan=0.0), 0.0, 1.0)


def _odds(share: Floats, least: float) -> Floats:
    bounded = np.clip(share, least, 1 - least)
    return np.asarray(np.log(bounded / (1 - bounded)), dtype=np.float64)


def _scale(raw: Floats) -> tuple[Floats, Floats]:
    spread = raw.std(axis=0)
    return raw.mean(axis=0), np.where(spread > 1e-6, spread, 1.0)


def _standard(raw: Floats, mean: Floats, spread: Floats) -> Floats:
    return np.column_stack([np.ones(len(raw)), (raw - mean) / spread])


def _rising() -> Flags:
    return np.array([False, *(name not in FALLING_OR_RISING for name in FEATURES)])


def _floats(values: Floats) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


def _three(values: Floats) -> tuple[float, float, float]:
    first, second, third = _floats(values)
    return first, second, third
