"""A shipped network of which the last layer alone learns: what it sees of a line is computed once, for many readers."""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from rapidfuzz.distance import Levenshtein
from torch import Tensor, nn

from pipeline.base.model import Pixels
from pipeline.recognition.ocr.line_image import HEIGHT, LineImage, line_image
from pipeline.recognition.ocr.models import OnnxNetwork
from pipeline.training.adaptation_lesson import drawn_lines, shipped_network
from pipeline.training.augmentation import AugmentOptions, augment
from pipeline.training.batches import Batch
from pipeline.training.ctc import ctc_loss
from pipeline.training.dataset import DatasetLine, comparable
from pipeline.training.network import LETTERS, NETWORKS, CtcNetwork

SIZE = 12
"""Lines a step; half of them are drawn."""

RATE = 2e-3


@dataclass(frozen=True)
class SeenLine:
    """What a network sees of a line before it names letters.

    Attributes:
        steps: (steps, features).
        text: What stands on it, or what it is taught as.
        full_label: Whether the text gives case and signs as they are on paper.
    """

    steps: Tensor
    text: str
    writer: str
    full_label: bool = False


@dataclass(frozen=True)
class LastLayer:
    """The naming of letters, shipped or taught."""

    letters: nn.Linear
    _errors: dict[int, int] = field(default_factory=dict, repr=False, compare=False)

    @torch.no_grad()
    def read(self, line: SeenLine) -> tuple[str, float]:
        """Return the text of the best path, and the chance of that path."""
        chances, best = self.letters(line.steps).softmax(1).max(1)
        text, last = [], 0
        for letter in best.tolist():
            if letter not in (0, last):
                text.append(LETTERS[letter - 1])
            last = letter
        return " ".join("".join(text).split()), float(chances.log().sum().exp())

    def errors(self, line: SeenLine) -> int:
        """Return how many letters of a line are read wrongly; the line is read once."""
        if id(line) not in self._errors:
            self._errors[id(line)] = Levenshtein.distance(
                comparable(line.text), comparable(self.read(line)[0])
            )
        return self._errors[id(line)]

    def moved(self, whole: LastLayer, share: float) -> LastLayer:
        """Return the layer moved a share of the way to a taught layer."""
        letters = copy.deepcopy(self.letters)
        with torch.no_grad():
            for weights, learnt in zip(letters.parameters(), whole.letters.parameters(), strict=True):
                weights.lerp_(learnt, share)
        return LastLayer(letters)

    def taught(
        self, lines: Sequence[SeenLine], drawn: Sequence[SeenLine], steps: int, rng: np.random.Generator
    ) -> LastLayer:
        """Return the layer after so many steps, of which half the lines are drawn."""
        torch.manual_seed(int(rng.integers(1 << 30)))
        network = _Naming(copy.deepcopy(self.letters))
        optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=0.0)
        for step in range(1, steps + 1):
            for group in optimizer.param_groups:
                group["lr"] = RATE * (0.5 + 0.5 * math.cos(math.pi * step / (steps + 1)))
            own = [lines[int(at)] for at in rng.integers(len(lines), size=SIZE // 2)]
            others = [drawn[int(at)] for at in rng.integers(len(drawn), size=SIZE // 2)]
            optimizer.zero_grad()
            ctc_loss(network, _batch([*own, *others])).backward()  # type: ignore[arg-type, no-untyped-call]
            optimizer.step()
        return LastLayer(network.letters)


class _Naming(nn.Module):
    """The last layer, with values dropped as in training, over what was seen of a batch."""

    def __init__(self, letters: nn.Linear) -> None:
        super().__init__()
        self.letters, self.drop = letters, nn.Dropout(0.2)

    def forward(self, seen: Tensor) -> Tensor:
        scores: Tensor = self.letters(self.drop(seen[:, 0]))
        return scores


def _batch(lines: Sequence[SeenLine]) -> Batch:
    widest = max(len(line.steps) for line in lines)
    seen = np.zeros((len(lines), 1, widest, lines[0].steps.shape[1]), np.float32)
    for number, line in enumerate(lines):
        seen[number, 0, : len(line.steps)] = line.steps.numpy()
    return Batch(
        seen,
        tuple(len(line.steps) for line in lines),
        tuple(line.text for line in lines),
        tuple(line.full_label for line in lines),
    )


@dataclass(frozen=True)
class Sight:
    """A shipped network up to its last layer."""

    network: CtcNetwork

    @classmethod
    def of(cls, network: OnnxNetwork) -> Sight:
        """Return what a network that ships sees."""
        torch.set_num_threads(1)
        return cls(shipped_network(network, NETWORKS, drawn_lines(60))[1].eval())

    @property
    def last_layer(self) -> LastLayer:
        return LastLayer(self.network.letters)

    def seen(self, pixels: Pixels, text: str, writer: str) -> SeenLine:
        """Return a grey line as the network sees it."""
        return SeenLine(self._steps(line_image(pixels)), text, writer)

    def seen_ink(self, line: DatasetLine) -> SeenLine:
        """Return a line of a dataset as the network sees it."""
        still = augment(line.ink, np.random.default_rng(1), AugmentOptions())
        return SeenLine(self._steps(still), line.text, line.writer, line.full_label)

    @torch.no_grad()
    def _steps(self, picture: LineImage) -> Tensor:
        assert picture.shape[0] == HEIGHT
        inputs: list[Tensor] = []
        hook = self.network.letters.register_forward_pre_hook(lambda _, inward: inputs.append(inward[0][0]))
        self.network(torch.from_numpy(np.ascontiguousarray(picture, np.float32))[None, None])
        hook.remove()
        return inputs[0].clone()
