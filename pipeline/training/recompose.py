"""New lines out of real ink: words of one writer, cut where a network saw the blanks between them, joined anew.

A few hundred addresses are learned by heart in no time; the same words in endless other orders are not.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.training.shelf import ROWS, ShelfLine


def words_of(line: ShelfLine, cuts: Sequence[int]) -> tuple[ShelfLine, ...]:
    """The words of a line cut at these columns, one fewer than words."""
    texts = line.text.split(" ")
    if len(cuts) != len(texts) - 1:
        return ()
    edges = [0, *cuts, line.ink.shape[1]]
    found = []
    for text, left, right in zip(texts, edges[:-1], edges[1:], strict=True):
        part = line.ink[:, left:right]
        inked = np.flatnonzero((part > 60).any(axis=0))
        if len(inked) >= 2:
            ink = np.ascontiguousarray(part[:, inked[0] : inked[-1] + 1])
            found.append(ShelfLine(ink, text, line.told, line.writer))
    return tuple(found)


def recomposed(words: Sequence[ShelfLine], rng: np.random.Generator) -> ShelfLine:
    """Two to nine of a writer's words as one line."""
    count = int(rng.integers(2, 10))
    chosen = [words[int(number)] for number in rng.integers(0, len(words), count)]
    gap = float(rng.uniform(5, 26))
    parts, texts = [np.zeros((ROWS, int(rng.integers(0, 10))), np.uint8)], []
    for word in chosen:
        shift = int(np.clip(round(rng.normal(0, 1.2)), -4, 4))
        parts.append(np.roll(word.ink, shift, axis=0))
        parts.append(np.zeros((ROWS, max(3, round(gap * float(np.exp(rng.normal(0, 0.3)))))), np.uint8))
        texts.append(word.text)
    return ShelfLine(np.concatenate(parts, axis=1), " ".join(texts), chosen[0].told, chosen[0].writer)
