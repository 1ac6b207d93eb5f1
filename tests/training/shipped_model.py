"""An untrained network in the shipped form, for trainings that go on from a model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch

from pipeline.recognition.ocr.models import TrainingStage
from pipeline.training.export import TrainedModel, write_card, write_onnx
from pipeline.training.network import CtcNetwork, NetworkOptions

TINY = NetworkOptions(channels=(8, 8, 16, 16), width=32, depth=1, mixer="convolutional")


def shipped_model(folder: Path, prepare: Callable[[CtcNetwork], None] = lambda _: None) -> Path:
    """The ``model.onnx`` of a new model in ``folder``, its card beside it; ``prepare`` sets weights of its own."""
    folder.mkdir(parents=True)
    network = CtcNetwork(TINY)
    with torch.no_grad():
        for weights in network.parameters():  # biases that are the same would be written once
            weights.add_(0.01 * torch.randn_like(weights))
        prepare(network)
    write_onnx(network, folder / "model.onnx")
    stage = TrainingStage(what="Made for a test.", data=("Of old lines.",), minutes=9.0, command="-")
    model = TrainedModel(folder.name, network, 90, (stage,), licence="CC0-1.0", scores={}, limits="")
    write_card(folder, model)
    return folder / "model.onnx"
