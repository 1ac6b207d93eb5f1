"""Make a model: datasets of drawn and real lines, the training loop, the folder with weights and card."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from pipeline.base.errors import SetupError
from pipeline.training import dataset
from pipeline.training.batches import Mixture, batches
from pipeline.training.dataset import CALIBRATION_WRITERS, RealLine, content_key, real_lines
from pipeline.training.export import WEIGHTS, TrainedModel, onnx_network, write_card, write_onnx
from pipeline.training.loop import (
    SHIPPED,
    LoopOptions,
    averaged_network,
    checkpoint_sources,
    scores_on,
    train_network,
)
from pipeline.training.network import NetworkOptions
from pipeline.training.provenance import (
    TrainingSource,
    TrainingSources,
    drawn_source,
    figures_source,
    licence_of,
    limits_of,
    lines_kept_out,
    merge_sources,
    parent_source,
    real_source,
    refresh_sources,
    shipped_source,
    stages_of,
)
from pipeline.training.synthetic_lines.fonts import FontSet
from pipeline.training.synthetic_lines.lines import synthetic_line
from pipeline.training.synthetic_lines.real_figures import RealFigures
from pipeline.training.synthetic_lines.texts import LETTERS
from pipeline.training.word_alignment import figures_by_writer

log = logging.getLogger(__name__)

SHARD = 2000
"""Drawn lines a file of the dataset."""

RANGE_BATCHES = 6
"""On how many batches the ranges for eight bits are seen."""


@dataclass(frozen=True)
class TrainingPlan:
    """What to make, and from what.

    Attributes:
        folder: Folder of the model; its name is the model's name.
        work: Where datasets and checkpoint stay, so that an interrupted training goes on.
        drawn: How many drawn lines are at hand at a time.
        fonts: Folder of more fonts.
        figures: Folder of single real figures (``scripts/training-figures.sh``).
        real: Folder of real lines with ``lines.tsv``, whose labels give neither case nor punctuation.
        real_full: Folder of real lines whose labels give both.
        choosing: Folder of real lines that progress is measured on.
        parent: Checkpoint of another network to begin with, or the ``model.onnx`` of one to train on.
        small: Whether weights are quantized to eight bits.
        blend: Share of the parent's weights in what is written (``averaged_network``).
        network: Shape of the network.
        loop: How long and on what it is trained.
    """

    folder: Path
    work: Path
    drawn: int = 16000
    fonts: Path | None = None
    figures: Path | None = None
    real: Path | None = None
    real_full: Path | None = None
    choosing: Path | None = None
    parent: Path | None = None
    small: bool = True
    blend: float = 0.0
    network: NetworkOptions = field(default_factory=NetworkOptions)
    loop: LoopOptions = field(default_factory=LoopOptions)


def train_model(plan: TrainingPlan, command: str, say: Callable[[str], None]) -> None:
    """Train and write a model.

    Args:
        plan: What to make.
        command: The command as the card repeats it.
        say: Takes progress, in Vietnamese.

    Raises:
        SetupError: A folder of lines or fonts cannot be used; ``parent`` is missing or has learned for longer than this
            training is to last; or ``blend`` is given without a model that ships.
    """
    checkpoint = plan.work / f"{plan.folder.name}.pt"
    if plan.parent and not (plan.parent.is_file() or checkpoint.is_file()):
        raise SetupError(f"Không có tệp trạng thái {plan.parent} để bắt đầu từ đó.")
    if plan.blend and (plan.parent is None or plan.parent.suffix != SHIPPED):
        raise SetupError("--blend chỉ dùng khi học tiếp từ model.onnx của một mô hình (--from).")
    if plan.blend and checkpoint.is_file():
        averaged_network(checkpoint, plan.blend)  # raised before any minute is spent
    plan.work.mkdir(parents=True, exist_ok=True)
    sources = _all_sources(plan, checkpoint, say)
    real = kept_real_lines(plan, say)
    choosing = real_lines(plan.choosing) if plan.choosing else ()
    drawn = DrawnLines(plan, say, real)
    log.info(
        "training %s: %s mixer, %.1f CPU minutes, seed %d, %d real lines, %d for choosing",
        plan.folder.name, plan.network.mixer, plan.loop.minutes, plan.loop.seed, len(real), len(choosing),
    )  # fmt: skip
    train_network(
        drawn,
        real,
        choosing,
        network=plan.network,
        options=plan.loop,
        checkpoint=checkpoint,
        say=say,
        parent=plan.parent,
        sources=sources,
    )
    if not checkpoint.is_file():
        raise SetupError(
            f"{plan.parent} đã học đủ số phút đã đặt: không còn gì để học. Hãy tăng --minutes (hoặc --until)."
        )
    if plan.loop.until < plan.loop.minutes:
        say(f"Dừng ở phút {plan.loop.until:g}; trạng thái nằm trong {checkpoint}.")
        return
    write_model(
        plan, drawn, real, choosing, refresh_sources(_checkpoint_sources(checkpoint), sources), command
    )
    say(f"Đã ghi mô hình vào {plan.folder}.")


def write_model(
    plan: TrainingPlan,
    drawn: Callable[[int], Sequence[dataset.DatasetLine]],
    real: Sequence[dataset.DatasetLine],
    choosing: Sequence[RealLine],
    sources: TrainingSources,
    command: str,
) -> None:
    """Write the folder of the model from its checkpoint."""
    network, history = averaged_network(plan.work / f"{plan.folder.name}.pt", plan.blend)
    plan.folder.mkdir(parents=True, exist_ok=True)
    write_onnx(
        network,
        plan.folder / WEIGHTS,
        _calibration_batches(plan, drawn(max(0, len(history) - 1)), real) if plan.small else (),
    )
    scores, reads = {}, onnx_network(plan.folder / WEIGHTS)
    if choosing:
        scores["Lines used for choosing"] = scores_on(reads, choosing)
    kept_out = [line for lines in _found_lines(plan).values() for line in lines if _is_kept_out(line)]
    if kept_out:
        scores["Writers kept out for calibration"] = scores_on(reads, kept_out)
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


@dataclass
class DrawnLines:
    """The drawn lines of a plan; each round some of them are drawn anew, so that they never end.

    Dates and numbers among them are partly written in figures of real pens, where there are any. Files that no later
    round needs are removed.
    """

    plan: TrainingPlan
    say: Callable[[str], None]
    real: Sequence[dataset.DatasetLine] = ()
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
        """Return figures of pens: those of the plan's folder, and those that a network finds in the real lines."""
        parent = self.plan.parent
        cut = {}
        if parent and parent.suffix == SHIPPED and parent.is_file() and self.plan.figures:
            cut = figures_by_writer(self.real, onnx_network(parent))
        found = RealFigures.gather(cut, self.plan.figures)
        if found is not None:
            count = sum(map(len, found.collection.values()))
            self.say(f"Có {count} chữ số thật, {len(found.writers)} người viết có đủ chữ số của mình.")
        return found

    def _path(self, shard: int) -> Path:
        return self.plan.work / f"{self.plan.folder.name}-drawn-{shard:03d}.npz"

    def _shard(self, number: int) -> tuple[dataset.DatasetLine, ...]:
        path = self._path(number)
        if path.is_file():
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


def kept_real_lines(plan: TrainingPlan, say: Callable[[str], None]) -> tuple[dataset.DatasetLine, ...]:
    """Return the real lines that may be trained on.

    Writers that are kept out for calibration are left out, and so are lines with a letter that the networks lack.
    """
    found = [line for lines in _found_lines(plan).values() for line in lines]
    if not found:
        return ()
    if kept_out := lines_kept_out(found):
        of_whom = ", ".join(f"{writer} ({count} dòng)" for writer, count in kept_out.items())
        say(f"Để riêng cho hiệu chuẩn, không đem ra dạy: người viết {of_whom}.")
    path = plan.work / f"real-{content_key(found)}.npz"
    if not path.is_file():
        allowed = [line for line in found if not _is_kept_out(line)]
        lines = [line for line in allowed if LETTERS.issuperset(line.text)]
        left_out = len(allowed) - len(lines)
        say(
            f"Chuẩn bị {len(lines)} dòng thật."
            + (f" Bỏ {left_out} dòng có chữ mà bộ đọc không có." if left_out else "")
        )
        dataset.save_lines(
            path,
            [dataset.dataset_line(line.grey(), line.text, line.full_label, line.writer) for line in lines],
        )
    return dataset.load_lines(path)


def _found_lines(plan: TrainingPlan) -> dict[Path, tuple[RealLine, ...]]:
    """Return the lines of each folder of real lines."""
    folders = ((plan.real, False), (plan.real_full, True))
    return {folder: real_lines(folder, full_label=full) for folder, full in folders if folder}


def _is_kept_out(line: RealLine) -> bool:
    return line.writer in CALIBRATION_WRITERS


def _all_sources(plan: TrainingPlan, checkpoint: Path, say: Callable[[str], None]) -> TrainingSources:
    """Return what the model has learned from when this run of its training is over."""
    learns = drawn_source(FontSet.find(plan.fonts).licence_summary) | figures_source(plan.figures)
    for folder, lines in _found_lines(plan).items():
        learns |= real_source(folder, lines, say)
    held = _checkpoint_sources(checkpoint)
    return merge_sources(held, _parent_sources(plan.parent, held, say), learns)


def _parent_sources(
    parent: Path | None, held: TrainingSources | None, say: Callable[[str], None]
) -> TrainingSources:
    """Return what the training began with; nothing when that is gone and the checkpoint says it."""
    if parent is None or (held is not None and not parent.is_file()):
        return {}
    return (
        shipped_source(parent, say)
        if parent.suffix == SHIPPED
        else parent_source(parent, _checkpoint_sources(parent))
    )


def _checkpoint_sources(checkpoint: Path) -> TrainingSources | None:
    held = checkpoint_sources(checkpoint)
    return None if held is None else {key: TrainingSource(*values) for key, values in held.items()}


def _calibration_batches(
    plan: TrainingPlan, drawn: Sequence[dataset.DatasetLine], real: Sequence[dataset.DatasetLine]
) -> tuple[Tensor, ...]:
    """Return batches like the last ones of the training."""
    loop = plan.loop
    source = batches(
        drawn, real, (), Mixture(loop.real_late), loop.size, np.random.default_rng((loop.seed, 5))
    )
    return tuple(torch.from_numpy(batch.lines) for batch in islice(source, RANGE_BATCHES))
