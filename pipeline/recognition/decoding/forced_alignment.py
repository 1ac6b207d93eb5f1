"""Forced alignment: the likeliest CTC path through a known text gives the position of each letter."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.recognition.decoding.emission import Emission


def align_classes(log_chances: NDArray[np.float32], target: Sequence[int]) -> tuple[list[int], float]:
    """Return the first step of each class of a text on the best CTC path, and the path's cost.

    Args:
        log_chances: (steps, classes) natural log probabilities; class 0 is the blank.
        target: The classes of the text, in order.

    Source:
        Viterbi decoding over the CTC states of Graves et al., "Connectionist Temporal Classification" (2006).
    """
    states = [0, *(state for letter in target for state in (letter, 0))]
    size = len(states)
    emitted = log_chances[:, states]
    barred = [i < 2 or states[i] == 0 or states[i] == states[i - 2] for i in range(size)]
    over_blank = np.where(barred, -np.inf, 0.0)[2:]
    best = np.full(size, -np.inf, np.float64)
    best[:2] = emitted[0, :2]
    came = np.zeros((len(log_chances), size), np.int8)
    choices = np.full((3, size), -np.inf)  # from the same state, the one before it, the one before that
    for step in range(1, len(log_chances)):
        choices[0] = best
        choices[1, 1:] = best[:-1]
        np.add(best[:-2], over_blank, out=choices[2, 2:])
        came[step] = choices.argmax(axis=0)
        np.add(choices.max(axis=0), emitted[step], out=best)
    state = size - 1 if best[-1] >= best[-2] else size - 2
    cost = -float(best[state])
    places = [0] * len(target)
    for step in range(len(log_chances) - 1, -1, -1):
        if state % 2:
            places[state // 2] = step
        state -= int(came[step, state])
    return places, cost


def align_text(emissions: Sequence[Emission], text: str) -> tuple[list[int], float] | None:
    """Return the first step of each letter of a text, and the cost of the path.

    Case is ignored, and signs that the text lacks count as blanks, since truth texts of real lines record neither case
    nor punctuation. The emissions are averaged (their steps are the same).

    Returns:
        None without emissions, where the networks lack a letter of the text, or the line has fewer steps than letters.
    """
    if not emissions:
        return None
    wanted = text.lower()
    letters = "".join(dict.fromkeys(wanted))
    known = {letter.lower() for letter in emissions[0].letters}
    if not wanted or not known.issuperset(letters) or len(emissions[0].log_chances) < len(wanted):
        return None
    folded = np.mean([_folded(emission, letters) for emission in emissions], axis=0)
    return align_classes(
        np.log(folded + 1e-8).astype(np.float32), [letters.index(letter) + 1 for letter in wanted]
    )


def _folded(emission: Emission, letters: str) -> NDArray[np.float32]:
    """Return (steps, 1 + letters): the probability of each letter in both cases; other signs are added to the blank."""
    chances = np.exp(emission.log_chances)
    folded = np.zeros((len(chances), 1 + len(letters)), np.float32)
    folded[:, 0] = chances[:, 0]
    for number, letter in enumerate(emission.letters, start=1):
        if letter.lower() in letters:
            folded[:, 1 + letters.index(letter.lower())] += chances[:, number]
        elif not letter.isalnum() and letter != " ":
            folded[:, 0] += chances[:, number]
    return folded
