"""A lesson adapts all networks of a reader to lines of a book, several times, within a time limit."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from hashlib import sha256
from itertools import count
from typing import Any

import numpy as np
import torch

from pipeline.base.errors import SetupError
from pipeline.base.model import Crop, PageRef
from pipeline.recognition.ocr.adapters import Adapter, AdapterCard, add_differences
from pipeline.recognition.ocr.handwriting import HandwritingReader
from pipeline.recognition.ocr.models import OnnxNetwork, proven_weights
from pipeline.training.adaptation import AdaptOptions, adapt_network, moved_part_way
from pipeline.training.adaptation_weights import weight_differences
from pipeline.training.batch_pools import batches
from pipeline.training.dataset import DatasetLine, dataset_line
from pipeline.training.line_sources import mixture_of
from pipeline.training.network import NETWORKS, CtcNetwork, NetworkOptions
from pipeline.training.shipped_weights import load_shipped_network
from pipeline.training.synthetic_lines.fonts import FontSet
from pipeline.training.synthetic_lines.lines import synthetic_line

LEAST_LINES = 24
"""Number of confirmed lines from which a book is learnt."""

PROBED = 3
"""Number of timed steps; the same number of warm-up steps runs before them."""

FEWEST_STEPS = 30
"""Number of steps below which an adaptation is not worthwhile."""

TRAINING_SHARE = 0.8
"""Share of the time for training steps; the rest is for reading held-out lines."""


@dataclass(frozen=True, slots=True)
class ConfirmedLine:
    """A line of ink with its confirmed text.

    Attributes:
        crop: The line as given to a reader.
        text: Its text, with case and punctuation as typed.
    """

    crop: Crop
    text: str
    page: PageRef


@dataclass(frozen=True, slots=True)
class BookLearning:
    """Options of learning a book.

    Attributes:
        folds: Number of folds for the gate.
        drawn: Number of drawn lines mixed with lines of the book.
        seconds: Limit of processor time.
        tolerated: Tolerated error rate of accepted fields.
        tolerated_critical: Tolerated error rate of accepted critical fields.
        shares: Interpolation shares between shipped and adapted weights; held-out lines choose among them.
        shapes: Network shapes by name; they are tried in turn.
    """

    adapt: AdaptOptions = field(default_factory=AdaptOptions)
    folds: int = 3
    least_lines: int = LEAST_LINES
    drawn: int = 240
    seconds: float = 600.0
    tolerated: float = 0.004
    tolerated_critical: float = 0.001
    shares: tuple[float, ...] = (0.5, 1.0)
    shapes: Mapping[str, NetworkOptions] = field(default_factory=lambda: NETWORKS)


class OutOfTime(Exception):
    """The time limit of learning a book has passed."""


class Lesson:
    """Adapts the networks of a reader, within a time limit.

    Args:
        reader: The shipped reader.
        until: Limit of the process's processor time.
        beat: Called with the finished share.
        rounds: Number of adaptations of all networks.
    """

    def __init__(
        self,
        reader: HandwritingReader,
        options: BookLearning,
        until: float,
        beat: Callable[[float], None],
        rounds: int,
    ) -> None:
        torch.set_num_threads(1)
        self._until, self._beat = until, beat
        self._drawn = drawn_lines(options.drawn)
        self._parents = [
            (network, *shipped_network(network, options.shapes, self._drawn))
            for network in reader.networks
            if isinstance(network, OnnxNetwork)
        ]
        if not self._parents:
            raise SetupError("Bộ đọc chữ viết tay không có mạng nào học thêm được.")
        self._rounds = rounds * len(self._parents)
        self._adapt = options.adapt
        self._done = count(1)

    def fit_to_time(self, lines: Sequence[ConfirmedLine]) -> None:
        """Fit the number of steps to the time. Raises ``OutOfTime`` if too few steps remain."""
        step_seconds = 0.0
        for _, _, parent in self._parents:
            ends: list[float] = []

            def watch(_step: int, _network: CtcNetwork, ends: list[float] = ends) -> bool:
                ends.append(time.process_time())
                return True

            adapt_network(
                parent, _own(lines), self._drawn, replace(self._adapt, steps=2 * PROBED), watch=watch
            )
            step_seconds += (ends[-1] - ends[PROBED - 1]) / PROBED / len(self._parents)
        possible = int(
            TRAINING_SHARE * (self._until - time.process_time()) / (max(step_seconds, 1e-6) * self._rounds)
        )
        if possible < min(FEWEST_STEPS, self._adapt.steps):
            raise OutOfTime
        self._adapt = replace(self._adapt, steps=min(self._adapt.steps, possible))

    def adapters(
        self, lines: Sequence[ConfirmedLine], card: AdapterCard, shares: Sequence[float]
    ) -> tuple[Adapter, ...]:
        """Return the adapters of an adaptation, one for each share. Raises ``OutOfTime``."""
        own = _own(lines)
        differences: list[dict[str, Mapping[str, Any]]] = [{} for _ in shares]
        results: list[dict[str, str]] = [{} for _ in shares]
        for network, model, parent in self._parents:
            adapted = adapt_network(parent, own, self._drawn, self._adapt, watch=self._watch)
            for share, weights, hashes in zip(shares, differences, results, strict=True):
                moved = moved_part_way(parent, adapted, share)
                weights[network.name] = weight_differences(model, parent, moved)
                hashes[network.name] = sha256(add_differences(model, weights[network.name])).hexdigest()
        return tuple(
            Adapter(card.model_copy(update={"results": hashes, "moved": share}), weights)
            for share, weights, hashes in zip(shares, differences, results, strict=True)
        )

    def _watch(self, _step: int, _network: CtcNetwork) -> bool:
        if time.process_time() > self._until:
            raise OutOfTime
        self._beat(next(self._done) / (self._rounds * self._adapt.steps))
        return True


def _own(lines: Sequence[ConfirmedLine]) -> list[DatasetLine]:
    return [dataset_line(line.crop.pixels, line.text, full_label=False) for line in lines]


def shipped_network(
    network: OnnxNetwork, shapes: Mapping[str, NetworkOptions], drawn: Sequence[DatasetLine]
) -> tuple[bytes, CtcNetwork]:
    """Return the model file of a shipped network, and the network for training.

    Args:
        shapes: The possible shapes.
        drawn: Drawn lines that initialize the batch norms.

    Raises:
        SetupError: The model is missing, damaged, or of another shape.
    """
    model = proven_weights(network.path, network.sha256)
    rng = np.random.default_rng(3)
    lines = torch.from_numpy(next(batches(mixture_of(drawn, ()), min(24, len(drawn) // 4), rng)).lines)
    for shape in shapes.values():
        try:
            trainable = load_shipped_network(network.path, shape, lines)
        except SetupError:
            continue
        return model, trainable.eval()
    raise SetupError(f"Mô hình “{network.name}” không thuộc kiểu mạng nào học thêm được.")


@cache
def drawn_lines(size: int) -> tuple[DatasetLine, ...]:
    """Return drawn lines in the shipped pen fonts, the same in every run."""
    pens, rng = FontSet.find(), np.random.default_rng(77)
    drawn = (synthetic_line(rng, pens) for _ in range(size))
    return tuple(dataset_line(line.grey, line.text, full_label=True) for line in drawn)
