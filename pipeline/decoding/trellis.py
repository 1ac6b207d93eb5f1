"""Exact chances of texts, and of texts that differ from one in a few letters, under one witness (CTC).

A text's states are its letters with a blank before, between and after them. ``Trellis`` holds the forward and the
backward chances of one text (the pivot); an edit of it is weighed by running only its own letters between the two, so
that a hundred edits cost less than one text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.decoding.emission import Chances

Columns = NDArray[np.intp]

NEVER = -1e9
"""The log chance of what cannot be."""

_TOGETHER = 32
"""Edits that are run in one go, from left to right."""

_RESCALED = 16
"""Steps after which chances that have become small are scaled up."""

_AWAY = 1e-9
"""Where the pivot is less likely than this to stand near an edit, the edit is not run."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Letters ``start`` to ``end`` (exclusive) of a text give way to ``letters``."""

    start: int
    end: int
    letters: str

    def applied(self, text: str) -> str:
        return text[: self.start] + self.letters + text[self.end :]


@dataclass(frozen=True, slots=True)
class Trellis:
    """One witness's chances along a pivot. ``forward`` and ``backward`` (steps, states): their product is the chance
    that the pivot stands in a state at a step; ``scale``: what each step of ``forward`` was divided by."""

    pivot: str
    chances: Chances
    states: Columns
    forward: Chances
    backward: Chances
    scale: Chances
    log_chance: float

    @property
    def stays(self) -> Chances:
        """The chance (steps, states) that the pivot stands in a state at a step."""
        return self.forward * self.backward


def _states(text: str, columns: dict[str, int], width: int) -> Columns:
    states = np.zeros(2 * len(text) + 3, np.intp)
    states[0], states[-1] = width - 2, width - 1
    states[2:-1:2] = [columns[letter] for letter in text]
    return states


def trellis_of(chances: Chances, columns: dict[str, int], pivot: str) -> Trellis:
    """The trellis of a pivot. ``chances`` as ``emission.prepared`` gives them."""
    states = _states(pivot, columns, chances.shape[1])
    steps, count = len(chances), len(states)
    here = chances[:, states]
    leaps = np.zeros(count)
    leaps[2:] = (states[2:] != states[:-2]) & (states[2:] != 0)
    leapt = np.append(leaps[2:], (0.0, 0.0))
    forward = np.zeros((steps, count + 2))
    scale = np.ones(steps)
    forward[0, 2] = 1.0
    for step in range(1, steps):
        before, now = forward[step - 1], forward[step, 2:]
        np.multiply(before[:-2], leaps, out=now)
        now += before[1:-1]
        now += before[2:]
        now *= here[step]
        total = float(now.sum())
        if total <= 0.0:
            break
        scale[step] = total
        now /= total
    last = float(forward[-1, -1])
    backward = np.zeros((steps, count))
    if last > 0.0:
        backward[-1, -1] = 1.0 / last
        onward = np.zeros(count + 2)
        with np.errstate(over="ignore", invalid="ignore"):
            for step in range(steps - 2, -1, -1):
                np.multiply(backward[step + 1], here[step + 1], out=onward[:count])
                now = backward[step]
                np.multiply(onward[2:], leapt, out=now)
                now += onward[1:-1]
                now += onward[:-2]
                now /= scale[step + 1]
    log_chance = float(np.log(scale).sum() + np.log(last)) if last > 0.0 else NEVER
    return Trellis(pivot, chances, states, forward[:, 2:], backward, scale, log_chance)


def gains(trellis: Trellis, columns: dict[str, int], edits: Sequence[Edit]) -> Chances:
    """For each edit how much likelier (log) the edited text is than the pivot."""
    gained = np.full(len(edits), 0.0 if trellis.log_chance == NEVER else NEVER)
    if trellis.log_chance == NEVER:
        return gained
    order = sorted(range(len(edits)), key=lambda number: (edits[number].start, edits[number].end))
    for at in range(0, len(edits), _TOGETHER):
        chosen = order[at : at + _TOGETHER]
        with np.errstate(over="ignore", invalid="ignore"):
            gained[chosen] = _gains(trellis, columns, [edits[number] for number in chosen])
    beyond = np.flatnonzero(~np.isfinite(gained))
    if beyond.size:
        edited = [edits[number].applied(trellis.pivot) for number in beyond.tolist()]
        gained[beyond] = log_chances(trellis.chances, columns, edited) - trellis.log_chance
    return gained


def _gains(trellis: Trellis, columns: dict[str, int], edits: Sequence[Edit]) -> Chances:
    """The gains of edits near one another; only the steps are run in which the pivot may stand between them. Not a
    number, or without end, where the pivot is so unlikely that its chances leave the range of numbers."""
    left = np.array([2 * edit.start for edit in edits])
    right = np.array([2 * edit.end + 2 for edit in edits])
    lengths = np.array([len(edit.letters) for edit in edits])
    run = _runs(trellis, columns, edits)
    behind = trellis.states[right]
    near = np.flatnonzero(trellis.stays[:, left.min() : right.max() + 1].sum(axis=1) > _AWAY)
    if not near.size:
        return np.full(len(edits), np.nan)
    window = slice(max(0, near[0] - 1), near[-1] + 2)
    forward, backward = trellis.forward[window], trellis.backward[window]
    chances, scale = trellis.chances[window], trellis.scale[window]
    leaps = (run[:, 2::2] != run[:, :-2:2]).astype(np.float64)
    here = chances[:, run[:, 1:]] / scale[:, None, None]
    chain = np.zeros((len(chances), *run.shape))
    chain[:, :, 0] = forward[:, left]
    for step in range(1, len(chances)):
        before, now = chain[step - 1], chain[step, :, 1:]
        np.add(before[:, 1:], before[:, :-1], out=now)
        if leaps.size:
            now[:, 1::2] += before[:, :-2:2] * leaps
        now *= here[step]
    rows = np.arange(len(edits))
    last = run[rows, 2 * lengths]
    leaving = chain[:-1, rows, 2 * lengths + 1] + chain[:-1, rows, 2 * lengths] * (last != behind)
    arriving = leaving * chances[1:, behind] * backward[1:, right] / scale[1:, None]
    with np.errstate(divide="ignore"):
        gained: Chances = np.maximum(np.log(arriving.sum(axis=0)), NEVER)
    return gained


def _runs(trellis: Trellis, columns: dict[str, int], edits: Sequence[Edit]) -> Columns:
    """For each edit the states that are run: the pivot's letter before it, then its own letters with blanks around."""
    run = np.zeros((len(edits), 2 * max(len(edit.letters) for edit in edits) + 2), np.intp)
    for row, edit in enumerate(edits):
        run[row, 0] = trellis.states[2 * edit.start]
        run[row, 2 : 2 * len(edit.letters) + 1 : 2] = [columns[letter] for letter in edit.letters]
    return run


def log_chances(chances: Chances, columns: dict[str, int], texts: Sequence[str]) -> Chances:
    """The exact log chance of each text; ``NEVER`` for one with a letter the witness does not write."""
    writable = [number for number, text in enumerate(texts) if all(letter in columns for letter in text)]
    found = np.full(len(texts), NEVER)
    if not writable:
        return found
    lengths = np.array([2 * len(texts[number]) + 3 for number in writable])
    states = np.zeros((len(writable), int(lengths.max())), np.intp)
    for row, number in enumerate(writable):
        states[row, : lengths[row]] = _states(texts[number], columns, chances.shape[1])
    leaps = ((states[:, 2:] != states[:, :-2]) & (states[:, 2:] != 0)).astype(np.float64)
    here = chances[:, states]
    now, before = np.zeros(states.shape), np.zeros(states.shape)
    now[:, 0] = 1.0
    total = np.zeros(len(writable))
    for step in range(1, len(chances)):
        now, before = before, now
        np.multiply(before[:, :-2], leaps, out=now[:, 2:])
        now[:, :2] = 0.0
        now[:, 1:] += before[:, :-1]
        now += before
        now *= here[step]
        if step % _RESCALED == 0:
            size = now.max(axis=1)
            size[size <= 0.0] = 1.0
            now /= size[:, None]
            total += np.log(size)
    with np.errstate(divide="ignore"):
        last = np.log(now[np.arange(len(writable)), lengths - 1])
    found[writable] = np.maximum(total + last, NEVER)
    return found
