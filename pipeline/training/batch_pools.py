"""Batches of varied lines of like width, drawn endlessly from a mixture of sources."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from pipeline.recognition.ocr.line_image import HEIGHT, STRIDE, LineImage
from pipeline.training.augmentation import AugmentOptions, augment
from pipeline.training.batches import Batch, batch_of
from pipeline.training.line_sources import Mixture

WIDEST_IN_BATCH = 35
"""Longest line of a batch, in heights of the picture."""

POOL = 12
"""Batches whose lines are drawn together and sorted by width."""


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
    pool = []
    for start in rng.permutation(np.arange(0, len(fitting) - size + 1, size)):
        chosen = fitting[start : start + size]
        pool.append(
            batch_of(
                [ink for ink, _ in chosen],
                [line.text for _, line in chosen],
                [line.full_label for _, line in chosen],
            )
        )
    return pool


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
