"""The forward-backward trellis of CTC: exact probabilities of texts under the emissions of a line.

A text's states are its letters with a blank before, between and after them::

    |  -  N  -  a  -  m  -  |        - blank, | the letters that stand for the beginning and end of the line

All emissions and all texts of a line take their steps together: a step of a thousand numbers takes little longer than
one of fifty. What runs together (the lanes) is the last axis of the arrays here, behind steps and states.

Source:
    Graves, Fernández, Gomez and Schmidhuber 2006 ("Connectionist temporal classification", ICML).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.recognition.decoding.emission import Chances

Columns = NDArray[np.intp]

NEVER = -1e9
"""The log probability of the impossible."""

_RESCALED = 8
"""How many steps pass before probabilities that became small, or large, are rescaled."""


@dataclass(frozen=True, slots=True)
class Trellis:
    """The probabilities of one emission along a text, the pivot.

    Attributes:
        pivot: The text.
        chances: (steps, columns) of the prepared emission.
        states: (states,) the column of each state of the pivot.
        forward: (steps, states) scaled forward probabilities.
        backward: (steps, states) backward probabilities, scaled so that ``stays`` sums to 1 at each step.
        weights: ``chances``, each step scaled as in ``forward``.
        stays: (steps, states) the posterior that the pivot is in a state at a step.
        log_chance: The log probability of the pivot.
    """

    pivot: str
    chances: Chances
    states: Columns
    forward: Chances
    backward: Chances
    weights: Chances
    stays: Chances
    log_chance: float


def build_trellises(
    witnesses: Sequence[Chances], columns: dict[str, int], texts: Sequence[str]
) -> tuple[Trellis, ...]:
    """Return the trellises, one for each emission, of the text that all emissions together find the likeliest.

    Args:
        witnesses: As ``emission.prepare_emission`` returns them.
        columns: The column of each letter.
        texts: The candidates for the pivot.
    """
    lanes = [(chances, _states(text, columns, chances.shape[1])) for text in texts for chances in witnesses]
    came, stood, scale = _run_both_ways(lanes)
    logs = np.full(len(lanes), NEVER)
    for lane, (chances, states) in enumerate(lanes):
        last = stood[len(chances) - 1, len(states) - 1, lane]
        if last > 0.0:
            logs[lane] = np.log(scale[: len(chances), lane]).sum() + np.log(last)
    best = int(logs.reshape(len(texts), -1).mean(axis=1).argmax())
    found = []
    for lane in range(best * len(witnesses), (best + 1) * len(witnesses)):
        chances, states = lanes[lane]
        forward = stood[: len(chances), : len(states), lane].copy()
        backward = came[: len(chances), : len(states), lane][::-1, ::-1].copy()
        with np.errstate(divide="ignore", invalid="ignore"):
            backward /= np.einsum("ts,ts->t", forward, backward)[:, None]
            stays = forward * backward
        weights = chances / scale[: len(chances), lane, None]
        found.append(
            Trellis(
                pivot=texts[best],
                chances=chances,
                states=states,
                forward=forward,
                backward=backward,
                weights=weights,
                stays=stays,
                log_chance=float(logs[lane]),
            )
        )
    return tuple(found)


def _run_both_ways(lanes: Sequence[tuple[Chances, Columns]]) -> tuple[Chances, Chances, Chances]:
    """Run all lanes backward and forward at once.

    Returns:
        (steps, states, lanes) the backward probabilities of reaching a state, the last step and state first; the
        forward probabilities of being in a state; (steps, lanes) what each forward step was divided by.
    """
    steps, count = max(len(chances) for chances, _ in lanes), max(len(states) for _, states in lanes)
    here, leaps = np.zeros((steps, count, 2, len(lanes))), np.zeros((count, 2, len(lanes)))
    for lane, (chances, states) in enumerate(lanes):
        seen, leap = chances[:, states], (states[2:] != states[:-2]) & (states[2:] != 0)
        here[: len(chances), : len(states), 0, lane] = seen
        here[: len(chances), : len(states), 1, lane] = seen[::-1, ::-1]
        leaps[2 : len(states), 0, lane] = leap
        leaps[2 : len(states), 1, lane] = leap[::-1]
    came, stood = np.zeros(here.shape), np.zeros((steps, count + 2, 2, len(lanes)))
    scale, leapt = np.ones((steps, 2, len(lanes))), np.empty(leaps.shape)
    came[0, 0] = stood[0, 2] = 1.0
    for step in range(1, steps):
        before, reached, now = stood[step - 1], came[step], stood[step, 2:]
        np.multiply(before[:-2], leaps, out=leapt)
        np.add(before[2:], before[1:-1], out=reached)
        reached += leapt
        np.multiply(reached, here[step], out=now)
        if step % _RESCALED == 0:
            scale[step] = _size(now)
            now /= scale[step]
    return came[:, :, 1], stood[:, 2:, 0], scale[:, 0]


def _size(now: Chances) -> Chances:
    """Return what each lane is divided by; 1 for one that is over."""
    size: Chances = now.max(axis=0)
    size[size <= 0.0] = 1.0
    return size


def _states(text: str, columns: dict[str, int], width: int) -> Columns:
    states = np.zeros(2 * len(text) + 3, np.intp)
    states[0], states[-1] = width - 2, width - 1
    states[2:-1:2] = [columns[letter] for letter in text]
    return states


def log_chances(witnesses: Sequence[Chances], columns: dict[str, int], texts: Sequence[str]) -> Chances:
    """Return the exact log probability (emissions, texts) of each text; ``NEVER`` for one with an unknown letter."""
    writable = [number for number, text in enumerate(texts) if all(letter in columns for letter in text)]
    found = np.full((len(witnesses), len(texts)), NEVER)
    if not writable:
        return found
    lengths = np.array([len(texts[number]) for number in writable])
    width, steps = witnesses[0].shape[1], max(len(chances) for chances in witnesses) - 1
    letters = np.full((int(lengths.max()), len(writable)), width - 1, np.intp)
    for lane, number in enumerate(writable):
        letters[: lengths[lane], lane] = [columns[letter] for letter in texts[number]]
    odds, total = np.zeros((steps, len(witnesses), width)), np.zeros((len(witnesses), 1))
    for place, chances in enumerate(witnesses):
        odds[: len(chances) - 2, place] = chances[1:-1] / chances[1:-1, :1]
        total[place] = np.log(chances[1:-1, 0]).sum()
    ended, size = _blanks_at_the_end(odds, letters)
    with np.errstate(divide="ignore"):
        last = np.log(ended[lengths, :, np.arange(len(writable))].T)
    found[:, writable] = np.maximum(last + size + total, NEVER)
    return found


def _blanks_at_the_end(odds: Chances, letters: Columns) -> tuple[Chances, Chances]:
    """Return the odds of being in the blank behind so many letters at the end, against blanks all through.

    Args:
        odds: (steps, emissions, columns) of letters against the blank of their step; 0 behind the end of an emission.
        letters: (letters, lanes) columns.

    Returns:
        (blanks, emissions, lanes) scaled odds, and (emissions, lanes) the log of what they were divided by.
    """
    _, witnesses, width = odds.shape
    where = letters[:, None, :] + width * np.arange(witnesses)[:, None]
    leaps = (where[1:] != where[:-1]).astype(np.float64)
    blank, letter = np.zeros((len(where) + 1, *where.shape[1:])), np.zeros(where.shape)
    now, here, leapt = np.zeros(where.shape), np.empty(where.shape), np.empty(leaps.shape)
    blank[0] = 1.0
    total = np.zeros(where.shape[1:])
    for step, seen in enumerate(odds.reshape(len(odds), -1), 1):
        seen.take(where, out=here, mode="clip")
        np.multiply(letter[:-1], leaps, out=leapt)
        np.add(letter, blank[:-1], out=now)
        np.add(now[1:], leapt, out=now[1:])
        now *= here
        np.add(blank[1:], letter, out=blank[1:])
        letter, now = now, letter
        if step % _RESCALED == 0:
            size = np.maximum(blank.max(axis=0), letter.max(axis=0, initial=0.0))
            blank /= size
            letter /= size
            total += np.log(size)
    return blank, total
