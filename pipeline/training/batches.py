"""Batches of lines of like width, drawn endlessly from a mixture of sources."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.recognition.ocr.line_image import HEIGHT, STRIDE, LineImage, line_image
from pipeline.training.augmentation import AugmentOptions, augment
from pipeline.training.dataset import RealLine
from pipeline.training.line_sources import Mixture
from pipeline.training.network import LETTERS

ROUND = 48
"""Widths of batches are multiples of this: each new shape costs the first time it is seen."""

WIDEST_IN_BATCH = 35
"""Longest line of a batch, in heights of the picture."""

POOL = 12
"""Batches whose lines are drawn together and sorted by width."""

CLASSES = {letter: number + 1 for number, letter in enumerate(LETTERS)}


@dataclass(frozen=True)
class Batch:
    """Lines padded to one width.

    Attributes:
        lines: (n, 1, height, width) ink 0 to 1.
        steps: Number of steps of the network that each line fills.
        full_labels: Whether each label gives case and punctuation as they are on paper.
    """

    lines: NDArray[np.float32]
    steps: tuple[int, ...]
    texts: tuple[str, ...]
    full_labels: tuple[bool, ...]


def batch_of(pictures: Sequence[LineImage], texts: Sequence[str], full_labels: Sequence[bool]) -> Batch:
    """Pad pictures of one height with paper to one width."""
    width = -(-max(picture.shape[1] for picture in pictures) // ROUND) * ROUND
    lines = np.zeros((len(pictures), 1, pictures[0].shape[0], width), np.float32)
    for number, picture in enumerate(pictures):
        lines[number, 0, :, : picture.shape[1]] = picture
    steps = tuple(-(-picture.shape[1] // STRIDE) for picture in pictures)
    return Batch(lines, steps, tuple(texts), tuple(full_labels))


def pool_of_batches(
    mixture: Mixture,
    size: int,
    rng: np.random.Generator,
    options: AugmentOptions = AugmentOptions(),
    height: int = HEIGHT,
) -> list[Batch]:
    """Return some ``POOL`` batches of ``size`` varied lines; they depend on the arguments alone."""
    lines = [mixture.draw(rng) for _ in range(size * POOL)]
    varied = [
        (augment(line.ink, rng, options, height, lines[int(rng.integers(len(lines)))].ink), line)
        for line in lines
    ]
    fitting = [(ink, line) for ink, line in varied if _fits(ink, line.text)]
    fitting.sort(key=lambda pair: pair[0].shape[1])
    found = []
    for start in rng.permutation(np.arange(0, len(fitting) - size + 1, size)):
        chosen = fitting[start : start + size]
        found.append(
            batch_of(
                [ink for ink, _ in chosen],
                [line.text for _, line in chosen],
                [line.full_label for _, line in chosen],
            )
        )
    return found


def batches(
    mixture: Mixture, size: int, rng: np.random.Generator, options: AugmentOptions = AugmentOptions()
) -> Iterator[Batch]:
    """Yield endless batches, as ``pool_of_batches``."""
    while True:
        yield from pool_of_batches(mixture, size, rng, options)


def _fits(ink: LineImage, text: str) -> bool:
    """Return whether CTC can write the text in the steps there are, and the line is not too long for a batch."""
    doubled = sum(a == b for a, b in pairwise(text))
    enough = ink.shape[1] // STRIDE >= len(text) + doubled + 1
    return bool(text) and enough and ink.shape[1] <= WIDEST_IN_BATCH * ink.shape[0]


def reading_batches(
    lines: Sequence[RealLine], size: int = 16, height: int = HEIGHT
) -> Iterator[tuple[Batch, tuple[int, ...]]]:
    """Yield the lines as a reader sees them, with their numbers, in batches of like width."""
    pictures = [line_image(line.grey(), height) for line in lines]
    order = sorted(range(len(lines)), key=lambda number: pictures[number].shape[1])
    for start in range(0, len(order), size):
        chosen = tuple(order[start : start + size])
        texts = [lines[number].text for number in chosen]
        yield batch_of([pictures[number] for number in chosen], texts, [False] * len(chosen)), chosen
