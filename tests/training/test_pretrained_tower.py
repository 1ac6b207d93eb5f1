from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from torch import nn
from torch.nn import functional

from pipeline.recognition.ocr.digits import model_path
from pipeline.training.export import onnx_network, write_onnx
from pipeline.training.network import NETWORKS, CtcNetwork
from pipeline.training.pretrained_tower import SLOPE, PretrainedTower
from pipeline.training.quantize import WHOLE_BLOCKS

LAST_BLOCK = "p2o.pd_op.add.64.0"


class _Given(nn.Module):
    def __init__(self, value: torch.Tensor) -> None:
        super().__init__()
        self.value = value

    def forward(self, _: torch.Tensor) -> torch.Tensor:
        return self.value


def test_the_tower_sees_what_the_recognizer_s_encoder_sees(monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind the first convolution, whose border differs: paper around a line, there the grey between paper and ink.

    With GELU the features are the recognizer's; with the activation that approximates it they are nearly so.
    """
    model = onnx.load(str(model_path()))
    first = next(node for node in model.graph.node if node.op_type == "Relu").output[0]
    for name in (first, LAST_BLOCK):
        model.graph.output.append(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None))
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    ink = np.random.default_rng(2).random((2, 1, 48, 160), np.float32)
    begun, wanted = session.run([first, LAST_BLOCK], {"x": np.repeat(1 - 2 * ink, 3, axis=1)})
    tower = PretrainedTower()
    tower.load_pretrained(model_path())
    tower.eval()
    with torch.no_grad():
        own = torch.relu(tower.stem(torch.from_numpy(ink))).numpy()
        np.testing.assert_allclose(own[:, :, 1:-1, 1:-1], begun[:, :, 1:-1, 1:-1], atol=1e-4)
        tower.stem = _Given(torch.from_numpy(begun))  # type: ignore[assignment]
        near = tower(torch.from_numpy(ink)).numpy()
        monkeypatch.setattr(functional, "silu", lambda x: SLOPE * functional.gelu(x / SLOPE))
        same = tower(torch.from_numpy(ink)).numpy()
    assert near.shape == (2, PretrainedTower.CHANNELS, 3, 40)
    np.testing.assert_allclose(same, wanted, atol=1e-3)
    assert float(np.corrcoef(near.ravel(), wanted.ravel())[0, 1]) > 0.95


def test_eight_bits_calculate_in_the_later_blocks_and_leave_stem_and_first_blocks_whole(
    tmp_path: Path,
) -> None:
    torch.manual_seed(3)
    network = CtcNetwork(NETWORKS["pretrained"]).eval()
    tower = network.tower
    assert isinstance(tower, PretrainedTower)
    tower.load_pretrained(model_path())
    lines = torch.rand(2, 1, 48, 96)
    write_onnx(network, tmp_path / "model.onnx", (lines,))
    nodes = onnx.load(str(tmp_path / "model.onnx")).graph.node
    made = {output: node.op_type for node in nodes for output in node.output}

    def takes_bytes(node: onnx.NodeProto) -> bool:
        return made.get(node.input[0]) == "DequantizeLinear"

    first = ("/tower/stem", *(f"/blocks.{number}/" for number in range(WHOLE_BLOCKS)))
    tower_nodes = [node for node in nodes if "/tower/" in node.name and node.op_type in ("Conv", "Sigmoid")]
    whole_nodes = [node for node in tower_nodes if any(part in node.name for part in first)]
    blocks = [node for node in tower_nodes if "/tower/blocks" in node.name and node not in whole_nodes]
    assert all(any(part in node.name for node in whole_nodes) for part in first)
    assert not any(takes_bytes(node) for node in whole_nodes if node.op_type == "Conv")
    assert {node.op_type for node in blocks if takes_bytes(node)} == {"Conv", "Sigmoid"}
    assert all(takes_bytes(node) for node in blocks if node.op_type == "Sigmoid")
    read = onnx_network(tmp_path / "model.onnx")(lines)
    with torch.no_grad():
        whole = network(lines).log_softmax(2)
    assert float(np.corrcoef(read.numpy().ravel(), whole.numpy().ravel())[0, 1]) > 0.8
