"""The gate of an adapted reader: lines held back from learning, read before and after, decide whether it is used.

It must read the hand better by more than chance explains, no kind of value worse, and be no surer of itself than its
errors allow. What of its readings may be accepted without a person follows from how many sure lines bear that out.
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
"""Share of the wrong letters that has to go."""

CHANCE = 0.05
"""How likely so much better a result may be of a reader that is no better."""

WORSE = 0.1
"""How likely so much worse a result of one kind of value has to be by chance."""

FEW = 8
"""Lines of a kind from which it is looked at by itself."""

SURE = 0.9
"""Confidence from which a line counts as sure."""

LEVELS = (0.5, 0.7, SURE, 0.97)
"""Confidences from which on the adapted reader may err no more often than the shipped one does."""

LEAST_RATE = 0.01
"""Share of errors among sure lines that is not told from none."""

ORDINARY = 25
"""Sure lines without too many errors from which fields that are not critical may be accepted."""

DRAWS = 4000

Verdict = Literal["better", "no-gain", "chance", "kind-worse"]
"""What the gate says: the adapter is used; or it does not read much better, not surely better, or one kind worse."""


@dataclass(frozen=True, slots=True)
class HeldLine:
    """A line that nothing was learnt from, read by the shipped reader and by an adapted one.

    Attributes:
        kind: Kind of its value.
        text: What people confirmed.
        before: What the shipped reader reads.
        after: What the adapted one reads.
        sure_before: Confidence of the shipped reader.
        sure_after: Confidence of the adapted one.
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
    """What the gate says.

    Attributes:
        verdict: Whether the adapter is used, or why not.
        figures: What was counted.
        trust: What of its readings may be accepted.
    """

    verdict: Verdict
    figures: GateFigures
    trust: Trust


def pass_gate(
    lines: Sequence[HeldLine], *, tolerated: float, tolerated_critical: float, seed: int = 1
) -> GateResult:
    """Return what lines held back say of an adapted reader.

    Args:
        lines: The lines, each once.
        tolerated: The share of errors that the office tolerates among accepted fields.
        tolerated_critical: That share among critical ones.
        seed: Seed of the draws by which chance is told.
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


def choose_share(
    trials: Sequence[Mapping[float, Sequence[HeldLine]]],
) -> tuple[float, list[HeldLine]]:
    """Return how far weights are moved, and lines held back as a reader reads them that was moved without their word.

    How far a reader is moved for the lines of one fold is chosen by the lines of the other folds, so that none of the
    lines that pass the gate has chosen what reads it. Of shares that read as well the smallest is taken.

    Args:
        trials: For each fold, by share, its lines as they are read before and after.
    """
    held: list[HeldLine] = []
    for number, trial in enumerate(trials):
        held += trial[_best_share([*trials[:number], *trials[number + 1 :]])]
    return _best_share(trials), held


def _best_share(trials: Sequence[Mapping[float, Sequence[HeldLine]]]) -> float:
    return min(
        sorted(trials[0]), key=lambda share: sum(one.errors_after for trial in trials for one in trial[share])
    )


def chance_of_gain(gains: Sequence[int], seed: int = 1) -> float:
    """Return how likely gains add up to so much where better and worse are equally likely (paired permutation test).

    Args:
        gains: By how many errors fewer each line is read.
        seed: Seed of the draws.
    """
    changed = np.array([gain for gain in gains if gain], np.float64)
    if not len(changed):
        return 1.0
    signs = np.random.default_rng((seed, len(changed))).choice((-1.0, 1.0), (DRAWS, len(changed)))
    return float((1 + (signs @ changed >= changed.sum()).sum()) / (1 + DRAWS))


def _reads_worse(lines: Sequence[HeldLine], kind: str, seed: int) -> bool:
    """Return whether lines of a kind are surely read worse than before."""
    losses = [line.errors_after - line.errors_before for line in lines if line.kind == kind]
    return len(losses) >= FEW and sum(losses) > 0 and chance_of_gain(losses, seed) <= WORSE


def _trust(
    lines: Sequence[HeldLine], figures: GateFigures, tolerated: float, tolerated_critical: float
) -> Trust:
    """Return what may be accepted: nothing where the reader is surer than its errors allow, or too few lines say so."""
    if figures.sure < ORDINARY or any(_is_surer(lines, level) for level in LEVELS):
        return "proposal"
    if is_refuted(figures.sure_wrong, figures.sure, tolerated, DELTA):
        return "proposal"
    proven = figures.sure >= CHECKED and not is_refuted(
        figures.sure_wrong, figures.sure, tolerated_critical, DELTA
    )
    return "critical" if proven else "ordinary"


def _is_surer(lines: Sequence[HeldLine], level: float) -> bool:
    """Return whether the adapted reader, where it is so sure, errs more often than the shipped one or than it says."""
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
