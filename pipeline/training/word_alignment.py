"""Find where the words and figures of a real line lie, from a network's alignment with its label."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pipeline.base.model import Pixels
from pipeline.recognition.decoding.forced_alignment import align_classes
from pipeline.recognition.ocr.line_image import HEIGHT, STRIDE
from pipeline.training.augmentation import split_words
from pipeline.training.batches import batch_of
from pipeline.training.dataset import REACH, ROWS, DatasetLine
from pipeline.training.network import UNLABELLED, folded_classes
from pipeline.training.synthetic_lines.real_figures import Figure

log = logging.getLogger(__name__)

LineNetwork = Callable[[Tensor], Tensor]
"""From (lines, 1, ``HEIGHT``, width) to scores (lines, steps, 1 + letters)."""

WORST_FIT = 1.2
"""Mean negative log chance of a letter above which an alignment is not believed."""

SURE_FIGURE = 0.5
"""Chance of a figure below which it is not cut out."""

_UNLABELLED = str.maketrans("", "", "".join(UNLABELLED))

FEWEST = 30
"""Words that a writer must have to be joined anew."""


def words_by_writer(lines: Sequence[DatasetLine], network: LineNetwork) -> list[list[DatasetLine]]:
    """Return the words of all lines of each writer who has enough of them."""
    found: dict[str, list[DatasetLine]] = {}
    aligned = 0
    for line in lines:
        words = split_words(line, _word_boundaries(line, network))
        aligned += bool(words)
        found.setdefault(line.writer, []).extend(words)
    kept = [words for words in found.values() if len(words) >= FEWEST]
    log.info(
        "%d of %d lines aligned: %d words of %d writers", aligned, len(lines), sum(map(len, kept)), len(kept)
    )
    return kept


@dataclass(frozen=True, slots=True)
class _Alignment:
    """Where a network sees the letters of a line's label.

    Attributes:
        text: The label as it was aligned, in small letters.
        steps: Step of each letter.
        chances: Chance of each letter at its step.
        middle: (rows, columns) ink 0 to 1 of the part of the line that the network saw.
        scale: Columns of the network's picture for one of ``middle``.
    """

    text: str
    steps: tuple[int, ...]
    chances: tuple[float, ...]
    middle: NDArray[np.floating[Any]]
    scale: float

    def boundary(self, before: int, behind: int) -> float:
        """Return the column between two letters: the middle of the widest run of the emptiest columns."""
        start, end = self.steps[before] + 1, self.steps[behind]
        return _emptiest(self.middle, start * STRIDE / self.scale, end * STRIDE / self.scale)


def _aligned(line: DatasetLine, network: LineNetwork) -> _Alignment | None:
    """Align a line with its label; None when the fit is poor."""
    top = round(ROWS * (1 - 1 / REACH) / 2)
    middle = line.ink[top : ROWS - top].astype(np.float32) / 255
    rows = np.linspace(0, middle.shape[0] - 1, HEIGHT).round().astype(int)
    scale = HEIGHT / middle.shape[0]
    columns = (
        (np.arange(max(16, round(line.ink.shape[1] * scale))) / scale)
        .astype(int)
        .clip(0, line.ink.shape[1] - 1)
    )
    batch = batch_of([middle[rows][:, columns]], [line.text], [False])
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        chances = network(torch.from_numpy(batch.lines)).float().softmax(2)[0, : batch.steps[0]].numpy()
    folds, letters = folded_classes()
    folded = np.zeros((len(chances), len(letters) + 1), np.float32)
    np.add.at(folded.T, np.array(folds), chances.T)
    text = " ".join(line.text.lower().translate(_UNLABELLED).split())
    if not text or any(letter not in letters for letter in text):
        return None
    target = [letters.index(letter) + 1 for letter in text]
    steps, cost = align_classes(np.log(folded + 1e-8), target)
    if cost / max(1, len(text)) > WORST_FIT:
        return None
    near = [
        float(folded[max(0, step - 1) : step + 2, letter].max())
        for step, letter in zip(steps, target, strict=True)
    ]
    return _Alignment(text, tuple(steps), tuple(near), middle, scale)


def _word_boundaries(line: DatasetLine, network: LineNetwork) -> tuple[int, ...]:
    """Return the columns of the blanks between the words of a line; none when the fit is poor."""
    found = _aligned(line, network)
    if found is None or found.text.count(" ") != line.text.count(" "):
        return ()
    return tuple(
        round(found.boundary(at - 1, at + 1)) for at, letter in enumerate(found.text) if letter == " "
    )


def figures_by_writer(
    lines: Sequence[DatasetLine], network: LineNetwork
) -> dict[str, dict[str, tuple[Figure, ...]]]:
    """Return the figures of all lines that can be cut out cleanly, by writer and figure.

    A figure is taken when the network is sure of it, and nearly no ink lies on the columns at either side of it.
    """
    found: dict[str, dict[str, list[tuple[Pixels, int]]]] = {}
    for line in lines:
        if not any(letter.isdigit() for letter in line.text):
            continue
        aligned = _aligned(line, network)
        if aligned is None:
            continue
        for at, letter in enumerate(aligned.text):
            sure = letter.isdigit() and aligned.chances[at] >= SURE_FIGURE
            if sure and (cut := _figure(line, aligned, at)) is not None:
                found.setdefault(line.writer, {}).setdefault(letter, []).append(cut)
    log.info(
        "%d figures of %d writers cut out",
        sum(len(c) for w in found.values() for c in w.values()),
        len(found),
    )
    return {writer: _measured(figures) for writer, figures in found.items()}


def _figure(line: DatasetLine, aligned: _Alignment, at: int) -> tuple[Pixels, int] | None:
    """Return the ink of one figure and its last row, or None when it touches its neighbours or is oddly shaped."""
    width = line.ink.shape[1]
    left = aligned.boundary(at - 1, at) if at else 0
    right = aligned.boundary(at, at + 1) if at + 1 < len(aligned.text) else width
    left, right = max(0, round(left)), min(width, round(right) + 1)
    beside = [line.ink[:, edge] for edge in (left, right - 1) if 0 < edge < width - 1]
    if right - left < 3 or any(column.sum() > 255 for column in beside):
        return None
    part = line.ink[:, left:right]
    rows, columns = np.flatnonzero((part > 60).any(axis=1)), np.flatnonzero((part > 60).any(axis=0))
    if len(rows) < ROWS * 0.2 or not len(columns):
        return None
    tight = part[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    if tight.shape[0] > ROWS * 0.8 or tight.shape[1] > 1.4 * tight.shape[0]:
        return None
    return np.ascontiguousarray(tight), int(rows[-1])


def _measured(figures: Mapping[str, Sequence[tuple[Pixels, int]]]) -> dict[str, tuple[Figure, ...]]:
    """Return a writer's figures with their heights and drops relative to the usual one."""
    every = [cut for cuts in figures.values() for cut in cuts]
    usual = float(np.median([len(mask) for mask, _ in every]))
    base = float(np.median([row for _, row in every]))
    return {
        digit: tuple(
            Figure(
                mask,
                float(np.clip(len(mask) / usual, 0.7, 1.5)),
                float(np.clip((row - base) / usual, -0.3, 0.4)),
            )
            for mask, row in cuts
        )
        for digit, cuts in figures.items()
    }


def _emptiest(middle: NDArray[np.floating[Any]], start: float, end: float) -> float:
    """Return the middle of the widest run of the emptiest columns between two letters."""
    low, high = int(start), max(int(start) + 1, int(np.ceil(end)))
    profile = middle[:, low:high].sum(axis=0)
    if not len(profile):
        return start
    empty = np.flatnonzero(profile <= profile.min() + 0.5)
    runs = np.split(empty, np.flatnonzero(np.diff(empty) > 1) + 1)
    widest = max(runs, key=len)
    return low + float(widest.mean())
