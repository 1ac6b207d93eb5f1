"""A network learns a hand: what moves, what stays, and that the model which ships then reads the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from pipeline.recognition.ocr.adapters import add_differences
from pipeline.recognition.ocr.line_image import HEIGHT
from pipeline.training.adaptation import AdaptOptions, adapt_network, moved_part_way
from pipeline.training.adaptation_weights import weight_differences
from pipeline.training.batches import batch_of
from pipeline.training.ctc import ctc_loss
from pipeline.training.dataset import ROWS, DatasetLine
from pipeline.training.export import write_onnx
from pipeline.training.network import CtcNetwork, Mixer, NetworkOptions
from pipeline.training.shipped_weights import load_shipped_network
from tests.training.shipped_model import TINY

QUICK = AdaptOptions(steps=12, size=4, rate=2e-2, warm=1)


def strokes(text: str, seed: int) -> DatasetLine:
    """Return a line of some ink, labelled with that text."""
    rng = np.random.default_rng(seed)
    ink = np.zeros((ROWS, 160), np.uint8)
    ink[20:44, 10 + rng.integers(0, 8, 6) + 24 * np.arange(6)] = 255
    return DatasetLine(ink, text, full_label=True)


OWN = [strokes("77", number) for number in range(6)]
DRAWN = [strokes("12", 100 + number) for number in range(6)]


def network(options: NetworkOptions = TINY) -> CtcNetwork:
    torch.manual_seed(3)
    return CtcNetwork(options).eval()


def loss_on(trained: CtcNetwork, lines: list[DatasetLine]) -> float:
    pictures = [(line.ink[:HEIGHT] / 255).astype(np.float32) for line in lines]
    batch = batch_of(pictures, [line.text for line in lines], [True] * len(lines))
    with torch.no_grad():
        return float(ctc_loss(trained.eval(), batch))


def test_a_hand_is_learnt_and_the_network_that_ships_stays_as_it_was() -> None:
    parent = network()
    before = {name: weights.clone() for name, weights in parent.state_dict().items()}
    adapted = adapt_network(parent, OWN, DRAWN, QUICK)
    assert loss_on(adapted, OWN) < 0.8 * loss_on(parent, OWN)
    assert all(torch.equal(weights, before[name]) for name, weights in parent.state_dict().items())


def test_the_scope_says_what_moves_and_the_norms_keep_their_means() -> None:
    parent = network()
    adapted = adapt_network(parent, OWN, DRAWN, replace(QUICK, scope="affine"))
    moved = {
        name
        for name, weights in adapted.state_dict().items()
        if not torch.equal(weights, parent.state_dict()[name])
    }
    assert {"letters.weight", "letters.bias", "norm.weight", "tower.0.1.bias"} <= moved
    assert not {"tower.1.0.weight", "flatten.weight", "tower.0.1.running_mean"} & moved


def test_weights_moved_half_way_lie_between_both_and_neither_network_changes() -> None:
    parent = network()
    adapted = adapt_network(parent, OWN, DRAWN, QUICK)
    kept = [{name: one.clone() for name, one in each.state_dict().items()} for each in (parent, adapted)]
    half = moved_part_way(parent, adapted, 0.5).state_dict()
    for name, old in kept[0].items():
        torch.testing.assert_close(
            half[name], old if not old.is_floating_point() else (old + kept[1][name]) / 2
        )
    for each, before in zip((parent, adapted), kept, strict=True):
        assert all(torch.equal(one, before[name]) for name, one in each.state_dict().items())


def test_it_ends_when_it_is_told_to() -> None:
    seen: list[int] = []

    def watch(step: int, _network: CtcNetwork) -> bool:
        seen.append(step)
        return step < 3

    adapt_network(network(), OWN, DRAWN, QUICK, watch=watch)
    assert seen == [1, 2, 3]


@pytest.mark.parametrize(
    ("mixer", "small"), [("convolutional", True), ("convolutional", False), ("hybrid", False)]
)
def test_the_model_with_the_differences_reads_as_the_adapted_network_does(
    tmp_path: Path, mixer: Mixer, small: bool
) -> None:
    shape = replace(TINY, mixer=mixer, memory=24)
    torch.manual_seed(5)
    lines = torch.rand(6, 1, HEIGHT, 192)
    shipped = network(shape)
    with torch.no_grad():
        for weights in shipped.parameters():
            weights.add_(0.02 * torch.randn_like(weights))
    path = tmp_path / "model.onnx"
    write_onnx(shipped, path, [lines] if small else ())
    parent = load_shipped_network(path, shape, lines).eval()
    adapted = adapt_network(parent, OWN, DRAWN, replace(QUICK, scope="affine"))
    model = path.read_bytes()
    learnt = add_differences(model, weight_differences(model, parent, adapted))
    with torch.no_grad():
        wanted = adapted(lines).softmax(2).numpy()
        usual = parent(lines).softmax(2).numpy()
    session = onnxruntime.InferenceSession(learnt, providers=["CPUExecutionProvider"])
    found = np.exp(session.run(None, {"lines": lines.numpy()})[0])
    moved = np.abs(wanted - usual).mean()
    assert np.abs(found - wanted).mean() < moved / (5 if small else 50)
    assert weight_differences(model, parent, parent) == {}
