"""Batches of lines of like width, drawn endlessly from shelves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.ocr.line_image import HEIGHT, STRIDE, Ink, line_picture
from pipeline.training.augment import AugmentOptions, augmented
from pipeline.training.letters import LETTERS
from pipeline.training.real import RealLine
from pipeline.training.recompose import recomposed
from pipeline.training.shelf import ShelfLine

ROUND = 48
"""Widths of batches are multiples of this: each new shape costs the first time it is seen."""

CLASSES = {letter: number + 1 for number, letter in enumerate(LETTERS)}


@dataclass(frozen=True)
class Batch:
    """``lines``: (n, 1, ``HEIGHT``, width); ``steps``: of the network that each line fills; ``told``: whether its text
    tells case and punctuation."""

    lines: NDArray[np.float32]
    steps: tuple[int, ...]
    texts: tuple[str, ...]
    told: tuple[bool, ...]


@dataclass(frozen=True)
class Mixture:
    """What a step sees: the share of ``real`` lines (the rest is drawn), and the share of the real ones that is put
    together anew from words of one writer."""

    real: float = 0.5
    recomposed: float = 0.0


def batch_of(pictures: Sequence[Ink], texts: Sequence[str], told: Sequence[bool]) -> Batch:
    """Pictures padded with paper to one width."""
    width = -(-max(picture.shape[1] for picture in pictures) // ROUND) * ROUND
    lines = np.zeros((len(pictures), 1, HEIGHT, width), np.float32)
    for number, picture in enumerate(pictures):
        lines[number, 0, :, : picture.shape[1]] = picture
    steps = tuple(-(-picture.shape[1] // STRIDE) for picture in pictures)
    return Batch(lines, steps, tuple(texts), tuple(told))


def batches(
    drawn: Sequence[ShelfLine],
    real: Sequence[ShelfLine],
    words: Sequence[Sequence[ShelfLine]],
    mixture: Mixture,
    size: int,
    rng: np.random.Generator,
    options: AugmentOptions = AugmentOptions(),
) -> Iterator[Batch]:
    """Endless batches. ``words``: for each writer the words that ``recompose`` may join."""
    while True:
        pool = [_drawn_line(drawn, real, words, mixture, rng, options) for _ in range(size * 12)]
        fitting = [(ink, line) for ink, line in pool if _fits(ink, line.text)]
        fitting.sort(key=lambda pair: pair[0].shape[1])
        starts = np.arange(0, len(fitting) - size + 1, size)
        for start in rng.permutation(starts):
            chosen = fitting[start : start + size]
            yield batch_of(
                [ink for ink, _ in chosen],
                [line.text for _, line in chosen],
                [line.told for _, line in chosen],
            )


def _drawn_line(
    drawn: Sequence[ShelfLine],
    real: Sequence[ShelfLine],
    words: Sequence[Sequence[ShelfLine]],
    mixture: Mixture,
    rng: np.random.Generator,
    options: AugmentOptions,
) -> tuple[Ink, ShelfLine]:
    if not real or (drawn and rng.random() >= mixture.real):
        line = drawn[int(rng.integers(len(drawn)))]
    elif words and rng.random() < mixture.recomposed:
        line = recomposed(words[int(rng.integers(len(words)))], rng)
    else:
        line = real[int(rng.integers(len(real)))]
    return augmented(line.ink, rng, options), line


def _fits(ink: Ink, text: str) -> bool:
    """Whether CTC can write the text in the steps there are, and the line is not too long for a batch."""
    doubled = sum(a == b for a, b in pairwise(text))
    return bool(text) and ink.shape[1] // STRIDE >= len(text) + doubled + 1 and ink.shape[1] <= 1400


def reading_batches(lines: Sequence[RealLine], size: int = 16) -> Iterator[tuple[Batch, tuple[int, ...]]]:
    """The lines as a reader sees them, with their numbers, in batches of like width."""
    pictures = [line_picture(line.grey()) for line in lines]
    order = sorted(range(len(lines)), key=lambda number: pictures[number].shape[1])
    for start in range(0, len(order), size):
        chosen = tuple(order[start : start + size])
        texts = [lines[number].text for number in chosen]
        yield batch_of([pictures[number] for number in chosen], texts, [False] * len(chosen)), chosen
