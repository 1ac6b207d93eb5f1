"""Checkpoints of a training: what is held, written whole or not at all, and the networks made of them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from pipeline.base.errors import SetupError
from pipeline.base.files import atomic_path
from pipeline.training.network import CtcNetwork, NetworkOptions

log = logging.getLogger(__name__)


@dataclass
class TrainingState:
    """What a checkpoint holds.

    Attributes:
        pool: Number of the pool of batches that is next, or being trained on.
        place: Batches of that pool that are done.
        begun: The weights of the shipped network that is trained on.
    """

    network: CtcNetwork
    kept: CtcNetwork
    optimizer: torch.optim.Optimizer
    step: int = 0
    pool: int = 0
    place: int = 0
    spent: float = 0.0
    history: tuple[dict[str, float], ...] = ()
    sources: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    begun: Mapping[str, Tensor] = field(default_factory=dict)
    teacher: CtcNetwork | None = None


def save_checkpoint(state: TrainingState, path: Path) -> None:
    held: dict[str, Any] = {
        "options": asdict(state.network.options),
        "network": state.network.state_dict(),
        "kept": state.kept.state_dict(),
        "optimizer": state.optimizer.state_dict(),
        "step": state.step,
        "pool": state.pool,
        "place": state.place,
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


def resume(state: TrainingState, path: Path) -> None:
    """Take everything that a checkpoint holds."""
    held = _load_checkpoint(path)
    state.network.load_state_dict(held["network"])
    state.kept.load_state_dict(held["kept"])
    state.optimizer.load_state_dict(held["optimizer"])
    state.step, state.spent = held["step"], held["spent"]
    state.pool, state.place = held["pool"], held["place"]
    state.history = tuple(held["history"])
    state.begun = held.get("begun", {})


def _load_checkpoint(path: Path) -> dict[str, Any]:
    """What a checkpoint holds; numbers of its history may be numpy's."""
    scalar: Any = np.float64(0).__reduce__()[0]
    with torch.serialization.safe_globals([scalar, np.dtype, np.dtypes.Float64DType]):
        held: dict[str, Any] = torch.load(path, weights_only=True, map_location="cpu")
    return held


def averaged_network(checkpoint: Path, blend: float = 0.0) -> tuple[CtcNetwork, tuple[dict[str, float], ...]]:
    """Return the averaged network of a checkpoint and the history of its reports.

    Args:
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
