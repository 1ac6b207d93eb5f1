"""Quantization of weights from 32 to 8 bits: less than half the size and half the time.

Convolutions and matrices compute in eight bits, with a weight scale for each channel and fixed activation scales
(static quantization), which are calibrated on lines. Dynamic scales would make the reading of a line depend on the
other lines in its batch. The first convolution, the LSTM and the letter layer stay in full precision, as do the stem
and the first blocks of a pretrained tower, which lose the most (docs/adr/0094).

Weights use seven of the eight bits: processors without special instructions add two products in 16 bits, which
eight-bit weights can overflow. All processors thus read the same, at different speeds.

Source:
    Jacob et al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference" (2018);
    Krishnamoorthi, "Quantizing deep convolutional networks for efficient inference" (2018).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from torch import Tensor

TOWER = "/tower/"
"""Part of the names of a tower's operations."""

_BLOCK = re.compile(r"/tower/blocks/blocks\.(\d+)/")

WHOLE_BLOCKS = 3
"""Number of blocks of a pretrained tower that stay in full precision: the first."""

QUANTIZED = frozenset({"Conv", "Relu", "Add", "Sigmoid", "Mul"})
"""Operations of a tower that calculate with eight bits."""


def quantize(whole: Path, path: Path, lines: Sequence[Tensor]) -> None:
    """Write a quantized model.

    Args:
        whole: The model in full precision.
        path: The file to write.
        lines: Batches (lines, 1, height, width) for the calibration of activation ranges.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_static

    graph = onnx.load(str(whole)).graph.node
    tower = [node.name for node in graph if TOWER in node.name and node.op_type in QUANTIZED]
    blocks = [name for name in tower if (block := _BLOCK.search(name)) and int(block[1]) >= WHOLE_BLOCKS]
    matrices = [node.name for node in graph if node.op_type == "MatMul"]
    logging.disable(logging.WARNING)  # it recommends a step without effect here
    try:
        quantize_static(
            whole,
            path,
            _CalibrationReader(lines),
            nodes_to_quantize=[*(blocks or tower[1:]), *matrices[:-1]],
            per_channel=True,
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )
    finally:
        logging.disable(logging.NOTSET)


class _CalibrationReader:
    """Supplies the lines to onnxruntime."""

    def __init__(self, lines: Sequence[Tensor]) -> None:
        self._waiting: Iterator[Tensor] = iter(lines)

    def get_next(self) -> dict[str, Any] | None:
        batch = next(self._waiting, None)
        return None if batch is None else {"lines": batch.numpy()}
