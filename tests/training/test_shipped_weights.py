from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from torch import Tensor, nn

from pipeline.base.errors import SetupError
from pipeline.recognition.ocr.line_image import HEIGHT
from pipeline.training.export import write_onnx
from pipeline.training.network import CtcNetwork, Mixer, NetworkOptions
from pipeline.training.shipped_weights import load_shipped_network

TINY = NetworkOptions(channels=(8, 8, 16, 16), width=32, depth=2, memory=24)


@pytest.mark.parametrize("mixer", ["convolutional", "hybrid"])
@pytest.mark.parametrize("small", [True, False])
def test_a_model_that_shipped_reads_the_same_when_it_is_trained_on(
    tmp_path: Path, mixer: Mixer, small: bool
) -> None:
    before = _trained_a_little(replace(TINY, mixer=mixer))
    write_onnx(before, tmp_path / "model.onnx", [_lines(8)] if small else ())
    after = load_shipped_network(tmp_path / "model.onnx", before.options, _lines(8))
    lines = _lines(5)
    with torch.no_grad():
        wanted, found = (network.eval()(lines).softmax(2) for network in (before, after))
    assert torch.allclose(wanted, found, atol=0.02 if small else 1e-4)


def test_norms_of_a_shipped_network_start_from_what_lines_look_like(tmp_path: Path) -> None:
    before = _trained_a_little(TINY_CONVOLUTIONAL)
    write_onnx(before, tmp_path / "model.onnx", [_lines(8)])
    lines = _lines(8)
    after = load_shipped_network(tmp_path / "model.onnx", before.options, lines)
    for module in after.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    with torch.no_grad():
        asleep, awake = after.eval()(lines).softmax(2), after.train()(lines).softmax(2)
    assert torch.allclose(asleep, awake, atol=1e-3)


@pytest.mark.parametrize("mixer", ["convolutional", "hybrid"])
def test_a_quantized_network_reads_a_line_alike_alone_and_among_others(tmp_path: Path, mixer: Mixer) -> None:
    write_onnx(_trained_a_little(replace(TINY, mixer=mixer)), tmp_path / "model.onnx", [_lines(8)])
    session = onnxruntime.InferenceSession(str(tmp_path / "model.onnx"), providers=["CPUExecutionProvider"])
    lines = _lines(5).numpy() * np.linspace(0.2, 1.0, 5, dtype=np.float32)[:, None, None, None]
    (together,) = session.run(None, {"lines": lines})
    for number, seen in enumerate(together):
        ((alone,),) = session.run(None, {"lines": lines[number : number + 1]})
        np.testing.assert_allclose(alone, seen, atol=1e-5)


def test_a_model_of_another_kind_of_network_is_refused(tmp_path: Path) -> None:
    write_onnx(_trained_a_little(TINY_CONVOLUTIONAL), tmp_path / "model.onnx", [_lines(8)])
    with pytest.raises(SetupError, match="--mixer"):
        load_shipped_network(tmp_path / "model.onnx", replace(TINY, mixer="hybrid"), _lines(2))


TINY_CONVOLUTIONAL = replace(TINY, mixer="convolutional")


def _lines(count: int) -> Tensor:
    torch.manual_seed(count)
    return torch.rand(count, 1, HEIGHT, 192)


def _trained_a_little(options: NetworkOptions) -> CtcNetwork:
    """A network whose norms have seen something and whose weights have moved."""
    torch.manual_seed(7)
    network = CtcNetwork(options)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.05)
    for _ in range(3):
        optimizer.zero_grad()
        network(_lines(4)).square().mean().backward()
        optimizer.step()
    return network.eval()
