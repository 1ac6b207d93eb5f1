"""The gate of an adapted reader: lines held out from learning, read before and after, decide whether it is used.

The reader must read the hand significantly better, no kind of value worse, and must not be overconfident. The number of
confident lines without errors decides which of its readings may be accepted without a person.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from rapidfuzz.distance import Levenshtein

from pipeline.base.model.adapted_reader import Trust
from pipeline.recognition.calibration import CHECKED, DELTA
from pipeline.recognition.calibration.risk import is_refuted
from pipeline.recognition.ocr.adapters import GateFigures
from pipeline.training.dataset import comparable

GAIN = 0.05
"""Least reduction of the letter errors, as a share."""

CHANCE = 0.05
"""Significance level of the improvement."""

WORSE = 0.1
"""Significance level of a deterioration of a kind of value."""

FEW = 8
"""Least number of lines of a kind to test the kind by itself."""

SURE = 0.9
"""Confidence from which a line counts as sure."""

LEVELS = (0.5, 0.7, SURE, 0.97)
"""Confidences from which the adapted reader may err no more often than the shipped reader."""

LEAST_RATE = 0.01
"""Error rate among sure lines that is not distinguished from 0."""

ORDINARY = 25
"""Number of sure lines, without too many errors, from which fields that are not critical may be accepted."""

DRAWS = 4000

Verdict = Literal["better", "no-gain", "chance", "kind-worse"]
"""The verdict: the adapter is used, or it is not better, not significantly better, or worse on a kind of value."""


@dataclass(frozen=True, slots=True)
class HeldLine:
    """A held-out line, read by the shipped and by an adapted reader.

    Attributes:
        text: The confirmed text.
        before: Text read by the shipped reader.
        after: Text read by the adapted reader.
        sure_before: Confidence of the shipped reader.
        sure_after: Confidence of the adapted reader.
    """

    kind: str
    text: str
    before: str
    after: str
    sure_before: float
    sure_after: float

    @property
    def errors_before(self) -> int:
        return _errors(self.text, self.before)

    @property
    def errors_after(self) -> int:
        return _errors(self.text, self.after)


@dataclass(frozen=True, slots=True)
class GateResult:
    """The result of the gate.

    Attributes:
        verdict: Whether the adapter is used, or the reason why not.
        trust: The readings that may be accepted.
    """

    verdict: Verdict
    figures: GateFigures
    trust: Trust


def pass_gate(
    lines: Sequence[HeldLine], *, tolerated: float, tolerated_critical: float, seed: int = 1
) -> GateResult:
    """Test an adapted reader on held-out lines.

    Args:
        lines: Held-out lines, without repetition.
        tolerated: Tolerated error rate of accepted fields.
        tolerated_critical: Tolerated error rate of accepted critical fields.
        seed: Seed of the permutation test.
    """
    before, after = sum(line.errors_before for line in lines), sum(line.errors_after for line in lines)
    gains = [line.errors_before - line.errors_after for line in lines]
    chance = chance_of_gain(gains, seed)
    sure = [line for line in lines if line.sure_after >= SURE]
    wrong = sum(line.errors_after > 0 for line in sure)
    figures = GateFigures(
        lines=len(lines),
        letters=sum(len(comparable(line.text)) for line in lines),
        errors_before=before,
        errors_after=after,
        chance=round(chance, 4),
        sure=len(sure),
        sure_wrong=wrong,
    )
    if after > (1 - GAIN) * before or not before:
        verdict: Verdict = "no-gain"
    elif chance > CHANCE:
        verdict = "chance"
    elif any(_reads_worse(lines, kind, seed) for kind in {line.kind for line in lines}):
        verdict = "kind-worse"
    else:
        verdict = "better"
    return GateResult(verdict, figures, _trust(lines, figures, tolerated, tolerated_critical))


def choose_share(trials: Sequence[Mapping[float, Sequence[HeldLine]]]) -> tuple[float, list[HeldLine]]:
    """Return the best interpolation share, and the held-out lines as read with shares chosen without them.

    The share for the lines of a fold is chosen on the other folds, so that no line of the gate has chosen its own
    reader. Of equal shares the smallest is chosen.

    Args:
        trials: For each fold: its held-out lines, read before and after, by share.
    """
    held: list[HeldLine] = []
    for number, trial in enumerate(trials):
        held += trial[_best_share([*trials[:number], *trials[number + 1 :]])]
    return _best_share(trials), held


def _best_share(trials: Sequence[Mapping[float, Sequence[HeldLine]]]) -> float:
    return min(
        sorted(trials[0]),
        key=lambda share: sum(line.errors_after for trial in trials for line in trial[share]),
    )


def chance_of_gain(gains: Sequence[int], seed: int = 1) -> float:
    """Return the p-value of gains against equally likely gains and losses (paired permutation test).

    Args:
        gains: Reduction of the errors of each line.
    """
    changed = np.array([gain for gain in gains if gain], np.float64)
    if not len(changed):
        return 1.0
    signs = np.random.default_rng((seed, len(changed))).choice((-1.0, 1.0), (DRAWS, len(changed)))
    return float((1 + (signs @ changed >= changed.sum()).sum()) / (1 + DRAWS))


def _reads_worse(lines: Sequence[HeldLine], kind: str, seed: int) -> bool:
    """Return whether a kind of value is read significantly worse than before."""
    losses = [line.errors_after - line.errors_before for line in lines if line.kind == kind]
    return len(losses) >= FEW and sum(losses) > 0 and chance_of_gain(losses, seed) <= WORSE


def _trust(
    lines: Sequence[HeldLine], figures: GateFigures, tolerated: float, tolerated_critical: float
) -> Trust:
    """Return the acceptable readings: none if the reader is overconfident or too few lines prove it."""
    if figures.sure < ORDINARY or any(_is_surer(lines, level) for level in LEVELS):
        return "proposal"
    if is_refuted(figures.sure_wrong, figures.sure, tolerated, DELTA):
        return "proposal"
    proven = figures.sure >= CHECKED and not is_refuted(
        figures.sure_wrong, figures.sure, tolerated_critical, DELTA
    )
    return "critical" if proven else "ordinary"


def _is_surer(lines: Sequence[HeldLine], level: float) -> bool:
    """Return whether the adapted reader, at a confidence level, errs more often than the shipped one or than stated."""
    usual = _share_wrong(lines, lambda line: line.sure_before >= level, lambda line: line.errors_before > 0)
    sure = [line for line in lines if line.sure_after >= level]
    wrong = sum(line.errors_after > 0 for line in sure)
    return is_refuted(wrong, len(sure), max(min(usual, 1.0 - level), LEAST_RATE), DELTA)


def _share_wrong(
    lines: Sequence[HeldLine], counts: Callable[[HeldLine], bool], is_wrong: Callable[[HeldLine], bool]
) -> float:
    chosen = [line for line in lines if counts(line)]
    return sum(map(is_wrong, chosen)) / len(chosen) if chosen else 0.0


def _errors(text: str, read: str) -> int:
    return Levenshtein.distance(comparable(text), comparable(read))
