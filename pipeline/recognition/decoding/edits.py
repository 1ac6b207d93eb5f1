"""Edits of the pivot: which are worth scoring, and how much likelier each makes it, exactly.

Only the letters of an edit are run, between the forward and the backward probabilities of the pivot (``trellis``). All
edits and all emissions take their steps together, so that a hundred edits cost less than one text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from rapidfuzz.distance import Levenshtein

from pipeline.recognition.decoding.emission import Chances, DecodingOptions
from pipeline.recognition.decoding.trellis import NEVER, Columns, Trellis, log_chances

_TOGETHER = 32
"""How many edits, from left to right, are run over the same steps."""

_AWAY = 1e-9
"""An edit is not run over steps at which the pivot is less likely than this to be near it."""

_SHORT = 1
"""Edits of so many letters are run apart from longer ones, which have more states."""


class Edit(NamedTuple):
    """Replaces the letters ``start`` to ``end`` (exclusive) of a text by ``letters``."""

    start: int
    end: int
    letters: str

    def applied(self, text: str) -> str:
        return text[: self.start] + self.letters + text[self.end :]


@dataclass(frozen=True, slots=True)
class _Numbers:
    """Edits of one pivot as numbers.

    Attributes:
        left: (edits,) the state of the pivot before each edit.
        right: (edits,) the state of the pivot behind each edit.
        letters: (letters, edits) the columns of its letters.
        lengths: (edits,) how many letters it has.
    """

    left: Columns
    right: Columns
    letters: Columns
    lengths: Columns


def edit_gains(trellises: Sequence[Trellis], columns: dict[str, int], edits: Sequence[Edit]) -> Chances:
    """Return (emissions, edits) how much likelier (log) the edited text is than the pivot."""
    numbers = _numbers(columns, edits)
    order = np.lexsort((numbers.right, numbers.left))
    groups = [order[at : at + _TOGETHER] for at in range(0, len(edits), _TOGETHER)]
    windows = [[_window(each.stays, numbers, group) for group in groups] for each in trellises]
    is_short = numbers.lengths <= _SHORT
    gained = np.zeros((len(trellises), len(edits)))
    for alike in (is_short, ~is_short):
        if alike.any():
            with np.errstate(all="ignore"):
                _run(trellises, numbers, [group[alike[group]] for group in groups], windows, gained)
    for trellis, row in zip(trellises, gained, strict=True):
        if trellis.log_chance == NEVER:
            row[:] = 0.0
        beyond = np.flatnonzero(~np.isfinite(row))
        if beyond.size:
            edited = [edits[number].applied(trellis.pivot) for number in beyond.tolist()]
            row[beyond] = log_chances([trellis.chances], columns, edited)[0] - trellis.log_chance
    return gained


def _numbers(columns: dict[str, int], edits: Sequence[Edit]) -> _Numbers:
    lengths = np.array([len(edit.letters) for edit in edits], np.intp)
    letters = np.zeros((len(edits), int(lengths.max(initial=0))), np.intp)
    own = [columns[letter] for edit in edits for letter in edit.letters]
    letters[np.arange(letters.shape[1]) < lengths[:, None]] = own
    left = 2 * np.array([edit.start for edit in edits], np.intp)
    right = 2 * np.array([edit.end for edit in edits], np.intp) + 2
    return _Numbers(left, right, letters.T, lengths)


def _window(stays: Chances, edits: _Numbers, group: Columns) -> slice:
    """Return the steps at which the pivot may be between the letters around some edits.

    The slice is empty where that is so unlikely that probabilities underflow.
    """
    around = stays[:, edits.left[group].min() : edits.right[group].max() + 1]
    near = np.flatnonzero(around.sum(axis=1) > _AWAY)
    return slice(max(0, near[0] - 1), min(len(around), near[-1] + 2)) if near.size else slice(0, 0)


def _run(
    trellises: Sequence[Trellis],
    edits: _Numbers,
    groups: Sequence[Columns],
    windows: Sequence[Sequence[slice]],
    gained: Chances,
) -> None:
    """Fill in the gains of the edits of some groups, each group run over its window.

    A gain is NaN where the window is empty or where probabilities underflow.
    """
    which = np.concatenate(groups)
    lengths, behind = edits.lengths[which], trellises[0].states[edits.right]
    letters = edits.letters[: lengths.max()]
    run = np.zeros((2 * len(letters) + 2, which.size), np.intp)
    run[0], run[2::2] = trellises[0].states[edits.left[which]], letters[:, which]
    leaps = np.repeat((run[2::2] != run[:-2:2]).astype(np.float64)[:, None], len(trellises), axis=1)
    steps = max(window.stop - window.start for each in windows for window in each)
    here, chain = np.zeros((2, steps, len(run), len(trellises), which.size))
    onward = np.zeros((steps, len(trellises), which.size))
    for witness, trellis in enumerate(trellises):
        end = 0
        for group, window in zip(groups, windows[witness], strict=True):
            lanes, end = slice(end, end + group.size), end + group.size
            some, weights = slice(window.stop - window.start), trellis.weights[window]
            here[some, 1::2, witness, lanes] = weights[:, :1, None]
            here[some, 2::2, witness, lanes] = weights.take(letters[:, group], axis=1)
            chain[some, 0, witness, lanes] = trellis.forward[window].take(edits.left[group], axis=1)
            arriving = weights.take(behind[group], axis=1)
            arriving *= trellis.backward[window].take(edits.right[group], axis=1)
            onward[some, witness, lanes] = arriving
    _step(chain, here, leaps)
    reached = np.einsum("kswg,kwg->swg", chain[:-1], onward[1:])
    lane = np.arange(which.size)
    last = (run[2 * lengths, lane] != behind[which])[:, None]
    total = reached[2 * lengths + 1, :, lane] + reached[2 * lengths, :, lane] * last
    gained[:, which] = np.maximum(np.log(total.T), NEVER)
    for row, each in zip(gained, windows, strict=True):
        for group, window in zip(groups, each, strict=True):
            if window.stop == window.start:
                row[group] = np.nan


def _step(chain: Chances, here: Chances, leaps: Chances) -> None:
    leapt = np.empty(leaps.shape)
    for before, now, seen in zip(chain[:-1], chain[1:, 1:], here[1:, 1:], strict=True):
        np.add(before[1:], before[:-1], out=now)
        np.multiply(before[:-2:2], leaps, out=leapt)
        own = now[1::2]
        own += leapt
        now *= seen


def propose_edits(
    pivot: str,
    trellises: Sequence[Trellis],
    readings: Sequence[str],
    letters: str,
    options: DecodingOptions,
    allowed: str = "",
) -> tuple[Edit, ...]:
    """Return edits of the pivot: letters that an emission also sees, letters left out, and what other readings have.

    Args:
        pivot: The text to edit.
        trellises: Of the pivot, one for each emission.
        readings: The best paths of the emissions.
        letters: The alphabet.
        options: Thresholds.
        allowed: Letters that the grammar asks for, proposed even where they are unlikely.
    """
    found: dict[Edit, None] = {}
    for reading in readings:
        found.update(dict.fromkeys(differences(pivot, reading)))
    for place in range(len(pivot)):
        found[Edit(place, place + 1, "")] = None
    for trellis in trellises:
        found.update(dict.fromkeys(_seen(pivot, trellis, letters, options, allowed)))
    return tuple(edit for edit in found if is_tidy(edit, pivot))


def differences(pivot: str, reading: str) -> tuple[Edit, ...]:
    """Return the edits that lead from the pivot to a reading: each by itself, and all within a word together."""
    blocks = edits_between(pivot, reading)
    joined: list[Edit] = []
    for edit in blocks:
        between = pivot[joined[-1].end : edit.start] if joined else " "
        if " " not in between:
            last = joined.pop()
            edit = Edit(last.start, edit.end, last.letters + between + edit.letters)
        joined.append(edit)
    return tuple(dict.fromkeys((*blocks, *joined)))


def edits_between(pivot: str, reading: str) -> tuple[Edit, ...]:
    """Return the edits that lead from the pivot to a reading, from left to right, with letters between any two."""
    blocks: list[Edit] = []
    for step in Levenshtein.opcodes(pivot, reading):
        if step.tag == "equal":
            continue
        edit = Edit(step.src_start, step.src_end, reading[step.dest_start : step.dest_end])
        if blocks and blocks[-1].end == edit.start:
            edit = Edit(blocks[-1].start, edit.end, blocks.pop().letters + edit.letters)
        blocks.append(edit)
    return tuple(blocks)


def _seen(
    pivot: str, trellis: Trellis, letters: str, options: DecodingOptions, allowed: str
) -> Iterable[Edit]:
    """Return edits by the letters that an emission sees besides those of the pivot, the likeliest first."""
    seen = trellis.chances[:, 1 : 1 + len(letters)]
    open_to = seen > options.least_seen
    if allowed:
        asked = [number for number, letter in enumerate(letters) if letter in allowed]
        open_to[:, asked] |= seen[:, asked] > options.least_asked
    steps, numbers = np.nonzero(open_to)
    chances = seen[steps, numbers]
    order = np.argsort(-chances, kind="stable")
    states = trellis.stays.argmax(axis=1)[steps[order]].tolist()
    found: dict[tuple[int, int, str], None] = {}
    known: set[tuple[int, int]] = set()
    for state, number, chance in zip(states, numbers[order].tolist(), chances[order].tolist(), strict=True):
        if len(found) >= options.edits:
            break
        if (state, number) in known:
            continue  # the same letter at another step, where it was likelier and proposed as much
        known.add((state, number))
        place, is_gap = divmod(state, 2)
        likely = chance > options.least_block
        for edit in _around(pivot, place if is_gap else place - 1, bool(is_gap), letters[number], likely):
            found[edit] = None
    return map(Edit._make, found)


def _around(
    pivot: str, place: int, is_gap: bool, letter: str, likely: bool
) -> Iterator[tuple[int, int, str]]:
    """Yield edits that bring a letter to a place: instead of a neighbour, between two, or instead of two."""
    before, after = (place - 1, place) if is_gap else (place, place + 1)
    for near in {place, before} if is_gap else {place}:
        if 0 <= near < len(pivot) and pivot[near] != letter:
            yield near, near + 1, letter
    if is_gap or pivot[place : place + 1] != letter:
        for gap in {place, after}:
            if 0 <= gap <= len(pivot):
                yield gap, gap, letter
    if likely:
        for start in (before - 1, before):
            if start >= 0 and start + 2 <= len(pivot) and letter not in pivot[start : start + 2]:
                yield start, start + 2, letter


def is_tidy(edit: Edit, pivot: str) -> bool:
    """Return whether the edited text has no space at its ends and no two in a row."""
    around = pivot[max(edit.start - 1, 0) : edit.start] or " "
    text = around + edit.letters + (pivot[edit.end : edit.end + 1] or " ")
    return "  " not in text or (text == "  " and not edit.start and edit.end >= len(pivot))


def trim_edit(edit: Edit, text: str) -> Edit:
    """Return the edit without the letters that it would write again."""
    start, end, letters = edit.start, edit.end, edit.letters
    while start < end and letters and text[start] == letters[0]:
        start, letters = start + 1, letters[1:]
    while start < end and letters and text[end - 1] == letters[-1]:
        end, letters = end - 1, letters[:-1]
    return Edit(start, end, letters)
