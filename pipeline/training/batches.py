"""Batches of lines of like width, drawn endlessly from datasets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.recognition.ocr.line_image import HEIGHT, STRIDE, LineImage, line_image
from pipeline.training.augmentation import AugmentOptions, augment, recompose_line
from pipeline.training.dataset import DatasetLine, RealLine
from pipeline.training.network import LETTERS

ROUND = 48
"""Widths of batches are multiples of this: each new shape costs the first time it is seen."""

CLASSES = {letter: number + 1 for number, letter in enumerate(LETTERS)}


@dataclass(frozen=True)
class Batch:
    """Lines padded to one width.

    Attributes:
        lines: (n, 1, ``HEIGHT``, width) ink 0 to 1.
        steps: Number of steps of the network that each line fills.
        texts: Label of each line.
        full_labels: Whether each label gives case and punctuation as they are on paper.
    """

    lines: NDArray[np.float32]
    steps: tuple[int, ...]
    texts: tuple[str, ...]
    full_labels: tuple[bool, ...]


@dataclass(frozen=True)
class Mixture:
    """What a training step sees.

    Attributes:
        real: Share of real lines; the rest is drawn.
        recomposed: Share of the real lines that are put together anew from words of one writer.
    """

    real: float = 0.5
    recomposed: float = 0.0


def batch_of(pictures: Sequence[LineImage], texts: Sequence[str], full_labels: Sequence[bool]) -> Batch:
    """Pad pictures with paper to one width."""
    width = -(-max(picture.shape[1] for picture in pictures) // ROUND) * ROUND
    lines = np.zeros((len(pictures), 1, HEIGHT, width), np.float32)
    for number, picture in enumerate(pictures):
        lines[number, 0, :, : picture.shape[1]] = picture
    steps = tuple(-(-picture.shape[1] // STRIDE) for picture in pictures)
    return Batch(lines, steps, tuple(texts), tuple(full_labels))


def batches(
    drawn: Sequence[DatasetLine],
    real: Sequence[DatasetLine],
    words: Sequence[Sequence[DatasetLine]],
    mixture: Mixture,
    size: int,
    rng: np.random.Generator,
    options: AugmentOptions = AugmentOptions(),
) -> Iterator[Batch]:
    """Yield endless batches.

    Args:
        drawn: Drawn lines.
        real: Real lines; those whose labels leave out case and punctuation and those with full labels come equally
            often, however many there are of either.
        words: For each writer the words that may be joined anew.
        mixture: Shares of the kinds of lines.
        size: Lines a batch.
        rng: Random stream.
        options: How lines are varied.
    """
    kinds = [[line for line in real if line.full_label is full] for full in (False, True)]
    real_kinds = [lines for lines in kinds if lines]
    while True:
        pool = [_drawn_line(drawn, real_kinds, words, mixture, rng, options) for _ in range(size * 12)]
        fitting = [(ink, line) for ink, line in pool if _fits(ink, line.text)]
        fitting.sort(key=lambda pair: pair[0].shape[1])
        starts = np.arange(0, len(fitting) - size + 1, size)
        for start in rng.permutation(starts):
            chosen = fitting[start : start + size]
            yield batch_of(
                [ink for ink, _ in chosen],
                [line.text for _, line in chosen],
                [line.full_label for _, line in chosen],
            )


def _drawn_line(
    drawn: Sequence[DatasetLine],
    real_kinds: Sequence[Sequence[DatasetLine]],
    words: Sequence[Sequence[DatasetLine]],
    mixture: Mixture,
    rng: np.random.Generator,
    options: AugmentOptions,
) -> tuple[LineImage, DatasetLine]:
    if not real_kinds or (drawn and rng.random() >= mixture.real):
        line = drawn[int(rng.integers(len(drawn)))]
    elif words and rng.random() < mixture.recomposed:
        line = recompose_line(words[int(rng.integers(len(words)))], rng)
    else:
        lines = real_kinds[int(rng.integers(len(real_kinds)))]
        line = lines[int(rng.integers(len(lines)))]
    return augment(line.ink, rng, options), line


def _fits(ink: LineImage, text: str) -> bool:
    """Return whether CTC can write the text in the steps there are, and the line is not too long for a batch."""
    doubled = sum(a == b for a, b in pairwise(text))
    return bool(text) and ink.shape[1] // STRIDE >= len(text) + doubled + 1 and ink.shape[1] <= 1400


def reading_batches(lines: Sequence[RealLine], size: int = 16) -> Iterator[tuple[Batch, tuple[int, ...]]]:
    """Yield the lines as a reader sees them, with their numbers, in batches of like width."""
    pictures = [line_image(line.grey()) for line in lines]
    order = sorted(range(len(lines)), key=lambda number: pictures[number].shape[1])
    for start in range(0, len(order), size):
        chosen = tuple(order[start : start + size])
        texts = [lines[number].text for number in chosen]
        yield batch_of([pictures[number] for number in chosen], texts, [False] * len(chosen)), chosen
