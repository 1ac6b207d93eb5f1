"""Batches of lines that are padded to one width."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.recognition.ocr.line_image import HEIGHT, STRIDE, LineImage, line_image
from pipeline.training.dataset import RealLine
from pipeline.training.network import LETTERS

ROUND = 48
"""Widths of batches are multiples of this: each new shape costs the first time it is seen."""

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
