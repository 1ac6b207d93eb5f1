"""The per-step letter probabilities of a CTC network for a line, and their preparation for the trellis."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class DecodingOptions:
    """Search limits and weights of the decoder.

    Attributes:
        least_seen: The probability from which a letter at a step is proposed.
        least_asked: The same threshold for a letter of the field's grammar.
        least_block: The same threshold for a letter that may replace two.
        edits: Number of edits that each emission proposes.
        variants: Number of kept variants of a word.
        beam: Number of kept partial lines.
        joins: Number of tried ways to join or split neighbouring words.
        rescored: Number of lines that are scored exactly.
        hopeless: The log likelihood ratio to the pivot below which an edit is dropped.
        sharpness: Factor on the ink's log probability (below 1: networks are overconfident).
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
"""A step with at least this blank probability carries no information; a run of such steps is merged."""

FLOOR = 1e-9
"""Lower bound of a letter's probability at a step: a network's evidence against a letter is bounded."""


_PREPARED = 8
"""Number of cached prepared emissions: a line is decoded, sometimes twice, and packed before the next line."""


@dataclass(frozen=True, slots=True, eq=False)
class Emission:
    """The output of a CTC network for a line. Two emissions are never equal, whatever their values.

    Attributes:
        log_chances: (steps, 1 + letters) natural log probabilities; column 0 is the blank, column i + 1 ``letters[i]``.
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
    """Return the read-only probabilities (steps + 2, columns + 2) for the trellis.

    Runs of quiet steps become one step. Two extra letters (the last two columns) enclose the line, so that its
    beginning and end are ordinary states.
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
