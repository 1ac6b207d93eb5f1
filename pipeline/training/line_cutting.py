"""Words and figures of each writer, cut out of aligned lines."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

import numpy as np

from pipeline.base.model import Pixels
from pipeline.training.augmentation import split_words
from pipeline.training.dataset import ROWS, DatasetLine
from pipeline.training.letter_alignment import AlignedLine
from pipeline.training.synthetic_lines.real_figures import Figure

log = logging.getLogger(__name__)

SURE_FIGURE = 0.5
"""Probability of a figure below which it is not cut out."""

FEWEST = 30
"""Words of a writer below which they are not joined anew."""


def words_by_writer(lines: Sequence[AlignedLine]) -> list[list[DatasetLine]]:
    """Return the words of each writer with at least ``FEWEST`` words."""
    words: dict[str, list[DatasetLine]] = {}
    for aligned in lines:
        words.setdefault(aligned.line.writer, []).extend(split_words(aligned.line, _word_boundaries(aligned)))
    kept = [of_writer for of_writer in words.values() if len(of_writer) >= FEWEST]
    log.info("%d words of %d writers cut out", sum(map(len, kept)), len(kept))
    return kept


def _word_boundaries(aligned: AlignedLine) -> tuple[int, ...]:
    """Return the columns of the blanks between the words of a line; none where the label holds double blanks."""
    text = aligned.text
    if text.count(" ") != aligned.line.text.count(" "):
        return ()
    return tuple(round(aligned.boundary(at - 1, at + 1)) for at, letter in enumerate(text) if letter == " ")


def figures_by_writer(lines: Sequence[AlignedLine]) -> dict[str, dict[str, tuple[Figure, ...]]]:
    """Return the figures that can be cut out cleanly, by writer and figure.

    A figure is taken when the network is sure of it, and nearly no ink lies on the columns at either side of it.
    """
    figures: dict[str, dict[str, list[tuple[Pixels, int]]]] = {}
    for aligned in lines:
        for at, letter in enumerate(aligned.text):
            is_sure = letter.isdigit() and aligned.probabilities[at] >= SURE_FIGURE
            if is_sure and (figure := _cut_figure(aligned, at)) is not None:
                figures.setdefault(aligned.line.writer, {}).setdefault(letter, []).append(figure)
    count = sum(len(same) for of_writer in figures.values() for same in of_writer.values())
    log.info("%d figures of %d writers cut out", count, len(figures))
    return {writer: _measured(of_writer) for writer, of_writer in figures.items()}


def _cut_figure(aligned: AlignedLine, at: int) -> tuple[Pixels, int] | None:
    """Return the ink of a figure and its last row; None where it touches its neighbours or is oddly shaped."""
    line = aligned.line
    width = line.ink.shape[1]
    left = aligned.boundary(at - 1, at) if at else 0
    right = aligned.boundary(at, at + 1) if at + 1 < len(aligned.letters) else width
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
