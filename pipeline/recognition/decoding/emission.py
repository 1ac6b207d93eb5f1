"""The per-step letter probabilities of a CTC network for one line, and how they are made ready for the trellis."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class DecodingOptions:
    """How far the decoder searches and how it weighs.

    Attributes:
        least_seen: The probability from which a letter at a step is proposed.
        least_asked: The same of a letter that the grammar of the field asks for.
        least_block: The same of a letter that may replace two.
        edits: How many edits each emission proposes.
        variants: How many variants of a word are kept.
        beam: How many partial lines are kept.
        joins: How many ways to join or split neighbouring words are tried.
        rescored: How many lines are scored exactly.
        hypotheses: How many hypotheses are returned.
        hopeless: The log probability below the pivot under which an edit is dropped.
        sharpness: The share of the ink's log probability that counts (below 1: networks are overconfident).
    """

    least_seen: float = 0.003
    least_asked: float = 1e-5
    least_block: float = 0.05
    edits: int = 90
    variants: int = 8
    beam: int = 16
    joins: int = 3
    rescored: int = 12
    hypotheses: int = 8
    hopeless: float = -12.0
    sharpness: float = 0.8


Chances = NDArray[np.float64]

QUIET = 0.998
"""A step whose blank is at least this likely says nothing by itself; a run of them is merged to one."""

FLOOR = 1e-9
"""No letter is less likely than this at any step: the evidence of a network against a letter is bounded."""


_PREPARED = 8
"""How many prepared emissions are kept: a line is decoded, sometimes twice, and packed before the next one."""


@dataclass(frozen=True, slots=True, eq=False)
class Emission:
    """What one CTC network sees on one line. Two emissions are never equal, whatever they hold.

    Attributes:
        log_chances: (steps, 1 + letters) natural log probabilities; column 0 is the blank, column i + 1 ``letters[i]``.
        letters: The alphabet of the network.
    """

    log_chances: NDArray[np.float32]
    letters: str

    def __post_init__(self) -> None:
        if self.log_chances.ndim != 2 or self.log_chances.shape[1] != 1 + len(self.letters):
            raise ValueError("an emission has a column for the blank and one for each letter")


@lru_cache(maxsize=8)
def columns_of(letters: str) -> dict[str, int]:
    """Return the column of each letter."""
    return {letter: number + 1 for number, letter in enumerate(letters)}


@lru_cache(maxsize=_PREPARED)
def prepare_emission(emission: Emission) -> Chances:
    """Return the probabilities (steps + 2, columns + 2) that the trellis runs on; they cannot be written.

    Runs of quiet steps become one step. The line is put between two letters of its own (the last two columns), so that
    its beginning and end are states like any letter.
    """
    chances = emission.log_chances.astype(np.float64)
    np.exp(chances, out=chances)
    np.maximum(chances, FLOOR, out=chances)
    quiet = chances[:, 0] >= QUIET
    starts = np.flatnonzero(~(quiet & np.concatenate(([False], quiet[:-1]))))
    steps, width = len(starts), chances.shape[1]
    ready = np.zeros((steps + 2, width + 2))
    ready[0, width] = ready[-1, width + 1] = 1.0
    ready[1:-1, :width] = chances[starts]
    ends = np.append(starts[1:], len(chances))
    for step in np.flatnonzero(ends - starts > 1).tolist():
        run = chances[starts[step] : ends[step]]
        blank = np.exp(np.log(run[:, 0]).sum())
        ready[1 + step, :width] = (run / run[:, :1]).sum(axis=0) * blank
        ready[1 + step, 0] = blank
    ready.setflags(write=False)
    return ready


def best_path(emission: Emission) -> str:
    """Return the best path: the likeliest letter of each step, repetitions and blanks dropped, spaces collapsed."""
    best = emission.log_chances.argmax(axis=1)
    kept = best[np.concatenate(([True], best[1:] != best[:-1]))] if len(best) else best
    return " ".join("".join(emission.letters[number - 1] for number in kept if number).split())
