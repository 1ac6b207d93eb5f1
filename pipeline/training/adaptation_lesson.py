"""One lesson: all networks of a reader are adapted to some lines of a book, as often as asked, within a time limit."""

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
"""Confirmed lines from which a book is learnt."""

PROBED = 3
"""Steps by which it is seen how long one takes, after as many that are slow because they are the first."""

FEWEST_STEPS = 30
"""Steps below which nothing worth keeping is learnt."""

TRAINING_SHARE = 0.8
"""Share of the time that steps may take; the rest is for reading what is held back."""


@dataclass(frozen=True, slots=True)
class ConfirmedLine:
    """A line of ink with the text that people confirmed.

    Attributes:
        crop: The line as a reader gets it.
        text: What stands on it; case and signs are as people typed them.
    """

    crop: Crop
    text: str
    page: PageRef


@dataclass(frozen=True, slots=True)
class BookLearning:
    """How a book is learnt.

    Attributes:
        folds: Into how many parts the lines are parted for the gate.
        drawn: Drawn lines that are read between those of the book.
        seconds: Time of the processor in which it has to be done.
        tolerated: The share of errors that the office tolerates among accepted fields.
        tolerated_critical: That share among critical ones.
        shares: How far of the way from the shipped weights to the learnt ones a reader may be moved; lines held back
            choose.
        shapes: The shape of each network by its name; one that is not named is tried as all that are known.
    """

    adapt: AdaptOptions = field(default_factory=AdaptOptions)
    folds: int = 3
    least_lines: int = LEAST_LINES
    drawn: int = 240
    seconds: float = 300.0
    tolerated: float = 0.004
    tolerated_critical: float = 0.001
    shares: tuple[float, ...] = (0.5, 1.0)
    shapes: Mapping[str, NetworkOptions] = field(default_factory=lambda: NETWORKS)


class OutOfTime(Exception):
    """The time in which a book has to be learnt is over."""


class Lesson:
    """Adapts the networks of a reader, within a time limit.

    Args:
        reader: The reader as it ships.
        until: When it has to be done, by the time of this process.
        beat: Called with the share that is done.
        rounds: How many times all networks are adapted.
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
        """Take as many steps as there is time for. Raises ``OutOfTime`` where these are too few."""
        each = 0.0
        for _, _, parent in self._parents:
            ends: list[float] = []

            def watch(_step: int, _network: CtcNetwork, ends: list[float] = ends) -> bool:
                ends.append(time.process_time())
                return True

            adapt_network(
                parent, _own(lines), self._drawn, replace(self._adapt, steps=2 * PROBED), watch=watch
            )
            each += (ends[-1] - ends[PROBED - 1]) / PROBED / len(self._parents)
        possible = int(
            TRAINING_SHARE * (self._until - time.process_time()) / (max(each, 1e-6) * self._rounds)
        )
        if possible < min(FEWEST_STEPS, self._adapt.steps):
            raise OutOfTime
        self._adapt = replace(self._adapt, steps=min(self._adapt.steps, possible))

    def adapters(
        self, lines: Sequence[ConfirmedLine], card: AdapterCard, shares: Sequence[float]
    ) -> tuple[Adapter, ...]:
        """Return adapters of one training on some lines, moved so far of the way each. Raises ``OutOfTime``."""
        own = _own(lines)
        differences: list[dict[str, Mapping[str, Any]]] = [{} for _ in shares]
        results: list[dict[str, str]] = [{} for _ in shares]
        for network, model, parent in self._parents:
            adapted = adapt_network(parent, own, self._drawn, self._adapt, watch=self._watch)
            for share, found, told in zip(shares, differences, results, strict=True):
                moved = moved_part_way(parent, adapted, share)
                found[network.name] = weight_differences(model, parent, moved)
                told[network.name] = sha256(add_differences(model, found[network.name])).hexdigest()
        return tuple(
            Adapter(card.model_copy(update={"results": told, "moved": share}), found)
            for share, found, told in zip(shares, differences, results, strict=True)
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
    """Return the model of a network that ships, and the network to train on.

    Args:
        shapes: The shapes that it may have.
        drawn: Drawn lines, for what its norms start from.

    Raises:
        SetupError: It is missing, damaged, or has none of these shapes.
    """
    model = proven_weights(network.path, network.sha256)
    rng = np.random.default_rng(3)
    lines = torch.from_numpy(next(batches(mixture_of(drawn, ()), min(24, len(drawn) // 4), rng)).lines)
    for shape in shapes.values():
        try:
            found = load_shipped_network(network.path, shape, lines)
        except SetupError:
            continue
        return model, found.eval()
    raise SetupError(f"Mô hình “{network.name}” không thuộc kiểu mạng nào học thêm được.")


@cache
def drawn_lines(many: int) -> tuple[DatasetLine, ...]:
    """Return drawn lines of the pens that come with the program, always the same ones."""
    pens, rng = FontSet.find(), np.random.default_rng(77)
    drawn = (synthetic_line(rng, pens) for _ in range(many))
    return tuple(dataset_line(line.grey, line.text, full_label=True) for line in drawn)
