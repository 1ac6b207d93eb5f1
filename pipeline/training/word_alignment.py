"""Find where the words of a real line lie, from a network's alignment with its label."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from pipeline.decoding.forced_alignment import align_classes
from pipeline.ocr.line_image import HEIGHT, STRIDE
from pipeline.training.augmentation import split_words
from pipeline.training.batches import batch_of
from pipeline.training.dataset import REACH, ROWS, DatasetLine
from pipeline.training.network import CtcNetwork, folded_classes

log = logging.getLogger(__name__)

WORST_FIT = 1.2
"""Mean negative log chance of a letter above which an alignment is not believed."""

FEWEST = 30
"""Words that a writer must have to be joined anew."""


def words_by_writer(lines: Sequence[DatasetLine], network: CtcNetwork) -> list[list[DatasetLine]]:
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


def _word_boundaries(line: DatasetLine, network: CtcNetwork) -> tuple[int, ...]:
    """Return the columns of the blanks between the words of a line; none when the fit is poor."""
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
    text = " ".join(line.text.lower().split())
    if any(letter not in letters for letter in text):
        return ()
    steps, cost = align_classes(np.log(folded + 1e-8), [letters.index(letter) + 1 for letter in text])
    if cost / max(1, len(text)) > WORST_FIT:
        return ()
    blanks = [at for at, letter in enumerate(text) if letter == " "]
    spans = [(steps[at - 1] + 1, steps[at + 1]) for at in blanks]
    return tuple(
        round(_emptiest(middle, start * STRIDE / scale, end * STRIDE / scale)) for start, end in spans
    )


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
