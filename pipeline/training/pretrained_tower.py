"""The encoder of PP-OCRv6's small recognizer as a trainable torch module.

The weights come from the ONNX file in the installed ``rapidocr`` package (Apache License 2.0). The graph up to the last
block is a stem and thirteen blocks: a depthwise convolution, in every other block channel attention, and a residual
pair of 1 × 1 convolutions around an activation. Two blocks halve the rows; the columns stay at a quarter.

The recognizer's activation is GELU; here it is x · sigmoid(1.702 x), which 8-bit networks calculate from tables. The
factor lies in the weights on both sides, so that the activation is SiLU.

Source:
    PaddleOCR, https://github.com/PaddlePaddle/PaddleOCR; squeeze-and-excitation: Hu et al. (CVPR 2018); the
    approximation of GELU: Hendrycks and Gimpel, "Gaussian Error Linear Units" (2016).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from pipeline.base.errors import SetupError

SLOPE = 1.702
"""Factor inside the sigmoid that approximates GELU."""


class _Block(nn.Module):
    """Depthwise 3 × 3, optional channel attention, then a pair of 1 × 1 convolutions around SiLU."""

    def __init__(self, inward: int, outward: int, *, attends: bool, halves: bool) -> None:
        super().__init__()
        stride = (2, 1) if halves else 1
        self.depthwise = nn.Conv2d(inward, inward, 3, stride, 1, groups=inward)
        if attends:
            self.squeeze = nn.Conv2d(inward, inward // 4, 1)
            self.excite = nn.Conv2d(inward // 4, inward, 1)
        self.attends = attends
        self.widen = nn.Conv2d(inward, 2 * inward, 1)
        self.narrow = nn.Conv2d(2 * inward, outward, 1)
        self.is_residual = inward == outward

    def forward(self, x: Tensor) -> Tensor:
        x = self.depthwise(x)
        if self.attends:
            weights = functional.relu(self.squeeze(x.mean((2, 3), keepdim=True)))
            x = x * functional.hardsigmoid(self.excite(weights))
        y = self.narrow(functional.silu(self.widen(x)))
        mixed: Tensor = x + y if self.is_residual else y
        return mixed


class PretrainedTower(nn.Module):
    """Map ink (lines, 1, rows, width), 0 to 1, to features (lines, ``CHANNELS``, rows / 16, width / 4)."""

    CHANNELS = 384

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(1, 48, 3, 2, 1)
        self.stem_narrow = nn.Conv2d(48, 24, 2)
        self.stem_widen = nn.Conv2d(24, 48, 2)
        self.stem_join = nn.Conv2d(96, 48, 3, 2, 1)
        self.stem_out = nn.Conv2d(48, 96, 1)
        narrow = [_Block(96, 96, attends=number == 0, halves=False) for number in range(3)]
        middle = [_Block(192, 192, attends=number % 2 == 0, halves=False) for number in range(6)]
        wide = [_Block(384, 384, attends=number == 0, halves=False) for number in range(2)]
        self.blocks = nn.Sequential(
            *narrow, _Block(96, 192, attends=False, halves=True),
            *middle, _Block(192, 384, attends=False, halves=True),
            *wide,
        )  # fmt: skip

    def forward(self, ink: Tensor) -> Tensor:
        x = functional.relu(self.stem(ink))
        branch = functional.relu(self.stem_narrow(_padded(x)))
        branch = functional.relu(self.stem_widen(_padded(branch)))
        x = torch.cat((functional.max_pool2d(_padded(x), 2, 1), branch), 1)
        x = functional.relu(self.stem_out(functional.relu(self.stem_join(x))))
        features: Tensor = self.blocks(x)
        return features

    def load_pretrained(self, model: Path) -> None:
        """Load the weights from the recognizer's ONNX file.

        The recognizer's input has three equal channels, paper 1 and ink -1; this tower has a channel of ink.

        Raises:
            SetupError: The file holds another network.
        """
        convolutions = [module for module in self.modules() if isinstance(module, nn.Conv2d)]
        weights_and_biases = list(_convolutions(model))[: len(convolutions)]
        weight, bias = weights_and_biases[0]
        summed = weight.sum(axis=1, keepdims=True)
        weights_and_biases[0] = (-2 * summed, bias + summed.sum(axis=(1, 2, 3)))
        for convolution, (weight, bias) in zip(convolutions, weights_and_biases, strict=True):
            if tuple(convolution.weight.shape) != weight.shape:
                raise SetupError(f"{model.name}: không phải bộ đọc PP-OCRv6 mà việc huấn luyện biết.")
            convolution.weight.data = torch.from_numpy(np.array(weight))
            assert convolution.bias is not None
            convolution.bias.data = torch.from_numpy(np.array(bias))
        for block in self.blocks:
            block.widen.weight.data *= SLOPE
            block.widen.bias.data *= SLOPE
            block.narrow.weight.data /= SLOPE


def _padded(x: Tensor) -> Tensor:
    """Pad a column at the right and a row below, as ``SAME_UPPER`` does for windows of two."""
    return functional.pad(x, (0, 1, 0, 1))


def _convolutions(model: Path) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield weight and bias of each convolution of a graph in order."""
    import onnx
    from onnx import numpy_helper

    graph = onnx.load(str(model)).graph
    held = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    added = {
        node.input[0]: held[node.input[1]]
        for node in graph.node
        if node.op_type == "Add" and node.input[1] in held
    }
    for node in graph.node:
        if node.op_type == "Conv" and node.output[0] in added:
            yield held[node.input[1]], added[node.output[0]].reshape(-1)
