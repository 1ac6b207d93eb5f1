"""Quantize weights from 32 bits to eight: less than half the size and half the time.

Convolutions and matrices calculate with eight bits, their weights with a scale for every channel, what passes between
them with a scale that is fixed here (static quantization): the range of those values is seen on some lines. With
scales taken from each batch as it comes a line would be read otherwise beside other lines. What meets the picture
itself, what remembers along the line and what names the letters stay whole. Of a
pretrained tower the whole stem stays.

Weights use seven of the eight bits: processors without instructions for it add two products in 16 bits, which full
weights can overflow. So every processor reads the same, if not as fast.

Source:
    Jacob et al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference" (2018);
    Krishnamoorthi, "Quantizing deep convolutional networks for efficient inference" (2018).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from torch import Tensor

TOWER, BLOCKS = "/tower/", "/tower/blocks"
"""What the names of the operations of a tower hold, and those of a pretrained tower's blocks."""

QUANTIZED = frozenset({"Conv", "Relu", "Add", "Sigmoid", "Mul"})
"""Operations of a tower that calculate with eight bits."""


def quantize(whole: Path, path: Path, lines: Sequence[Tensor]) -> None:
    """Write a quantized model.

    Args:
        whole: The model with whole weights.
        path: The file to write.
        lines: Batches (lines, 1, height, width) on which ranges are seen.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_static

    graph = onnx.load(str(whole)).graph.node
    tower = [node.name for node in graph if TOWER in node.name and node.op_type in QUANTIZED]
    blocks = [name for name in tower if BLOCKS in name]
    matrices = [node.name for node in graph if node.op_type == "MatMul"]
    logging.disable(logging.WARNING)  # it recommends a step that changes nothing here
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
    """Hands out the lines as onnxruntime asks for them."""

    def __init__(self, lines: Sequence[Tensor]) -> None:
        self._waiting: Iterator[Tensor] = iter(lines)

    def get_next(self) -> dict[str, Any] | None:
        batch = next(self._waiting, None)
        return None if batch is None else {"lines": batch.numpy()}
