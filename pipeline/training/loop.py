"""The training loop, seeded and resumable, and the CTC loss of lines whose labels may leave out case and punctuation.

It runs on the CPU with one thread or more, in bfloat16.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from pipeline.base.errors import SetupError
from pipeline.base.files import atomic_path
from pipeline.training.batches import CLASSES, Batch, Mixture, batches, reading_batches
from pipeline.training.dataset import DatasetLine, LineScore, RealLine, score_of
from pipeline.training.distillation import distillation_loss
from pipeline.training.network import LETTERS, CtcNetwork, NetworkOptions, folded_classes
from pipeline.training.shipped_weights import load_shipped_network
from pipeline.training.word_alignment import words_by_writer


def ctc_loss(network: CtcNetwork, batch: Batch) -> Tensor:
    """Return the mean CTC loss of a letter.

    Lines whose labels give neither case nor punctuation are scored on folded classes: whatever case the network writes
    is right, and so is any sign that the label leaves out.
    """
    return _loss_of(_log_chances(network, batch), batch)


def _log_chances(network: CtcNetwork, batch: Batch) -> Tensor:
    lines = torch.from_numpy(batch.lines).to(memory_format=torch.channels_last)
    with torch.autocast("cpu", torch.bfloat16):
        scores = network(lines)
    chances: Tensor = scores.float().log_softmax(2)
    return chances


def _loss_of(chances: Tensor, batch: Batch) -> Tensor:
    full = [number for number, says in enumerate(batch.full_labels) if says]
    partial = [number for number, says in enumerate(batch.full_labels) if not says]
    total: Tensor = chances.new_zeros(())
    if full:
        total = total + _ctc(chances[full], batch, full, CLASSES, fold=False)
    if partial:
        total = total + _ctc(_fold_classes(chances[partial]), batch, partial, _FOLDED_CLASSES, fold=True)
    mean: Tensor = total / len(batch.texts)
    return mean


_FOLDS, _FOLDED_LETTERS = folded_classes()
_FOLDED_CLASSES = {letter: number + 1 for number, letter in enumerate(_FOLDED_LETTERS)}
_FOLD_MATRIX = functional.one_hot(torch.tensor(_FOLDS), len(_FOLDED_LETTERS) + 1).float()


def _fold_classes(chances: Tensor) -> Tensor:
    folded: Tensor = (chances.exp() @ _FOLD_MATRIX + 1e-8).log()
    return folded


def _ctc(
    chances: Tensor, batch: Batch, numbers: Sequence[int], classes: dict[str, int], *, fold: bool
) -> Tensor:
    texts = [
        " ".join(batch.texts[number].lower().split()) if fold else batch.texts[number] for number in numbers
    ]
    targets = [[classes[letter] for letter in text if letter in classes] for text in texts]
    losses = functional.ctc_loss(
        chances.transpose(0, 1),
        torch.tensor([letter for target in targets for letter in target]),
        torch.tensor([batch.steps[number] for number in numbers]),
        torch.tensor([len(target) for target in targets]),
        reduction="none",
        zero_infinity=True,
    )
    lengths = torch.tensor([max(1, len(target)) for target in targets])
    return (losses / lengths).sum()


log = logging.getLogger(__name__)

SHIPPED = ".onnx"
"""What a model that ships is called; other parents are checkpoints."""


@dataclass(frozen=True, slots=True)
class LoopOptions:
    """How long and on what a network is trained.

    Attributes:
        minutes: CPU minutes of the whole training; the learning rate follows a cosine over them.
        until: Minute at which this run stops early.
        size: Lines a batch.
        rate: Learning rate at the beginning.
        warm: Share of the training that sees only drawn lines.
        real: Share of lines that are real before ``recompose_from``.
        real_late: Share of lines that are real from there on; drawn lines, of more hands and all signs, take longer.
        recompose_from: Share of the training from which real words are joined anew.
        recomposed: Share of the real lines that are joined anew.
        average: How slowly the averaged weights, which are kept, follow the trained ones.
        decay: Weight decay.
        seed: Seed.
        every: Minutes between two reports, each with a checkpoint.
        threads: Threads of torch.
        distillation: How much it counts that the network sees drawn lines as the shipped one does that it goes on from.
    """

    minutes: float = 60.0
    until: float = math.inf
    size: int = 24
    rate: float = 1.6e-3
    warm: float = 0.10
    real: float = 0.55
    real_late: float = 0.25
    recompose_from: float = 0.30
    recomposed: float = 0.5
    average: float = 0.998
    decay: float = 0.02
    seed: int = 1
    every: float = 4.0
    threads: int = 1
    distillation: float = 0.0


@dataclass
class _State:
    """What a checkpoint holds."""

    network: CtcNetwork
    kept: CtcNetwork
    optimizer: torch.optim.Optimizer
    step: int = 0
    spent: float = 0.0
    history: tuple[dict[str, float], ...] = ()
    sources: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    begun: Mapping[str, Tensor] = field(default_factory=dict)
    """The weights of the shipped network that is trained on."""
    teacher: CtcNetwork | None = None


def train_network(
    drawn: Callable[[int], Sequence[DatasetLine]],
    real: Sequence[DatasetLine],
    choosing: Sequence[RealLine],
    *,
    network: NetworkOptions,
    options: LoopOptions,
    checkpoint: Path,
    say: Callable[[str], None],
    parent: Path | None = None,
    sources: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> CtcNetwork:
    """Train a network and return it with averaged weights, going on from the checkpoint when there is one.

    Args:
        drawn: Returns the drawn lines of a round; a round is the time between two reports.
        real: Real lines.
        choosing: Real lines that progress is measured on; nothing is trained on them.
        network: Shape of the network.
        options: How long and on what it is trained.
        checkpoint: File that holds the state of the training.
        say: Takes progress, in Vietnamese.
        parent: Checkpoint of another network, whose fitting weights a new one begins with, the time they took counted;
            or the ``model.onnx`` of one of the same kind, which is trained on, with all kinds of lines from the start.
        sources: What is learned from, in words that every checkpoint holds from its next step on.
    """
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    state = _new_state(network, options)
    state.sources = sources
    if checkpoint.is_file():
        _resume(state, checkpoint)
        say(f"Tiếp tục từ bước {state.step} ({state.spent:.1f} phút CPU).")
    elif parent and parent.suffix == SHIPPED:
        _continue_from(state, load_shipped_network(parent, network, _some_lines(drawn(0), options)))
        say(f"Học tiếp từ mô hình {parent.parent.name}.")
    elif parent:
        taken = _inherit_weights(state, parent)
        say(f"Lấy {taken} nhóm trọng số từ {parent.name} ({state.spent:.1f} phút CPU).")
    if parent and parent.suffix == SHIPPED:
        options = replace(options, warm=0.0, recompose_from=0.0)
    if options.distillation and state.begun:
        state.teacher = CtcNetwork(network)
        state.teacher.load_state_dict(dict(state.begun))
        state.teacher.eval()
    rng = np.random.default_rng((options.seed, state.step))
    words: list[list[DatasetLine]] = []
    source: Iterator[Batch] = iter(())
    stage, reported_at, losses = "", state.spent, []
    end = min(options.minutes, options.until)
    while state.spent < end:
        started = time.process_time()
        share = state.spent / options.minutes
        now = f"{_stage(share, options)} {len(state.history)}"
        if now != stage:
            stage = now
            if not words and options.recomposed and _stage(share, options) == "recomposed":
                words = words_by_writer(real, state.kept)
                say(f"Cắt được {sum(map(len, words))} từ của {len(words)} người viết.")
            mixture = _mixture(_stage(share, options), options)
            log.info(
                "step %d: %s lines, %.2f of them real, %.2f of those recomposed",
                state.step, stage, mixture.real, mixture.recomposed,
            )  # fmt: skip
            source = batches(drawn(len(state.history)), real, words, mixture, options.size, rng)
        losses.append(_train_step(state, next(source), share, options))
        state.spent += (time.process_time() - started) / 60
        if state.spent - reported_at >= options.every or state.spent >= end:
            reported_at = state.spent
            _report(state, choosing, losses, say)
            losses.clear()
            _save(state, checkpoint)
    return state.kept


def _stage(share: float, options: LoopOptions) -> str:
    if share < options.warm:
        return "drawn"
    return "real" if share < options.recompose_from else "recomposed"


def _mixture(stage: str, options: LoopOptions) -> Mixture:
    if stage == "drawn":
        return Mixture(0.0)
    if stage == "real":
        return Mixture(options.real)
    return Mixture(options.real_late, options.recomposed)


def _new_state(network: NetworkOptions, options: LoopOptions) -> _State:
    fresh = CtcNetwork(network)
    fresh.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    kept = CtcNetwork(network)
    kept.load_state_dict(fresh.state_dict())
    kept.eval()
    optimizer = torch.optim.AdamW(fresh.parameters(), lr=options.rate, weight_decay=options.decay)
    return _State(fresh, kept, optimizer)


def _train_step(state: _State, batch: Batch, share: float, options: LoopOptions) -> float:
    wave = 0.5 + 0.5 * math.cos(math.pi * min(1.0, share))
    rate = options.rate * wave * min(1.0, (state.step + 1) / 300) + 1e-6
    for group in state.optimizer.param_groups:
        group["lr"] = rate
    state.network.train()
    chances = _log_chances(state.network, batch)
    loss = _loss_of(chances, batch)
    if state.teacher is not None:
        loss = loss + options.distillation * distillation_loss(state.teacher, batch, chances)
    state.optimizer.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(state.network.parameters(), 2.0)
    state.optimizer.step()
    state.step += 1
    log.debug("step %d: loss %.4f, learning rate %.2e", state.step, loss.item(), rate)
    _update_average(state, min(options.average, (state.step + 1) / (state.step + 20)))
    return float(loss.detach())


def _update_average(state: _State, share: float) -> None:
    with torch.no_grad():
        for kept, now in zip(
            state.kept.state_dict().values(), state.network.state_dict().values(), strict=True
        ):
            if kept.dtype.is_floating_point:
                kept.lerp_(now, 1 - share)
            else:
                kept.copy_(now)


def scores_on(network: Callable[[Tensor], Tensor], lines: Sequence[RealLine]) -> LineScore:
    """Return the score of best-path readings of real lines against their labels.

    Args:
        network: From (lines, 1, ``HEIGHT``, width) to scores (lines, steps, 1 + letters); one that is being trained has
            to be in ``eval`` mode.
        lines: The lines.
    """
    read = [""] * len(lines)
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        for batch, numbers in reading_batches(lines):
            best = network(torch.from_numpy(batch.lines)).argmax(2).numpy()
            for number, path, steps in zip(numbers, best, batch.steps, strict=True):
                read[number] = best_path(path[:steps])
    return score_of(read, lines)


def best_path(path: Sequence[int]) -> str:
    """Return the text of a path of classes, without repeats and class 0."""
    return "".join(
        LETTERS[now - 1] for before, now in zip((0, *path[:-1]), path, strict=True) if now and now != before
    )


def _report(
    state: _State, choosing: Sequence[RealLine], losses: Sequence[float], say: Callable[[str], None]
) -> None:
    loss = float(np.mean(losses))
    metrics = {"step": float(state.step), "minutes": state.spent, "loss": loss}
    line = f"{state.spent:6.1f} phút CPU, bước {state.step}, mất mát {loss:.3f}"
    if choosing:
        score = scores_on(state.kept.eval(), choosing)
        metrics |= {"cer": float(score.cer), "exact": float(score.exact)}
        line += f", CER {100 * score.cer:.2f} %, dòng đúng hẳn {100 * score.exact:.1f} %"
    state.history = (*state.history, metrics)
    log.info("report %d: %s", len(state.history), {name: round(value, 4) for name, value in metrics.items()})
    say(line)


def _save(state: _State, path: Path) -> None:
    held: dict[str, Any] = {
        "options": asdict(state.network.options),
        "network": state.network.state_dict(),
        "kept": state.kept.state_dict(),
        "optimizer": state.optimizer.state_dict(),
        "step": state.step,
        "spent": state.spent,
        "history": state.history,
        "sources": {key: tuple(source) for key, source in state.sources.items()},
        "begun": dict(state.begun),
    }
    with (
        atomic_path(path) as temporary,
        temporary.open("wb") as file,
    ):  # torch takes no name that begins with a point
        torch.save(held, file)
    log.info("checkpoint of step %d written", state.step)


def _resume(state: _State, path: Path) -> None:
    held = _load_checkpoint(path)
    state.network.load_state_dict(held["network"])
    state.kept.load_state_dict(held["kept"])
    state.optimizer.load_state_dict(held["optimizer"])
    state.step, state.spent = held["step"], held["spent"]
    state.history = tuple(held["history"])
    state.begun = held.get("begun", {})


def _load_checkpoint(path: Path) -> dict[str, Any]:
    """What a checkpoint holds; numbers of its history may be numpy's."""
    scalar: Any = np.float64(0).__reduce__()[0]
    with torch.serialization.safe_globals([scalar, np.dtype, np.dtypes.Float64DType]):
        held: dict[str, Any] = torch.load(path, weights_only=True)
    return held


def _inherit_weights(state: _State, path: Path) -> int:
    """Take the weights of the same name and shape from another network's checkpoint. Returns how many."""
    held = torch.load(path, weights_only=True)
    own = state.network.state_dict()
    fitting = {
        name: weights
        for name, weights in held["network"].items()
        if name in own and own[name].shape == weights.shape and not name.startswith("letters")
    }
    state.network.load_state_dict(own | fitting)
    state.kept.load_state_dict(state.network.state_dict())
    state.spent, state.history = held["spent"], tuple(held["history"])
    return len(fitting)


def _some_lines(drawn: Sequence[DatasetLine], options: LoopOptions) -> Tensor:
    """A batch of drawn lines as the network will meet them."""
    rng = np.random.default_rng((options.seed, 3))
    return torch.from_numpy(next(batches(drawn, (), (), Mixture(0.0), options.size, rng)).lines)


def _continue_from(state: _State, network: CtcNetwork) -> None:
    """Take all weights of a network that was trained before; its minutes are its own."""
    state.network.load_state_dict(network.state_dict())
    state.kept.load_state_dict(network.state_dict())
    state.begun = {name: weights.clone() for name, weights in network.state_dict().items()}


def averaged_network(checkpoint: Path, blend: float = 0.0) -> tuple[CtcNetwork, tuple[dict[str, float], ...]]:
    """Return the averaged network of a checkpoint and the history of its reports.

    Args:
        checkpoint: The file.
        blend: Share 0 to 1 of the weights that the training of a shipped network began with. Networks between both
            often read unknown hands better than either.

    Raises:
        SetupError: The checkpoint holds no such weights.

    Source:
        Wortsman et al., "Robust fine-tuning of zero-shot models" (CVPR 2022).
    """
    held = _load_checkpoint(checkpoint)
    if blend and not held.get("begun"):
        raise SetupError(
            f"{checkpoint} không giữ trọng số lúc bắt đầu (của bản cũ, hoặc không bắt đầu từ model.onnx). Hãy bỏ"
            " --blend, hay học lại trong một thư mục --work khác."
        )
    options = held["options"]
    channels, blocks = tuple(options.pop("channels")), tuple(options.pop("blocks"))
    network = CtcNetwork(replace(NetworkOptions(**options), channels=channels, blocks=blocks))
    network.load_state_dict(_blend_weights(held["kept"], held["begun"], blend) if blend else held["kept"])
    network.eval()
    return network, tuple(held["history"])


def _blend_weights(
    learned: Mapping[str, Tensor], begun: Mapping[str, Tensor], blend: float
) -> dict[str, Tensor]:
    """Blend weights; counts are those of the learned ones."""
    return {
        name: torch.lerp(now, begun[name], blend) if now.dtype.is_floating_point else now
        for name, now in learned.items()
    }


def checkpoint_sources(checkpoint: Path) -> dict[str, tuple[str, ...]] | None:
    """Return what a checkpoint says its network learned from; None when it does not say, or is not there."""
    return _load_checkpoint(checkpoint).get("sources") if checkpoint.is_file() else None
