"""Locate the words and digits of a real line by a network's alignment with its label."""

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
from pipeline.training.line_sources import AlignedLine
from pipeline.training.network import UNLABELLED, folded_classes
from pipeline.training.synthetic_lines.real_figures import Figure

log = logging.getLogger(__name__)

LineNetwork = Callable[[Tensor], Tensor]
"""Maps (lines, 1, ``HEIGHT``, width) to scores (lines, steps, 1 + letters)."""

WORST_FIT = 1.2
"""Largest mean negative log probability of a letter in a trusted alignment."""

SURE_FIGURE = 0.5
"""Least probability of a digit to cut out."""

_UNLABELLED = str.maketrans("", "", "".join(UNLABELLED))

FEWEST = 30
"""Least number of words of a writer for recomposition."""


def words_by_writer(lines: Sequence[DatasetLine], network: LineNetwork) -> list[list[DatasetLine]]:
    """Return the words of each writer with enough words."""
    by_writer: dict[str, list[DatasetLine]] = {}
    aligned = 0
    for line in lines:
        words = split_words(line, _word_boundaries(line, network))
        aligned += bool(words)
        by_writer.setdefault(line.writer, []).extend(words)
    kept = [words for words in by_writer.values() if len(words) >= FEWEST]
    log.info(
        "%d of %d lines aligned: %d words of %d writers", aligned, len(lines), sum(map(len, kept)), len(kept)
    )
    return kept


@dataclass(frozen=True, slots=True)
class _Alignment:
    """The alignment of a line with its label.

    Attributes:
        text: The aligned label, in lower case.
        chances: Probability of each letter at its step.
        middle: (rows, columns) ink 0 to 1 of the part of the line that the network sees.
        scale: Columns of the network's picture for a column of ``middle``.
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
    """Align a line with its label; ``None`` if the fit is poor."""
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


def letter_columns(line: DatasetLine, network: LineNetwork) -> AlignedLine | None:
    """Return the line with the column of each letter of its label; ``None`` if the fit is poor.

    Signs without an alignment are placed between their neighbours.
    """
    aligned = _aligned(line, network)
    if aligned is None:
        return None
    places = [number for number, letter in enumerate(line.text) if letter not in UNLABELLED]
    if "".join(line.text[number] for number in places).lower() != aligned.text:
        return None
    columns = (np.array(aligned.steps) + 0.5) * STRIDE / aligned.scale
    return AlignedLine(line, tuple(np.interp(np.arange(len(line.text)), places, columns).tolist()))


def _word_boundaries(line: DatasetLine, network: LineNetwork) -> tuple[int, ...]:
    """Return the columns of the spaces between the words of a line; empty if the fit is poor."""
    aligned = _aligned(line, network)
    if aligned is None or aligned.text.count(" ") != line.text.count(" "):
        return ()
    return tuple(
        round(aligned.boundary(index - 1, index + 1))
        for index, letter in enumerate(aligned.text)
        if letter == " "
    )


def figures_by_writer(
    lines: Sequence[DatasetLine], network: LineNetwork
) -> dict[str, dict[str, tuple[Figure, ...]]]:
    """Return the digits of all lines that can be cut out cleanly, by writer and digit.

    A digit is taken if the network is confident and almost no ink is on the columns beside it.
    """
    by_writer: dict[str, dict[str, list[tuple[Pixels, int]]]] = {}
    for line in lines:
        if not any(letter.isdigit() for letter in line.text):
            continue
        aligned = _aligned(line, network)
        if aligned is None:
            continue
        for index, letter in enumerate(aligned.text):
            is_sure = letter.isdigit() and aligned.chances[index] >= SURE_FIGURE
            if is_sure and (cut := _figure(line, aligned, index)) is not None:
                by_writer.setdefault(line.writer, {}).setdefault(letter, []).append(cut)
    log.info(
        "%d figures of %d writers cut out",
        sum(len(c) for w in by_writer.values() for c in w.values()),
        len(by_writer),
    )
    return {writer: _measured(figures) for writer, figures in by_writer.items()}


def _figure(line: DatasetLine, aligned: _Alignment, index: int) -> tuple[Pixels, int] | None:
    """Return the ink of a digit and its last row, or ``None`` if it touches its neighbours or is oddly shaped."""
    width = line.ink.shape[1]
    left = aligned.boundary(index - 1, index) if index else 0
    right = aligned.boundary(index, index + 1) if index + 1 < len(aligned.text) else width
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
    """Return a writer's digits with heights and drops relative to the usual digit."""
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
