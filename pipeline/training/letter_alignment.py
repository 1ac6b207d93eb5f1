"""Find the letters of real lines: a network's forced alignment of a line with its label."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pipeline.base.files import atomic_path, sha256_of_file
from pipeline.recognition.decoding.forced_alignment import align_classes
from pipeline.recognition.ocr.line_image import HEIGHT, STRIDE
from pipeline.training.batches import batch_of
from pipeline.training.dataset import REACH, ROWS, DatasetLine
from pipeline.training.export import model_height, onnx_network
from pipeline.training.network import UNLABELLED, folded_classes

log = logging.getLogger(__name__)

WORST_FIT = 1.2
"""Mean negative log probability of a letter above which an alignment is refused."""

_TOP = round(ROWS * (1 - 1 / REACH) / 2)
"""First row of a dataset's picture that a network sees; as many rows are left out below."""


@dataclass(frozen=True, slots=True)
class AlignedLine:
    """A line with the places of the letters of its label.

    Attributes:
        letters: Positions in the label of the aligned letters; signs in ``UNLABELLED`` are left out.
        columns: Middle of each aligned letter in pixels of ``line.ink``.
        probabilities: Probability of each aligned letter there, 0 to 1.
        step: Columns of ``line.ink`` for one step of the network.
    """

    line: DatasetLine
    letters: tuple[int, ...]
    columns: tuple[float, ...]
    probabilities: tuple[float, ...]
    step: float

    @property
    def text(self) -> str:
        """Aligned letters of the label."""
        return "".join(self.line.text[position] for position in self.letters)

    def every_column(self) -> NDArray[np.float64]:
        """Return a column for each letter of the label; signs that are not aligned lie between their neighbours."""
        return np.interp(np.arange(len(self.line.text)), self.letters, self.columns)

    def boundary(self, before: int, behind: int) -> float:
        """Return the column between two aligned letters: the middle of the widest run of the emptiest columns."""
        start, end = self.columns[before] + self.step / 2, self.columns[behind] - self.step / 2
        low, high = int(start), max(int(start) + 1, int(np.ceil(end)))
        profile = _seen_rows(self.line)[:, low:high].sum(axis=0) / 255
        if not len(profile):
            return start
        empty = np.flatnonzero(profile <= profile.min() + 0.5)
        runs = np.split(empty, np.flatnonzero(np.diff(empty) > 1) + 1)
        return low + float(max(runs, key=len).mean())


@dataclass(frozen=True)
class Aligner:
    """A network that aligns lines with their labels.

    Attributes:
        network: From (lines, 1, ``height``, width) to scores (lines, steps, 1 + letters).
        key: Identifies the network in the names of files.
    """

    network: Callable[[Tensor], Tensor]
    height: int = HEIGHT
    key: str = ""

    @classmethod
    def load(cls, model: Path) -> Aligner:
        """Return the aligner of a ``model.onnx``."""
        return cls(onnx_network(model), model_height(model), sha256_of_file(model)[:12])

    @property
    def step(self) -> float:
        """Columns of a dataset's picture for one step of the network."""
        return STRIDE * (ROWS - 2 * _TOP) / self.height

    def align(self, line: DatasetLine) -> AlignedLine | None:
        """Align a line with its label; None where the fit is poor."""
        positions = _aligned_positions(line.text)
        folds, letters = folded_classes()
        text = "".join(line.text[position] for position in positions).lower()
        if not text or any(letter not in letters for letter in text):
            return None
        probabilities = self._probabilities(line)
        folded = np.zeros((len(probabilities), len(letters) + 1), np.float32)
        np.add.at(folded.T, np.array(folds), probabilities.T)
        target = [letters.index(letter) + 1 for letter in text]
        if len(folded) < len(target):
            return None
        steps, cost = align_classes(np.log(folded + 1e-8), target)
        if cost / len(text) > WORST_FIT:
            return None
        return AlignedLine(
            line,
            positions,
            tuple(float(np.float32((step + 0.5) * self.step)) for step in steps),
            tuple(
                float(folded[max(0, step - 1) : step + 2, letter].max())
                for step, letter in zip(steps, target, strict=True)
            ),
            self.step,
        )

    def _probabilities(self, line: DatasetLine) -> NDArray[np.float32]:
        """Return (steps, 1 + letters)."""
        seen = _seen_rows(line).astype(np.float32) / 255
        scale = self.height / seen.shape[0]
        rows = np.linspace(0, seen.shape[0] - 1, self.height).round().astype(int)
        columns = (np.arange(max(16, round(seen.shape[1] * scale))) / scale).astype(int)
        batch = batch_of([seen[rows][:, columns.clip(0, seen.shape[1] - 1)]], [line.text], [False])
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            scores = self.network(torch.from_numpy(batch.lines)).float()
        probabilities: NDArray[np.float32] = scores.softmax(2)[0, : batch.steps[0]].numpy()
        return probabilities


def align_lines(
    lines: Sequence[DatasetLine], aligner: Aligner, path: Path | None = None
) -> tuple[AlignedLine, ...]:
    """Return the lines that can be aligned.

    Args:
        path: File that keeps the alignment of these very lines by this aligner.
    """
    if path is not None and path.is_file():
        return tuple(_load_alignments(path, lines, aligner.step))
    numbered = [(number, aligner.align(line)) for number, line in enumerate(lines)]
    aligned = {number: line for number, line in numbered if line is not None}
    log.info("%d of %d lines aligned", len(aligned), len(lines))
    if path is not None:
        with atomic_path(path) as temporary, temporary.open("wb") as file:
            np.savez(
                file,
                lines=np.array(list(aligned), np.int64),
                columns=np.array([x for line in aligned.values() for x in line.columns], np.float32),
                probabilities=np.array(
                    [share for line in aligned.values() for share in line.probabilities], np.float32
                ),
            )
    return tuple(aligned.values())


def _load_alignments(path: Path, lines: Sequence[DatasetLine], step: float) -> Iterator[AlignedLine]:
    with np.load(path) as held:
        columns, probabilities = held["columns"].tolist(), held["probabilities"].tolist()
        start = 0
        for number in held["lines"]:
            positions = _aligned_positions(lines[number].text)
            end = start + len(positions)
            yield AlignedLine(
                lines[number], positions, tuple(columns[start:end]), tuple(probabilities[start:end]), step
            )
            start = end


def _seen_rows(line: DatasetLine) -> NDArray[np.uint8]:
    """Return the rows of a line that a network sees."""
    return line.ink[_TOP : ROWS - _TOP]


def _aligned_positions(label: str) -> tuple[int, ...]:
    """Return the positions of the letters to align: no sign in ``UNLABELLED``, single blanks between words."""
    positions: list[int] = []
    for position, letter in enumerate(label):
        doubled = letter == " " and (not positions or label[positions[-1]] == " ")
        if letter not in UNLABELLED and not doubled:
            positions.append(position)
    if positions and label[positions[-1]] == " ":
        positions.pop()
    return tuple(positions)
