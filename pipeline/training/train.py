"""Make a model: datasets of drawn and real lines, the training loop, the folder with weights and card."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from pipeline.base.errors import SetupError
from pipeline.recognition.ocr import digits
from pipeline.training import dataset
from pipeline.training.batch_pools import pool_of_batches
from pipeline.training.checkpoint import averaged_network, checkpoint_sources
from pipeline.training.collection import Collection
from pipeline.training.dataset import RealLine
from pipeline.training.export import WEIGHTS, TrainedModel, onnx_network, write_card, write_onnx
from pipeline.training.letter_alignment import Aligner
from pipeline.training.line_sources import Lines, LineSource, Mixture
from pipeline.training.loop import LoopOptions, scores_on, train_network
from pipeline.training.network import NetworkOptions
from pipeline.training.provenance import (
    TrainingSource,
    TrainingSources,
    drawn_source,
    figures_source,
    licence_of,
    limits_of,
    merge_sources,
    pretrained_source,
    real_source,
    refresh_sources,
    shipped_source,
    stages_of,
)
from pipeline.training.synthetic_lines.fonts import FontSet
from pipeline.training.synthetic_lines.lines import synthetic_line
from pipeline.training.synthetic_lines.real_figures import Figure, RealFigures

log = logging.getLogger(__name__)

SHARD = 2000
"""Drawn lines a file of the dataset."""

RANGE_BATCHES = 6
"""On how many batches the ranges for eight bits are seen."""


SHARES = {
    "drawn": 0.35, "real": 0.24, "rejoined": 0.13, "foreign": 0.07, "marked": 0.12, "clerks": 0.09,
}  # fmt: skip
"""How often lines of each source are seen, where all are there."""


@dataclass(frozen=True)
class TrainingPlan:
    """What to make, and from what.

    Attributes:
        folder: Folder of the model; its name is the model's name.
        work: Where datasets and checkpoint stay, so that an interrupted training goes on.
        drawn: How many drawn lines are at hand at a time.
        fonts: Folder of more fonts.
        figures: Folder of single real figures (``scripts/training-figures.sh``).
        collections: Real lines. Those that are kept apart measure progress.
        aligner: The ``model.onnx`` that finds words and figures in real lines.
        choosing: Folders of further real lines that progress is measured on.
        parent: The ``model.onnx`` of a network to train on.
        small: Whether weights are quantized to eight bits.
        blend: Share of the parent's weights in what is written (``averaged_network``).
    """

    folder: Path
    work: Path
    drawn: int = 16000
    fonts: Path | None = None
    figures: Path | None = None
    collections: tuple[Collection, ...] = ()
    aligner: Path | None = None
    choosing: tuple[Path, ...] = ()
    parent: Path | None = None
    small: bool = True
    blend: float = 0.0
    network: NetworkOptions = field(default_factory=NetworkOptions)
    loop: LoopOptions = field(default_factory=LoopOptions)

    @property
    def checkpoint(self) -> Path:
        return self.work / f"{self.folder.name}.pt"


def train_model(plan: TrainingPlan, command: str, say: Callable[[str], None]) -> None:
    """Train and write a model.

    Args:
        command: The command as the card repeats it.
        say: Takes progress, in Vietnamese.

    Raises:
        SetupError: A folder of lines or fonts cannot be used; ``parent`` is missing; or ``blend`` is given without a
            model that ships.
    """
    if plan.parent and not (plan.parent.is_file() or plan.checkpoint.is_file()):
        raise SetupError(f"Không có mô hình {plan.parent} để học tiếp từ đó.")
    if plan.blend and plan.parent is None:
        raise SetupError("--blend chỉ dùng khi học tiếp từ model.onnx của một mô hình (--from).")
    if plan.blend and plan.checkpoint.is_file():
        averaged_network(plan.checkpoint, plan.blend)  # raised before any minute is spent
    plan.work.mkdir(parents=True, exist_ok=True)
    sources = _all_sources(plan, say)
    mixture = PlannedMixture(plan, say)
    choosing = _choosing(plan)
    log.info(
        "training %s: %s tower, %s mixer, seed %d, %s for choosing",
        plan.folder.name, plan.network.tower, plan.network.mixer, plan.loop.seed,
        {name: len(lines) for name, lines in choosing.items()},
    )  # fmt: skip
    train_network(
        mixture,
        choosing,
        network=plan.network,
        options=plan.loop,
        checkpoint=plan.checkpoint,
        say=say,
        parent=plan.parent,
        pretrained=digits.model_path() if plan.network.tower == "pretrained" else None,
        sources=sources,
    )
    if not plan.checkpoint.is_file():
        raise SetupError("Đã học đủ số phút đã đặt: không còn gì để học. Hãy tăng --minutes (hoặc --until).")
    if plan.loop.until < plan.loop.minutes:
        say(f"Dừng ở phút {plan.loop.until:g}; trạng thái nằm trong {plan.checkpoint}.")
        return
    write_model(
        plan, mixture, choosing, refresh_sources(_checkpoint_sources(plan.checkpoint), sources), command
    )
    say(f"Đã ghi mô hình vào {plan.folder}.")


def write_model(
    plan: TrainingPlan,
    mixture: Callable[[int], Mixture],
    choosing: Mapping[str, Sequence[RealLine]],
    sources: TrainingSources,
    command: str,
) -> None:
    """Write the folder of the model from its checkpoint."""
    network, history = averaged_network(plan.checkpoint, plan.blend)
    plan.folder.mkdir(parents=True, exist_ok=True)
    lines = _calibration_batches(plan, mixture(0)) if plan.small else ()
    write_onnx(network, plan.folder / WEIGHTS, lines)
    reads = onnx_network(plan.folder / WEIGHTS)
    scores = {name: scores_on(reads, found, plan.network.height) for name, found in choosing.items()}
    last = history[-1] if history else {"minutes": 0.0, "step": 0.0}
    write_card(
        plan.folder,
        TrainedModel(
            name=plan.folder.name,
            network=network,
            steps=int(last["step"]),
            history=stages_of(sources, last["minutes"], plan.loop.seed, command),
            licence=licence_of(sources),
            scores=scores,
            limits=limits_of(sources),
        ),
    )


def _choosing(plan: TrainingPlan) -> dict[str, tuple[RealLine, ...]]:
    """Return the lines that progress is measured on, by the name of their folder."""
    kept_apart = {collection.folder.name: collection.kept_apart for collection in plan.collections}
    further = {folder.name: dataset.real_lines(folder) for folder in plan.choosing}
    return {name: lines for name, lines in (kept_apart | further).items() if lines}


@dataclass
class PlannedMixture:
    """The lines of a plan, round by round."""

    plan: TrainingPlan
    say: Callable[[str], None]

    def __call__(self, number: int) -> Mixture:
        """Return the mixture of a round, counted from 0."""
        return Mixture((*self._real, (SHARES["drawn"], Lines(self._drawn(number)))))

    @cached_property
    def _real(self) -> tuple[tuple[float, LineSource], ...]:
        """Return the sources of real lines; a share is divided evenly among the collections that have a source."""
        aligner = Aligner.load(self.plan.aligner) if self.plan.aligner else None
        found: dict[str, list[LineSource]] = {}
        for collection in self.plan.collections:
            for name, source in collection.sources(self.plan.work, aligner, self.say).items():
                found.setdefault(name, []).append(source)
        return tuple(
            (SHARES[name] / len(sources), source) for name, sources in found.items() for source in sources
        )

    @cached_property
    def _drawn(self) -> DrawnLines:
        return DrawnLines(self.plan, self.say)


@dataclass
class DrawnLines:
    """The drawn lines of a plan; each round some of them are drawn anew, so that they never end.

    Dates and numbers among them are partly written in figures of real pens, where there are any. Files that no later
    round needs are removed.
    """

    plan: TrainingPlan
    say: Callable[[str], None]
    held: dict[int, tuple[dataset.DatasetLine, ...]] = field(default_factory=dict)

    def __call__(self, number: int) -> tuple[dataset.DatasetLine, ...]:
        """Return the lines of a round, counted from 0; they depend on the plan's seed and the round alone."""
        wanted = range(number, number + max(1, self.plan.drawn // SHARD))
        for old in [shard for shard in self.held if shard not in wanted]:
            del self.held[old]
            self._path(old).unlink(missing_ok=True)
        for shard in wanted:
            if shard not in self.held:
                self.held[shard] = self._shard(shard)
        return tuple(line for shard in wanted for line in self.held[shard])

    @cached_property
    def _real_figures(self) -> RealFigures | None:
        """Return figures of pens: those of the plan's folder, and those that the aligner finds in the real lines."""
        of_writers: dict[str, dict[str, tuple[Figure, ...]]] = {}
        if self.plan.aligner and self.plan.figures:
            aligner = Aligner.load(self.plan.aligner)
            for collection in self.plan.collections:
                of_writers |= collection.figures(self.plan.work, aligner, self.say)
        figures = RealFigures.gather(of_writers, self.plan.figures)
        if figures is not None:
            count = sum(map(len, figures.collection.values()))
            self.say(f"Có {count} chữ số thật, {len(figures.writers)} người viết có đủ chữ số của mình.")
        return figures

    def _path(self, shard: int) -> Path:
        return self.plan.work / f"{self.plan.folder.name}-drawn-{shard:03d}.npz"

    def _shard(self, number: int) -> tuple[dataset.DatasetLine, ...]:
        path = self._path(number)
        with suppress(FileNotFoundError):  # another process may have removed it just now
            return dataset.load_lines(path)
        pens = FontSet.find(self.plan.fonts)
        rng = np.random.default_rng((self.plan.loop.seed, 7, number))
        figures = self._real_figures
        drawn = (synthetic_line(rng, pens, figures) for _ in range(min(SHARD, self.plan.drawn)))
        lines = tuple(dataset.dataset_line(line.grey, line.text, True) for line in drawn)
        dataset.save_lines(path, lines)
        self.say(f"Đã vẽ {len(lines)} dòng (lượt {number + 1}).")
        log.info("drawn lines, part %d: %d lines, %d fonts", number, len(lines), len(pens.all))
        return lines


def _all_sources(plan: TrainingPlan, say: Callable[[str], None]) -> TrainingSources:
    """Return what the model has learned from when this run of its training is over."""
    learns = drawn_source(FontSet.find(plan.fonts).licence_summary) | figures_source(plan.figures)
    for collection in plan.collections:
        learns |= real_source(collection.folder, collection.taught, collection.kept_apart, say)
    held = _checkpoint_sources(plan.checkpoint)
    begun: TrainingSources = {}
    if plan.parent is not None and (held is None or plan.parent.is_file()):
        begun = shipped_source(plan.parent, say)
    elif plan.network.tower == "pretrained":
        begun = pretrained_source(digits.model_path())
    return merge_sources(held, begun, learns)


def _checkpoint_sources(checkpoint: Path) -> TrainingSources | None:
    held = checkpoint_sources(checkpoint)
    return None if held is None else {key: TrainingSource(*values) for key, values in held.items()}


def _calibration_batches(plan: TrainingPlan, mixture: Mixture) -> tuple[Tensor, ...]:
    """Return batches like those of the training."""
    rng = np.random.default_rng((plan.loop.seed, 5))
    pool = pool_of_batches(mixture, plan.loop.size, rng, plan.loop.augment, plan.network.height)
    return tuple(torch.from_numpy(batch.lines) for batch in pool[:RANGE_BATCHES])
