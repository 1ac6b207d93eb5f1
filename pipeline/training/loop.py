"""The training loop.

A checkpoint holds weights, optimizer, place in the data and random state: a training that was killed goes on from it as
if nothing had happened. It runs on the CPU with one thread or more, or on a GPU, in bfloat16.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from types import MappingProxyType

import numpy as np
import torch
from torch import Tensor, nn

from pipeline.recognition.ocr.line_image import HEIGHT
from pipeline.training.augmentation import AugmentOptions
from pipeline.training.batch_pools import pool_of_batches
from pipeline.training.batches import Batch, reading_batches
from pipeline.training.checkpoint import TrainingState, resume, save_checkpoint
from pipeline.training.ctc import best_path, ctc_loss_of, log_probabilities
from pipeline.training.dataset import LineScore, RealLine, score_of
from pipeline.training.distillation import distillation_loss
from pipeline.training.line_sources import Mixture
from pipeline.training.network import CtcNetwork, NetworkOptions
from pipeline.training.pretrained_tower import PretrainedTower
from pipeline.training.shipped_weights import load_shipped_network

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LoopOptions:
    """How long and how a network is trained.

    Attributes:
        minutes: CPU minutes of the whole training, where ``steps`` is 0; the learning rate follows a cosine over them.
        steps: Steps of the whole training. The rate stays until the last ``cooling`` of them, then falls to nothing; so
            a training may be lengthened as long as it has not begun to cool.
        cooling: Share of ``steps`` over which the rate falls.
        until: Minute at which this run stops early.
        size: Lines a batch.
        rate: Learning rate at the beginning.
        tower_rate: Share of ``rate`` by which a pretrained tower learns.
        average: How slowly the averaged weights, which are kept, follow the trained ones.
        decay: Weight decay.
        every: Minutes between two reports.
        save_every: Minutes between two checkpoints.
        device: ``cpu`` or ``cuda``.
        workers: Processes that vary lines ahead of the network; 0 varies them in the process that trains.
        distillation: How much it counts that the network sees drawn lines as the shipped one does that it goes on from.
        augment: How lines are varied.
    """

    minutes: float = 60.0
    steps: int = 0
    cooling: float = 0.25
    until: float = math.inf
    size: int = 24
    rate: float = 1.6e-3
    tower_rate: float = 0.25
    average: float = 0.998
    decay: float = 0.02
    seed: int = 1
    every: float = 4.0
    save_every: float = 4.0
    threads: int = 1
    device: str = "cpu"
    workers: int = 0
    distillation: float = 0.0
    augment: AugmentOptions = field(default_factory=AugmentOptions)


POOLS_A_ROUND = 25
"""Pools of batches for which the same drawn lines are at hand; then some of them are drawn anew."""


def train_network(
    mixture: Callable[[int], Mixture],
    choosing: Mapping[str, Sequence[RealLine]],
    *,
    network: NetworkOptions,
    options: LoopOptions,
    checkpoint: Path,
    say: Callable[[str], None],
    parent: Path | None = None,
    pretrained: Path | None = None,
    sources: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> CtcNetwork:
    """Train a network and return it with averaged weights, going on from the checkpoint when there is one.

    Args:
        mixture: Returns the lines of a round (``POOLS_A_ROUND``), counted from 0.
        choosing: Real lines that progress is measured on, by the name of their collection; nothing is trained on them.
        options: How long and how it is trained.
        checkpoint: File that holds the state of the training.
        say: Takes progress, in Vietnamese.
        parent: The ``model.onnx`` of a network of the same shape, which is trained on.
        pretrained: ONNX file with the weights of a pretrained tower, for a new network that has one.
        sources: What is learned from, in words that every checkpoint holds from its next step on.
    """
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    state = _new_state(network, options)
    state.sources = sources
    if checkpoint.is_file():
        resume(state, checkpoint)
        say(f"Tiếp tục từ bước {state.step} ({state.spent:.1f} phút CPU).")
    elif parent:
        _continue_from(
            state, load_shipped_network(parent, network, _some_lines(mixture(0), network, options))
        )
        say(f"Học tiếp từ mô hình {parent.parent.name}.")
    elif pretrained:
        _load_tower(state, pretrained)
        say(f"Bắt đầu từ bộ mã hóa của {pretrained.name}.")
    if options.distillation and state.begun:
        state.teacher = CtcNetwork(network)
        state.teacher.load_state_dict(dict(state.begun))
        state.teacher.eval()
    _train(state, mixture, choosing, options, checkpoint, say)
    return state.kept


def _train(
    state: TrainingState,
    mixture: Callable[[int], Mixture],
    choosing: Mapping[str, Sequence[RealLine]],
    options: LoopOptions,
    checkpoint: Path,
    say: Callable[[str], None],
) -> None:
    reported_at = saved_at = state.spent
    losses: list[float] = []
    with _pools(state, mixture, options) as pools:
        waiting: list[Batch] = []
        while not _is_over(state, options):
            started = time.process_time()
            if not waiting:
                waiting = next(pools)[state.place :]
            losses.append(_train_step(state, waiting.pop(0), options))
            state.place += 1
            if not waiting:
                state.pool, state.place = state.pool + 1, 0
            state.spent += (time.process_time() - started) / 60
            over = _is_over(state, options)
            if over or state.spent - reported_at >= options.every:
                reported_at = state.spent
                _report(state, choosing, losses, options, say)
                losses.clear()
            if over or state.spent - saved_at >= options.save_every:
                saved_at = state.spent
                save_checkpoint(state, checkpoint)


def _share_done(state: TrainingState, options: LoopOptions) -> float:
    """Return the share of the training that is over."""
    return state.step / options.steps if options.steps else state.spent / options.minutes


def _is_over(state: TrainingState, options: LoopOptions) -> bool:
    return _share_done(state, options) >= 1 or state.spent >= options.until


@contextmanager
def _pools(
    state: TrainingState, mixture: Callable[[int], Mixture], options: LoopOptions
) -> Iterator[Iterator[list[Batch]]]:
    """Yield the pools of batches from the state's on; each depends on the seed and its number alone."""
    height = state.network.options.height
    if not options.workers:
        yield (_pool(number, mixture, options, height) for number in _from(state.pool))
        return
    mixture(state.pool // POOLS_A_ROUND)  # datasets are prepared once, before the processes part
    _FORKED[:] = [(mixture, options, height)]
    with ProcessPoolExecutor(options.workers, get_context("fork")) as executor:
        ahead = [executor.submit(_forked_pool, state.pool + n) for n in range(2 * options.workers)]

        def results() -> Iterator[list[Batch]]:
            for number in _from(state.pool + len(ahead)):
                ahead.append(executor.submit(_forked_pool, number))
                yield ahead.pop(0).result()

        yield results()
        executor.shutdown(cancel_futures=True)


def _from(number: int) -> Iterator[int]:
    while True:
        yield number
        number += 1


def _pool(number: int, mixture: Callable[[int], Mixture], options: LoopOptions, height: int) -> list[Batch]:
    rng = np.random.default_rng((options.seed, 11, number))
    return pool_of_batches(mixture(number // POOLS_A_ROUND), options.size, rng, options.augment, height)


_FORKED: list[tuple[Callable[[int], Mixture], LoopOptions, int]] = []
"""What worker processes inherit: lines are too many to be sent to them."""


def _forked_pool(number: int) -> list[Batch]:
    return _pool(number, *_FORKED[0])


def _new_state(network: NetworkOptions, options: LoopOptions) -> TrainingState:
    fresh = CtcNetwork(network).to(options.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    kept = CtcNetwork(network).to(options.device)
    kept.load_state_dict(fresh.state_dict())
    kept.eval()
    tower = list(fresh.tower.parameters()) if network.tower == "pretrained" else []
    of_tower = {id(parameter) for parameter in tower}
    rest = [parameter for parameter in fresh.parameters() if id(parameter) not in of_tower]
    groups = [{"params": rest, "share": 1.0}]
    groups += [{"params": tower, "share": options.tower_rate}] if tower else []
    optimizer = torch.optim.AdamW(groups, lr=options.rate, weight_decay=options.decay)
    return TrainingState(fresh, kept, optimizer)


WARMING = 300
"""Steps over which the learning rate rises."""


def learning_rate(step: int, done: float, options: LoopOptions) -> float:
    """Return the rate of a step when a share ``done`` of the training is over."""
    if options.steps:
        wave = min(1.0, max(0.0, 1 - done) / options.cooling)
    else:
        wave = 0.5 + 0.5 * math.cos(math.pi * min(1.0, done))
    return options.rate * wave * min(1.0, (step + 1) / WARMING) + 1e-6


def _train_step(state: TrainingState, batch: Batch, options: LoopOptions) -> float:
    rate = learning_rate(state.step, _share_done(state, options), options)
    for group in state.optimizer.param_groups:
        group["lr"] = rate * group["share"]
    torch.manual_seed(hash((options.seed, state.step)))
    state.network.train()
    log_probs = log_probabilities(state.network, batch)
    loss = ctc_loss_of(log_probs, batch)
    if state.teacher is not None:
        loss = loss + options.distillation * distillation_loss(state.teacher, batch, log_probs)
    state.optimizer.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(state.network.parameters(), 2.0)
    state.optimizer.step()
    state.step += 1
    log.debug("step %d: loss %.4f, learning rate %.2e", state.step, loss.item(), rate)
    _update_average(state, min(options.average, (state.step + 1) / (state.step + 20)))
    return float(loss.detach())


def _update_average(state: TrainingState, share: float) -> None:
    with torch.no_grad():
        for kept, now in zip(
            state.kept.state_dict().values(), state.network.state_dict().values(), strict=True
        ):
            if kept.dtype.is_floating_point:
                kept.lerp_(now, 1 - share)
            else:
                kept.copy_(now)


@cache
def _pictures_of(lines: tuple[RealLine, ...], height: int) -> tuple[tuple[Batch, tuple[int, ...]], ...]:
    return tuple(reading_batches(lines, height=height))


def scores_on(
    network: Callable[[Tensor], Tensor], lines: Sequence[RealLine], height: int = HEIGHT, device: str = "cpu"
) -> LineScore:
    """Return the score of best-path readings of real lines against their labels.

    Args:
        network: From (lines, 1, ``height``, width) to scores (lines, steps, 1 + letters); one that is being trained has
            to be in ``eval`` mode.
        height: Rows of the pictures that the network sees.
    """
    read = [""] * len(lines)
    with torch.no_grad(), torch.autocast(device, torch.bfloat16):
        for batch, numbers in _pictures_of(tuple(lines), height):
            best = network(torch.from_numpy(batch.lines).to(device)).argmax(2).cpu().numpy()
            for number, path, steps in zip(numbers, best, batch.steps, strict=True):
                read[number] = best_path(path[:steps])
    return score_of(read, lines)


def _report(
    state: TrainingState,
    choosing: Mapping[str, Sequence[RealLine]],
    losses: Sequence[float],
    options: LoopOptions,
    say: Callable[[str], None],
) -> None:
    loss = float(np.mean(losses)) if losses else math.nan
    metrics = {"step": float(state.step), "minutes": state.spent, "loss": loss}
    line = f"{state.spent:6.1f} phút CPU, bước {state.step}, mất mát {loss:.3f}"
    for name, lines in choosing.items():
        score = scores_on(state.kept.eval(), lines, state.network.options.height, options.device)
        metrics |= {f"cer {name}": float(score.cer), f"exact {name}": float(score.exact)}
        line += f"; {name} {100 * score.cer:.2f} % sai, {100 * score.exact:.0f} % dòng đúng"
    if state.step and _share_done(state, options) < 1:
        line += f"; còn {state.spent * (1 / _share_done(state, options) - 1) / 60:.1f} giờ CPU"
    state.history = (*state.history, metrics)
    log.info("report %d: %s", len(state.history), {name: round(value, 4) for name, value in metrics.items()})
    say(line)


def _load_tower(state: TrainingState, model: Path) -> None:
    """Take a pretrained tower."""
    tower = state.network.tower
    assert isinstance(tower, PretrainedTower)
    tower.load_pretrained(model)
    state.network.to(next(state.kept.parameters()).device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    state.kept.load_state_dict(state.network.state_dict())


def _some_lines(mixture: Mixture, network: NetworkOptions, options: LoopOptions) -> Tensor:
    """A batch of lines as the network will meet them."""
    rng = np.random.default_rng((options.seed, 3))
    return torch.from_numpy(pool_of_batches(mixture, options.size, rng, height=network.height)[0].lines)


def _continue_from(state: TrainingState, network: CtcNetwork) -> None:
    """Take all weights of a network that was trained before; its minutes are its own."""
    state.network.load_state_dict(network.state_dict())
    state.kept.load_state_dict(network.state_dict())
    state.begun = {name: weights.clone() for name, weights in network.state_dict().items()}
